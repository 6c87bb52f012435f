"""Why a field of an assistant is what it is: as text and as JSON. Pure.

The answer walks back: the value, the line that states it, what that line refers to, the lines it won over, and what
the state and the API know.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reconciler.canonical import Json
from reconciler.documents.tracing import Reference, Stated
from reconciler.frozen import dataclass
from reconciler.model import Position
from reconciler.planfile import FORMAT_VERSION
from reconciler.render.escape import terminal_safe
from reconciler.render.gutter import Look
from reconciler.render.lines import Line, split
from reconciler.render.paint import paint
from reconciler.render.values import brief, inline, is_long

Status = Literal["set", "cleared", "released", "left", "absent", "gone"]
"""`cleared`: the document says null. `left`: it was applied, no file states it any more, and the next apply clears it.
`absent`: nobody ever stated it. `gone`: there is no document any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What one side knows of the field: a value, or (`there` false) that it has none. `same`: as the document says."""

    there: bool
    value: Json = None
    same: bool | None = None
    when: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Everything that is known of one field, masked. `stated` stands nearest first: the first one counts.

    `last_applied` is None where nothing was ever applied, `live` where it was not read. `default` is the
    platform's, for who states nothing. The places are where the reference leads, and the lines of release and default.
    """

    environment: str
    key: str
    field: str
    status: Status
    value: Json = None
    stated: tuple[Stated, ...] = ()
    reference: Reference | None = None
    reference_place: Position | None = None
    released_at: Position | None = None
    default: Known | None = None
    default_place: Position | None = None
    last_applied: Known | None = None
    live: Known | None = None
    seed: bool = False
    clears_with: Json = None


_LAYERS = {"environment": "its overlay for this environment", "document": "the document", "base": "a base"}
_WIDTH = 14


def render_why(found: Explanation, *, color: bool = False, width: int | None = None, verbose: int = 0) -> str:
    """The whole answer; a long text by its first line and size, and whole with `verbose`."""
    look = Look(color=color, width=width, whole=verbose > 0)
    head = f"{terminal_safe(found.field)} of {terminal_safe(found.key)}: {_verdict(found)}"
    lines = [head, *_text(found, look), ""]
    for label, told in _answers(found):
        lines.append(f"  {paint(f'{label:<{_WIDTH}}', 'quiet', color=color)}{told}")
    return "\n".join(lines).rstrip("\n") + "\n"


def why_to_json(found: Explanation) -> dict[str, Json]:
    """The same as JSON. `source` is the line that counts, `overrides` those that it won over, nearest first."""
    source = found.stated[0] if found.stated else None
    return {
        "format_version": FORMAT_VERSION,
        "environment": found.environment,
        "key": found.key,
        "field": found.field,
        "status": found.status,
        "value": found.value,
        "seed": found.seed,
        "source": None if source is None else _stated(source),
        "reference": None if found.reference is None else _reference(found),
        "overrides": [_stated(each) for each in found.stated[1:]],
        "released_at": _place(found.released_at),
        "default": None if found.default is None else {"value": found.default.value, **_at(found.default_place)},
        "last_applied": _known(found.last_applied),
        "live": _known(found.live),
    }


def _verdict(found: Explanation) -> str:
    match found.status:
        case "set":
            return brief(found.value)
        case "cleared":
            return "null, so it is cleared and kept so"
        case "released":
            return "not managed; it stays as it is"
        case "left":
            return f"stated no more; the next apply clears it (sends {inline(found.clears_with)})"
        case "gone":
            return "no document any more; see the state below"
        case _:
            return "stated nowhere; it is left alone"


def _text(found: Explanation, look: Look) -> Iterator[str]:
    if look.whole and isinstance(found.value, str) and is_long(found.value):
        yield from look.lines((Line(mark=" ", text=line) for line in split(found.value)), "  ")


def _answers(found: Explanation) -> Iterator[tuple[str, str]]:
    for at, each in enumerate(found.stated):
        reference = found.reference.written if at == 0 and found.reference is not None else None
        written = f": {terminal_safe(reference)}" if reference else "" if at == 0 else f": {brief(each.written)}"
        yield ("from" if at == 0 else "instead of"), f"{_spot(each.place)}, {_LAYERS[each.layer]}{written}"
        if at == 0 and found.reference is not None:
            yield "which is", _referred(found.reference, found.reference_place)
    if found.released_at is not None:
        yield "released at", _spot(found.released_at)
    if found.seed:
        yield "seed", "sent at creation only; later it is the portal's"
    yield "last applied", "nothing, ever" if found.last_applied is None else _told(found.last_applied)
    yield "live", "not read; `--refresh` reads it" if found.live is None else _told(found.live)
    if found.default is not None:
        place = "" if found.default_place is None else f", {_spot(found.default_place)}"
        yield "default", f"{brief(found.default.value)}, where nobody states it{place}"


def _referred(reference: Reference, place: Position | None) -> str:
    match reference.scheme:
        case "file":
            return f"the text in {terminal_safe(reference.file or reference.name)}"
        case "ref":
            where = "" if place is None else f", {_spot(place)}"
            return f"{terminal_safe(reference.name)} in the environment's catalogue{where}"
        case "secret":
            return f"the secret {terminal_safe(reference.name)}, from the environment"
        case _:
            return f"the environment variable {terminal_safe(reference.name)}"


def _told(known: Known) -> str:
    value = brief(known.value) if known.there else "(not set)"
    differs = "" if known.same is None else " (the same)" if known.same else " (differs)"
    return f"{value}{differs}{f', {terminal_safe(known.when)}' if known.when else ''}"


def _spot(place: Position) -> str:
    return terminal_safe(f"{place.file}:{place.line}:{place.column}")


def _stated(each: Stated) -> dict[str, Json]:
    return {"layer": each.layer, **_at(each.place), "written": each.written}


def _reference(found: Explanation) -> dict[str, Json]:
    assert found.reference is not None
    at = _at(found.reference_place)
    if found.reference_place is None:
        at["file"] = found.reference.file
    return {"kind": found.reference.scheme, "name": found.reference.name, **at}


def _known(known: Known | None) -> Json:
    if known is None:
        return None
    return {"there": known.there, "value": known.value, "same": known.same, "at": known.when}


def _place(place: Position | None) -> Json:
    return None if place is None else _at(place)


def _at(place: Position | None) -> dict[str, Json]:
    if place is None:
        return {"file": None, "line": None, "column": None}
    return {"file": place.file, "line": place.line, "column": place.column}
