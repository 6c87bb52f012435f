"""Plans along every fast path: what is told, byte for byte. A program of its own, as nothing forks beside threads.

    python -m tests.support.fast_paths FOLDER scenarios|documents

It prints JSON: how many plans were compared, which differed and how, and how many processes each path had. What pays
from hundreds of documents on is made to happen from one on.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.cli import run
from reconciler.commands import gather, spreading
from reconciler.config import find_schemas, open_client, open_project
from tests.support.strategies import contents

ROOT = Path(__file__).parent.parent.parent
SCENARIOS = ROOT / "tests/scenarios"
PATHS: Mapping[str, Mapping[str, str]] = {
    "all is read, by one process": {gather.READ_ALL: "1", spreading.PROCESSES: "1"},
    "all is read, by three": {gather.READ_ALL: "1", spreading.PROCESSES: "3"},
    "what changed is read, by three": {spreading.PROCESSES: "3"},
}
SLOW, *FAST = PATHS
SHOWN = 2_000


@dataclass(kw_only=True, slots=True)
class Comparison:
    """What came out so far."""

    plans: int = 0
    forks: Counter[str] = field(default_factory=Counter)
    differing: list[dict[str, str]] = field(default_factory=list)
    path: str = SLOW

    def plan(self, name: str, folder: Path, environment: str, chosen: Sequence[str] = ()) -> None:
        """Plan the project along every path, and note where that is told otherwise."""
        told = {path: self._told(path, folder, environment, chosen) for path in PATHS}
        self.plans += 1
        for path in FAST:
            for what, text in told[SLOW].items():
                if told[path][what] != text:
                    found = {"case": name, "path": path, "what": what, "slow": text, "fast": told[path][what]}
                    self.differing.append({key: each[:SHOWN] for key, each in found.items()})

    def _told(self, path: str, folder: Path, environment: str, chosen: Sequence[str]) -> dict[str, str]:
        saved = folder / "change.plan"
        saved.unlink(missing_ok=True)
        self.path = path
        os.environ.update(PATHS[path])
        try:
            asked = ("-C", str(folder), "-e", environment, "plan", *chosen)
            found = {"text": ran(*asked), "json": ran(*asked, "-o", "json", "--out", str(saved))}
        finally:
            for name in PATHS[path]:
                del os.environ[name]
        return {**found, "saved": saved.read_text("utf-8") if saved.exists() else "nothing"}


def ran(*arguments: str) -> str:
    """All that a command says, and how it ends."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(list(arguments))
    return f"{out.getvalue()}\n--- stderr\n{err.getvalue()}\n--- exit {code}\n"


def told_in(folder: Path) -> Iterator[tuple[str, dict[str, Any], Path]]:
    """Every scenario as it stands before its plan: applied, edited in the portal, its documents changed."""
    for number, path in enumerate(sorted(SCENARIOS.glob("*/case.json"))):
        case, project = json.loads(path.read_text("utf-8")), folder / str(number)
        environment = str(case.get("environment", "default"))
        shutil.copytree(path.parent / "before", project)
        ran("-C", str(project), "-e", environment, "apply", "-y", "-q", "--no-verify", "--parallelism", "1")
        with open_client(open_project(_Asked(project, environment))) as client:
            for id, body in case.get("portal", {}).items():
                method = "POST" if id == "new" else "DELETE" if body is None else "PUT"
                client.send(method, "/user/assistant" if id == "new" else f"/user/assistant/{id}", body)
        shutil.rmtree(project / "assistants")
        shutil.copytree(path.parent / "after", project, dirs_exist_ok=True)
        for command in case.get("commands", []):
            ran("-C", str(project), "-e", environment, *command)
        yield path.parent.name, case, project


def scenarios(folder: Path, compared: Comparison) -> None:
    for name, case, project in told_in(folder):
        options = case.get("options", {})
        flags = [f"--{option.replace('_', '-')}" for option, value in options.items() if value is True]
        flags += [part for target in options.get("targets", ()) for part in ("--target", target)]
        compared.plan(name, project, str(case.get("environment", "default")), flags)


def documents(folder: Path, compared: Comparison) -> None:
    """Any valid documents applied, and any others in their place."""
    some = st.dictionaries(st.sampled_from(["reception", "acme/sales", "acme/night", "viewings"]), contents(SCHEMAS))

    @settings(max_examples=15, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(before=some, after=some)
    def compare(before: dict[str, Any], after: dict[str, Any]) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as made:
            project = Path(made)
            write(project, before)
            ran("-C", made, "apply", "-y", "-q", "--no-verify")
            write(project, {**before, **after})
            compared.plan(json.dumps([before, after]), project, "default", ["--prune"])

    compare()


SCHEMAS = find_schemas(ROOT)


def write(project: Path, contents: Mapping[str, Any]) -> None:
    for key, content in contents.items():
        path = project / "assistants" / f"{key}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), "utf-8")


@dataclass(frozen=True, slots=True)
class _Asked:
    directory: Path
    environment: str
    insecure_http: bool = False
    quiet: bool = True

    @property
    def environ(self) -> Mapping[str, str]:
        return os.environ


def main(folder: str, corpus: str) -> None:
    """Compare, and print what came out."""
    spreading.FROM = spreading._CHUNK = gather.FROM_SEEN = 1
    os.environ["RECONCILER_API_URL"] = "sandbox:"
    compared = Comparison()

    def forked() -> None:
        compared.forks[compared.path] += 1

    os.register_at_fork(after_in_parent=forked)
    {"scenarios": scenarios, "documents": documents}[corpus](Path(folder), compared)
    forks = [compared.forks[path] for path in PATHS]
    print(json.dumps({"plans": compared.plans, "forks": forks, "differing": compared.differing}))


if __name__ == "__main__":
    main(*sys.argv[1:])
