"""One post of a kind for each environment: made where there is none, else brought up to date. Shell.

A post is ours when the account that posts now wrote it and its first line is our marker. Should there be several
(two pipelines once ran at one moment), the oldest stays and the others go: an old plan must not be left standing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from reconciler.forge.client import UnknownPost
from reconciler.forge.markers import marker, read_marker, same_scope
from reconciler.forge.posts import Forge, Post
from reconciler.frozen import dataclass

LABEL = "reconciler-drift"
"""What our issues are listed by, so that a repository with 10,000 issues is not read whole."""


class Done(StrEnum):
    """What came of it; the value is what people are told."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    SUPERSEDED = "superseded"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Upserted:
    done: Done
    url: str | None = None


def put_comment(forge: Forge, pull: int, facts: Mapping[str, str], text: str) -> Upserted:
    """Make `text` the one comment of `facts`' environment. `facts` must have what markers.SCOPE names.

    Where `facts` say for which commit it is, and the pull request has a newer one, nothing is posted: the newer run
    says what is true. Raises ForgeError.
    """
    if facts.get("commit") and forge.head(pull) != facts["commit"]:
        return Upserted(done=Done.SUPERSEDED)
    body = f"{marker('comment', facts)}\n{text}"
    ours = _ours(forge.comments(pull), forge.me(), "comment", facts)
    for extra in ours[1:]:
        forge.remove_comment(pull, extra.number)
    if not ours:
        made = _once(lambda: forge.add_comment(pull, body), lambda: forge.comments(pull), forge, facts, "comment")
        return Upserted(done=Done.CREATED, url=made.url)
    if _same(ours[0].body, body):
        return Upserted(done=Done.UNCHANGED, url=ours[0].url)
    return Upserted(done=Done.UPDATED, url=forge.change_comment(pull, ours[0].number, body).url)


def put_issue(
    forge: Forge, facts: Mapping[str, str], *, title: str, text: str, footer: str = "", is_open: bool
) -> Upserted:
    """Make `text` the one issue of `facts`' environment, open or closed; none is made to be closed.

    `footer` stands below it and is no news: an issue that differs in it alone stays as it is. Raises ForgeError.
    """
    told = f"{marker('issue', facts)}\n{text}"
    body = told + footer
    ours = _ours(forge.issues(LABEL), forge.me(), "issue", facts)
    if not ours:
        if not is_open:
            return Upserted(done=Done.NOTHING)
        made = _once(
            lambda: forge.add_issue(title=title, body=body, label=LABEL),
            lambda: forge.issues(LABEL),
            forge,
            facts,
            "issue",
        )
        return Upserted(done=Done.CREATED, url=made.url)
    # an open one first: somebody may have closed the older by hand and another was made since
    issue = next((each for each in ours if each.is_open), ours[-1])
    if not is_open and not issue.is_open:
        return Upserted(done=Done.NOTHING)
    if issue.is_open and is_open and issue.title == title and _begins(issue.body, told):
        return Upserted(done=Done.UNCHANGED, url=issue.url)
    changed = forge.change_issue(issue.number, title=title, body=body, is_open=is_open)
    return Upserted(done=Done.UPDATED if is_open else Done.CLOSED, url=changed.url)


def reviewed_digest(forge: Forge, pull: int, scope: Mapping[str, str]) -> str | None:
    """The digest of the plan that stands in our comment on a pull request, or None where there is none."""
    ours = _ours(forge.comments(pull), forge.me(), "comment", scope)
    digests = [(read_marker(each.body, "comment") or {}).get("digest") for each in ours]
    return next(filter(None, digests), None)


def _ours(posts: Sequence[Post], me: str, kind: str, facts: Mapping[str, str]) -> list[Post]:
    found = [(each, read_marker(each.body, kind)) for each in posts if each.author == me]
    return [post for post, told in found if told is not None and same_scope(told, facts)]


def _once(
    make: Callable[[], Post],
    standing: Callable[[], Sequence[Post]],
    forge: Forge,
    facts: Mapping[str, str],
    kind: str,
) -> Post:
    """Post, and where nobody knows whether it arrived, look before posting again."""
    try:
        return make()
    except UnknownPost:
        ours = _ours(standing(), forge.me(), kind, facts)
        return ours[0] if ours else make()


def _begins(body: str, told: str) -> bool:
    return body.replace("\r\n", "\n").startswith(told.rstrip())


def _same(left: str, right: str) -> bool:
    """Forges change line ends, and white space at the ends."""
    return left.replace("\r\n", "\n").strip() == right.replace("\r\n", "\n").strip()
