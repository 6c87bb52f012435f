"""One assistant: what its document says against what the server has, field by field, and the bodies that follow.

    target = merge(live or last-applied, last-applied, desired)

Fields the document names win; fields it used to name are cleared; fields it never named are left alone; arrays and
objects are replaced whole. What is not compared is not sent, and what is not sent is not shown as a change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from reconciler.canonical import Json
from reconciler.errors import Diagnostic, error, note, warning
from reconciler.frozen import dataclass
from reconciler.model import Content, Desired, Entry, FieldChange, Live
from reconciler.planning.problems import place
from reconciler.planning.risk import field_risk
from reconciler.schemas import SchemaSet
from reconciler.secrecy import remembered, same, untold


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`changes` in schema order; `record` is what last-applied becomes; `releases` are fields no longer managed.

    `drifted` names the fields where live was read and is not what was last applied; `already_live` those that live
    shows as the document asks, though they were not applied so: there is nothing to send. `config_changed` says whether
    the document asks for something else than was last applied. `conflicts` are errors: the API would refuse the result.
    """

    changes: tuple[FieldChange, ...]
    record: Content
    releases: tuple[str, ...] = ()
    drifted: tuple[str, ...] = ()
    already_live: tuple[str, ...] = ()
    config_changed: bool = False
    conflicts: tuple[Diagnostic, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def body(self) -> dict[str, Json]:
        """The smallest PUT body that makes the changes."""
        return {each.field: each.after for each in self.changes}


def managed(desired: Desired, *, creating: bool) -> dict[str, Json]:
    """The fields that this document manages: all it names, but the released ones, and seeds only at creation."""
    left_out = desired.unmanaged if creating else desired.unmanaged | desired.seed
    return {name: value for name, value in desired.content.items() if name not in left_out}


def server_view(entry: Entry | None, live: Live | None) -> dict[str, Json]:
    """What the server has, as far as anyone knows: live where it shows a field, else what was last applied."""
    known: dict[str, Json] = dict(entry.last_applied) if entry is not None else {}
    if live is not None:
        known.update(live.content)
    return known


def compare(desired: Desired, entry: Entry, live: Live | None, schemas: SchemaSet) -> Comparison:
    """The changes that bring an existing assistant to its document."""
    return _Comparer(desired, entry, live, schemas).result()


class _Comparer:
    """Holds the three sides of one comparison while its parts are found in order."""

    def __init__(self, desired: Desired, entry: Entry, live: Live | None, schemas: SchemaSet) -> None:
        self.desired = desired
        self.wanted = managed(desired, creating=False)
        self.applied: Content = entry.last_applied
        self.live = live
        self.server = server_view(entry, live)
        self.schemas = schemas
        self.diagnostics: list[Diagnostic] = []

    def result(self) -> Comparison:
        fixed = self._fixed_at_creation()
        removed = [name for name in self.applied if name not in self.wanted and name not in fixed]
        cleared = {name: self.schemas.fields[name].clear for name in removed if self._can_clear(name)}
        found = {name: self._changed(name, value) for name, value in self.wanted.items()}
        found |= {name: self._cleared(name, value) for name, value in cleared.items()}
        changes = {name: change for name, change in found.items() if change is not None}
        changes = self._with_resets(changes, cleared)
        self.diagnostics += [
            _untold(name) for name in sorted(set(untold({**self.applied, **self.server}, self.wanted)))
        ]
        releases = tuple(sorted(name for name in removed if name not in cleared and not self._is_reset(name)))
        return Comparison(
            changes=tuple(changes[name] for name in self.schemas.in_order(changes)),
            record={**self._remembered(changes), **fixed},
            releases=releases,
            drifted=self._drifted(),
            already_live=self._already_live({**self.wanted, **cleared}, changes),
            config_changed=bool(releases) or self._asks_for_more(cleared),
            conflicts=self._conflicts(releases) if changes else (),
            diagnostics=tuple(self.diagnostics),
        )

    def _remembered(self, changes: Collection[str]) -> dict[str, Json]:
        """What is wanted; of a secret that nobody could look at and that is not sent, what is known of it stands."""
        return {
            name: value if name in changes else remembered(value, self.applied.get(name))
            for name, value in self.wanted.items()
        }

    def _fixed_at_creation(self) -> dict[str, Json]:
        """Take the fields that no update may hold out of what is wanted; what was applied of them stands."""
        fixed = {name: value for name, value in self.applied.items() if self._only_at_creation(name)}
        for name in [each for each in self.wanted if self._only_at_creation(each)]:
            value = self.wanted.pop(name)
            if name not in fixed or not self._same(name, fixed[name], value):
                self._warn_of_fixed(name)
        return fixed

    def _only_at_creation(self, name: str) -> bool:
        policy = self.schemas.fields.get(name)
        return policy is not None and not policy.updatable

    def _warn_of_fixed(self, name: str) -> None:
        self.diagnostics.append(
            warning(
                "only-at-creation",
                f"`{name}` can only be set when an assistant is created: it stays as it is on the server",
                "Take the document's value back, or create the assistant anew under another key.",
                **place(self.desired),
                field=name,
            )
        )

    def _conflicts(self, releases: Iterable[str]) -> tuple[Diagnostic, ...]:
        """What stays on the server must get on with what the document asks for: the API judges the two together."""
        staying = {name: self.server[name] for name in releases if name in self.schemas.fields}
        broken = self.schemas.violations("assistant", {**self.wanted, **staying}) if staying else []
        return tuple(
            error(
                "stays-in-conflict",
                f"`{violation.path[0]}` left the document but stays on the server, where it {violation.summary}",
                "\n".join(filter(None, (violation.detail, "Set it in the document to a value that fits."))),
                **place(self.desired),
                field=str(violation.path[0]),
                loses=(f"`{violation.path[0]}` as it is on the server",),
                commands=(("why", self.desired.key, str(violation.path[0])),),
            )
            for violation in broken
            if violation.path and violation.path[0] in staying
        )

    def _changed(self, name: str, value: Json) -> FieldChange | None:
        if name in self.server and self._same(name, self.server[name], value):
            return None
        return self._change(name, "clear" if value is None else "set", value)

    def _cleared(self, name: str, value: Json) -> FieldChange | None:
        if self._same(name, self.server[name], value):
            return None
        return self._change(name, "clear", value)

    def _can_clear(self, name: str) -> bool:
        """Whether a field that left the document is cleared; where it is not, the reason is said once."""
        if name in self.desired.unmanaged or name in self.desired.seed:
            return False
        policy = self.schemas.fields.get(name)
        if policy is not None and policy.has_clear:
            return True
        if self._is_reset(name):
            return False
        why = "has no documented way to be cleared" if policy is not None else "is unknown to the schemas of today"
        self.diagnostics.append(
            warning(
                "cannot-clear",
                f"`{name}` left the document but {why}: it stays as it is on the server and is no longer managed",
                "Set it to the value you want instead, or leave it out and accept what the server has.",
                **place(self.desired),
                field=name,
            )
        )
        return False

    def _is_reset(self, name: str) -> bool:
        """Whether another field changes in a way that makes the server set this one anew."""
        policy = self.schemas.fields.get(name)
        causes = policy.reset_by if policy is not None else ()
        return any(cause in self.wanted and self._changed(cause, self.wanted[cause]) for cause in causes)

    def _asks_for_more(self, cleared: Content) -> bool:
        """Whether the document, not the portal, is a cause of the changes."""
        asked = self.wanted | dict(cleared)
        return any(n not in self.applied or not self._same(n, self.applied[n], value) for n, value in asked.items())

    def _with_resets(self, changes: Mapping[str, FieldChange], cleared: Content) -> dict[str, FieldChange]:
        """Send what a changed field resets again, changed or not; a reset clears by itself what is to be cleared."""
        complete = dict(changes)
        for name, policy in self.schemas.fields.items():
            if not any(cause in changes for cause in policy.reset_by):
                continue
            if name in self.wanted:
                value = self.wanted[name]
                again = self._change(name, "clear" if value is None else "set", value, sent_again=True)
                complete.setdefault(name, again)
            elif name in cleared:
                complete.pop(name, None)
            elif name in self.desired.unmanaged:
                self._warn_of_reset(name, [cause for cause in policy.reset_by if cause in changes])
        return complete

    def _warn_of_reset(self, name: str, causes: list[str]) -> None:
        self.diagnostics.append(
            note(
                "unmanaged-reset",
                f"`{name}` is unmanaged, and changing `{causes[0]}` makes the server reset it",
                "Manage it in the document, or look at it in the portal after the apply.",
                **place(self.desired),
                field=name,
            )
        )

    def _change(self, name: str, op: str, value: Json, *, sent_again: bool = False) -> FieldChange:
        return FieldChange(
            field=name,
            op=op,
            before=self.server.get(name),
            after=value,
            risk=field_risk(self.schemas, name),
            sent_again=sent_again,
        )

    def _drifted(self) -> tuple[str, ...]:
        if self.live is None:
            return ()
        shown = self.live.content
        return tuple(
            sorted(n for n, value in self.applied.items() if n in shown and not self._same(n, shown[n], value))
        )

    def _already_live(self, asked: Content, changes: Mapping[str, FieldChange]) -> tuple[str, ...]:
        """An adopted assistant has nothing applied yet, and all of it is recorded anyway."""
        if self.live is None or not self.applied:
            return ()
        shown = self.live.content
        left = [n for n in asked if n not in changes and n in shown and self._same(n, shown[n], asked[n])]
        return tuple(sorted(n for n in left if n not in self.applied or not self._same(n, self.applied[n], asked[n])))

    def _same(self, name: str, left: Json, right: Json) -> bool:
        policy = self.schemas.fields.get(name)
        return same(left, right, unordered=policy is not None and policy.unordered)


def _untold(name: str) -> Diagnostic:
    """Of no document in particular, so that a plan says it once for each secret."""
    return warning(
        "secret-not-compared",
        f"whether the secret {name} changed since it was applied cannot be told, so it is not sent again",
        "Fingerprints need one key wherever plans are made: set RECONCILER_FINGERPRINT_KEY to the same text there.",
    )
