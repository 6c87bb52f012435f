"""GitHub and GitLab on a loopback socket, as far as we speak with them; strict where they are.

Both shapes stand on one set of posts. Checked like at the real ones: the token, the length of a body, the size of a
page (at most 100, 30 at GitHub and 20 at GitLab by default), known fields, unknown routes, who may change a comment.
`faults` are used up one for each request: a status to answer instead, or `"swallow"` to act and break the connection.
"""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_CanaryTokenOfTheForge1234567890"
BOT = "github-actions[bot]"
HEAD = "4f0c1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6"
LIMITS = {"github": 65_536, "gitlab": 1_000_000}


@dataclass(kw_only=True)
class Row:
    """A comment, an issue or a pull request, in the words of both forges."""

    number: int
    author: str
    body: str
    pull: int = 0
    title: str = ""
    labels: list[str] = field(default_factory=list)
    is_open: bool = True
    branch: str = ""
    into: str = ""


@dataclass(kw_only=True)
class StandIn:
    """`me` is whose token it is; an installation's token (`bot`) may not ask. `heads` maps a pull to its commit."""

    kind: str = "github"
    me: str = BOT
    heads: dict[int, str] = field(default_factory=lambda: {7: HEAD})
    merged: dict[str, list[int]] = field(default_factory=dict)
    comments: list[Row] = field(default_factory=list)
    issues: list[Row] = field(default_factory=list)
    pulls: list[Row] = field(default_factory=list)
    faults: deque[Any] = field(default_factory=deque)
    heard: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    event: str = ""
    last: int = 1000

    def new(self, rows: list[Row], **given: Any) -> Row:
        self.last += 1
        row = Row(number=self.last, author=self.me, **given)
        rows.append(row)
        return row

    def on(self, pull: int) -> list[Row]:
        return [each for each in self.comments if each.pull == pull]

    def environ(self, **more: str) -> dict[str, str]:
        """The variables of a pipeline of this forge, for pull request 7."""
        if self.kind == "gitlab":
            found = {"GITLAB_CI": "true", "CI_API_V4_URL": self.url, "CI_PROJECT_ID": "42", "GITLAB_TOKEN": TOKEN}
            found |= {"CI_MERGE_REQUEST_IID": "7", "CI_COMMIT_SHA": HEAD, "CI_JOB_URL": f"{self.url}/jobs/9"}
        else:
            found = {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": "acme/voices"}
            found |= {"GITHUB_TOKEN": TOKEN, "GITHUB_SHA": "c" * 40, "GITHUB_RUN_ID": "99"}
            found |= {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_EVENT_PATH": self.event}
        return {**found, **more}


class Refused(Exception):
    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


@contextmanager
def forge(kind: str = "github", **settings: Any) -> Iterator[StandIn]:
    """The stand-in, up for as long as the block lasts."""
    me = {"github": BOT, "gitlab": "project_42_bot"}[kind]
    stand = StandIn(**{"kind": kind, "me": me, **settings})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stand": stand}))
    server.daemon_threads = True
    stand.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            event = Path(folder) / "event.json"
            event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": HEAD}}}), "utf-8")
            stand.event = str(event)
            yield stand
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    stand: StandIn
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # a reply in one piece: small ones wait for each other on a kept connection

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self) -> None:
        stand, parts = self.stand, urlsplit(self.path)
        stand.heard.append((self.command, self.path))
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = stand.faults.popleft() if stand.faults else None
        headers: dict[str, str] = {}
        try:
            if isinstance(fault, Refused):
                raise fault
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise Refused(401, "Bad credentials")
            query = {name: found[0] for name, found in parse_qs(parts.query).items()}
            body = json.loads(sent) if sent else None
            told = (_github if stand.kind == "github" else _gitlab)(stand, self.command, parts.path, query, body)
            status = 201 if self.command == "POST" else 204 if self.command == "DELETE" else 200
        except Refused as refused:
            status, headers = refused.status, refused.headers
            told = {"message": str(refused)}
        if fault == "swallow":
            self.close_connection = True
            return
        content = b"" if status == 204 else json.dumps(told).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - the library's names


def _page(rows: list[Any], query: dict[str, str], default: int) -> list[Any]:
    size, page = min(100, int(query.get("per_page", default))), int(query.get("page", 1))
    return rows[(page - 1) * size : page * size]


def _fits(stand: StandIn, text: str) -> str:
    most = LIMITS[stand.kind]
    if not text.strip():
        raise Refused(422, "Validation Failed: body can't be blank")
    if len(text) > most:
        raise Refused(422 if stand.kind == "github" else 400, f"body is too long (maximum is {most} characters)")
    return text


def _find(rows: list[Row], number: str) -> Row:
    found = next((each for each in rows if each.number == int(number)), None)
    if found is None:
        raise Refused(404, "Not Found")
    return found


def _own(stand: StandIn, row: Row) -> Row:
    if row.author != stand.me:
        raise Refused(403, "Resource not accessible by integration")
    return row


def _github(stand: StandIn, method: str, path: str, query: dict[str, str], body: Any) -> Any:
    def issue(row: Row) -> dict[str, Any]:
        state, url = "open" if row.is_open else "closed", f"https://github.example/acme/voices/issues/{row.number}"
        told = {"id": row.number * 10, "number": row.number, "title": row.title, "body": row.body, "state": state}
        return {**told, "user": {"login": row.author, "type": "Bot"}, "html_url": url}

    def comment(row: Row) -> dict[str, Any]:
        return {
            "id": row.number,
            "body": row.body,
            "user": {"login": row.author},
            "html_url": f"https://x.example/{row.number}",
        }

    if path == "/user":
        if stand.me.endswith("[bot]"):
            raise Refused(403, "Resource not accessible by integration")
        return {"login": stand.me}
    route = path.removeprefix("/repos/acme/voices")
    match method, route.split("/")[1:]:
        case "GET", ["pulls", number]:
            if int(number) not in stand.heads:
                raise Refused(404, "Not Found")
            return {"number": int(number), "head": {"sha": stand.heads[int(number)]}}
        case "GET", ["commits", commit, "pulls"]:
            return [{"number": each, "merged_at": "2026-11-03T09:00:00Z"} for each in stand.merged.get(commit, [])]
        case "GET", ["issues", number, "comments"]:
            return [comment(each) for each in _page(stand.on(int(number)), query, 30)]
        case "POST", ["issues", number, "comments"]:
            return comment(stand.new(stand.comments, pull=int(number), body=_fits(stand, body["body"])))
        case "PATCH", ["issues", "comments", number]:
            row = _own(stand, _find(stand.comments, number))
            row.body = _fits(stand, body["body"])
            return comment(row)
        case "DELETE", ["issues", "comments", number]:
            stand.comments.remove(_own(stand, _find(stand.comments, number)))
            return None
        case "GET", ["issues"]:
            found = [each for each in stand.issues if query.get("labels") in each.labels]
            return [issue(each) for each in _page(found, query, 30)]
        case "POST", ["issues"]:
            given = {"title": body["title"], "labels": body["labels"]}
            return issue(stand.new(stand.issues, body=_fits(stand, body["body"]), **given))
        case "PATCH", ["issues", number]:
            row = _find(stand.issues, number)
            row.title, row.body, row.is_open = body["title"], _fits(stand, body["body"]), body["state"] == "open"
            return issue(row)
        case "GET", ["pulls"]:
            found = [each for each in stand.pulls if query["head"] == f"acme:{each.branch}" and each.is_open]
            return [issue(each) for each in _page(found, query, 30)]
        case "POST", ["pulls"]:
            given = {"branch": body["head"], "into": body["base"], "title": body["title"]}
            return issue(stand.new(stand.pulls, body=body["body"], **given))
        case "PATCH", ["pulls", number]:
            row = _find(stand.pulls, number)
            row.title, row.body = body["title"], body["body"]
            return issue(row)
    raise Refused(404, "Not Found")


def _gitlab(stand: StandIn, method: str, path: str, query: dict[str, str], body: Any) -> Any:
    def described(row: Row) -> dict[str, Any]:
        told = {"id": row.number * 10, "iid": row.number, "title": row.title, "description": row.body}
        state, url = "opened" if row.is_open else "closed", f"https://gitlab.example/-/issues/{row.number}"
        return {**told, "state": state, "author": {"username": row.author}, "web_url": url}

    def note(row: Row) -> dict[str, Any]:
        return {"id": row.number, "body": row.body, "author": {"username": row.author}, "system": False}

    if path == "/user":
        return {"username": stand.me}
    if not re.match("/projects/42/", path):
        raise Refused(404, "404 Project Not Found")
    match method, path.removeprefix("/projects/42/").split("/"):
        case "GET", ["merge_requests", number]:
            return {"iid": int(number), "sha": stand.heads[int(number)]}
        case "GET", ["repository", "commits", commit, "merge_requests"]:
            return [{"iid": each, "state": "merged"} for each in stand.merged.get(commit, [])]
        case "GET", ["merge_requests", number, "notes"]:
            return [note(each) for each in _page(stand.on(int(number)), query, 20)]
        case "POST", ["merge_requests", number, "notes"]:
            return note(stand.new(stand.comments, pull=int(number), body=_fits(stand, body["body"])))
        case "PUT", ["merge_requests", _, "notes", number]:
            row = _own(stand, _find(stand.comments, number))
            row.body = _fits(stand, body["body"])
            return note(row)
        case "DELETE", ["merge_requests", _, "notes", number]:
            stand.comments.remove(_own(stand, _find(stand.comments, number)))
            return None
        case "GET", ["issues"]:
            found = [each for each in stand.issues if query.get("labels") in each.labels]
            return [described(each) for each in _page(found, query, 20)]
        case "POST", ["issues"]:
            given = {"title": body["title"], "labels": [body["labels"]]}
            return described(stand.new(stand.issues, body=_fits(stand, body["description"]), **given))
        case "PUT", ["issues", number]:
            row = _find(stand.issues, number)
            row.title, row.body = body["title"], _fits(stand, body["description"])
            row.is_open = {"reopen": True, "close": False}[body["state_event"]]
            return described(row)
        case "GET", ["merge_requests"]:
            found = [each for each in stand.pulls if query["source_branch"] == each.branch and each.is_open]
            return [described(each) for each in _page(found, query, 20)]
        case "POST", ["merge_requests"]:
            given = {"branch": body["source_branch"], "into": body["target_branch"], "title": body["title"]}
            return described(stand.new(stand.pulls, body=body["description"], **given))
        case "PUT", ["merge_requests", number]:
            row = _find(stand.pulls, number)
            row.title, row.body = body["title"], body["description"]
            return described(row)
    raise Refused(404, "404 Not Found")
