"""What a forge is asked, whichever it is, and the posts that it answers with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reconciler.frozen import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A comment (`number` is its id) or an issue (`number` is what people call it). `author` is an account's name."""

    number: int
    body: str
    author: str
    title: str = ""
    is_open: bool = True
    url: str | None = None


class Forge(Protocol):
    """The few questions. Every one raises ForgeError."""

    name: str
    most: int
    """Characters that a post may have."""

    def me(self) -> str:
        """The account that posts."""

    def head(self, pull: int) -> str:
        """The newest commit of a pull request."""

    def pulls_of(self, commit: str) -> Sequence[int]:
        """The pull requests that brought a commit, merged ones first."""

    def comments(self, pull: int) -> Sequence[Post]:
        """Every comment of a pull request, oldest first."""

    def add_comment(self, pull: int, body: str) -> Post: ...
    def change_comment(self, pull: int, number: int, body: str) -> Post: ...
    def remove_comment(self, pull: int, number: int) -> None: ...
    def issues(self, label: str) -> Sequence[Post]:
        """Every issue with a label, open or not, oldest first."""

    def add_issue(self, *, title: str, body: str, label: str) -> Post: ...
    def change_issue(self, number: int, *, title: str, body: str, is_open: bool) -> Post: ...
    def propose(self, *, branch: str, into: str, title: str, body: str) -> Post:
        """Open a pull request of a branch, or bring the open one up to date."""

    def close(self) -> None:
        """Close every connection."""
