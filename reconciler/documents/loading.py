"""All documents of a project → what is desired of one environment. The door to this package. Core: pure.

    read → settings → layers → references → judged alone → judged together → Desired

A document with errors yields no Desired, and nothing hides anything else: every error of every file is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from reconciler.documents.across import Claimant, conflicts, may_conflict
from reconciler.documents.drafts import Drafting
from reconciler.documents.keys import key_collisions
from reconciler.errors import Diagnostic, DocumentError, note
from reconciler.frozen import dataclass
from reconciler.model import Desired, Path, Position, Settled, Spread
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
    drafting: Drafting,
    *,
    known: Mapping[str, Desired] | None = None,
    settled: Mapping[str, Settled] | None = None,
    spread: Spread = map,
) -> Loaded:
    """Load every document. Never raises for what stands in files: it is all in `diagnostics`.

    Required fields may be unmanaged (see `settings`): such a document is judged by the fields that it keeps. Not read
    are the documents of these keys: `known` ones are taken as they are, and `settled` ones are left out of `desired`.
    Where an error names one of them, its place is not exact, and everything is to be loaded again without. `spread`
    works as `map`, and may use several processes: what it is given has no effect but its result.
    """
    folder = drafting.folder
    try:
        found = drafting.world.sources.documents(folder)
    except DocumentError as refused:  # a folder that cannot be listed: what is in it is not known to be gone
        return Loaded(diagnostics=refused.diagnostics)
    known, settled = known or {}, settled or {}
    drafts = list(spread(drafting.draft, [each for each in found if each[0] not in settled and each[0] not in known]))
    problems = [each for draft in drafts for each in draft.diagnostics]
    if not found:
        problems.append(_no_documents(folder))
    broken = {draft.path for draft in drafts if draft.broken}
    for paths, problem in key_collisions(found):
        problems.append(problem)
        broken |= paths
    claimants = [draft.claimant for draft in drafts if draft.claimant is not None]
    claimants += [_claimant(each) for each in known.values()]
    if may_conflict(claimants, settled, drafting.world.schemas):
        claimants += [_claimant(each) for each in settled.values()]
    for keys, problem in conflicts(claimants, drafting.world.schemas):
        problems.append(problem)
        broken |= {draft.path for draft in drafts if draft.key in keys}
    desired = [draft.desired for draft in drafts if draft.path not in broken and draft.desired is not None]
    return Loaded(
        desired=tuple(sorted([*desired, *known.values()], key=lambda each: each.key)),
        vault=Vault(values={name: value for draft in drafts for name, value in draft.vault.items()}),
        diagnostics=_told_once(problems),
    )


class _Beginning(dict[Path, Position]):
    """Every place is the file's beginning: where a value stands in a document that was not read."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __missing__(self, path: Path) -> Position:
        return Position(self.file, 1, 1)


def _claimant(unread: Desired | Settled) -> Claimant:
    return Claimant(
        key=unread.key,
        file=unread.file,
        content=unread.content,
        id=None,
        moved_from=None,
        places=_Beginning(unread.file),
    )


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
