"""GitHub's REST API, as far as it is needed: comments of a pull request are comments of its issue. Shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.errors import ForgeError
from reconciler.forge.client import ForgeClient
from reconciler.forge.posts import Post

ACTIONS = "github-actions[bot]"
"""Who posts with the token of a workflow run: such a token may not ask who it is."""


class GitHub:
    """One repository, `owner/name`."""

    name = "GitHub"
    most = 65_536

    def __init__(self, client: ForgeClient, project: str) -> None:
        self._client = client
        self._repository = f"/repos/{project}"
        self._owner = project.partition("/")[0]

    def close(self) -> None:
        self._client.close()

    def me(self) -> str:
        try:
            return str(self._client.get("/user")["login"])
        except ForgeError as refused:
            if any("(403)" in each.summary for each in refused.diagnostics):
                return ACTIONS
            raise

    def head(self, pull: int) -> str:
        return str(self._client.get(f"{self._repository}/pulls/{pull}")["head"]["sha"])

    def pulls_of(self, commit: str) -> Sequence[int]:
        rows = list(self._client.pages(f"{self._repository}/commits/{commit}/pulls"))
        return [int(each["number"]) for each in sorted(rows, key=lambda row: row.get("merged_at") is None)]

    def comments(self, pull: int) -> Sequence[Post]:
        return [_post(each) for each in self._client.pages(f"{self._repository}/issues/{pull}/comments")]

    def add_comment(self, pull: int, body: str) -> Post:
        return _post(self._client.send("POST", f"{self._repository}/issues/{pull}/comments", {"body": body}))

    def change_comment(self, pull: int, number: int, body: str) -> Post:
        return _post(self._client.send("PATCH", f"{self._repository}/issues/comments/{number}", {"body": body}))

    def remove_comment(self, pull: int, number: int) -> None:
        self._client.send("DELETE", f"{self._repository}/issues/comments/{number}")

    def issues(self, label: str) -> Sequence[Post]:
        query = {"state": "all", "labels": label, "sort": "created", "direction": "asc"}
        rows = self._client.pages(f"{self._repository}/issues", query)
        return [_post(each, number="number") for each in rows if "pull_request" not in each]

    def add_issue(self, *, title: str, body: str, label: str) -> Post:
        content = {"title": title, "body": body, "labels": [label]}
        return _post(self._client.send("POST", f"{self._repository}/issues", content), number="number")

    def change_issue(self, number: int, *, title: str, body: str, is_open: bool) -> Post:
        content = {"title": title, "body": body, "state": "open" if is_open else "closed"}
        if not is_open:
            content["state_reason"] = "completed"
        return _post(self._client.send("PATCH", f"{self._repository}/issues/{number}", content), number="number")

    def propose(self, *, branch: str, into: str, title: str, body: str) -> Post:
        query = {"state": "open", "head": f"{self._owner}:{branch}", "base": into}
        standing = list(self._client.pages(f"{self._repository}/pulls", query))
        if standing:
            place = f"{self._repository}/pulls/{int(standing[0]['number'])}"
            return _post(self._client.send("PATCH", place, {"title": title, "body": body}), number="number")
        content = {"title": title, "body": body, "head": branch, "base": into}
        return _post(self._client.send("POST", f"{self._repository}/pulls", content), number="number")


def _post(row: Mapping[str, Any], number: str = "id") -> Post:
    author = row.get("user")
    return Post(
        number=int(row[number]),
        body=row.get("body") or "",
        author=str(author.get("login", "")) if isinstance(author, Mapping) else "",
        title=row.get("title") or "",
        is_open=row.get("state", "open") == "open",
        url=row.get("html_url"),
    )
