"""Bodies of the invented brand that everybody's sandbox tests start from."""

from __future__ import annotations

from typing import Any

CLASSIC: dict[str, Any] = {
    "title": "Harbour Dental, reception",
    "direction": "receive",
    "engine": "classic",
    "greeting": "Harbour Dental, how can I help?",
    "instructions": "You answer the practice's phone.",
    "zone": "Europe/London",
    "brain_id": 4,
}
REALTIME: dict[str, Any] = {
    **{name: value for name, value in CLASSIC.items() if name != "brain_id"},
    "engine": "realtime",
    "speech_model_id": 2,
}
