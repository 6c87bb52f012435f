"""Addresses and names that people write into settings: what is wrong with them, and whether they hold a secret."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from reconciler.later import pattern

SANDBOX = "sandbox:"

_SECRET_NAME = pattern(r"(^|[_\-])(api_?key|key|token|secret|password|passwd|credentials?)s?$", re.IGNORECASE)


def sounds_secret(name: str) -> bool:
    """Whether a name is one that people give to secrets."""
    return _SECRET_NAME.search(name) is not None


def why_no_api(address: str) -> str | None:
    """Why a text cannot be the API's address, or None. Never quotes the text: it may hold a password."""
    if address == SANDBOX:
        return None
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f\x7f]", address):
        return "must be an address such as https://portal.example/api, or `sandbox:`"
    if parts.query or parts.fragment:
        return "must be an address without `?` and `#`"
    return None


def holds_password(address: str) -> bool:
    """Whether an address carries credentials before its host."""
    try:
        parts = urlsplit(address)
        asked = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        named = parts.scheme in ("http", "https") and parts.username is not None
        return parts.password is not None or named or any(sounds_secret(name) for name in asked)
    except ValueError:
        return "@" in address
