"""Documents that say what they said when they were applied: known by a digest, so neither parsed nor compared.

An entry names the inputs of what it holds (`Entry.inputs`) and the digest over their values (`Entry.source`). Where
the digest over today's values is the same, the document means what the entry records: of ten thousand files, the few
that changed are parsed. Whatever is unusual about an entry or an input leaves its document to be read. Core: pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from reconciler import __version__
from reconciler.canonical import Json, digest_bytes, digest_text, exact_digest, exact_text
from reconciler.documents.files import Files
from reconciler.documents.references import Unresolved, look_up
from reconciler.entries import Applied, applied_from_text
from reconciler.errors import DocumentError
from reconciler.model import Desired, Entry
from reconciler.schemas import SchemaSet


def source_digest(
    environment: str, schemas: SchemaSet, files: Mapping[str, str], references: Mapping[str, Json]
) -> str:
    """The digest of everything that decided a content: the digests of the YAML files, and what references gave.

    It is `exact_digest` of these five under their names, put together by hand: of ten thousand documents nearly all
    have one file and no reference, and nothing else of theirs differs (3 µs instead of 6).
    """
    listed = ",".join(f"{exact_text(path)}:{exact_text(digest)}" for path, digest in sorted(files.items()))
    given = exact_text(references) if references else "{}"
    return digest_text(
        f'{{"environment":{exact_text(environment)},"files":{{{listed}}},"references":{given},'
        f'"schemas":{exact_text(schemas.digest)},"version":{exact_text(__version__)}}}'
    )


def inputs_of(files: Iterable[str], references: Iterable[str]) -> tuple[str, ...]:
    """The names of what decided a content, sorted: `yaml:PATH` for its layers, and its references."""
    return tuple(sorted([*(f"yaml:{path}" for path in files), *references]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Settling:
    """Recognises settled entries while they are read. `found` has their documents afterwards.

    Desired and entry of a settled key share one content, which holds no more of the fields than those that other
    documents can run into: the name, the exclusive ones, and those that decide whether a value counts.
    """

    files: Files
    paths: Mapping[str, str]
    schemas: SchemaSet
    environment: str
    environ: Mapping[str, str] = field(repr=False)
    catalog: Mapping[str, Json]
    variables: Mapping[str, str]
    fingerprint: Callable[[str, str], str | None]
    found: dict[str, Desired] = field(default_factory=dict)
    _fields: list[str] = field(default_factory=list)
    _digests: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [self.schemas.name_field]
        for policy in self.schemas.exclusive_fields:
            names += [policy.name, *(policy.exclusive or ())]
        self._fields.extend(dict.fromkeys(names))

    def seen(self, key: str, stored: bytes) -> Applied | None:
        """What the entry of a settled document says, as far as its plan needs it; None for any other, judged whole.

        Has no effect but on what is remembered of files, so that it may be asked in another process.
        """
        path = self.paths.get(key)
        applied = None if path is None else applied_from_text(stored, self._fields)
        if path is None or applied is None or self._source_now(applied, path) != applied.source:
            return None
        return applied

    def entry(self, key: str, applied: Applied) -> Entry:
        """The entry of which `seen` said this; its document is among the `found` then."""
        id, source, inputs, protect, content = applied
        file = self.paths[key]
        self.found[key] = Desired(key=key, content=content, source=source, file=file, inputs=inputs, protect=protect)
        return Entry(key=key, id=id, last_applied=content, source=source, inputs=inputs, protect=protect)

    def _source_now(self, applied: Applied, path: str) -> str | None:
        """What `source` would be today, or None where that is for a whole reading to find out."""
        files: dict[str, str] = {}
        references: dict[str, Json] = {}
        try:
            for each in applied.inputs:
                kind, _, name = each.partition(":")
                if kind == "yaml":
                    files[name] = self._digest(name, once=name == path)
                else:
                    references[each] = self._value(kind, name)
        except (DocumentError, Unresolved, LookupError):
            return None
        return source_digest(self.environment, self.schemas, files, references) if path in files else None

    def _value(self, kind: str, name: str) -> Json:
        """What a reference gives today, in the form that digests are made of. LookupError: nothing, or no such kind."""
        match kind:
            case "file":
                return self._digest(name, once=False)
            case "env":
                given = self.environ.get(name)
                return exact_digest(self.variables[name] if given is None else given)
            case "ref":
                return look_up(self.catalog, name)
            case "secret":
                return self.fingerprint(name, self.environ[name])
        raise LookupError(kind)

    def _digest(self, path: str, *, once: bool) -> str:
        found = self._digests.get(path)
        if found is None:
            found = digest_bytes(self.files.read(path))
            if not once:  # a document is its own alone; a base or a prompt may be many documents'
                self._digests[path] = found
        return found
