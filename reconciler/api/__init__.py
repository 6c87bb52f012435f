"""The one client of the vendor's API. Shell: the network, threads and time; the only room that may use httpx.

Importing this room imports httpx (a sixth of a second), so verbs import it where they call the API and not before.
"""

import sys

# httpx has a command of its own, and imports click, rich and pygments for it wherever they are installed: a quarter of
# what its import takes (70 ms instead of 90 to 110). Its door finds that they are not there, and goes without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

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
