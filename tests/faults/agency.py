"""A property agency with twenty assistants, before and after a change of twenty-five, and what must hold afterwards.

Two swap their numbers, one hands its number to another, one that is deleted leaves its number to a new one.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.sandbox.storage import FileStorage

CHANGES = {"created": 8, "updated": 12, "deleted": 5}
BASE: dict[str, Any] = {
    "type": "inbound",
    "mode": "pipeline",
    "llm_model_id": 2,
    "voice_id": 1,
    "language_id": 1,
    "timezone": "America/New_York",
    "initial_message": "Hello! This is Maple Street Realty.",
    "system_prompt": "You sell viewings of houses. Be brief and kind.",
}
OTHER = {"mode": "multimodal", "multimodal_model_id": 3}


def assistant(name: str, **fields: Any) -> dict[str, Any]:
    """A whole document; a field of `...` is left out."""
    merged = {"name": f"Maple Street - {name}", **BASE, **fields}
    return {field: value for field, value in merged.items() if value is not ...}


def before() -> dict[str, dict[str, Any]]:
    """Seventeen assistants; four hold a number."""
    numbers = {0: 44, 2: 45, 3: 46}
    desks = {
        f"desk-{n:02}": assistant(f"Desk {n}", **({"phone_number_id": numbers[n]} if n in numbers else {}))
        for n in range(12)
    }
    desks["desk-05"] |= {"webhook_url": "https://hooks.maple.example/calls", "is_webhook_active": True}
    closed = {f"closed-{n}": assistant(f"Closed {n}", type="outbound") for n in range(5)}
    closed["closed-0"] |= {"type": "inbound", "phone_number_id": 48}
    return desks | closed


def after() -> dict[str, dict[str, Any]]:
    """Twelve are changed, eight are new, five are gone."""
    desks = {key: {**each, "max_duration": 900} for key, each in before().items() if key.startswith("desk")}
    desks["desk-01"]["phone_number_id"] = desks["desk-00"].pop("phone_number_id")
    desks["desk-02"]["phone_number_id"], desks["desk-03"]["phone_number_id"] = 46, 45
    for name in ("webhook_url", "is_webhook_active"):
        del desks["desk-05"][name]
    desks["desk-06"] = {**assistant("Desk 6", **OTHER, llm_model_id=...), "max_duration": 900}
    desks["desk-07"]["name"] = "Maple Street - Desk 7, weekends"
    new = {f"new-{n}": assistant(f"New {n}", max_duration=300 + n) for n in range(8)}
    new["new-0"]["phone_number_id"] = 48
    return desks | new


def write(folder: Path, documents: dict[str, dict[str, Any]]) -> None:
    """The documents as files, in place of those that are there. JSON is YAML."""
    home = folder / "assistants"
    home.mkdir(parents=True, exist_ok=True)
    for old in home.iterdir():
        old.unlink()
    for key, content in documents.items():
        (home / f"{key}.yaml").write_text(json.dumps(content), "utf-8")


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """What must never be; all zero. `runs` is how many applies it took, and None means that it never got there."""

    duplicates: int
    lost_ids: int
    held_twice: int
    not_as_desired: int
    runs: int | None

    @property
    def is_none(self) -> bool:
        return self.runs is not None and not (
            self.duplicates or self.lost_ids or self.held_twice or self.not_as_desired
        )


def damage(folder: Path, data: Path, runs: int | None) -> Damage:
    """Compare what the server has, what the state says and what the files want."""
    with FileStorage(data).transaction() as table:
        rows = {each["id"]: dict(each) for each in table.live()[:]}
    entries = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in (folder / "state/default").glob("*.json")
        if not path.name.startswith("_")
    }
    ids = {key: each["id"] for key, each in entries.items()}
    numbers = Counter(each["phone_number_id"] for each in rows.values() if each["type"] == "inbound")
    numbers.pop(None, None)
    wanted = after()
    wrong = [
        key
        for key, content in wanted.items()
        if any(rows.get(ids.get(key), {}).get(name) != value for name, value in content.items())
    ]
    cleared = [key for key in wanted if _has_left_over(rows.get(ids.get(key), {}), wanted[key])]
    return Damage(
        duplicates=sum(count - 1 for count in Counter(each["name"] for each in rows.values()).values()),
        lost_ids=len(set(rows) ^ {id for id in ids.values() if id is not None}) + len(set(ids) ^ set(wanted)),
        held_twice=sum(count - 1 for count in numbers.values()),
        not_as_desired=len({*wrong, *cleared}) + abs(len(rows) - len(wanted)),
        runs=runs,
    )


def _has_left_over(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a field that left the document is still set."""
    return any(name not in wanted and row.get(name) for name in ("phone_number_id", "webhook_url", "is_webhook_active"))
