"""The HTML report read by a parser: which elements and attributes it has, and what it says."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input"}
TAGS = {
    *VOID,
    *("html", "head", "title", "style", "body", "header", "main", "footer", "section", "h1", "h2", "p", "pre", "code"),
    *("bdi", "span", "div", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "details", "summary"),
    *("fieldset", "legend", "label", "del", "ins"),
}
ATTRIBUTES = {
    *("class", "dir", "open", "lang", "charset", "http-equiv", "content", "name", "id", "type", "checked"),
    *("autocomplete", "scope", "colspan"),
}


@dataclass
class Page:
    """`texts` are the pieces of text outside of the style sheet; `policy` is what the page forbids itself."""

    texts: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    style: str = ""
    policy: str = ""

    @property
    def text(self) -> str:
        return "".join(self.texts)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert {name for name, _ in attrs} <= ATTRIBUTES, attrs
        given = dict(attrs)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.page.policy = given["content"] or ""
        self.page.tags.append(tag)
        self.page.classes.append(given.get("class") or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.page.style += data
        else:
            self.page.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    handle_pi = unknown_decl = handle_comment


def read_page(text: str) -> Page:
    """The page; every element is one of ours, and closes. The policy allows this style sheet and nothing else."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    page = reader.page
    mark = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert page.policy == f"default-src 'none'; style-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import|expression|</", page.style)
    return page
