"""`python -m tests.fuzz.guided TARGET [libFuzzer options]`: atheris looks for inputs that reach new lines.

In an environment of its own (`make fuzz` makes `.fuzz`): nobody else needs it. libFuzzer's own limits hold memory and
time; an input that breaks a promise ends the run and is written where `-artifact_prefix` says.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["reconciler"]):
    from tests.fuzz.targets import CASES, TARGETS, told

LIMITS = ("-rss_limit_mb=512", "-timeout=10", "-max_len=65536")


def main() -> None:
    """Fuzz one target from its seeds and cases until libFuzzer's options end it."""
    target = TARGETS[sys.argv[1]]
    with tempfile.TemporaryDirectory() as made:
        folder, words = f"{made}/seeds", Path(made, "words")
        Path(folder).mkdir()
        for number, seed in enumerate(target.seeds()):
            Path(folder, str(number)).write_bytes(seed)
        cases = [str(each) for each in [CASES / target.name] if each.is_dir()]
        words.write_text("".join(f'"{_escaped(each)}"\n' for each in target.tokens if len(each) < 64))
        options = [sys.argv[0], folder, *cases, f"-dict={words}", *LIMITS, *sys.argv[2:]]
        atheris.Setup(options, partial(told, target))
        atheris.Fuzz()


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    main()
