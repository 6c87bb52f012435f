"""From what the server said to what a person reads: places in documents found, secrets cut out. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from reconciler.api import Failure, Kind
from reconciler.api.answers import clipped
from reconciler.apply import messages
from reconciler.canonical import Json
from reconciler.errors import Diagnostic, error
from reconciler.model import Change, Desired, Path
from reconciler.secrecy import Vault

MASK = "***"

WHO_HOLDS_IT = "If another assistant holds it: `reconciler plan --refresh` reads them all, and names which one."


def refusal_diagnostics(
    desired: Desired | None,
    change: Change,
    errors: Mapping[str, Sequence[str]],
    *,
    exclusive: Collection[str] = (),
) -> tuple[Diagnostic, ...]:
    """One diagnostic (`refused-by-api`) for each text of a 422's `errors`, at the place in the document it is about.

    Keys of `errors` are dotted paths (`field.0.part`) and are kept as `field`. Where the document is not
    at hand, as with a saved plan, the place is the change's own. Texts must hold no secret any more. Of a field that is
    `exclusive` it says how to find out who holds its value.
    """
    found = [
        _refusal(desired, change, dotted, text, exclusive)
        for dotted in sorted(errors)
        for text in dict.fromkeys(errors[dotted])
    ]
    return tuple(found)


def failure_diagnostics(
    failure: Failure, change: Change, desired: Desired | None, vault: Vault, *, exclusive: Collection[str] = ()
) -> tuple[Diagnostic, ...]:
    """What a failed request of `change` means for a person; no value of the vault is in it."""
    if failure.kind is Kind.NOT_FOUND and change.id is not None:
        return (messages.vanished(change),)
    errors = {
        masked(dotted, vault): [masked(each, vault) for each in texts] for dotted, texts in failure.errors.items()
    }
    if failure.kind is Kind.REFUSED and errors:
        return refusal_diagnostics(desired, change, errors, exclusive=exclusive)
    message = None if failure.message is None else masked(failure.message, vault)
    return (failure.diagnostic(message, key=change.key, file=change.file, line=change.line),)


def masked(text: str, vault: Vault) -> str:
    """The text without the vault's values, as they are and as JSON spells them. Longer values go first."""
    spelled = {form for value in vault.values.values() for form in _spellings(value)}
    for each in sorted(spelled, key=len, reverse=True):
        text = text.replace(each, MASK)
    return text


def _spellings(value: str) -> set[str]:
    trimmed = value.strip()
    forms = {trimmed, *(json.dumps(trimmed, ensure_ascii=plain)[1:-1] for plain in (True, False))}
    # PHP's JSON escapes the slash
    return {form for each in forms for form in (each, each.replace("/", "\\/")) if form}


def path_in(content: Json, dotted: str) -> Path:
    """The path that a dotted one means in `content`: numbers count items, and a key may hold dots itself."""
    steps = dotted.split(".")
    path: list[str | int] = []
    while steps:
        taken = 1
        if isinstance(content, Mapping):
            taken = next((n for n in range(len(steps), 0, -1) if ".".join(steps[:n]) in content), 1)
        name = ".".join(steps[:taken])
        steps = steps[taken:]
        step = int(name) if _is_index(name) and not isinstance(content, Mapping) else name
        content = _inside(content, step)
        path.append(step)
    return tuple(path)


def _is_index(name: str) -> bool:
    return len(name) < 10 and name.isascii() and name.isdecimal() and str(int(name)) == name


def _inside(content: Json, step: str | int) -> Json:
    if isinstance(content, Mapping) and isinstance(step, str):
        return content.get(step)
    if isinstance(content, Sequence) and not isinstance(content, str) and isinstance(step, int):
        return content[step] if step < len(content) else None
    return None


def _refusal(desired: Desired | None, change: Change, dotted: str, text: str, exclusive: Collection[str]) -> Diagnostic:
    place: dict[str, str | int | None] = {"file": change.file, "line": change.line}
    detail = WHO_HOLDS_IT if dotted in exclusive else None
    if desired is not None:
        path = path_in(desired.content, dotted)
        position = desired.place(path)
        place = {"file": position.file, "line": position.line, "column": position.column}
        if path[0] not in desired.content:
            # its place is the document's beginning, and the caret would point at a field that is not meant
            place["column"] = None
            detail = f"The document does not name `{path[0]}`."
    about = f"`{dotted}`" if dotted else "it"
    said = clipped(text)
    return error("refused-by-api", f"the API refused {about}: {said}", detail, key=change.key, field=dotted, **place)
