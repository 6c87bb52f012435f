"""The secrets of a saved plan: a plan file holds their names and fingerprints, and this run has to find the values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.canonical import Json
from reconciler.config import Project
from reconciler.errors import ConfigError, Diagnostic, StalePlanError, error
from reconciler.model import Plan, Vault, secret_name


def vault_for(plan: Plan, documents: Vault, project: Project) -> Vault:
    """The values of every secret that the plan's requests name, from the documents of today or the environment.

    Raises ConfigError naming those that are nowhere, and StalePlanError naming those that are not what was planned.
    """
    wanted = dict(_references([request.body for request, _ in plan.requests() if request.body is not None]))
    values = {name: _value(name, documents, project.environ) for name in wanted}
    missing = [_missing(name) for name, value in values.items() if value is None]
    if missing:
        raise ConfigError.of(missing)
    found = {name: value for name, value in values.items() if value is not None}
    moved = [name for name, value in found.items() if _moved(wanted[name], project.fingerprint(name, value))]
    if moved:
        raise StalePlanError.of(_changed(name) for name in moved)
    return Vault(values=found)


def _references(value: Json) -> Iterator[tuple[str, str | None]]:
    name = secret_name(value)
    if name is not None and isinstance(value, Mapping):
        fingerprint = value.get("fingerprint")
        yield name, fingerprint if isinstance(fingerprint, str) else None
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _references(each)


def _value(name: str, documents: Vault, environ: Mapping[str, str]) -> str | None:
    return documents.values.get(name, environ.get(name))


def _moved(planned: str | None, now: str | None) -> bool:
    """Only two fingerprints can disagree: without a key on either side there is nothing to compare."""
    return planned is not None and now is not None and planned != now


def _missing(name: str) -> Diagnostic:
    return error(
        "secret-missing",
        f"the plan needs the secret {name}, which is not set",
        "Set it as an environment variable, as it was when the plan was made.",
    )


def _changed(name: str) -> Diagnostic:
    return error(
        "stale-plan",
        f"the secret {name} is not the one that the plan was made with",
        "Make the plan again: `reconciler plan --out FILE`.",
    )
