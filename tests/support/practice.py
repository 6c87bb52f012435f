"""A dental practice's project and its vendor on a socket, spoken to through the program's own command line."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import run
from reconciler.commands import account
from reconciler.commands import apply as applying
from reconciler.config import find_schemas, open_client
from tests.support.vendor import Running, running

REPOSITORY = Path(__file__).parent.parent.parent
RECEPTION = """\
name: Lakeview Dental - Reception
type: inbound
mode: multimodal
multimodal_model_id: 3
voice_id: 12
language_id: 1
timezone: America/Chicago
initial_message: Thank you for calling Lakeview Dental. How can I help you?
system_prompt: ${file:prompts/reception.md}
"""
PROMPT = "You answer the phone of Lakeview Dental. Be kind, and book no root canals.\n"
REMINDER = """\
name: Lakeview Dental - Reminder
type: outbound
mode: pipeline
llm_model_id: 2
voice_id: 12
language_id: 1
timezone: America/Chicago
initial_message: Hello, this is Lakeview Dental.
system_prompt: You remind patients of their appointments.
"""
_OURS = re.compile(r"RECONCILER_|GITHUB_|CI|BUILD_URL|NO_COLOR|FORCE_COLOR|(HTTPS?|ALL|NO)_PROXY", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        return self.out + self.err


@dataclass(kw_only=True)
class Practice:
    """`folder` is the project; `environ` is what every command is given of ours."""

    folder: Path
    vendor: Running
    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    environ: dict[str, str] = field(default_factory=dict)

    def runs(self, *arguments: str, **environ: str | None) -> Ended:
        """One command in the project; `environ` overrides, and None takes a variable away."""
        given = {**self.environ, **environ}
        with self.patch.context() as patch:
            for name in [each for each in os.environ if _OURS.match(each)]:
                patch.delenv(name)
            for name, value in given.items():
                patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
            self.capsys.readouterr()
            code = run(["-C", str(self.folder), *arguments])
            found = self.capsys.readouterr()
        return Ended(code=code, out=found.out, err=found.err)

    def done(self, *arguments: str, **environ: str | None) -> Ended:
        """One command that must end well."""
        ended = self.runs(*arguments, **environ)
        assert ended.code == 0, ended.told
        return ended

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text("utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def files(self, *, logs: bool = False) -> dict[str, bytes | str]:
        """Every file of the project, byte for byte; of a symbolic link where it leads. `logs`: of requests too."""
        found = [each for each in self.folder.rglob("*") if each.is_symlink() or each.is_file()]
        if not logs:
            found = [each for each in found if self.folder / ".reconciler" / "log" not in each.parents]
        return {
            each.relative_to(self.folder).as_posix(): str(each.readlink()) if each.is_symlink() else each.read_bytes()
            for each in found
        }

    @property
    def sent(self) -> list[tuple[str, str, Any]]:
        """Every write that the vendor was asked for."""
        calls = self.vendor.calls
        return [(each.method, each.path, each.body) for each in calls if each.method != "GET"]


@contextmanager
def practice(
    folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **faults: Any
) -> Iterator[Practice]:
    """A project of one applied assistant, `reception`, and its vendor. Pauses between attempts take no time."""
    patient = functools.partial(open_client, pause=lambda seconds, stop: None, random_share=lambda: 0.0)
    for module in (applying, account):
        patch.setattr(module, "open_client", patient)
    # one clock for both sides: when an assistant was made tells whose it is
    faults.setdefault("clock", lambda: datetime.now(UTC))
    with running(find_schemas(REPOSITORY), **faults) as vendor:
        environ = {"RECONCILER_API_URL": vendor.url, "RECONCILER_API_KEY": vendor.key}
        made = Practice(folder=folder, vendor=vendor, patch=patch, capsys=capsys, environ=environ)
        made.write("assistants/reception.yaml", RECEPTION)
        made.write("assistants/prompts/reception.md", PROMPT)
        made.done("apply", "-y")
        yield made
