"""GitLab's REST API, version 4, as far as it is needed: a comment is a note of a merge request. Shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.forge.client import ForgeClient
from reconciler.forge.posts import Post


class GitLab:
    """One project, by its number."""

    name = "GitLab"
    most = 1_000_000

    def __init__(self, client: ForgeClient, project: str) -> None:
        self._client = client
        self._project = f"/projects/{project}"

    def close(self) -> None:
        self._client.close()

    def me(self) -> str:
        return str(self._client.get("/user")["username"])

    def head(self, pull: int) -> str:
        return str(self._client.get(f"{self._project}/merge_requests/{pull}")["sha"])

    def pulls_of(self, commit: str) -> Sequence[int]:
        rows = list(self._client.pages(f"{self._project}/repository/commits/{commit}/merge_requests"))
        return [int(each["iid"]) for each in sorted(rows, key=lambda row: row.get("state") != "merged")]

    def comments(self, pull: int) -> Sequence[Post]:
        query = {"sort": "asc", "order_by": "created_at"}
        rows = self._client.pages(f"{self._project}/merge_requests/{pull}/notes", query)
        return [_post(each) for each in rows if not each.get("system")]

    def add_comment(self, pull: int, body: str) -> Post:
        return _post(self._client.send("POST", f"{self._project}/merge_requests/{pull}/notes", {"body": body}))

    def change_comment(self, pull: int, number: int, body: str) -> Post:
        place = f"{self._project}/merge_requests/{pull}/notes/{number}"
        return _post(self._client.send("PUT", place, {"body": body}))

    def remove_comment(self, pull: int, number: int) -> None:
        self._client.send("DELETE", f"{self._project}/merge_requests/{pull}/notes/{number}")

    def issues(self, label: str) -> Sequence[Post]:
        query = {"labels": label, "scope": "all", "order_by": "created_at", "sort": "asc"}
        return [_described(each) for each in self._client.pages(f"{self._project}/issues", query)]

    def add_issue(self, *, title: str, body: str, label: str) -> Post:
        content = {"title": title, "description": body, "labels": label}
        return _described(self._client.send("POST", f"{self._project}/issues", content))

    def change_issue(self, number: int, *, title: str, body: str, is_open: bool) -> Post:
        content = {"title": title, "description": body, "state_event": "reopen" if is_open else "close"}
        return _described(self._client.send("PUT", f"{self._project}/issues/{number}", content))

    def propose(self, *, branch: str, into: str, title: str, body: str) -> Post:
        query = {"state": "opened", "source_branch": branch, "target_branch": into}
        standing = list(self._client.pages(f"{self._project}/merge_requests", query))
        if standing:
            place = f"{self._project}/merge_requests/{int(standing[0]['iid'])}"
            return _described(self._client.send("PUT", place, {"title": title, "description": body}))
        content = {"source_branch": branch, "target_branch": into, "title": title, "description": body}
        return _described(self._client.send("POST", f"{self._project}/merge_requests", content))


def _post(row: Mapping[str, Any]) -> Post:
    return Post(number=int(row["id"]), body=row.get("body") or "", author=_author(row))


def _described(row: Mapping[str, Any]) -> Post:
    """An issue or a merge request: its number is the project's own, its body is called description."""
    return Post(
        number=int(row["iid"]),
        body=row.get("description") or "",
        author=_author(row),
        title=row.get("title") or "",
        is_open=row.get("state") == "opened",
        url=row.get("web_url"),
    )


def _author(row: Mapping[str, Any]) -> str:
    author = row.get("author")
    return str(author.get("username", "")) if isinstance(author, Mapping) else ""
