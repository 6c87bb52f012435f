"""What a pulled assistant's document is called: a plain name made of its own, and its id where that is taken. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.documents.keys import key_fault, slug


def candidates(name: str, id: int) -> Iterator[str]:
    """Keys for an assistant, the best first; the last one is nobody else's, since ids are given once."""
    plain = slug(name)
    if plain and key_fault(plain) is None:
        yield plain
        yield f"{plain}-{id}"
    yield f"assistant-{id}"
    yield f"assistant-{id}-pulled"


def secret_variable(key: str, path: tuple[str | int, ...]) -> str:
    """The environment variable that a secret of a document is to come from: `SALES_EN_PLACE_0_TOKEN` of `sales-en`."""
    words = [re.sub(r"[^A-Z0-9]+", "_", slug(str(each)).upper()) for each in (key, *path)]
    name = "_".join(each for each in words if each)
    return f"SECRET_{name}" if not name[:1].isalpha() or name.startswith("RECONCILER_") else name
