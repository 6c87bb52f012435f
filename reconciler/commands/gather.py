"""Gather, the first third of every verb: the project, its documents and what the state says, and a plan of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

# before what imports it as well: each module on the way to another is deeper in the stack, and beyond a page of it
# Python 3.11 maps and unmaps one at every call, which makes a small plan 5 ms longer
from reconciler.documents import Drafting, Loaded, Settling, drafting_of, load_documents

# isort: split
from reconciler.commands.planning_options import Asked
from reconciler.commands.spreading import FROM_SEEN, spreading
from reconciler.config import Project, with_catalogs
from reconciler.errors import (
    CreateUnknownError,
    Diagnostic,
    DocumentError,
    PlanRefusedError,
    ReconcilerError,
    StateError,
    UsageError,
    error,
)
from reconciler.frozen import dataclass
from reconciler.model import Action, Entry, Live, Plan, Reason, Settled
from reconciler.planning import Finding, Overrides, as_found, known_keys, make_plan, only_secrets, refusals, selected
from reconciler.state.store import StateStore
from reconciler.validation import suggestion

if TYPE_CHECKING:
    from reconciler.commands.rollback import Returning

READ_ALL = "RECONCILER_READ_ALL"
"""Set to anything, every document and entry is read whole, as if nothing were known to be settled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What one plan was made from, and the plan."""

    project: Project
    loaded: Loaded
    entries: Mapping[str, Entry] = field(repr=False)
    plan: Plan
    settled: Mapping[str, Settled] = field(default_factory=dict, repr=False)
    """The keys that are in neither `loaded` nor `entries`, since nothing of theirs is planned."""

    @property
    def managed(self) -> int:
        """How many assistants the environment has."""
        return len(self.settled) + sum(entry.id is not None for entry in self.entries.values())


def documents_of(project: Project, *, absent_secrets: bool = False) -> Loaded:
    """Every document of the project, errors included as diagnostics. `absent_secrets`: what only plans can do."""
    return load_documents(_drafting(project, absent_secrets=absent_secrets), spread=spreading(project.environ))


def _drafting(project: Project, *, absent_secrets: bool) -> Drafting:
    return drafting_of(
        files=project.files(),
        folder=project.assistants,
        schemas=project.schemas,
        environment=project.environment,
        environ=project.environ,
        catalog=project.catalog,
        fingerprint=project.fingerprint,
        variables=project.variables,
        absent_secrets=absent_secrets,
    )


def valid_documents(project: Project, *, absent_secrets: bool = False) -> Loaded:
    """Every document of the project. Raises DocumentError with all errors and warnings of all files."""
    loaded = documents_of(project, absent_secrets=absent_secrets)
    if loaded.errors:
        raise DocumentError.of(loaded.diagnostics)
    return loaded


def gather(
    project: Project,
    store: StateStore,
    asked: Asked,
    *,
    tell: Callable[[str], None] = lambda text: None,
    applying: bool = False,
) -> Gathered:
    """Read documents and state, and live where asked, and plan; or plan the way back of the keys in `to_previous`.

    With `only_secrets` every other edit waits. Where a create was begun and never recorded, the list is read for it,
    and `tell` hears of that. `applying`: it is waited for, and every secret must be set. Documents that did not change
    since they were applied are not read; where one of them stands in what there is to tell, all are. Raises
    DocumentError, StateError, ApiError, UsageError for an idle selector, and ReconcilerError (`other-account`) as
    `read_list`.
    """
    project = with_catalogs(project, asked.catalogs)
    if not (asked.refresh or asked.to_previous or asked.only_secrets or project.environ.get(READ_ALL)):
        quick = _without_the_settled(project, store, asked, absent_secrets=not applying)
        if quick is not None:
            return quick
    reading = documents_of if asked.to_previous else valid_documents
    loaded = reading(project, absent_secrets=not applying)
    lineage = store.lineage()
    entries = store.read()
    refuse_shared_ids(entries)
    _refuse_idle_selectors(asked, loaded, entries)

    from reconciler.commands.account import read_list  # this, and below: only where the API may be asked
    from reconciler.commands.begun import ask_list

    def read() -> Mapping[int, Live]:
        return read_list(project, loaded, store, entries, allow_other=asked.allow_other_account)

    shown = read() if asked.refresh else None
    findings = ask_list(project, loaded, entries, read, shown=shown, tell=tell, wait=applying)
    return _planned(project, loaded, lineage, entries, asked, shown, findings)


def _without_the_settled(project: Project, store: StateStore, asked: Asked, *, absent_secrets: bool) -> Gathered | None:
    """The same, reading only what changed; None where that is not enough to tell all there is to tell."""
    drafting = _drafting(project, absent_secrets=absent_secrets)
    try:
        settling = Settling(drafting=drafting, paths=dict(drafting.world.sources.documents(project.assistants)))
        lineage = store.lineage()
        entries = store.read(glance=settling, spread=spreading(project.environ, least=FROM_SEEN))
    except (DocumentError, StateError):
        return None
    settled = settling.found
    ids = [each.id for each in settled.values()] + [each.id for each in entries.values() if each.id is not None]
    if len(set(ids)) < len(ids) or any(each.pending is not None for each in entries.values()):
        return None
    loaded = load_documents(drafting, settled=settled, spread=spreading(project.environ))
    if loaded.errors:
        return None
    _refuse_idle_selectors(asked, loaded, entries, settled)
    found = _planned(project, loaded, lineage, entries, asked, settled=settled)
    return None if any(each.action is Action.BLOCKED for each in found.plan.changes) else found


def _refuse_idle_selectors(
    asked: Asked, loaded: Loaded, entries: Mapping[str, Entry], settled: Mapping[str, Settled] | None = None
) -> None:
    if asked.options.targets:
        refuse_idle(asked.options.targets, known_keys(loaded.desired, entries, (settled or {}).values()))
    refuse_idle(asked.to_previous, entries)


def _planned(
    project: Project,
    loaded: Loaded,
    lineage: str | None,
    entries: Mapping[str, Entry],
    asked: Asked,
    shown: Mapping[int, Live] | None = None,
    findings: Mapping[str, Finding] | None = None,
    *,
    settled: Mapping[str, Settled] | None = None,
) -> Gathered:
    compared: Mapping[int, Live] | None = None
    if shown is not None:
        from reconciler.commands.account import compared as as_compared

        compared = as_compared(shown, project, as_found(entries, findings or {}), loaded.desired)
    back = _back(project, loaded, entries, asked.to_previous) if asked.to_previous else None
    desired, known = loaded.desired, entries
    if asked.only_secrets:
        desired = tuple(only_secrets(loaded.desired, entries))
        # what is not looked at has no document in this plan, and must not be taken for an orphan
        known = {each.key: entries[each.key] for each in desired}
    found = findings or {}
    plan = make_plan(
        environment=project.environment,
        lineage=lineage,
        desired=desired,
        entries=known,
        settled=(settled or {}).values(),
        schemas=project.schemas,
        live=compared,
        findings=found,
        options=asked.options,
        previous=None if back is None else back.desired,
        diagnostics=loaded.diagnostics if back is None else back.diagnostics,
    )
    return Gathered(project=project, loaded=loaded, entries=entries, plan=plan, settled=settled or {})


def _back(project: Project, loaded: Loaded, entries: Mapping[str, Entry], selectors: Sequence[str]) -> Returning:
    from reconciler.commands.rollback import returning  # with all that reads saved plans: 3 ms

    return returning(project, loaded, entries, selectors)


def refuse_shared_ids(entries: Mapping[str, Entry]) -> None:
    """Raise StateError where two entries hold one id: two documents would then write to one assistant."""
    holders: dict[int, list[str]] = {}
    for key in sorted(entries):
        id = entries[key].id
        if id is not None:
            holders.setdefault(id, []).append(key)
    shared = [(id, keys) for id, keys in sorted(holders.items()) if len(keys) > 1]
    if shared:
        raise StateError(*(_shared(id, keys) for id, keys in shared))


def _shared(id: int, keys: Sequence[str]) -> Diagnostic:
    return error(
        "state-id-twice",
        f"the state says that {' and '.join(keys)} are the same assistant, {id}",
        "A merge may have brought both. Find out whose it is, and `reconciler state forget` the other.",
        key=keys[0],
    )


def refuse_idle(targets: Sequence[str], keys: Iterable[str]) -> None:
    """Raise UsageError for every selector that names nothing: a typo must never mean "everything"."""
    known = sorted(set(keys))
    _, idle = selected(targets, known)
    if idle:
        raise UsageError(*(no_such_key(target, known) for target in idle))


def reasons_to_refuse(gathered: Gathered, overrides: Overrides) -> tuple[Diagnostic, ...]:
    """Every blocked change and every limit of the environment that is exceeded, with the way out."""
    blocked = [
        told
        for change in gathered.plan.changes
        if change.action is Action.BLOCKED
        for told in change.diagnostics
        if told.severity == "error"
    ]
    limits = gathered.project.limits
    return (*blocked, *refusals(gathered.plan, managed=gathered.managed, limits=limits, overrides=overrides))


def refusal(gathered: Gathered, reasons: Sequence[Diagnostic]) -> PlanRefusedError:
    """The error for these reasons: one of its own (exit 7) while the outcome of a create is unknown."""
    blocked = [each for each in gathered.plan.changes if each.action is Action.BLOCKED]
    unknown = any(each.reason is Reason.CREATE_INCOMPLETE for each in blocked)
    return (CreateUnknownError if unknown else PlanRefusedError)(*reasons)


def without_the_shown(refused: Sequence[Diagnostic], plan: Plan) -> tuple[Diagnostic, ...]:
    """The reasons to tell after a plan that was shown: blocked changes stand in it, and are only counted here."""
    shown = {told for change in plan.changes for told in change.diagnostics}
    rest = tuple(each for each in refused if each not in shown)
    count = plan.summary.blocked
    if not count:
        return rest
    changes = "1 change is" if count == 1 else f"{count} changes are"
    return (error("blocked", f"{changes} blocked, so nothing of this plan is applied", _LEAVE_OUT), *rest)


_LEAVE_OUT = "The plan says why and what to do. `--target` applies others without them."


def line_reader(project: Project) -> Callable[[str], str | None]:
    """How a renderer gets the text of a project file for a code frame; None where it cannot be read."""
    files = project.files()

    def read(path: str) -> str | None:
        try:
            return files.read(path).decode("utf-8")
        except (ReconcilerError, UnicodeDecodeError):
            return None

    return read


def no_such_key(target: str, known: Sequence[str]) -> Diagnostic:
    """What is said of a name that is no key, with the one that was most likely meant."""
    guess = suggestion(target, known)
    return error(
        "no-such-key",
        f"no assistant is called {target}",
        f"Did you mean {guess}?" if guess else "A key is a document's path below the assistants folder, no ending.",
    )
