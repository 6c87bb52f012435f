"""Drift brought home: live's values, written where each field's value stands, and nothing else changed. Pure.

Every change is made in memory and loaded as the next plan will load it. Only if exactly the accepted fields came out
differently is it a change; else it is refused, and the files stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace

from reconciler.canonical import Json, is_list
from reconciler.documents import Loaded
from reconciler.documents.editing import edited
from reconciler.documents.files import Files, Sources
from reconciler.errors import Diagnostic, DocumentError, error
from reconciler.frozen import dataclass
from reconciler.model import Desired, Drift, DriftedField, Entry, Side
from reconciler.pull.draft import Style
from reconciler.pull.layers import Layer, layer_of, overlays_of, scheme_of, sharers
from reconciler.pull.merging import merge
from reconciler.pull.overlay import Overlay
from reconciler.pull.pulling import Load
from reconciler.schemas import SchemaSet
from reconciler.secrecy import same, secret_name

CONFLICT = "merge-conflict"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What was asked for. `fields` empty: all that drifted. A value that several documents share is written where it
    stands (`allow_shared`), into the document itself (`override`), or not at all.
    """

    fields: tuple[str, ...] = ()
    allow_shared: bool = False
    override: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """What to write: `files` by path, then the entry. `conflicts` are fields with marks of a merge in their text."""

    key: str
    files: Mapping[str, bytes] = field(repr=False)
    entry: Entry
    accepted: tuple[str, ...]
    after: Loaded = field(repr=False)
    """What all documents say once the files are written."""
    conflicts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Keys of other documents that say the new values too."""
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By field: other environments in which this document says the new value too."""


class Accepting:
    """Accepts the drift of one document. `loaded` is what all documents say before; `others` are environments."""

    def __init__(
        self,
        *,
        files: Files,
        load: Load,
        loaded: Loaded,
        style: Style,
        schemas: SchemaSet,
        others: Sequence[str] = (),
    ) -> None:
        self._others = others
        self._files, self._load, self._loaded = files, load, loaded
        self._style, self._schemas = style, schemas
        self._sources = Sources(files=files)

    def accept(self, document: Desired, entry: Entry, drift: Drift, wish: Wish, *, now: str) -> Acceptance:
        """Raises DocumentError with every field that cannot be accepted; then nothing of it is."""
        chosen = [each for each in drift.fields if not wish.fields or each.field in wish.fields]
        making = _Making(self, document, wish)
        for each in chosen:
            making.take(each)
        if making.problems:
            raise DocumentError.of(making.problems)
        overlay = Overlay(under=self._files, written=making.written, folder=self._style.folder)
        after = self._load(overlay, {}, self._untouched(making.written))
        told = self._wrong(document, chosen, making, after)
        if told:
            raise DocumentError.of(told)
        names = [each.field for each in chosen]
        applied = {**entry.last_applied, **{each.field: each.live for each in chosen}}
        return Acceptance(
            key=document.key,
            files=making.written,
            entry=replace(entry, last_applied=applied, source="", inputs=(), updated_at=now),
            accepted=tuple(each for each in names if each not in making.conflicts),
            conflicts=tuple(making.conflicts),
            after=after,
            also=tuple(sorted(making.also)),
            elsewhere={name: found for name in making.everywhere if (found := self._reading(document, name))},
        )

    def _reading(self, document: Desired, name: str) -> tuple[str, ...]:
        """The other environments in which the document has no value of its own for a field."""
        overlays = overlays_of(document, self._sources)
        return tuple(each for each in self._others if name not in overlays.get(each, ()))

    def _untouched(self, written: Collection[str]) -> dict[str, Desired]:
        """The documents that are made from other files alone: they say what they said."""
        changed = {f"{kind}:{path}" for kind in ("yaml", "file") for path in written}
        return {each.key: each for each in self._loaded.desired if each.inputs and changed.isdisjoint(each.inputs)}

    def _wrong(
        self, document: Desired, chosen: Sequence[DriftedField], making: _Making, after: Loaded
    ) -> list[Diagnostic]:
        """Why what was made cannot stand: what the loader says of it, or a value that was not meant to change."""
        wrong = [each for each in after.errors if not (each.code == CONFLICT and making.conflicts)]
        if wrong:
            return [_invalid(each, document.key) for each in wrong]
        read = {each.key: each for each in after.desired}
        names = {each.field for each in chosen}
        free = frozenset((document.key, *making.also))
        for before in self._loaded.desired:
            now = read.get(before.key)
            if now is before or now is None:  # what is not read waits for a merge to be finished, and says so
                continue
            for name in before.content.keys() | now.content.keys():
                meant = before.key in free and name in names
                if not meant and before.content.get(name) != now.content.get(name):
                    return [_cannot(document, name, f"`{name}` of {before.key} would change with it")]
        now = read.get(document.key)
        return [
            _cannot(document, each.field, "it would not be read from the file as it is")
            for each in chosen
            if now is not None
            and each.field not in making.merged
            and not self.same(each.field, now.content.get(each.field), each.live)
        ]

    def same(self, name: str, left: Json, right: Json) -> bool:
        policy = self._schemas.fields.get(name)
        return same(left, right, unordered=policy is not None and policy.unordered)

    def layer(self, document: Desired, name: str) -> Layer | None:
        return layer_of(document, name, self._sources)

    def sharers(self, document: Desired, name: str, layer: Layer) -> list[str]:
        return sharers(document, name, layer, self._loaded.desired, self._sources)

    def content(self, path: str) -> bytes:
        return self._sources.content(path)

    def reference(self, name: str, id: Json) -> Json:
        known = self._style.names.get(name, {})
        return known.get(id, id) if isinstance(id, int) and not isinstance(id, bool) else id


class _Making:
    """The files of one acceptance while they are made."""

    def __init__(self, accepting: Accepting, document: Desired, wish: Wish) -> None:
        self.accepting, self.document, self.wish = accepting, document, wish
        self.written: dict[str, bytes] = {}
        self.problems: list[Diagnostic] = []
        self.conflicts: list[str] = []
        self.merged: set[str] = set()
        self.also: set[str] = set()
        self.everywhere: list[str] = []

    def take(self, drifted: DriftedField) -> None:
        """Make the change of one field, or say why it cannot be made."""
        try:
            if drifted.side is not Side.BOTH_SAME:
                self._write(drifted)
        except (DocumentError, ValueError) as problem:
            self._refuse(drifted, f"it cannot be written: {problem}")

    def _write(self, drifted: DriftedField) -> None:
        name, value = drifted.field, drifted.live
        if drifted.side is Side.BOTH_APART:
            texts = (drifted.last_applied, drifted.desired, drifted.live)
            if _all_long(texts):
                value, conflicts = merge(*texts)  # type: ignore[arg-type]
                self.merged.add(name)
                self.conflicts += [name] if conflicts else []
            elif name not in self.wish.fields:
                then = f"To take the portal's: `--field {name}`. To keep the file's: apply it."
                self._refuse(drifted, "the file and the portal both changed it, to different values", then)
                return
        layer = self.accepting.layer(self.document, name)
        if layer is None or not layer.is_overlay:
            self.everywhere.append(name)
        shared = self.accepting.sharers(self.document, name, layer) if layer else []
        if shared and not (self.wish.allow_shared or self.wish.override):
            where = (layer.text or layer.file) if layer else ""
            told = f"it stands in {where}, which {', '.join(shared)} {'uses' if len(shared) == 1 else 'use'} too"
            self._refuse(drifted, told, "`--allow-shared` changes all of them, `--override` this document alone.")
        elif layer is None or (shared and not self.wish.allow_shared):
            self._edit(self.document.file, (name,), _literal(value))
        else:
            self.also |= set(shared)
            self._in_place(drifted, layer, value)

    def _in_place(self, drifted: DriftedField, layer: Layer, value: Json) -> None:
        if layer.text is not None and isinstance(value, str):
            before = self.written.get(layer.text) or self.accepting.content(layer.text)
            self.written[layer.text] = _like(before, value)
            return
        if scheme_of(layer.raw) == "env":
            told = f"the file says {str(layer.raw).strip()}: the value is not the file's"
            self._refuse(drifted, told, "Change the variable, or write the value into the file first.")
            return
        desired = self.document.content.get(drifted.field)
        raw = self._raw(drifted.field, layer.raw, desired, value)
        if _holds_secret(raw):
            told = "a secret changed in the portal, and no file holds secrets"
            self._refuse(drifted, told, "Set the variable that the file names to the new value, and apply.")
            return
        self._edit(layer.file, layer.path, raw)

    def _raw(self, name: str, raw: Json, desired: Json, live: Json) -> Json:
        """Live's value as a file says it: what is equal keeps its words, references included. `name` has dots."""
        if same(desired, live) and (raw is not None or live is None):
            return raw
        if isinstance(live, Mapping) and secret_name(live) is None:
            was = raw if isinstance(raw, Mapping) else {}
            meant = desired if isinstance(desired, Mapping) else {}
            order = [*(each for each in was if each in live), *(each for each in live if each not in was)]
            return {each: self._raw(f"{name}.{each}", was.get(each), meant.get(each), live[each]) for each in order}
        if is_list(live):
            was_items = raw if is_list(raw) else []
            meant_items = desired if is_list(desired) else []
            return [self._item(name, was_items, meant_items, at, each) for at, each in enumerate(live)]
        return self.accepting.reference(name, live) if scheme_of(raw) == "ref" else _literal(live)

    def _item(self, name: str, raw: Sequence[Json], desired: Sequence[Json], at: int, live: Json) -> Json:
        """An item keeps the words of the one that it equals, wherever that stood; else of the one in its place."""
        for was, meant in zip(raw, desired, strict=False):
            if same(meant, live):
                return was
        was, meant = (raw[at], desired[at]) if at < min(len(raw), len(desired)) else (None, None)
        return self._raw(name, was, meant, live)

    def _edit(self, file: str, path: tuple[str | int, ...], raw: Json) -> None:
        before = self.written.get(file) or self.accepting.content(file)
        self.written[file] = edited(before, path, raw, file=file)

    def _refuse(self, drifted: DriftedField, why: str, then: str | None = None) -> None:
        self.problems.append(_cannot(self.document, drifted.field, why, then))


def _cannot(document: Desired, name: str, why: str, then: str | None = None) -> Diagnostic:
    place = document.place((name,))
    told = f"`{name}` of {document.key} is not accepted: {why}"
    where = {"file": place.file, "line": place.line, "column": place.column, "key": document.key}
    return error("not-accepted", told, then or "Nothing was changed. Edit the file by hand.", field=name, **where)


def _invalid(told: Diagnostic, key: str) -> Diagnostic:
    then = "Nothing was changed. Correct it in the portal, or release the field: `reconciler: {unmanaged: [...]}`."
    return error(
        "not-accepted", f"the portal's value cannot be sent again: {told.summary}", then, key=key, field=told.field
    )


def _like(before: bytes, text: str) -> bytes:
    """A text file's new content, with the mark, the line ends and the last newline of the old."""
    bom = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    ended = clean + ("\n" if before.endswith(b"\n") or not before else "")
    return bom + (ended.replace("\n", "\r\n") if b"\r\n" in before else ended).encode("utf-8", "replace")


def _literal(value: Json) -> Json:
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {name: _literal(each) for name, each in value.items()}
    return [_literal(each) for each in value] if isinstance(value, Sequence) else value


def _all_long(texts: Iterable[Json]) -> bool:
    """Whether all are texts, and one at least has lines: what can be merged by lines."""
    found = list(texts)
    return all(isinstance(each, str) for each in found) and any("\n" in str(each).strip() for each in found)


def _holds_secret(value: Json) -> bool:
    if secret_name(value) is not None:
        return True
    if isinstance(value, Mapping):
        return any(_holds_secret(each) for each in value.values())
    return is_list(value) and any(_holds_secret(each) for each in value)
