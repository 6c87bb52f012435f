"""The tools that people would use instead, given the same number of things to look after, in their fastest form.

Each is measured where its command is found, and left out, with a word about it, where it is not.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.corpus import document, edited
from bench.measure import Command, run
from reconciler.canonical import Json, is_list
from reconciler.documents.strict_yaml import parse_yaml

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
    """What tells the change of a field: each document is an object in one file of JSON, so that nothing is decoded."""
    return _planned_by_terraform(folder, count, lambda number, changed: _fields(_document(number, changed)))


def _terraform_of_texts(folder: Path, count: int) -> Command:
    """Its fastest: each document is one text, so that a change is told, but not of which field."""
    return _planned_by_terraform(folder, count, _document)


def _planned_by_terraform(folder: Path, count: int, thing: Callable[[int, bool], Json]) -> Command:
    """Things in one file of JSON.

    It applies one, and the state of the others is written like that one's: its own apply of 10,000 texts had not ended
    after eight minutes.
    """
    folder.mkdir(parents=True)
    config, path = folder / "main.tf.json", folder / "terraform.tfstate"
    config.write_text(_resources([thing(0, False)]), "utf-8")
    _applied_by_terraform(folder)
    state = json.loads(path.read_text("utf-8"))
    first = state["resources"][0]
    state["resources"] = [_resource_like(first, number, thing(number, False)) for number in range(count)]
    path.write_text(json.dumps(state), "utf-8")
    config.write_text(_resources([thing(number, number % 100 == 0) for number in range(count)]), "utf-8")
    return _plan_by_terraform(folder)


def _terraform_of_yaml(folder: Path, count: int) -> Command:
    """The same, of the documents as files, decoded by its own reader of YAML."""
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


def _resources(things: Sequence[Json]) -> str:
    named = {f"line_{number:05}": {"input": each} for number, each in enumerate(things)}
    return json.dumps({"resource": {"terraform_data": named}})


def _resource_like(first: Mapping[str, Any], number: int, thing: Json) -> dict[str, Any]:
    """What the state holds of a thing, after what it holds of the first."""
    instance = first["instances"][0]
    value = {"type": _type_of(thing), "value": thing}
    attributes = {**instance["attributes"], "id": str(uuid.UUID(int=number)), "input": value, "output": value}
    return {**first, "name": f"line_{number:05}", "instances": [{**instance, "attributes": attributes}]}


def _type_of(value: Json) -> Json:
    """The type of a value as Terraform's state writes it."""
    if isinstance(value, Mapping):
        return ["object", {name: _type_of(each) for name, each in value.items()}]
    if is_list(value):
        return ["tuple", [_type_of(each) for each in value]]
    return "bool" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"


def _document(number: int, changed: bool) -> str:
    return edited(document(number)) if changed else document(number)


def _fields(text: str) -> Json:
    return parse_yaml(text.encode(), file="document.yaml").value


def _write_documents(folder: Path, count: int, *, changed: bool) -> None:
    (folder / "assistants").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = _document(number, changed and number % 100 == 0)
        (folder / f"assistants/line_{number:05}.yaml").write_text(text, "utf-8")
    listed = 'fileset("${path.module}/assistants", "*.yaml")'
    decoded = 'yamldecode(file("${path.module}/assistants/${each.value}"))'
    (folder / "main.tf").write_text(
        f'resource "terraform_data" "assistant" {{\n  for_each = {listed}\n  input = {decoded}\n}}\n', "utf-8"
    )


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
    Peer(name="Terraform with yamldecode", program="terraform", prepare=_terraform_of_yaml, most=1_000),
    Peer(name="Terraform told of texts alone", program="terraform", prepare=_terraform_of_texts),
    Peer(name="octoDNS", program="octodns-sync", prepare=_octodns),
)
