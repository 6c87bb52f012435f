"""All documents of a project → what is desired of one environment. The door to this package. Core: pure.

    read → settings → layers → references → judged alone → judged together → Desired

A document with errors yields no Desired, and nothing hides anything else: every error of every file is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.canonical import Json
from reconciler.documents.across import Claimant, conflicts
from reconciler.documents.conflicts import check_conflicts
from reconciler.documents.files import Files, Sources
from reconciler.documents.judging import judge
from reconciler.documents.keys import key_collisions, key_fault, key_of
from reconciler.documents.layers import Layered, Layers
from reconciler.documents.packed import PackedPlaces
from reconciler.documents.placeholders import check_placeholders
from reconciler.documents.places import at
from reconciler.documents.references import Resolution, World, resolve
from reconciler.documents.settings import Settings, read_settings
from reconciler.documents.settled import inputs_of, source_digest
from reconciler.documents.strict_yaml import Parsed
from reconciler.documents.variants import check_variants
from reconciler.errors import Diagnostic, DocumentError, error, note, warning
from reconciler.model import RESERVED, Desired, Path, Position, Spread
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What the files say. `desired` is sorted by key; `diagnostics` by place, errors and warnings of all files."""

    desired: tuple[Desired, ...] = ()
    vault: Vault = field(default_factory=Vault)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors alone; where there are any, `desired` is not all that was meant."""
        return tuple(each for each in self.diagnostics if each.severity == "error")


def load_documents(
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
    settled: Mapping[str, Desired] | None = None,
    spread: Spread = map,
) -> Loaded:
    """Load every document below `folder` for one environment.

    `catalog` holds tables of names for `${ref:table.name}`, `variables` texts for `${env:NAME}` where `environ` has
    none; `fingerprint(name, value)` gives the keyed HMAC of a secret, or None where there is no key. Never raises for
    what stands in files: it is all in `diagnostics`.
    With `absent_secrets` a secret that is not set is a warning, and stands as one of which nothing is known.
    Required fields may be unmanaged (see `settings`): such a document is judged by the fields that it keeps.
    `settled` documents are taken as they are and not read; where an error names one of them, its place is not exact,
    and everything is to be loaded again without them. `spread` works as `map`, and may use several processes: what it
    is given has no effect but its result.
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
    loading = _Loading(
        world=world,
        environment=environment,
        layers=Layers(sources=sources, folder=folder, fields=frozenset(schemas.fields)),
    )
    try:
        listed = files.documents()
    except DocumentError as refused:  # a folder that cannot be listed: what is in it is not known to be gone
        return Loaded(diagnostics=refused.diagnostics)
    found = [(key, path) for path in listed if (key := key_of(path, folder=folder)) is not None]
    known = settled or {}
    drafts = list(spread(loading.draft, [each for each in found if each[0] not in known]))
    problems = [each for draft in drafts for each in draft.diagnostics]
    if not found:
        problems.append(_no_documents(folder))
    broken = {draft.path for draft in drafts if draft.broken}
    for paths, problem in key_collisions(found):
        problems.append(problem)
        broken |= paths
    claimants = [draft.claimant for draft in drafts if draft.claimant is not None]
    claimants += [_settled_claimant(each) for each in known.values()]
    for keys, problem in conflicts(claimants, schemas):
        problems.append(problem)
        broken |= {draft.path for draft in drafts if draft.key in keys}
    desired = [draft.desired for draft in drafts if draft.path not in broken and draft.desired is not None]
    return Loaded(
        desired=tuple(sorted([*desired, *known.values()], key=lambda each: each.key)),
        vault=Vault(values={name: value for draft in drafts for name, value in draft.vault.items()}),
        diagnostics=_told_once(problems),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
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
class _Loading:
    world: World
    environment: str
    layers: Layers

    def draft(self, document: tuple[str, str]) -> _Draft:
        """One document, alone: its key and its path."""
        key, path = document
        parsed = self.world.sources.yaml(path)
        problems = [replace(each, key=key) for each in parsed.diagnostics]
        if fault := key_fault(key):
            shown = path.encode("utf-8", "backslashreplace").decode("utf-8")
            told = f"the file's name cannot be a document's: {fault}"
            problems.append(error("key-invalid", told, "Rename the file.", file=shown, line=1, column=1))
        if parsed.value is None:
            return _Draft(path=path, key=key, diagnostics=tuple(problems))
        settings = read_settings(parsed, key=key, fields=self.layers.fields, environment=self.environment)
        layered = self.layers.document(parsed, settings, key=key)
        problems += [*settings.diagnostics, *layered.diagnostics]
        layered, released = _released(layered, settings.unmanaged, parsed.file, key)
        found = resolve(layered, self.world, key=key)
        problems += [*released, *found.diagnostics]
        schemas = self.world.schemas
        problems += judge(found, layered, schemas, key=key, unmanaged=settings.unmanaged)
        problems += check_variants(found, layered, schemas, key=key)
        problems += check_conflicts(found, layered, self.world.sources, key=key)
        if not layered.broken:
            problems += check_placeholders(found, layered, schemas, key=key, unmanaged=settings.unmanaged)
        places = _kept(parsed, layered)
        desired = None if layered.broken else self._desired(parsed, settings, layered, found, key, places)
        if desired is not None and not problems and _is_plain(settings, found):
            desired = replace(desired, inputs=inputs_of(layered.files, found.used))
        self.world.sources.forget(path)
        return _Draft(
            path=path,
            key=key,
            diagnostics=tuple(problems),
            desired=desired,
            claimant=_claimant(settings, found, key, path, places),
            vault=found.vault,
        )

    def _desired(
        self,
        parsed: Parsed,
        settings: Settings,
        layered: Layered,
        found: Resolution,
        key: str,
        places: Mapping[Path, Position],
    ) -> Desired:
        return Desired(
            key=key,
            content=found.content,
            source=self._source(layered, found),
            file=parsed.file,
            line=parsed.places[()].line,
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


def _is_plain(settings: Settings, found: Resolution) -> bool:
    """Whether the fields are all that the document says, and every secret among them can be recognised again."""
    bound = settings.id is not None or settings.moved_from is not None
    return not (bound or settings.seed) and None not in found.used.values()


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
    kept = {path: place for path, place in layered.places.items() if not path or path[0] not in unmanaged}
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


class _Beginning(dict[Path, Position]):
    """Every place is the file's beginning: where a value stands in a document that was not read."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __missing__(self, path: Path) -> Position:
        return Position(self.file, 1, 1)


def _settled_claimant(desired: Desired) -> Claimant:
    return Claimant(
        key=desired.key,
        file=desired.file,
        content=desired.content,
        id=None,
        moved_from=None,
        places=_Beginning(desired.file),
    )


def _kept(parsed: Parsed, layered: Layered) -> Mapping[Path, Position]:
    """The places of the layers and of the settings, as a Desired keeps them."""
    if layered.places is parsed.places:
        return layered.places  # no settings and no other layer
    settings = {path: place for path, place in parsed.places.items() if path[:1] == (RESERVED,)}
    return PackedPlaces({**layered.places, **settings})


def _told_once(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """In order, and what one line of a base does to many documents told once, with their number."""
    same: dict[Diagnostic, list[Diagnostic]] = {}
    for each in sorted(set(problems), key=Diagnostic.sort_key):
        same.setdefault(replace(each, key=None), []).append(each)
    told = []
    for group in same.values():
        first = group[0]
        if len(group) > 1:
            others = f"{len(group) - 1} other document{'s' if len(group) > 2 else ''} on the same base"
            first = replace(first, detail=f"{first.detail or ''} It also concerns {others}.".strip())
        told.append(first)
    return tuple(told)


def _no_documents(folder: str) -> Diagnostic:
    """All may be gone on purpose, so it is a note: but a wrong folder must not pass for a healthy one in silence."""
    told = f"there is no document below `{folder}`"
    return note(
        "no-documents", told, "A document is a file `KEY.yaml` there; files and folders with a `_` first are none."
    )
