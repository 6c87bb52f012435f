"""Reads the HTML form: a page as a browser saves it, or as a docs site answers where it has no Markdown.

The tags are turned into the lines form: a block is a line, code keeps its backticks, a bullet its mark, and a fold-out
its two ends, so that fields inside it stay inside. What is no text (scripts, menus, drawings) is left out. Docs sites
name the pieces of a field in `data-component-part`; where one does not, blocks and spans tell. Pure, stdlib.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

from reconciler.apidocs import inline_form
from reconciler.apidocs.headings import FOLD
from reconciler.apidocs.lines_form import CLOSES, OPENS, Numbered

LOOKS = re.compile(
    r"\A\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|main|article|div)\b", re.IGNORECASE | re.DOTALL
)
BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figure",
        ),
        *("form", "header", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "thead"),
        *("tr", "ul"),
    )
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
SILENT = frozenset(("script", "style", "nav", "svg", "noscript", "template", "footer", "head", "select", "iframe"))
EMPTY = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
PIECE = re.compile(r"field-(?:name|info-pill|required-pill|optional-pill|default-pill|deprecated-pill|content)")
FOLD_CLASS = re.compile(r"(?:^|[\s-])expandable(?:$|[\s-])")
LONGEST = 20_000
"""Characters of one line: no paragraph has as many."""
JOINT = "\x1f"
"""Stands where two spans meet without a space: a space there may be what parts a name from its type."""


def recognises(text: str) -> bool:
    """Whether the text starts as a web page does."""
    return bool(LOOKS.match(text))


def lines_of(text: str) -> list[Numbered]:
    """The page as lines, with the numbers that they have in its source."""
    parser = _Lines()
    parser.feed(text)
    parser.close()
    parser.end_line()
    return parser.lines


class _Lines(HTMLParser):
    """Gathers lines with the numbers that they have in the source."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Numbered] = []
        self.buffer = ""
        self.silent = 0
        self.code = 0
        self.button = 0
        self.stack: list[tuple[str, bool, bool]] = []
        # counted beside the stack: a hostile page may nest a hundred thousand tags
        self.open: Counter[str] = Counter()
        self.folds = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in EMPTY:
            self._empty(tag)
            return
        named = {name: value or "" for name, value in attrs}
        silent = tag in SILENT or named.get("aria-hidden") == "true"
        piece = bool(PIECE.fullmatch(named.get("data-component-part", "")))
        fold = tag == "details" or bool(FOLD_CLASS.search(named.get("class", "")))
        fold = fold and not self.silent
        self.stack.append((tag, fold, silent))
        self.open[tag] += 1
        self.silent += silent
        self.folds += fold
        if self.silent:
            return
        if tag in BLOCKS or tag in HEADINGS or piece or fold:
            self.end_line()
        if tag in HEADINGS:
            self._put("")
        elif tag == "li":
            self.buffer = "• "
        elif tag == "pre":
            self.code += 1
        elif tag == "button":
            self.end_line()
            self.button += 1
        elif tag == "code" and not self.code:
            self.buffer += "`"
        elif tag in ("td", "th"):
            self.buffer += " | "
        elif tag == "span" and self.buffer[-1:].isalnum():
            self.buffer += JOINT
        if fold:
            self._put(OPENS)

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY or not self.open[tag]:
            return
        name = ""
        while name != tag:
            name, fold, silent = self.stack.pop()
            self._end(name, fold=fold)
            self.open[name] -= 1
            self.silent -= silent
            self.folds -= fold

    def _end(self, tag: str, *, fold: bool) -> None:
        if self.silent:
            return
        if tag == "code" and not self.code:
            self.buffer += "`"
        elif tag == "span" and self.buffer[-1:].isalnum():
            self.buffer += JOINT
        elif tag == "button":
            self.end_line()
            self.button -= 1
        elif tag in BLOCKS or tag in HEADINGS or fold:
            self.end_line()
        if tag == "pre":
            self.code = max(0, self.code - 1)
        if tag in HEADINGS or tag == "table":
            self._put("")
        if fold:
            self._put(CLOSES)

    def _empty(self, tag: str) -> None:
        if tag in ("br", "hr") and not self.silent:
            self.end_line()

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.code:
            *whole, rest = data.split("\n")
            for each in whole:
                self.buffer += each
                self.end_line()
            self.buffer += rest
        else:
            self.buffer += re.sub(r"\s+", " ", data)
        if len(self.buffer) > LONGEST:
            self.end_line()

    def end_line(self) -> None:
        """Put what was gathered as a line, where it is text and not the label of a button."""
        spaced = re.sub(r"\s+", " ", self.buffer.replace(JOINT, " ")).strip()
        line = (
            spaced if inline_form.is_field(spaced) else re.sub(r"[ \t]+", " ", self.buffer.replace(JOINT, "")).strip()
        )
        self.buffer = ""
        if line and line != "•" and (not self.button or (FOLD.fullmatch(line) and not self.folds)):
            self._put(line)

    def _put(self, line: str) -> None:
        self.lines.append((self.getpos()[0], line))
