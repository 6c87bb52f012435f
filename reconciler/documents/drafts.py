"""One document, alone: read, its layers merged, its references resolved, its content judged. Core: pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace

from reconciler.canonical import Json, identical
from reconciler.documents.across import Claimant
from reconciler.documents.conflicts import check_conflicts
from reconciler.documents.files import Files, Sources
from reconciler.documents.inputs import inputs_of, source_digest
from reconciler.documents.judging import judge
from reconciler.documents.keys import key_fault
from reconciler.documents.late import LatePositions
from reconciler.documents.layers import Layered, Layers
from reconciler.documents.packed import PackedPlaces
from reconciler.documents.placeholders import check_placeholders
from reconciler.documents.places import at
from reconciler.documents.references import Resolution, World, resolve
from reconciler.documents.settings import Settings, read_settings
from reconciler.documents.strict_yaml import Parsed
from reconciler.documents.variants import check_variants
from reconciler.errors import Diagnostic, error, warning
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Content, Desired, Path, Position
from reconciler.schemas import SchemaSet


def drafting_of(
    *,
    files: Files,
    folder: str,
    schemas: SchemaSet,
    environment: str,
    environ: Mapping[str, str],
    catalog: Mapping[str, Json],
    fingerprint: Callable[[str, str], str | None],
    variables: Mapping[str, str] | None = None,
    absent_secrets: bool = False,
) -> Drafting:
    """What reads the documents below `folder`, for one environment.

    `catalog` holds tables of names for `${ref:table.name}`, `variables` texts for `${env:NAME}` where `environ` has
    none; `fingerprint(name, value)` gives the keyed HMAC of a secret, or None where there is no key. With
    `absent_secrets` a secret that is not set is a warning, and stands as one of which nothing is known.
    """
    sources = Sources(files=files)
    world = World(
        schemas=schemas,
        sources=sources,
        environ=environ,
        catalog=catalog,
        variables=variables or {},
        fingerprint=fingerprint,
        absent_secrets=absent_secrets,
    )
    layers = Layers(sources=sources, folder=folder, fields=frozenset(schemas.fields))
    return Drafting(world=world, environment=environment, folder=folder, layers=layers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """One document as far as it came. `desired` is what it says if nothing else is wrong."""

    path: str
    key: str
    diagnostics: tuple[Diagnostic, ...]
    desired: Desired | None = None
    claimant: Claimant | None = None
    vault: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def broken(self) -> bool:
        return self.desired is None or any(each.severity == "error" for each in self.diagnostics)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Meant:
    """A document that could be read: what it says of itself, its layers, and their values with references resolved."""

    parsed: Parsed
    settings: Settings
    layered: Layered
    found: Resolution

    @property
    def is_fields_alone(self) -> bool:
        """Whether the fields are all that it says, and every secret among them can be recognised again."""
        settings = self.settings
        bound = settings.id is not None or settings.moved_from is not None
        return not (bound or settings.seed) and None not in self.found.used.values()


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafting:
    """Documents one by one: each by its own, its bases and what it refers to."""

    world: World
    environment: str
    folder: str
    layers: Layers

    def draft(self, document: tuple[str, str]) -> Draft:
        """One document, alone: its key and its path."""
        key, path = document
        problems, meant = self._read(key, path)
        if meant is None:
            return Draft(path=path, key=key, diagnostics=tuple(problems))
        problems += self._judged(key, meant)
        layered, found = meant.layered, meant.found
        places = _kept(meant.parsed, layered)
        inputs = inputs_of(layered.files, found.used) if meant.is_fields_alone and not problems else ()
        desired = None if layered.broken else self._desired(meant, key, places, inputs)
        self.world.sources.forget(path)
        return Draft(
            path=path,
            key=key,
            diagnostics=tuple(problems),
            desired=desired,
            claimant=_claimant(meant.settings, found, key, path, places),
            vault=found.vault,
        )

    def says(self, document: tuple[str, str], content: Content, *, protect: bool) -> bool:
        """Whether a document says exactly this, and no more, and nothing is to be told of it.

        It is a draft of which hardly anything is wanted, for a tenth less; what was read stays.
        """
        problems, meant = self._read(*document)
        if problems or meant is None or not meant.is_fields_alone or meant.settings.protect != protect:
            return False
        # one that says something else is not judged here: its draft will be
        return identical(meant.found.content, content) and not self._judged(document[0], meant)

    def _read(self, key: str, path: str) -> tuple[list[Diagnostic], _Meant | None]:
        """What was wrong while it was read, and what it means; None where it cannot be read."""
        parsed = self.world.sources.yaml(path)
        problems = [replace(each, key=key) for each in parsed.diagnostics]
        if fault := key_fault(key):
            shown = path.encode("utf-8", "backslashreplace").decode("utf-8")
            told = f"the file's name cannot be a document's: {fault}"
            problems.append(error("key-invalid", told, "Rename the file.", file=shown, line=1, column=1))
        if parsed.value is None:
            return problems, None
        settings = read_settings(parsed, key=key, fields=self.layers.fields, environment=self.environment)
        layered = self.layers.document(parsed, settings, key=key)
        problems += [*settings.diagnostics, *layered.diagnostics]
        layered, released = _released(layered, settings.unmanaged, parsed.file, key)
        found = resolve(layered, self.world, key=key)
        problems += [*released, *found.diagnostics]
        return problems, _Meant(parsed=parsed, settings=settings, layered=layered, found=found)

    def _judged(self, key: str, meant: _Meant) -> list[Diagnostic]:
        """What is wrong with what it means."""
        layered, found, schemas, unmanaged = meant.layered, meant.found, self.world.schemas, meant.settings.unmanaged
        problems = [
            *judge(found, layered, schemas, key=key, unmanaged=unmanaged),
            *check_variants(found, layered, schemas, key=key),
            *check_conflicts(found, layered, self.world.sources, key=key),
        ]
        if not layered.broken:
            problems += check_placeholders(found, layered, schemas, key=key, unmanaged=unmanaged)
        return problems

    def _desired(self, meant: _Meant, key: str, places: Mapping[Path, Position], inputs: tuple[str, ...]) -> Desired:
        settings = meant.settings
        return Desired(
            key=key,
            content=meant.found.content,
            source=self._source(meant.layered, meant.found),
            file=meant.parsed.file,
            inputs=inputs,
            line=meant.parsed.places[()].line,
            positions=places,
            id=settings.id,
            moved_from=settings.moved_from,
            unmanaged=settings.unmanaged,
            seed=settings.seed,
            protect=settings.protect,
        )

    def _source(self, layered: Layered, found: Resolution) -> str:
        files = {path: self.world.sources.digest(path) for path in layered.files}
        return source_digest(self.environment, self.world.schemas, files, found.used)


def _released(layered: Layered, unmanaged: frozenset[str], file: str, key: str) -> tuple[Layered, list[Diagnostic]]:
    """The layers without the released fields; a value that the document itself gives to one is told."""
    if not unmanaged:
        return layered, []
    warnings = []
    for name in sorted(unmanaged & set(layered.content)):
        place = layered.names.get((name,)) or layered.place((name,))
        if place.file == file:  # over a base's value, `unmanaged` is the way to release it in one document
            told = f"`{name}` is unmanaged and has a value here, which is not sent"
            warnings.append(
                warning("unmanaged-value", told, "Remove one of the two.", **at(place, key=key, path=(name,)))
            )
    kept = LatePositions(_without, layered.places, unmanaged, root=layered.places[()])
    content = {name: value for name, value in layered.content.items() if name not in unmanaged}
    return replace(layered, content=content, places=kept), warnings


def _claimant(settings: Settings, found: Resolution, key: str, path: str, places: Mapping[Path, Position]) -> Claimant:
    failed = {each[0] for each in found.failed if len(each) == 1}
    return Claimant(
        key=key,
        file=path,
        content={name: each for name, each in found.content.items() if name not in failed} if failed else found.content,
        id=settings.id,
        moved_from=settings.moved_from,
        places=places,
    )


def _without(found: Mapping[Path, Position], fields: frozenset[str]) -> dict[Path, Position]:
    return {path: place for path, place in found.items() if not path or path[0] not in fields}


def _kept(parsed: Parsed, layered: Layered) -> Mapping[Path, Position]:
    """The places of the layers and of the settings, as a Desired keeps them: late, or packed where all are known."""
    if not isinstance(parsed.places, LatePositions):
        return PackedPlaces(_with_settings(layered.places, parsed.places))
    if layered.places is parsed.places:
        return parsed.places
    return LatePositions(_with_settings, layered.places, parsed.places, root=parsed.places[()])


def _with_settings(layered: Mapping[Path, Position], own: Mapping[Path, Position]) -> dict[Path, Position]:
    return {**layered, **{path: place for path, place in own.items() if path[:1] == (RESERVED,)}}
