"""All documents of a pull, judged as they would be read, and mended until the loader takes every one of them.

What the loader refuses is released field by field, with its own words as the reason: the rules of a document are not
told twice. Pure; the files are passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Protocol

from reconciler.documents import Loaded
from reconciler.documents.files import Files
from reconciler.documents.keys import key_of
from reconciler.errors import Diagnostic, DocumentError, warning
from reconciler.frozen import dataclass
from reconciler.model import Desired, Entry, Live
from reconciler.planning.compare import managed
from reconciler.pull.draft import Draft, Style, draft
from reconciler.pull.naming import candidates
from reconciler.pull.overlay import Overlay
from reconciler.schemas import SchemaSet
from reconciler.secrecy import reveal, same

ROUNDS = 12
"""Releasing a field may make another one invalid; more rules than this do not hang on each other."""


class Load(Protocol):
    """Loads all documents from some files, with more variables than the environment has; what is known to say what it
    said before (`known`) need not be read."""

    def __call__(
        self, files: Files, variables: Mapping[str, str], known: Mapping[str, Desired] | None = None
    ) -> Loaded: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """One document to write, and the desired value that it will be read as."""

    draft: Draft
    desired: Desired


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulling:
    """The pull as a value: what to write, sorted by key, and what was left out and why."""

    pulled: tuple[Pulled, ...] = ()
    left_out: tuple[int, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def unmanaged(live: Mapping[int, Live], entries: Mapping[str, Entry], desired: Iterable[Desired]) -> dict[int, Live]:
    """The assistants that no entry and no document's `id` claims, by id in ascending order."""
    held = {each.id for each in entries.values()} | {each.id for each in desired}
    return {id: live[id] for id in sorted(live) if id not in held}


@dataclass(frozen=True, kw_only=True, slots=True)
class Puller:
    """What a pull is decided from. `taken` are the keys of entries; `loaded` what the documents say today."""

    files: Files
    load: Load
    loaded: Loaded
    entries: Mapping[str, Entry]
    style: Style
    schemas: SchemaSet

    def pull(self, live: Mapping[int, Live]) -> Pulling:
        """Documents for these assistants, under keys of their own names."""
        told: list[Diagnostic] = []
        left_out = {id for id, each in live.items() if self._may_be_a_begun_create(each, told)}
        refused: set[tuple[int, str]] = set()
        while True:
            keys, unclear = self._keys({id: each for id, each in live.items() if id not in left_out}, refused)
            found = self.drafts({key: live[id] for id, key in keys.items()})
            clash = [each.draft for each in found.pulled if not self.can_stand(each.draft)]
            if not clash:
                break
            refused |= {(each.id, each.key) for each in clash}
            told += [_maybe_the_same(each) for each in clash if each.key in unclear]
            left_out |= {each.id for each in clash if each.key in unclear}
        nameless = [live[id] for id in live if id not in left_out and id not in keys]
        return Pulling(
            pulled=found.pulled,
            left_out=tuple(sorted({*left_out, *found.left_out, *(each.id for each in nameless)})),
            diagnostics=(*told, *found.diagnostics, *(_nameless(each) for each in nameless)),
        )

    def drafts(self, live: Mapping[str, Live]) -> Pulling:
        """Documents for these assistants under these keys, each of them valid."""
        released: dict[str, dict[str, str]] = {key: {} for key in live}
        failed: dict[str, Diagnostic] = {}
        rounds = 0
        while True:
            rounds += 1
            made = {
                key: draft(key, each, released[key], self.style, self.schemas)
                for key, each in live.items()
                if key not in failed
            }
            loaded = self._loaded(made.values())
            wrong = [*self._refused(loaded, made), *self._changed(loaded, made)]
            if not wrong:
                break
            for key, name, why in wrong:
                if name is None or name in made[key].released or rounds > ROUNDS:
                    failed.setdefault(key, why)
                else:
                    released[key].setdefault(name, why.summary)
        desired = {each.key: each for each in loaded.desired}
        return Pulling(
            pulled=tuple(Pulled(draft=made[key], desired=desired[key]) for key in sorted(made)),
            left_out=tuple(live[key].id for key in failed),
            diagnostics=tuple(_unwritable(live[key], why) for key, why in failed.items()),
        )

    def _loaded(self, drafts: Iterable[Draft]) -> Loaded:
        made = list(drafts)
        written = {path: content for each in made for path, content in each.files.items()}
        variables = {name: value for each in made for name, value in each.secrets.items()}
        return self.load(Overlay(under=self.files, written=written, folder=self.style.folder), variables)

    def _refused(self, loaded: Loaded, made: Mapping[str, Draft]) -> Iterable[tuple[str, str | None, Diagnostic]]:
        """What the loader has against the drafts: key, field, why."""
        for told in loaded.errors:
            name = (told.field or "").partition(".")[0]
            mine = made.get(told.key or "")
            if mine is not None:
                yield mine.key, name if name in self.schemas.fields else None, told
                continue
            # a document of today and a draft claim one value: the document has it
            claimed = {each.key: each.content.get(name) for each in self.loaded.desired}.get(told.key or "")
            for each in made.values():
                if name in each.meant and same(each.meant[name], claimed):
                    yield each.key, name, told

    def _changed(self, loaded: Loaded, made: Mapping[str, Draft]) -> Iterable[tuple[str, str | None, Diagnostic]]:
        """Fields that would not be read as they are: no text of a file may say something else than the server has."""
        read: dict[str, Desired] = {each.key: each for each in loaded.desired}
        for each in made.values():
            desired = read.get(each.key)
            if desired is None:
                continue
            for name, value in each.meant.items():
                policy = self.schemas.fields[name]
                back = reveal(desired.content.get(name), loaded.vault)
                if not same(back, value, unordered=policy.unordered):
                    told = "it would not be read from a file as it is"
                    yield each.key, name, warning("pull-unwritable", told, key=each.key, field=name)

    def _keys(self, live: Mapping[int, Live], refused: Set[tuple[int, str]]) -> tuple[dict[int, str], set[str]]:
        """A key for each assistant, and those at which a document stands that may be an interrupted pull's."""
        documents = {each.key: each for each in self.loaded.desired}
        names = {key_of(path, folder=self.style.folder) or path for path in self.files.documents()}
        moved = {each.moved_from for each in self.loaded.desired if each.moved_from is not None}
        taken = {each.casefold() for each in (*self.entries, *names, *moved)}
        chosen: dict[int, str] = {}
        given: set[str] = set()
        unclear: set[str] = set()
        for id, each in live.items():
            for key in candidates(each.name, id):
                mine = documents.get(key)
                free = key.casefold() not in taken
                unbound = mine is not None and mine.id is None and key not in self.entries
                if (id, key) in refused or key in given or not (free or unbound):
                    continue
                if not free and not self._has_name(mine, each):
                    continue
                chosen[id] = key
                given.add(key)
                unclear |= set() if free else {key}
                break
        return chosen, unclear

    def _has_name(self, document: Desired | None, live: Live) -> bool:
        return document is not None and same(document.content.get(self.schemas.name_field), live.name)

    def can_stand(self, made: Draft) -> bool:
        """Whether each file is not there, or is there as it would be written: what a killed pull left."""
        return all(self._there(path) in (None, content) for path, content in made.files.items())

    def _there(self, path: str) -> bytes | None:
        try:
            return self.files.read(path)
        except DocumentError as problem:
            if problem.diagnostics[0].code == "missing-file":
                return None
            return b"\0something else"

    def _may_be_a_begun_create(self, live: Live, told: list[Diagnostic]) -> bool:
        name = self.schemas.name_field
        for key, entry in self.entries.items():
            if entry.pending is not None and same(entry.pending.body.get(name), live.name):
                told.append(_begun(key, live))
                return True
        return False


def new_entry(pulled: Pulled, *, now: str) -> Entry:
    """The entry that makes the document managed. The server has all of it, so the next plan has nothing to do."""
    return Entry(
        key=pulled.draft.key,
        id=pulled.draft.id,
        last_applied=managed(pulled.desired, creating=False),
        source=pulled.desired.source,
        inputs=pulled.desired.inputs,
        created_at=now,
        updated_at=now,
    )


def _maybe_the_same(made: Draft) -> Diagnostic:
    return warning(
        "pull-name-taken",
        f"assistant {made.id} is left out: {made.path} has its name, another content, and no entry",
        f"If that is its document: `reconciler import {made.key} {made.id}`. If not, give one of them another name.",
        key=made.key,
        file=made.path,
    )


def _begun(key: str, live: Live) -> Diagnostic:
    return warning(
        "pull-begun-create",
        f"assistant {live.id} is left out: it may be what a create of {key} made whose outcome is unknown",
        f"`reconciler import {key} {live.id}` binds it, `reconciler state forget {key}` gives {key} up; then pull.",
        key=key,
    )


def _nameless(live: Live) -> Diagnostic:
    return warning(
        "pull-name-taken",
        f"assistant {live.id} is left out: files of other content stand at every name that it could have",
        f"`reconciler import KEY {live.id}` writes its document at a key of your choice.",
    )


def _unwritable(live: Live, why: Diagnostic) -> Diagnostic:
    return warning(
        "pull-unwritable",
        f"assistant {live.id} is left out: no valid document can be written for it: {why.summary}",
        "It stays as it is on the server, and unmanaged.",
        key=why.key,
    )
