"""What `schema generate --explain` prints: each constraint of a field, and the words and the line it was read from.

Pure. Words come from pages, so a terminal sees nothing of them that is not text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from reconciler.apidocs import Evidence
from reconciler.canonical import Json
from reconciler.render.escape import terminal_safe

LIMIT = 72


def render_evidence(field: str, told: Sequence[Evidence]) -> Iterable[str]:
    """The field's name, then two lines per constraint: what it is, and where it was read."""
    yield terminal_safe(field)
    for each in told:
        yield terminal_safe(f"  {each.keyword}: {_shown(each.value)}")
        place = f"{each.file}:{each.line}" if each.line else each.file
        yield terminal_safe(f"      {place}: {each.words}")


def evidence_to_json(told: Sequence[Evidence]) -> list[Json]:
    """The same for programs: whole values, and the line as null where there is none."""
    return [
        {
            "keyword": each.keyword,
            "value": each.value,
            "words": each.words,
            "file": each.file,
            "line": each.line or None,
        }
        for each in told
    ]


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"
