"""The one reserved key of a document, `reconciler:` (how, not what), read strictly. Core: pure.

Wrong types and unknown settings are errors at their places. Required fields may be released too: an adopted assistant
may keep its name or its prompt in the portal. Whether such a document can be created is judged where its create body
is made, since only the state knows whether it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from typing import TypeVar

from reconciler.canonical import Json
from reconciler.documents.keys import ENDINGS, key_fault
from reconciler.documents.places import at
from reconciler.documents.scalars import kind_of
from reconciler.documents.strict_yaml import Parsed
from reconciler.errors import Diagnostic, error
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Path
from reconciler.validation import suggestion

SETTINGS = frozenset({"extends", "id", "moved_from", "unmanaged", "seed", "protect", "environments"})
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`extends` as it was written, in order; `overlay` is the path of the chosen environment's fields, if any."""

    extends: tuple[str, ...] = ()
    id: int | None = None
    moved_from: str | None = None
    unmanaged: frozenset[str] = frozenset()
    seed: frozenset[str] = frozenset()
    protect: bool = False
    overlay: Path | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


def read_settings(parsed: Parsed, *, key: str | None, fields: frozenset[str], environment: str) -> Settings:
    """The settings of a document; what is wrong with them is in `diagnostics`, and left out of the rest.

    `key` is None for a base.
    """
    stated = (parsed.value or {}).get(RESERVED)
    if stated is None:
        return Settings()
    reading = _SettingsReading(parsed=parsed, key=key, fields=fields)
    if not isinstance(stated, Mapping):
        reading.wrong((RESERVED,), f"`{RESERVED}` must be a mapping of settings, not {kind_of(stated)}")
        return Settings(diagnostics=tuple(reading.problems))
    for name in stated:
        if name not in SETTINGS:
            reading.unknown((RESERVED, name), name, SETTINGS)

    def read(name: str, check: Callable[[_SettingsReading, Json], T]) -> T | None:
        return check(reading, stated[name]) if name in stated else None

    unmanaged = read("unmanaged", partial(_field_names, name="unmanaged")) or frozenset()
    seed = read("seed", partial(_field_names, name="seed")) or frozenset()
    for name in sorted(unmanaged & seed):
        reading.wrong((RESERVED, "seed"), f"`{name}` cannot be both `seed` and `unmanaged`")
    overlaid = environment in (read("environments", _environments) or {})
    return Settings(
        extends=read("extends", partial(_texts, name="extends", wanted="a list of files, such as [_base.yaml]")) or (),
        id=read("id", _id),
        moved_from=read("moved_from", _moved_from),
        unmanaged=unmanaged,
        seed=seed,
        protect=bool(read("protect", _protect)),
        overlay=(RESERVED, "environments", environment) if overlaid else None,
        diagnostics=tuple(reading.problems),
    )


@dataclass(kw_only=True, slots=True)
class _SettingsReading:
    """One document's settings while they are read, and what is wrong with them."""

    parsed: Parsed
    key: str | None
    fields: frozenset[str]
    problems: list[Diagnostic] = field(default_factory=list)

    def wrong(self, path: Path, told: str, then: str | None = None, *, code: str = "setting-invalid") -> None:
        found = (self.parsed.names, self.parsed.places) if code.endswith("-unknown") else (self.parsed.places,)
        place = next((each[path] for each in found if path in each), self.parsed.places[()])
        self.problems.append(error(code, told, then, **at(place, key=self.key, path=path)))

    def unknown(self, path: Path, name: str, known: frozenset[str]) -> None:
        guess = suggestion(name, sorted(known))
        kind = "setting" if known is SETTINGS else "field"
        # the settings are few; a line of all fields is not read
        rest = f"Known are {', '.join(sorted(known))}." if known is SETTINGS else None
        then = f"Did you mean `{guess}`?" if guess else rest
        self.wrong(path, f"unknown {kind} `{name}`", then, code=f"{kind}-unknown")


def _field_names(reading: _SettingsReading, stated: Json, *, name: str) -> frozenset[str]:
    names = _texts(reading, stated, name=name, wanted="a list of field names")
    for index, each in enumerate(stated if isinstance(stated, list) else ()):
        if isinstance(each, str) and each not in reading.fields:
            reading.unknown((RESERVED, name, index), each, reading.fields)
    return frozenset(names) & reading.fields


def _texts(reading: _SettingsReading, stated: Json, *, name: str, wanted: str) -> tuple[str, ...]:
    if not isinstance(stated, list):
        reading.wrong((RESERVED, name), f"`{name}` must be {wanted}, not {kind_of(stated)}")
        return ()
    for index, each in enumerate(stated):
        if not isinstance(each, str):
            reading.wrong((RESERVED, name, index), f"`{name}` must be {wanted}; this is {kind_of(each)}")
        elif each in stated[:index]:
            reading.wrong((RESERVED, name, index), f"`{each}` stands in `{name}` twice")
    return tuple(dict.fromkeys(each for each in stated if isinstance(each, str)))


def _id(reading: _SettingsReading, stated: Json) -> int | None:
    if isinstance(stated, int) and not isinstance(stated, bool) and stated >= 1:
        return stated
    then = "It adopts the existing assistant of that id; leave it out to create one."
    shown = f"{stated}" if isinstance(stated, int | float) and not isinstance(stated, bool) else kind_of(stated)
    reading.wrong((RESERVED, "id"), f"`id` must be a whole number from 1, not {shown}", then)
    return None


def _moved_from(reading: _SettingsReading, stated: Json) -> str | None:
    path = (RESERVED, "moved_from")
    then = "It is the old key: the path below the assistants folder without .yaml."
    if not isinstance(stated, str):
        reading.wrong(path, f"`moved_from` must be text, not {kind_of(stated)}", then)
    elif stated == reading.key:
        reading.wrong(path, "`moved_from` names the document itself", then)
    elif fault := key_fault(stated):
        reading.wrong(path, f"`moved_from` is no key: {fault}", then)
    elif stated.endswith(ENDINGS):
        reading.wrong(path, f"`moved_from` is no key: `{stated}` has an ending", then)
    else:
        return stated
    return None


def _protect(reading: _SettingsReading, stated: Json) -> bool | None:
    if isinstance(stated, bool):
        return stated
    reading.wrong((RESERVED, "protect"), f"`protect` must be true or false, not {kind_of(stated)}")
    return None


def _environments(reading: _SettingsReading, stated: Json) -> Mapping[str, Json] | None:
    path = (RESERVED, "environments")
    if not isinstance(stated, Mapping):
        reading.wrong(path, f"`environments` must be a mapping of environments, not {kind_of(stated)}")
        return None
    good: dict[str, Json] = {}
    for name, overlay in stated.items():
        if not isinstance(overlay, Mapping):
            reading.wrong((*path, name), f"`{name}` must be a mapping of fields, not {kind_of(overlay)}")
            continue
        good[name] = overlay
        for each in overlay:
            if each == RESERVED:
                told = f"`{RESERVED}` cannot stand in an environment: it overlays fields, not settings"
                reading.wrong((*path, name, each), told)
            elif each not in reading.fields:
                reading.unknown((*path, name, each), each, reading.fields)
    return good
