"""How much a JSON text may hold, told before it is parsed. Core: stdlib only, pure.

Three bytes of `[],` become seventy in memory, and of `{"a":1},` thirty a byte: a limit of bytes that a large account
needs leaves room for texts that fill any machine. Their values are counted by what stands between them; commas and
brackets in prose count as well, and nobody's prompts come near.
"""

from __future__ import annotations

MOST_VALUES = 2_000_000
"""Some nine thousand new assistants in one saved plan; under 400 MB whatever they are."""


def holds_too_much(content: bytes) -> bool:
    """Whether a JSON text may hold more than MOST_VALUES values."""
    return len(content) > MOST_VALUES and sum(content.count(each) for each in b",[{") > MOST_VALUES
