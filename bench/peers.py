"""The tools that people would use instead, given the same number of things to look after, in their fastest form.

Each is measured where its command is found, and left out, with a word about it, where it is not.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.corpus import document, edited
from bench.measure import Command, run

_QUIET: Mapping[str, str] = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """`prepare(folder, count)` makes a project in which one in a hundred things changed, and gives what plans it.

    `most` is how many things it can be given in minutes.
    """

    name: str
    program: str
    prepare: Callable[[Path, int], Command]
    most: int = 10_000

    @property
    def is_there(self) -> bool:
        """Whether its command is found."""
        return shutil.which(self.program) is not None


def _terraform(folder: Path, count: int) -> Command:
    """Its fastest: each document is one text in one file of JSON, so that a change is told, but not of which field.

    It applies one thing, and the state of the others is written like that one's: its own apply of 10,000 had not ended
    after eight minutes.
    """
    _write_texts(folder, 1, changed=False)
    _applied_by_terraform(folder)
    path = folder / "terraform.tfstate"
    state = json.loads(path.read_text("utf-8"))
    state["resources"] = [_resource_like(state["resources"][0], number) for number in range(count)]
    path.write_text(json.dumps(state), "utf-8")
    _write_texts(folder, count, changed=True)
    return _plan_by_terraform(folder)


def _terraform_by_field(folder: Path, count: int) -> Command:
    """What tells the change of a field: the documents as files, decoded by its own reader of YAML."""
    _write_documents(folder, count, changed=False)
    _applied_by_terraform(folder)
    _write_documents(folder, count, changed=True)
    return _plan_by_terraform(folder)


def _applied_by_terraform(folder: Path) -> None:
    for words in (["init", "-input=false"], ["apply", "-auto-approve", "-input=false"]):
        run(Command(arguments=["terraform", *words], folder=folder, environ=_QUIET))


def _plan_by_terraform(folder: Path) -> Command:
    """`terraform_data` needs no provider and no network; without refresh and lock, `plan` compares and no more."""
    words = ["plan", "-refresh=false", "-lock=false", "-input=false"]
    return Command(arguments=["terraform", *words], folder=folder, environ=_QUIET)


def _resource_like(first: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What the state holds of a thing, after what it holds of the first."""
    text = {"type": "string", "value": document(number)}
    instance = first["instances"][0]
    attributes = {**instance["attributes"], "id": str(uuid.UUID(int=number)), "input": text, "output": text}
    return {**first, "name": f"line_{number:05}", "instances": [{**instance, "attributes": attributes}]}


def _write_documents(folder: Path, count: int, *, changed: bool) -> None:
    (folder / "assistants").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = edited(document(number)) if changed and number % 100 == 0 else document(number)
        (folder / f"assistants/line_{number:05}.yaml").write_text(text, "utf-8")
    listed = 'fileset("${path.module}/assistants", "*.yaml")'
    decoded = 'yamldecode(file("${path.module}/assistants/${each.value}"))'
    (folder / "main.tf").write_text(
        f'resource "terraform_data" "assistant" {{\n  for_each = {listed}\n  input = {decoded}\n}}\n', "utf-8"
    )


def _write_texts(folder: Path, count: int, *, changed: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    things = {
        f"line_{number:05}": {"input": edited(document(number)) if changed and number % 100 == 0 else document(number)}
        for number in range(count)
    }
    written = json.dumps({"resource": {"terraform_data": things}})
    (folder / "main.tf.json").write_text(written, "utf-8")


def _octodns(folder: Path, count: int) -> Command:
    """A zone from one folder to another; a record is much less than a document."""
    for side in ("config", "target"):
        (folder / side).mkdir(parents=True)
        lines = ["---"]
        for number in range(count):
            last = 2 if side == "config" and number % 100 == 0 else 1
            lines.append(f"'line-{number:05}': {{type: A, value: 192.0.2.{last}}}")
        (folder / side / "example.com.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    provider = {"class": "octodns.provider.yaml.YamlProvider"}
    zone = {"sources": ["config"], "targets": ["target"]}
    providers = {side: {**provider, "directory": f"./{side}"} for side in ("config", "target")}
    (folder / "octodns.yaml").write_text(json.dumps({"providers": providers, "zones": {"example.com.": zone}}), "utf-8")
    return Command(arguments=["octodns-sync", "--config-file", "octodns.yaml"], folder=folder)


PEERS = (
    Peer(name="Terraform", program="terraform", prepare=_terraform),
    Peer(name="Terraform by field", program="terraform", prepare=_terraform_by_field, most=1_000),
    Peer(name="octoDNS", program="octodns-sync", prepare=_octodns),
)
