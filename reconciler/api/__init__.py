"""The one client of the vendor's API. Shell: the network, threads and time; the only room that may use httpx.

Importing this room imports httpx (a sixth of a second), so verbs import it where they call the API and not before.
"""

from reconciler.api.answers import Answer, Effect, Exchange, Failure, Kind, Page, Retry, Wait
from reconciler.api.client import ApiClient
from reconciler.api.patience import Patience
from reconciler.api.wire import Timeouts

__all__ = [
    "Answer",
    "ApiClient",
    "Effect",
    "Exchange",
    "Failure",
    "Kind",
    "Page",
    "Patience",
    "Retry",
    "Timeouts",
    "Wait",
]
