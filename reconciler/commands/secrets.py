"""The secrets of a saved plan: a plan file holds their names and fingerprints, and this run has to find the values."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.documents import is_own_variable
from reconciler.errors import ConfigError, Diagnostic, error
from reconciler.model import Plan
from reconciler.planfile import plan_secrets
from reconciler.secrecy import Vault


def vault_for(plan: Plan, documents: Vault, environ: Mapping[str, str]) -> Vault:
    """The values of every secret that the plan's requests name, from the documents of today or the environment.

    Those that only the documents name are in it too: the vendor may repeat what it was sent before, and what it says
    is masked by these. Raises ConfigError naming those of the plan that are nowhere.
    """
    found = {name: value_of(name, documents, environ) for name in plan_secrets(plan)}
    missing = [_missing(name) for name, value in found.items() if value is None]
    if missing:
        raise ConfigError.of(missing)
    return Vault(values={**documents.values, **{name: value for name, value in found.items() if value is not None}})


def value_of(name: str, documents: Vault, environ: Mapping[str, str]) -> str | None:
    """The value of a secret of today: as a document has it, else the environment variable's.

    The variables that hold the program's own secrets are none: a state or a plan that was tampered with must not send
    the API's key to where a webhook goes.
    """
    if is_own_variable(name):
        return None
    found = documents.values.get(name, environ.get(name, ""))
    # a CI system gives an empty text for a secret that it does not know or may not show
    return found if found.strip() else None


def _missing(name: str) -> Diagnostic:
    if name.startswith("file:"):  # no variable's name: it stood in clear in a document
        file, _, place = name.removeprefix("file:").partition("#")
        return error(
            "secret-missing",
            f"the plan needs the secret that stood at {place}, and it is not there any more",
            "Make a new plan, or put the secret back and run it again.",
            file=file,
        )
    return error(
        "secret-missing",
        f"the plan needs the secret {name}, which is not set",
        "Set it as an environment variable, as it was when the plan was made.",
    )
