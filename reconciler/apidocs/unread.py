"""Finds what was not read: sentences that look like a rule and gave none, so that nothing is dropped in silence.

Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.apidocs.notes import TABLE_HEAD, numbered
from reconciler.apidocs.page import Page, PageField
from reconciler.apidocs.prose import facts_in
from reconciler.apidocs.variants import KEY
from reconciler.frozen import dataclass

SENTENCE = re.compile(r"[^\s.][^.\n]*(?:\.(?=\S)[^.\n]*)*")
LOOKS_LIKE_A_RULE = re.compile(
    r"\b(?:must|cannot|can't|only (?:for|in|with|if|when)|required|at least|at most|(?:min|max)imum \d|range|null"
    r"|default|muss|müssen|darf|dürfen|nur (?:für|im|in|wenn)|erforderlich|mindestens|höchstens|Bereich"
    r"|debe|deben|deve|devem|s[óo]lo (?:para|en|si)|apenas (?:para|em|se)|obligatori[oa]|obrigat[óo]ri[oa])\b",
    re.IGNORECASE,
)
ENGLISH = frozenset(("the", "of", "to", "is", "for", "and", "an", "whether", "in", "when"))
KINDS = {
    "applies": "which fields exist only in some modes",
    "required-for": "what a mode needs",
    "required-if": "what is required only beside another field",
    "always-on": "what a mode does not let be turned off",
    "reset": "what a change of mode resets",
    "exclusive": "what only one assistant may hold",
    "replaced": "what is replaced as a whole",
}
"""The rules whose wording is read in English first, and what they say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """One sentence that gave no rule. `field` is empty for what stands outside of fields."""

    field: str
    words: str
    line: int


def unread_in(page: Page, values: Iterable[str]) -> tuple[Unread, ...]:
    """Every such sentence of the body's fields, nested ones and described kinds included, and then of the notes."""
    listed = tuple(values)
    fields = (each for field in page.body for each in _of_field(field, field.name, listed))
    return (*fields, *_of_notes(page, listed))


def _of_notes(page: Page, values: tuple[str, ...]) -> Iterable[Unread]:
    for text, line in numbered(page):
        if not TABLE_HEAD.search(text):
            for words, _ in _sentences(text.removeprefix("- "), values):
                yield Unread(field="", words=words, line=line)


def _of_field(field: PageField, name: str, values: tuple[str, ...]) -> Iterable[Unread]:
    for words, offset in _sentences(field.text, values):
        yield Unread(field=name, words=words, line=field.line_at(offset))
    for detail in field.details:
        key = KEY.match(detail)
        told = _sentences(key["text"] if key else detail, values)
        yield from (Unread(field=name, words=words, line=field.line) for words, _ in told)
    for inner in field.fields:
        yield from _of_field(inner, f"{name}.{inner.name}", ())


def _sentences(text: str, values: tuple[str, ...]) -> Iterable[tuple[str, int]]:
    spans = [(fact.start, fact.end) for fact in facts_in(text, values)]
    for sentence in SENTENCE.finditer(text):
        read = any(start < sentence.end() and sentence.start() < end for start, end in spans)
        if not read and LOOKS_LIKE_A_RULE.search(sentence[0]):
            yield sentence[0], sentence.start()


def is_foreign(page: Page) -> bool:
    """Whether the page's descriptions are hardly in English, whose wordings the table of sentences knows best."""
    words = re.findall(r"[^\W\d_]+", " ".join(each.text for each in page.body).lower())
    return len(words) > 30 and sum(each in ENGLISH for each in words) / len(words) < 0.05


def kinds_not_found(page: Page, values: Iterable[str]) -> list[str]:
    """Which kinds of rules no sentence of the page gave, in words."""
    listed = tuple(values)
    texts = (*(each.text for each in page.body), *page.notes)
    given = {fact.gives for text in texts for fact in facts_in(text, listed)}
    return [told for kind, told in KINDS.items() if kind not in given]
