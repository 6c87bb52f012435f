"""Turns a good input into a bad one: bytes that change places, words that mean something, values that do not fit."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.fuzz.targets import Target

LARGEST = 256 * 1024
"""Bytes of one input of a campaign; what is larger has tests of its own."""
HOSTILE: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 10**400, 0.1, -0.0, float("inf"), float("nan"), "", " ", "\ud800", "\x00", "\x1b[31m"),
    *([], {}, [[]], {"": None}, [None], "a" * 5000, "{{name}}", "${secret:CALCOM_KEY}", "\u202e", "../../etc/passwd"),
    *({"$secret": "CALCOM_KEY"}, {"$secret": 7, "fingerprint": []}, {"type": "end_call", "data": 3}, "0.70", "1e999"),
)


def mutated(target: Target, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """One input for a target. The same state of `chance` gives the same input."""
    content = chance.choice(seeds)
    if target.is_json and chance.random() < 0.6:
        content = _json(content, chance)
        if chance.random() < 0.8:
            return content[:LARGEST]
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 9))):
        content = chance.choice(_BYTES)(content, target, seeds, chance)
    return content[:LARGEST]


def _json(content: bytes, chance: random.Random) -> bytes:
    try:
        value = json.loads(content)
    except ValueError:
        return content
    for _ in range(chance.choice((1, 1, 2, 4))):
        _spoil(value, chance)
    return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _spoil(value: Any, chance: random.Random) -> None:
    """Change one place of a value: replaced by what does not fit, removed, moved, doubled or renamed."""
    while isinstance(value, dict | list) and value:
        steps = list(value) if isinstance(value, dict) else list(range(len(value)))
        step = chance.choice(steps)
        inner = value[step]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.75:
            value = inner
            continue
        match chance.randrange(5):
            case 0:
                del value[step]
            case 1 if isinstance(value, dict):
                value[f"{step}{chance.choice(('', ' ', 's', chr(0x430)))}"] = value.pop(step)
            case 2:
                value[step] = value[chance.choice(steps)]
            case 3 if isinstance(value, list):
                value.append(inner)
            case _:
                value[step] = copy.deepcopy(chance.choice(HOSTILE))
        return


def _flip(content: bytes, target: Target, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _cut(content: bytes, target: Target, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + content[at + chance.choice((1, 1, 2, 8, 60, 4000)) :]


def _word(content: bytes, target: Target, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(target.tokens) + content[at:]


def _repeat(content: bytes, target: Target, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    part = content[at : at + chance.choice((1, 2, 8, 60))] or chance.choice(target.tokens)
    return content[:at] + part * chance.choice((2, 3, 50, 3000)) + content[at:]


def _splice(content: bytes, target: Target, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    other = chance.choice(seeds)
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


def _lines(content: bytes, target: Target, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            lines[one], lines[two] = lines[two], lines[one]
        case 1:
            lines.insert(one, lines[two])
        case _:
            lines[one] = b"  " + lines[one] if chance.random() < 0.5 else lines[one].lstrip()
    return b"\n".join(lines)


_BYTES: tuple[Callable[[bytes, Target, Sequence[bytes], random.Random], bytes], ...] = (
    *(_flip, _cut, _cut, _word, _word, _word, _repeat, _splice, _lines, _lines),
)
