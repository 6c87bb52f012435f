"""What a project leads to: the home of its state, and the API.

Both are imported here and now, not at the top: a plan without `--refresh` must not pay for an HTTP library.
Edge: builds the shell's objects; the first request or lock is the caller's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reconciler.config.addresses import SANDBOX
from reconciler.config.own_folder import OWN_FOLDER, keep_out_of_git
from reconciler.config.project import Project
from reconciler.config.request_log import RequestLog
from reconciler.errors import AuthError, ConfigError, error
from reconciler.state.store import StateStore

if TYPE_CHECKING:
    from reconciler.api import ApiClient, Exchange, Retry, Timeouts, Wait
    from reconciler.api.client import Listener

SANDBOX_URL = "http://sandbox.localhost/api"
SANDBOX_KEY = "sandbox"
_UNTESTED = (
    "warning: the state lives in Google Cloud Storage, which no test of this program has ever reached. Whether it "
    "refuses outdated writes is tried each time the lock is taken; keep a copy (`reconciler state pull`)."
)


def _to_stderr(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")


def open_store(project: Project, *, warn: Callable[[str], None] = _to_stderr) -> StateStore:
    """The home of the environment's state. Reads and writes nothing yet; `warn` is told where it is an untested one.

    Raises ConfigError for an address that no home has, and where a home's driver is not installed.
    """
    return open_home_of(project, project.state, warn=warn)


def open_home_of(project: Project, home: str, *, warn: Callable[[str], None] = _to_stderr) -> StateStore:
    """The environment's place in another home than its own. Raises ConfigError as `open_store` does."""
    from reconciler.state.homes import UNTESTED, open_home, scheme_of

    if scheme_of(home) in UNTESTED:
        warn(_UNTESTED)
    return open_home(home, root=project.root, environment=project.environment, environ=project.environ)


def open_client(project: Project, *, warn: Callable[[str], None] = _to_stderr, **settings: Any) -> ApiClient:
    """The client of the project's API, to be closed (it is a context manager). Sends nothing yet.

    Its requests are logged in `.reconciler/log/`. `warn` is told once where they cannot be and, unless quiet is wanted,
    of each pause before a repetition. `settings` are ApiClient's own (`connections`, ...); `listen` takes the
    place of the latter. `sandbox:` is the built-in vendor in this process, which keeps its assistants in
    `.reconciler/sandbox/ENVIRONMENT.db`.
    Raises AuthError (`no-api-key`) without a key, and ConfigError without an address that a key may be sent to.
    """
    from reconciler.api import ApiClient
    from reconciler.api.address import is_loopback

    settings.setdefault("timeouts", _timeouts(project))
    if not project.quiet:
        settings.setdefault("listen", _pauses_to(warn))
    settings["on_exchange"] = RequestLog(project.root, environment=project.environment, warn=warn).write
    if project.api_url == SANDBOX:
        key = project.api_key or SANDBOX_KEY
        return ApiClient(SANDBOX_URL, key, transport=_sandbox(project, key), **settings)
    if project.api_url is None:
        told = "no address of an API is known: the schemas name none"
        raise ConfigError(error("no-api-url", told, "Set RECONCILER_API_URL, or `api` of the environment."))
    if project.api_key is None:
        told = f"{urlsplit(project.api_url).hostname} needs an API key, and RECONCILER_API_KEY is not set"
        raise AuthError(error("no-api-key", told, "Create a key in the portal and export it as RECONCILER_API_KEY."))
    address = urlsplit(project.api_url)
    if project.insecure_http and address.scheme == "http" and not is_loopback(address.hostname or ""):
        warn(f"Warning: the key and everything else go to {address.hostname} unencrypted (--insecure-http).")
    settings.setdefault("allow_insecure_http", project.insecure_http)
    return ApiClient(project.api_url, project.api_key, **settings)


def _pauses_to(say: Callable[[str], None]) -> Listener:
    from reconciler.api import Wait
    from reconciler.render.progress import pause_line

    def hear(heard: Wait | Retry | Exchange) -> None:
        if isinstance(heard, Wait):
            say(pause_line(heard.seconds, heard.why))

    return hear


def _timeouts(project: Project) -> Timeouts:
    """The project's own, else the defaults. A whole answer has time for several of the silences that are allowed."""
    from reconciler.api import Timeouts

    usual = Timeouts()
    read = project.timeouts.get("read", usual.read)
    connect = project.timeouts.get("connect", usual.connect)
    return Timeouts(connect=connect, read=read, whole=max(usual.whole, 3 * read))


def _sandbox(project: Project, key: str) -> Any:
    from reconciler.sandbox.storage import FileStorage
    from reconciler.sandbox.transport import SandboxTransport
    from reconciler.sandbox.vendor import Vendor

    folder = project.root / OWN_FOLDER
    with suppress(OSError):  # who needs to write there says what is wrong
        keep_out_of_git(folder)
    storage = FileStorage(folder / "sandbox" / f"{project.environment}.db")
    return SandboxTransport(Vendor(project.schemas, storage, key=key))
