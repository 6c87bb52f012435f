"""Projects of any size to measure with: seeded, so that two machines measure the same files.

A document has 59 lines, of which a prompt of 1 to 3 KB; a hundred of them stand in a folder, as an agency's clients do.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.canonical import digest_bytes
from reconciler.commands.gather import documents_of
from reconciler.config import Project, open_project
from reconciler.entries import entry_text, record_request
from reconciler.errors import DocumentError
from reconciler.model import Desired
from reconciler.planning import PlanOptions, make_plan
from reconciler.state.meta import stored_meta

SEED = 20_261_121
PROMPT_LINES = 28
LINEAGE = "5b0c7a52-6c1d-4a0e-9a55-0d4f3f6f2b11"
NOW = "2026-11-21T08:00:00Z"
PROJECT_FILE = 'environments:\n  default:\n    api: "{api}"\n    limits: {{}}\n'

_WORDS = (
    "appointment patient practice morning afternoon caller address insurance callback reception viewing tenant",
    "listing agent deposit keys contract reminder polite briefly confirm spelling number name question transfer",
    "never always listen repeat weekday holiday opening hours doctor receptionist property manager availability",
)
_ZONES = ("America/Chicago", "America/New_York", "Europe/Berlin", "Europe/London")

_DOCUMENT = """\
# yaml-language-server: $schema=../../schemas/editor.schema.json
name: {name}
type: inbound
mode: multimodal
multimodal_model_id: {model}
voice_id: {voice}
language_id: 1
timezone: {zone}
phone_number_id: {number}

initial_message: Thank you for calling {client}, how can I help you today?
system_prompt: |
{prompt}
turn_detection_threshold: 0.{threshold}
enable_noise_cancellation: true
ambient_sound: off
max_duration: {seconds}
max_silence_duration: 30

tools:
  - type: call_transfer
    phone_number: "+1312555{line:04}"
    description: Put the caller through when they ask for a person, or when something went wrong.
  - type: end_call
    description: End the call once the caller has said goodbye and has no further question.
post_call_schema:
  - name: reason
    type: string
    description: Why the person called, in at most ten words
  - name: callback
    type: bool
    description: Whether somebody has to call back
"""


def key_of_number(number: int) -> str:
    """The key of one document of a corpus."""
    return f"client-{number // 100:03}/line-{number:05}"


def write_documents(root: Path, count: int) -> None:
    """The project of `count` assistants, without any state."""
    for number in range(count):
        path = root / "assistants" / f"{key_of_number(number)}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document(number), "utf-8")
    (root / "reconciler.yaml").write_text(PROJECT_FILE.format(api="sandbox:"), "utf-8")


def document(number: int) -> str:
    """The text of one document: 59 lines."""
    chosen = random.Random(SEED + number)
    return _DOCUMENT.format(
        name=f"Client {number // 100:03} - Line {number:05}",
        client=f"Client {number // 100:03}",
        model=3,
        voice=chosen.randint(1, 60),
        zone=chosen.choice(_ZONES),
        number=1000 + number,
        prompt="\n".join(_prompt(chosen)),
        threshold=chosen.randint(10, 90),
        seconds=chosen.randrange(300, 1200, 30),
        line=number % 10_000,
    )


def _prompt(chosen: random.Random) -> Iterator[str]:
    """Lines of words, 1 to 3 KB in all."""
    words = " ".join(_WORDS).split()
    length = chosen.randint(1024, 3072) // PROMPT_LINES
    for number in range(PROMPT_LINES):
        line = f"{number + 1}."
        while len(line) < length:
            line += f" {chosen.choice(words)}"
        yield f"  {line}"


def write_state(root: Path, *, settled: bool = True) -> None:
    """The state as after an apply of every document, with ids from 1 on in the order of the keys.

    Not `settled`, no entry says what its document says today, as after an upgrade of the program.
    """
    folder = root / "state/default"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_meta.json").write_bytes(stored_meta(LINEAGE))
    project = opened(root)
    plan = make_plan(
        environment="default",
        lineage=None,
        desired=_desired(project),
        entries={},
        schemas=project.schemas,
        options=PlanOptions(allow_new=True),
    )
    for number, change in enumerate(plan.changes, start=1):
        entry = record_request(None, change, change.requests[-1], id=number, now=NOW)
        if not settled:
            entry = replace(entry, source=digest_bytes(b"of another version"))
        path = folder / f"{change.key}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(entry_text(entry))


def opened(root: Path) -> Project:
    """The project, as its commands open it."""
    return open_project(_Asked(root))


def _desired(project: Project) -> Sequence[Desired]:
    loaded = documents_of(project)
    if loaded.errors:
        raise DocumentError.of(loaded.errors)
    return loaded.desired


class _Asked:
    environment = None
    insecure_http = False
    quiet = True

    def __init__(self, root: Path) -> None:
        self.directory = root
        self.environ = {"PATH": os.environ["PATH"]}


def change_documents(root: Path, count: int, *, share: float) -> None:
    """Edit one number in every so manieth document."""
    for number in range(0, count, round(1 / share)):
        path = root / "assistants" / f"{key_of_number(number)}.yaml"
        path.write_text(edited(path.read_text("utf-8")), "utf-8")


def edited(text: str) -> str:
    """A document with one number changed."""
    return text.replace("max_silence_duration: 30", "max_silence_duration: 25")


def change_prompts(root: Path, count: int) -> None:
    """Edit a line of every prompt."""
    for number in range(count):
        path = root / "assistants" / f"{key_of_number(number)}.yaml"
        path.write_text(path.read_text("utf-8").replace("  14. ", "  14. Mention the new hours. "), "utf-8")


def main(arguments: Sequence[str]) -> None:
    """`FOLDER COUNT settled|unsettled|new SHARE|prompts`: a project, its state, and a share of it changed since."""
    folder, count, state, share = arguments
    root = Path(folder)
    write_documents(root, int(count))
    if state != "new":
        write_state(root, settled=state == "settled")
    if share == "prompts":
        change_prompts(root, int(count))
    elif float(share):
        change_documents(root, int(count), share=float(share))


if __name__ == "__main__":
    main(sys.argv[1:])
