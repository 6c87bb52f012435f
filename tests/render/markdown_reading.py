"""Markdown read as a forge reads it: what is code, what is ours, and what anything outside of code would do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

OUR_TAGS = {"details", "summary", "b", "code"}


@dataclass
class Read:
    """`outside` is text that stands in no code; `fences` are languages and contents; `tags` as they open and close."""

    outside: list[str] = field(default_factory=list)
    fences: list[tuple[str, str]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


class _Html(HTMLParser):
    """Tags in order, text outside of `<code>`."""

    def __init__(self, found: Read) -> None:
        super().__init__(convert_charrefs=True)
        self.found, self.code = found, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in OUR_TAGS, tag
        assert attrs in ([], [("open", None)]), attrs
        self.found.tags.append(tag)
        self.code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.found.tags.append(f"/{tag}")
        self.code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self.code:
            self.found.outside.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def read(text: str) -> Read:
    """The parts of a report, tables included."""
    found = Read()
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        _take(token, found)
    return found


def assert_contained(text: str) -> Read:
    """Nothing outside of code links, mentions, refers, embeds or commands; every tag that opens closes."""
    assert "<!--" not in text
    found = read(text)
    assert not found.kinds & {"link_open", "image", "code_block", "html_inline"}, found.kinds
    for each in found.outside:
        assert not re.search(r"@\w|#\d|!\d|https?:|www\.|<|\]\(", each), each
    assert {language for language, _ in found.fences} <= {"diff", "text"}
    opened: list[str] = []
    for tag in found.tags:
        if tag.startswith("/"):
            assert opened.pop() == tag[1:]
        else:
            opened.append(tag)
        assert opened.count("details") <= 1
    assert not opened
    return found


def _take(token: Token, found: Read) -> None:
    found.kinds.add(token.type)
    if token.type == "fence":
        found.fences.append((token.info, token.content))
    elif token.type == "html_block":
        parser = _Html(found)
        parser.feed(token.content)
        parser.close()
    elif token.type == "text":
        found.outside.append(token.content)
    for child in token.children or ():
        _take(child, found)
