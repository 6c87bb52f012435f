"""Where a pipeline runs: which forge, which project, which pull request and commit. Pure: the variables are arguments.

GitHub's event file says most; GitLab has a variable for everything. What a fork may have written (its branch, its
artifacts) decides nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal
from urllib.parse import urlsplit

from reconciler.api.address import is_loopback
from reconciler.errors import ConfigError, Diagnostic, error
from reconciler.frozen import dataclass

TOKENS = {"github": ("GITHUB_TOKEN", "GH_TOKEN"), "gitlab": ("GITLAB_TOKEN",)}
_NAMED = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """`project` is `owner/name` at GitHub and a number at GitLab. `pull` is a pull request's number
    (a merge request's iid). `run` is the address of this run's log, where there is one."""

    kind: Literal["github", "gitlab"]
    api: str
    project: str
    token: str = field(repr=False)
    pull: int | None = None
    commit: str | None = None
    run: str | None = None


def place_of(environ: Mapping[str, str], event: Mapping[str, Any] | None = None, *, pull: int | None = None) -> Place:
    """Where this runs. `event` is GitHub's event file, `pull` a number that somebody named.

    Raises ConfigError with everything that is missing.
    """
    if environ.get("GITLAB_CI") or (environ.get("CI_API_V4_URL") and not environ.get("GITHUB_REPOSITORY")):
        return _gitlab(environ, pull)
    if environ.get("GITHUB_REPOSITORY"):
        return _github(environ, event or {}, pull)
    raise ConfigError(
        error(
            "no-forge",
            "this is neither GitHub Actions nor GitLab CI, so there is nowhere to post to",
            "Elsewhere set GITHUB_REPOSITORY=owner/name and GITHUB_TOKEN, or use --dry-run.",
        )
    )


def _github(environ: Mapping[str, str], event: Mapping[str, Any], pull: int | None) -> Place:
    api = environ.get("GITHUB_API_URL") or "https://api.github.com"
    project = environ["GITHUB_REPOSITORY"]
    problems = list(_wrong_api("GITHUB_API_URL", api))
    if not _NAMED.fullmatch(project):
        problems.append(error("forge-variable", "GITHUB_REPOSITORY is not owner/name"))
    token = _token(environ, "github", problems)
    if problems:
        raise ConfigError(*problems)
    about = _part(event, "pull_request")
    commit = _part(about, "head").get("sha") or environ.get("GITHUB_SHA")
    server, run = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_RUN_ID", "")
    return Place(
        kind="github",
        api=api.rstrip("/"),
        project=project,
        token=token,
        pull=pull or _number(about.get("number")) or _number(_merge_ref(environ.get("GITHUB_REF", ""))),
        commit=_commit(commit),
        run=_address(f"{server}/{project}/actions/runs/{run}") if server and run else None,
    )


def _merge_ref(ref: str) -> str:
    """The number in `refs/pull/7/merge`, or nothing."""
    found = re.fullmatch("refs/pull/([0-9]+)/(?:merge|head)", ref)
    return found[1] if found else ""


def _gitlab(environ: Mapping[str, str], pull: int | None) -> Place:
    api = environ.get("CI_API_V4_URL", "")
    project = environ.get("CI_PROJECT_ID", "")
    problems = list(_wrong_api("CI_API_V4_URL", api))
    if not re.fullmatch("[0-9]+", project):
        problems.append(error("forge-variable", "CI_PROJECT_ID is not a number"))
    token = _token(environ, "gitlab", problems)
    if problems:
        raise ConfigError(*problems)
    # in a pipeline of merged results CI_COMMIT_SHA is a commit that nobody pushed
    commit = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA")
    return Place(
        kind="gitlab",
        api=api.rstrip("/"),
        project=project,
        token=token,
        pull=pull or _number(environ.get("CI_MERGE_REQUEST_IID")),
        commit=_commit(commit),
        run=_address(environ.get("CI_JOB_URL", "")),
    )


def _token(environ: Mapping[str, str], kind: str, problems: list[Diagnostic]) -> str:
    names = TOKENS[kind]
    found = next((environ[name].strip() for name in names if environ.get(name, "").strip()), "")
    if not found:
        problems.append(
            error(
                "no-forge-token",
                f"posting needs a token, and {names[0]} is not set",
                "In GitHub Actions: `env: {GITHUB_TOKEN: ${{ github.token }}}`, with the permission that the job needs."
                if kind == "github"
                else "Make a project access token (scope api, role Reporter) and set it as a masked variable.",
            )
        )
    return found


def _wrong_api(variable: str, address: str) -> tuple[Diagnostic, ...]:
    try:
        parts = urlsplit(address)
        host, scheme = parts.hostname or "", parts.scheme
    except ValueError:
        host, scheme = "", ""
    if not host or scheme not in ("http", "https"):
        return (error("forge-variable", f"{variable} is not the address of an API"),)
    if scheme == "http" and not is_loopback(host):
        return (error("insecure-http", f"{variable} would send the token unencrypted over the network"),)
    return ()


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(value: object) -> int | None:
    told = str(value)
    return int(told) if re.fullmatch("[1-9][0-9]{0,15}", told) else None


def _commit(value: object) -> str | None:
    return value if isinstance(value, str) and _COMMIT.fullmatch(value) else None


def _address(value: str) -> str | None:
    """An address that can stand in a Markdown link as it is, or None."""
    return value if re.fullmatch(r"https?://[A-Za-z0-9.:/_~%?=&-]+", value) else None
