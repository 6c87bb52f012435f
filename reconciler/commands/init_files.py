"""What `init` writes, as a value: paths and contents. Edge: reads what ships with the program.

The workflows are this project's own `.github/workflows/`, byte for byte; the schemas are the set that ships.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import urlsplit

from reconciler.config.schema_files import packaged_schemas, read_schemas

WORKFLOWS = ("plan.yml", "apply.yml", "drift.yml", "schema.yml")
REQUIREMENTS = "requirements.txt"
_CHECKOUT = Path(__file__).parent.parent.parent


def project_files(*, ci: str, api: str | None, example: bool, requirement: str | None) -> dict[str, bytes]:
    """Every file of a new repository by its path. `ci` is `github`, `gitlab` or `none`.

    `requirement` is what pipelines install; where it is None, their file says that it has to be said.
    """
    skeleton = dict(_below(_shipped("_templates", "templates") / "project"))
    skeleton[".gitignore"] = skeleton.pop("gitignore")
    # the schemas' own address is the default anyway; said here, it is in sight
    address = api or read_schemas(packaged_schemas(), where="the packaged schemas").api_url or ""
    skeleton["reconciler.yaml"] = skeleton["reconciler.yaml"].replace(b"{api}", json.dumps(address).encode())
    if not example:
        skeleton = {path: content for path, content in skeleton.items() if not path.startswith("assistants/")}
    schemas = {f"schemas/{each.name}": each.read_bytes() for each in packaged_schemas().iterdir() if each.is_file()}
    return dict(sorted({**skeleton, **schemas, **dict(_pipeline(ci, requirement))}.items()))


def where_from() -> str | None:
    """The line of a requirements file that installs this very program, or None where that is not known for sure.

    An installation from an address says which (PEP 610). One from an index does not, and a bare name is no answer: the
    index that a pipeline asks may know another program by it.
    """
    try:
        told = metadata.distribution("reconciler").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return None
    try:
        origin = json.loads(told or "{}")
        return _line(origin, urlsplit(str(origin.get("url", ""))).scheme)
    except (ValueError, LookupError, AttributeError, TypeError):
        return None


def _line(origin: Mapping[str, Mapping[str, str]], scheme: str) -> str | None:
    url = _without_login(str(origin["url"]))
    if "vcs_info" in origin:
        if scheme not in ("https", "ssh"):
            return None
        about = origin["vcs_info"]
        return f"reconciler @ {about['vcs']}+{url}@{about['commit_id']}"
    return f"reconciler @ {url}" if scheme == "https" else None


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    user = "git@" if parts.scheme == "ssh" else ""
    return parts._replace(netloc=f"{user}{host}{port}").geturl()


def _pipeline(ci: str, requirement: str | None) -> Iterator[tuple[str, bytes]]:
    if ci == "github":
        folder = _shipped("_workflows", ".github/workflows")
        yield from ((f".github/workflows/{name}", (folder / name).read_bytes()) for name in WORKFLOWS)
    elif ci == "gitlab":
        yield ".gitlab-ci.yml", (_shipped("_templates", "templates") / "gitlab-ci.yml").read_bytes()
    if ci != "none":
        note = "# Where the pipelines get reconciler from. Pin it; `pip install -r` reads this file.\n"
        missing = (
            "# To be said: it is not known where this installation came from. A bare name may be another program's.\n"
        )
        yield REQUIREMENTS, (note + (f"{requirement}\n" if requirement else missing)).encode()


def _shipped(packed: str, checkout: str) -> Traversable:
    """A folder that ships: inside the package in a wheel, else the checkout's own."""
    found = resources.files("reconciler") / packed
    return found if found.is_dir() else _CHECKOUT / checkout


def _below(folder: Traversable, path: str = "") -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _below(each, f"{path}{each.name}/")
        else:
            yield f"{path}{each.name}", each.read_bytes()
