"""How a secret's value is recognised again without being kept: a keyed digest of its name and value.

Without the key a short secret could be guessed from its digest, so there is no fingerprint without one: a project
that has none still works, and only does not see that a secret changed. Edge: reads one file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from reconciler.config.given_files import read_given
from reconciler.config.own_folder import OWN_FOLDER, keep_out_of_git
from reconciler.errors import ConfigError, error

KEY_VARIABLE = "RECONCILER_FINGERPRINT_KEY"
KEY_FILE = f"{OWN_FOLDER}/fingerprint.key"
_LARGEST = 64 * 1024
Fingerprint: TypeAlias = Callable[[str, str], str | None]


def fingerprinter(root: Path, environ: Mapping[str, str]) -> Fingerprint:
    """A function of a secret's name and value: `hmac-sha256:KEY ID:DIGEST`, or None where there is no key.

    The key's id (8 hex digits, a digest of it) tells fingerprints of different keys apart: they prove nothing.

    The key is the variable's, else the file's. Raises ConfigError where the key's file stands and cannot be read or
    is empty: going on without it would show every secret as changed.
    """
    key = environ.get(KEY_VARIABLE, "").strip().encode("utf-8", "surrogatepass") or _key_from_file(root)

    key_id = hmac.new(key or b"", b"id of this key", hashlib.sha256).hexdigest()[:8]

    def fingerprint(name: str, value: str) -> str | None:
        if key is None:
            return None
        # no name holds a NUL, so no two pairs give the same bytes
        content = f"{name}\0{value}".encode("utf-8", "surrogatepass")
        return f"hmac-sha256:{key_id}:{hmac.new(key, content, hashlib.sha256).hexdigest()[:32]}"

    return fingerprint


def make_key(root: Path) -> bool:
    """Make the project's own key, for its owner alone and out of Git, unless there is one. Says whether it did.

    Raises ConfigError where it cannot be written.
    """
    path = root / KEY_FILE
    try:
        keep_out_of_git(path.parent)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(os.urandom(32).hex() + "\n")
    except FileExistsError:
        return False
    except OSError as problem:
        raise _unusable(f"cannot be made: {(problem.strerror or 'unknown').lower()}") from None
    return True


def _key_from_file(root: Path) -> bytes | None:
    try:
        content, _ = read_given(root / KEY_FILE, most=_LARGEST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise _unusable(f"cannot be read: {(problem.strerror or 'unknown').lower()}") from None
    if len(content) > _LARGEST:
        raise _unusable("is larger than 64 KiB")
    if not content.strip():
        raise _unusable("is empty")
    return content.strip()


def _unusable(why: str) -> ConfigError:
    advice = f"Put a long random text into it, set {KEY_VARIABLE}, or remove the file to work without fingerprints."
    return ConfigError(error("fingerprint-key", f"the key of the fingerprints {why}", advice, file=KEY_FILE))
