"""Documents that say what they said when they were applied: nothing of theirs is planned.

An entry names the inputs of what it holds (`Entry.inputs`) and the digest over their values (`Entry.source`). Where
the digest over today's values is the same, the document means what the entry records, and is not even parsed: of ten
thousand files, the few that changed are. Where it is another (a comment changed, or the schemas, or this program), the
document is read here, and is settled if its content is the entry's to the letter and nothing is to be told of it.
Whatever is unusual about an entry, an input or a document leaves it to be read, judged and compared. Core: pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from reconciler.canonical import Json, digest_bytes, equal, exact_digest
from reconciler.documents.drafts import Drafting
from reconciler.documents.inputs import source_digest
from reconciler.documents.references import Unresolved, look_up
from reconciler.entries import Applied, applied_from_text
from reconciler.errors import DocumentError
from reconciler.frozen import dataclass
from reconciler.model import Content, Settled

Seen: TypeAlias = tuple[int, str, bool, Mapping[str, Json]]
"""Of a `Settled` what its key does not say, as a mere tuple: ten thousand of them go from one process to another."""
_ABSENT: Any = object()
_ENOUGH = 10
"""After so many more documents that were read in vain than not, in one process, the others are left to be compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settling:
    """Recognises settled keys while entries are read. `found` has them afterwards."""

    drafting: Drafting
    paths: Mapping[str, str]
    found: dict[str, Settled] = field(default_factory=dict)
    _exclusive: list[tuple[str, Content]] = field(default_factory=list)
    _digests: dict[str, str] = field(default_factory=dict)
    _read: Counter[bool] = field(default_factory=Counter)
    """How many documents were read for their entries, and said what those hold, or not."""

    def __post_init__(self) -> None:
        policies = self.drafting.world.schemas.exclusive_fields
        self._exclusive.extend((each.name, each.exclusive or {}) for each in policies)

    def seen(self, key: str, stored: bytes) -> Seen | None:
        """What the entry of a settled document says, as far as its plan needs it; None for any other, judged whole.

        Has no effect but on what is remembered of files, and on when reading documents is given up; so it may be asked
        in another process.
        """
        path = self.paths.get(key)
        applied = None if path is None else applied_from_text(stored)
        if path is None or applied is None:
            return None
        source, content = self._source_now(applied, path)
        if source != applied.source and not self._says(key, path, applied, content):
            return None
        try:
            name = applied.fields.get(self.drafting.world.schemas.name_field)
            held = what_counts(applied.fields, self._exclusive)
        except (ValueError, RecursionError):  # it is not what its checksum says that it is
            return None
        return applied.id, name if type(name) is str else "", applied.protect, held

    def keep(self, key: str, seen: Seen) -> None:
        """Take down what `seen` said of a key: it is among the `found` then."""
        id, name, protect, content = seen
        self.found[key] = Settled(key, id, self.paths[key], name, protect, content)

    def _says(self, key: str, path: str, applied: Applied, content: bytes | None) -> bool:
        """Whether a document, perhaps read already, says exactly what was applied, and nothing is to be told of it."""
        if self._read[False] - self._read[True] >= _ENOUGH:
            return False
        try:
            fields = applied.fields.whole()
        except (ValueError, RecursionError):
            return False
        sources = self.drafting.world.sources
        if content is not None:
            sources.give(path, content)
        says = self.drafting.says((key, path), fields, protect=applied.protect)
        sources.forget(path)
        self._read[says] += 1
        return says

    def _source_now(self, applied: Applied, path: str) -> tuple[str | None, bytes | None]:
        """What `source` would be today, or None where that is for a whole reading to find out; and the document."""
        content: bytes | None = None
        files: dict[str, str] = {}
        references: dict[str, Json] = {}
        world = self.drafting.world
        try:
            for each in applied.inputs:
                kind, _, name = each.partition(":")
                if kind == "yaml":
                    if name == path:
                        content = world.sources.files.read(path)
                        files[name] = digest_bytes(content)
                    else:
                        files[name] = self._digest(name)
                else:
                    references[each] = self._value(kind, name)
        except (DocumentError, Unresolved, LookupError):
            return None, content
        if content is None:
            return None, None
        return source_digest(self.drafting.environment, world.schemas, files, references), content

    def _value(self, kind: str, name: str) -> Json:
        """What a reference gives today, in the form that digests are made of. LookupError: nothing, or no such kind."""
        world = self.drafting.world
        match kind:
            case "file":
                return self._digest(name)
            case "env":
                given = world.environ.get(name)
                return exact_digest(world.variables[name] if given is None else given)
            case "ref":
                return look_up(world.catalog, name)
            case "secret":
                return world.fingerprint(name, world.environ[name])
        raise LookupError(kind)

    def _digest(self, path: str) -> str:
        """The digest of a base or a prompt, which may be many documents': read once, and not kept."""
        found = self._digests.get(path)
        if found is None:
            found = self._digests[path] = digest_bytes(self.drafting.world.sources.files.read(path))
        return found


def what_counts(fields: Content, exclusive: Iterable[tuple[str, Content]]) -> dict[str, Json]:
    """Of all fields the exclusive values that may count, and the fields that decide it.

    `exclusive` are the names of exclusive fields, each with what other fields must be for its value to count.
    """
    found: dict[str, Json] = {}
    for name, conditions in exclusive:
        held = fields.get(name)
        if held is None:
            continue
        deciding: dict[str, Json] = {}
        for each, value in conditions.items():
            said = fields.get(each, _ABSENT)
            if said is not _ABSENT:
                deciding[each] = said
            if not _fits(None if said is _ABSENT else said, value):
                break
        else:
            found[name] = held
            found.update(deciding)
    return found


def _fits(value: Json, condition: Json) -> bool:
    return value == condition or equal(value, condition)
