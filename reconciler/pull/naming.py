"""What a pulled assistant's document is called: a plain name made of its own, and its id where that is taken. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from reconciler.documents.keys import key_fault

MAX_SLUG = 60


def slug(text: str) -> str:
    """Lower-case letters and digits of ASCII, words joined by `-`; empty where the text has none of them."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_SLUG].strip("-")


def candidates(name: str, id: int) -> Iterator[str]:
    """Keys for an assistant, the best first; the last one is nobody else's, since ids are given once."""
    plain = slug(name)
    if plain and key_fault(plain) is None:
        yield plain
        yield f"{plain}-{id}"
    yield f"assistant-{id}"
    yield f"assistant-{id}-pulled"


def secret_variable(key: str, path: tuple[str | int, ...]) -> str:
    """The environment variable that a secret of a document is to come from: `ACME_SALES_TOOLS_0_CALCOM_API_KEY`."""
    words = [re.sub(r"[^A-Z0-9]+", "_", slug(str(each)).upper()) for each in (key, *path)]
    name = "_".join(each for each in words if each)
    return f"SECRET_{name}" if not name[:1].isalpha() or name.startswith("RECONCILER_") else name
