"""Makes one meaning of a field out of its two pages, and says where the pages disagree.

The create page speaks first: where both give a limit and differ, its limit is kept and the difference reported.
What only one of them says holds for both, but for null, which each page allows for itself. Pure, stdlib.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.apidocs.meaning import Meaning, PageMeaning
from reconciler.errors import Diagnostic, note, warning
from reconciler.frozen import dataclass

LIMITS = (
    ("low", "a minimum"),
    ("high", "a maximum"),
    ("shortest", "a minimum length"),
    ("longest", "a maximum length"),
    ("pattern", "a pattern"),
)
ONCE_SAID = (
    "low",
    "high",
    "shortest",
    "longest",
    "pattern",
    "choices",
    "format",
    "item_key",
    "parts",
    "applies",
    "always_on",
    "required_for",
    "required_if",
    "exclusive",
    "choice_limits",
)
FLAGS = ("replaced", "placeholders", "lists_of_text")


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field of the API: its meaning on each page that has it, and the one that both pages make together."""

    name: str
    both: Meaning
    create: Meaning | None
    update: Meaning | None

    @property
    def required(self) -> bool:
        return self.create is not None and self.create.field.required


def merge(create: PageMeaning, update: PageMeaning) -> tuple[dict[str, Field], list[Diagnostic]]:
    """Every field of both pages, in the create page's order, and what the pages say differently."""
    names = [*create.fields, *(each for each in update.fields if each not in create.fields)]
    found: dict[str, Field] = {}
    said: list[Diagnostic] = []
    for name in names:
        first, second = create.fields.get(name), update.fields.get(name)
        said += _differences(name, first, second, create, update)
        found[name] = Field(name=name, both=_together(first, second), create=first, update=second)
    return found, said


def _together(first: Meaning | None, second: Meaning | None) -> Meaning:
    if first is None or second is None:
        alone = first or second
        assert alone is not None
        return alone
    taken = {each: getattr(first, each) if _says(first, each) else getattr(second, each) for each in ONCE_SAID}
    flags = {each: getattr(first, each) or getattr(second, each) for each in FLAGS}
    speaker = first if first.has_default else second
    page_field = replace(
        first.field,
        type=first.field.type or second.field.type,
        fields=first.field.fields or second.field.fields,
        details=first.field.details or second.field.details,
        code=first.field.code or second.field.code,
    )
    return replace(first, field=page_field, has_default=speaker.has_default, default=speaker.default, **taken, **flags)


def _says(meaning: Meaning, name: str) -> bool:
    return getattr(meaning, name) not in (None, (), {})


def _differences(
    name: str, first: Meaning | None, second: Meaning | None, create: PageMeaning, update: PageMeaning
) -> Iterable[Diagnostic]:
    if first is None:
        assert second is not None
        yield _alone(second, update, create)
    elif second is None:
        yield _alone(first, create, update)
    else:
        for told, mine, theirs in _compared(first, second):
            yield warning(
                "pages-differ",
                f"`{name}`: {create.page.source} gives {told} {mine}, {update.page.source} gives {theirs}",
                "The create page's is kept.",
                file=update.page.source,
                line=second.field.line,
                field=name,
            )
        yield from _one_sided(create, first, second)
        yield from _one_sided(update, second, first)


def _alone(meaning: Meaning, there: PageMeaning, missing: PageMeaning) -> Diagnostic:
    return warning(
        "field-on-one-page",
        f"`{meaning.field.name}` is on {there.page.source} and not on {missing.page.source}",
        "It can be sent only where its page documents it.",
        file=there.page.source,
        line=meaning.field.line,
        field=meaning.field.name,
    )


def _one_sided(page: PageMeaning, mine: Meaning, theirs: Meaning) -> Iterable[Diagnostic]:
    given = [
        f"{told} ({getattr(mine, each)})" for each, told in LIMITS if _says(mine, each) and not _says(theirs, each)
    ]
    if given:
        yield note(
            "limit-on-one-page",
            f"`{mine.field.name}`: only {page.page.source} gives {' and '.join(given)}; taken for both",
            file=page.page.source,
            line=mine.field.line,
            field=mine.field.name,
        )


def _compared(first: Meaning, second: Meaning) -> Iterable[tuple[str, object, object]]:
    """What both pages give, and differently: its name, the create page's value, the update page's."""
    pairs: list[tuple[str, object, object]] = [("the type", first.field.type, second.field.type)]
    pairs += [(told, getattr(first, each), getattr(second, each)) for each, told in LIMITS]
    values = [", ".join(each.value for each in one.choices) for one in (first, second)]
    pairs.append(("the values", values[0], values[1]))
    if first.has_default and second.has_default:
        pairs.append(("the default", first.default, second.default))
    silent = (None, "")
    for told, mine, theirs in pairs:
        if mine not in silent and theirs not in silent and mine != theirs:
            yield told, mine, theirs
