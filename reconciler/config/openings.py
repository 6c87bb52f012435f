"""What a project leads to: the home of its state, and the API.

Both are imported here and now, not at the top: a plan without `--refresh` must not pay for an HTTP library.
Edge: builds the shell's objects; the first request or lock is the caller's.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reconciler.config.project import Project
from reconciler.config.settings import SANDBOX
from reconciler.errors import AuthError, ConfigError, error
from reconciler.state.store import StateStore

if TYPE_CHECKING:
    from reconciler.api import ApiClient

OWN_FOLDER = ".reconciler"
SANDBOX_URL = "http://sandbox.localhost/api"
SANDBOX_KEY = "sandbox"


def open_store(project: Project) -> StateStore:
    """The home of the environment's state. Reads and writes nothing yet.

    Raises ConfigError for an address that no home has, and where a home's driver is not installed.
    """
    return open_home_of(project, project.state)


def open_home_of(project: Project, home: str) -> StateStore:
    """The environment's place in another home than its own. Raises ConfigError as `open_store` does."""
    from reconciler.state.homes import open_home

    return open_home(home, root=project.root, environment=project.environment, environ=project.environ)


def open_client(project: Project, **settings: Any) -> ApiClient:
    """The client of the project's API, to be closed (it is a context manager). Sends nothing yet.

    `settings` are ApiClient's own (`connections`, `on_wait`, ...). `sandbox:` is the built-in vendor in this process,
    which keeps its assistants in `.reconciler/sandbox/ENVIRONMENT.db`.
    Raises AuthError (`no-api-key`) without a key, and ConfigError without an address that a key may be sent to.
    """
    from reconciler.api import ApiClient

    if project.api_url == SANDBOX:
        key = project.api_key or SANDBOX_KEY
        return ApiClient(SANDBOX_URL, key, transport=_sandbox(project, key), **settings)
    if project.api_url is None:
        told = "no address of an API is known: the schemas name none"
        raise ConfigError(error("no-api-url", told, "Set RECONCILER_API_URL, or `api` of the environment."))
    if project.api_key is None:
        told = f"{urlsplit(project.api_url).hostname} needs an API key, and RECONCILER_API_KEY is not set"
        raise AuthError(error("no-api-key", told, "Create a key in the portal and export it as RECONCILER_API_KEY."))
    return ApiClient(project.api_url, project.api_key, **settings)


def _sandbox(project: Project, key: str) -> Any:
    from reconciler.sandbox.storage import FileStorage
    from reconciler.sandbox.transport import SandboxTransport
    from reconciler.sandbox.vendor import Vendor

    storage = FileStorage(own_folder(project.root) / "sandbox" / f"{project.environment}.db")
    return SandboxTransport(Vendor(project.schemas, storage, key=key))


def own_folder(root: Path) -> Path:
    """The folder for what is this machine's, kept out of Git. One that cannot be written is told by who writes."""
    folder = root / OWN_FOLDER
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        with (folder / ".gitignore").open("x", encoding="utf-8") as file:
            file.write("*\n")
    return folder
