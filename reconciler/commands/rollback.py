"""`--to-previous`: which assistants go back, to what, and with which secrets. Gathers; the plan is made elsewhere.

The state knows the names of the secrets that were sent then, not their values: what is sent is their value of today,
and where that is another one, or cannot be told, the plan says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from reconciler.canonical import Json
from reconciler.commands.secrets import value_of
from reconciler.config import Project
from reconciler.documents import Loaded
from reconciler.errors import Diagnostic, StateError, error, warning
from reconciler.frozen import dataclass
from reconciler.model import Content, Desired, Entry
from reconciler.planning import previous_desired, selected
from reconciler.secrecy import Vault, comparable, reveal, secret_name, secret_names, secret_reference


@dataclass(frozen=True, kw_only=True, slots=True)
class Returning:
    """What each key that goes back is to become, and what is to be said about it."""

    desired: Mapping[str, Desired] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def returning(project: Project, loaded: Loaded, entries: Mapping[str, Entry], selectors: Sequence[str]) -> Returning:
    """The previous last-applied of every key that a selector names; a glob passes over keys that have none.

    Raises StateError for a key that is named and has none, where a glob finds none at all, and where what was applied
    then does not meet the schemas of today.
    """
    keys, _ = selected(selectors, entries)
    able = sorted(key for key in keys if _has_previous(entries[key]))
    lacking = sorted(key for key in keys if key not in able and (key in selectors or not able))
    if lacking:
        raise StateError(*(_no_previous(key, entries[key]) for key in lacking))
    documents = {each.key: each for each in loaded.desired}
    found: dict[str, Desired] = {}
    told: list[Diagnostic] = _documents_broken(loaded)
    broken: list[Diagnostic] = []
    for key in able:
        before = entries[key].history[0].last_applied
        content, about_secrets = _with_secrets_of_today(before, project, loaded, key)
        told += about_secrets
        broken += _unfit(content, project, loaded, key)
        found[key] = previous_desired(entries[key], content, documents.get(key))
    if broken:
        raise StateError(*broken)
    return Returning(desired=found, diagnostics=tuple(told))


def _has_previous(entry: Entry) -> bool:
    return bool(entry.history) and (entry.id is not None or entry.pending is not None)


def _no_previous(key: str, entry: Entry) -> Diagnostic:
    why = "its assistant's id is not known" if entry.id is None else "nothing was applied before what is applied now"
    return error(
        "no-previous",
        f"there is no previous state to go back to: {why}",
        "Put its document back to what it said (version control has it), and plan that.",
        key=key,
    )


def _documents_broken(loaded: Loaded) -> list[Diagnostic]:
    if not loaded.errors:
        return []
    summary = "some documents are not valid; going back does not need them, and the next plan of the files does"
    return [warning("documents-invalid", summary, "`reconciler validate` says what is wrong with them.")]


def _with_secrets_of_today(
    content: Content, project: Project, loaded: Loaded, key: str
) -> tuple[dict[str, Json], list[Diagnostic]]:
    told: dict[str, Diagnostic] = {}

    def renewed(value: Json) -> Json:
        name = secret_name(value)
        if name is not None and isinstance(value, Mapping):
            then = value.get("fingerprint")
            return _renewed(name, then if isinstance(then, str) else None)
        if isinstance(value, Mapping):
            return {each: renewed(inner) for each, inner in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [renewed(inner) for inner in value]
        return value

    def _renewed(name: str, then: str | None) -> Json:
        text = value_of(name, loaded.vault, project.environ)
        if text is None:
            told[name] = _not_set(name, key)
            return secret_reference(name, then)
        now = project.fingerprint(name, text)
        if not comparable(then, now):
            told[name] = _cannot_tell(name, key)
        elif then != now:
            told[name] = _other_value(name, key)
        return secret_reference(name, now)

    return {name: renewed(value) for name, value in content.items()}, list(told.values())


def _unfit(content: Content, project: Project, loaded: Loaded, key: str) -> Iterator[Diagnostic]:
    """What the schemas of today would refuse. A field that another document rule left out is not missed."""
    names = {name: value_of(name, loaded.vault, project.environ) for name in secret_names(content)}
    if None in names.values():
        return
    vault = Vault(values={name: value for name, value in names.items() if value is not None})
    revealed = {name: reveal(value, vault) for name, value in content.items()}
    for each in project.schemas.violations("assistant", revealed):
        if each.keyword != "required":
            place = ".".join(map(str, each.path))
            yield error(
                "previous-invalid",
                f"what was applied before does not meet the schemas of today: `{place}` ({each.keyword})",
                "The schemas changed since. Say in the document what it shall be now, and plan that.",
                key=key,
                field=place,
            )


def _not_set(name: str, key: str) -> Diagnostic:
    summary = f"what was applied before used the secret {name}, which is not set now"
    return warning("secret-missing", summary, "If this plan sends it, applying it needs it set.", key=key)


def _other_value(name: str, key: str) -> Diagnostic:
    summary = f"the secret {name} has another value now than when it was applied"
    return warning(
        "secret-changed", summary, "Its value of today is what stays or is sent: the old one is kept nowhere.", key=key
    )


def _cannot_tell(name: str, key: str) -> Diagnostic:
    summary = f"whether the secret {name} has another value now than when it was applied cannot be told"
    return warning("secret-not-compared", summary, "Its value of today is what stays or is sent.", key=key)
