"""Runs workflows as GitHub does, as far as ours need it: jobs in order, steps in order, `run:` as bash, real git.

Expressions are evaluated (contexts, `==`, `!=`, `&&`, `||`, `!`, status functions); `uses:` of the four actions that we
use is done here; anything else fails the test. A runner has no secrets that a job was not given. Installing is done
for real once in a session: here all runners are one machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.edge.projects import REPOSITORY

BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
_INSTALLED: set[str] = set()
TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][\w.-]*|==|!=|&&|\|\||[!()])")


@dataclass(kw_only=True)
class Ran:
    """One job that ran, or was skipped: its steps by name with their exit code (None: skipped) and output."""

    name: str
    status: str = "success"
    steps: dict[str, int | None] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    artifacts: dict[str, list[str]] = field(default_factory=dict)
    environment: str | None = None


@dataclass(kw_only=True)
class Runner:
    """One repository on a forge. `between` is called with the name of each step before it runs: the world goes on."""

    remote: Path
    folder: Path
    environ: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    between: Callable[[str], None] = lambda step: None
    runs: int = 0

    def workflow(self, name: str, event: str, *, ref: str = "main", sha: str, about: Mapping[str, Any]) -> list[Ran]:
        """Every job of a workflow of the repository, for one event."""
        text = git(self.remote, "show", f"{sha}:.github/workflows/{name}")
        content = yaml.safe_load(text)
        github = {"event_name": event, "ref_name": ref, "sha": sha, "repository": "acme/voices", "event": about}
        github |= {"run_attempt": "1", "token": "ghs_CanaryTokenOfTheForge1234567890"}
        done: list[Ran] = []
        for job, about_job in content["jobs"].items():
            for matrix in _matrix(about_job):
                done.append(self._job(job, about_job, {"github": github, "matrix": matrix}, done))
        return done

    def composite(
        self, action: Path, inputs: Mapping[str, str], workspace: Path, *, event: Mapping[str, Any], skip: set[str]
    ) -> Ran:
        """The steps of a composite action, in a workspace that stands; steps in `skip` were run by somebody already."""
        content = yaml.safe_load(action.read_text("utf-8"))
        given = {name: inputs.get(name, about["default"]) for name, about in content["inputs"].items()}
        unknown = set(inputs) - set(given)
        assert not unknown, unknown
        ran = Ran(name="action")
        contexts = {"github": {"action_path": str(action.parent), "event": event}, "inputs": given}
        self.runs += 1
        steps = [each for each in content["runs"]["steps"] if each["name"] not in skip]
        self._steps(steps, contexts, ran, {}, workspace)
        return ran

    def _job(self, name: str, job: Mapping[str, Any], contexts: dict[str, Any], before: list[Ran]) -> Ran:
        contexts = {**contexts, "vars": self.variables, "runner": {}}
        ran = Ran(name=name, environment=evaluate(job.get("environment"), contexts))
        needs = [each for each in before if each.name in _listed(job.get("needs"))]
        good = all(each.status == "success" for each in needs)
        if not _wanted(job.get("if"), contexts, good=good):
            ran.status = "skipped"
            return ran
        contexts["secrets"] = self.secrets
        workspace = self.folder / f"run-{self.runs}"
        self.runs += 1
        self._steps(job["steps"], contexts, ran, job.get("env") or {}, workspace)
        return ran

    def _steps(
        self, steps: list[Any], contexts: dict[str, Any], ran: Ran, env: Mapping[str, Any], workspace: Path
    ) -> None:
        temp = self.folder / f"temp-{self.runs}"
        temp.mkdir(exist_ok=True)
        workspace.mkdir(exist_ok=True)
        contexts |= {"runner": {"temp": str(temp)}, "steps": {}}
        for number, step in enumerate(steps):
            name = step.get("name") or step.get("uses", "").partition("@")[0] or str(number)
            if not _wanted(step.get("if"), contexts, good=ran.status == "success"):
                ran.steps[name] = None
                continue
            self.between(name)
            if "uses" in step:
                code = self._use(step, contexts, ran, workspace)
            else:
                code = self._shell(step, {**env, **(step.get("env") or {})}, contexts, ran, workspace, temp)
            ran.steps[name] = code
            if code:
                ran.status = "failure"

    def _shell(
        self,
        step: Mapping[str, Any],
        env: Mapping[str, Any],
        contexts: dict[str, Any],
        ran: Ran,
        workspace: Path,
        temp: Path,
    ) -> int:
        assert "${{" not in step["run"], "an expression inside run: is text that somebody else may write"
        github = contexts["github"]
        files = {each: temp / f"{each}-{len(ran.steps)}" for each in ("output", "summary", "event")}
        for each in files.values():
            each.write_text("", "utf-8")
        files["event"].write_text(json.dumps(github.get("event", {})), "utf-8")
        environ = {
            **self.environ,
            "RUNNER_TEMP": str(temp),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_EVENT_PATH": str(files["event"]),
            "GITHUB_EVENT_NAME": github.get("event_name", ""),
            "GITHUB_REF_NAME": github.get("ref_name", ""),
            "GITHUB_SHA": github.get("sha", ""),
            **{name: evaluate(str(value), contexts) or "" for name, value in env.items()},
        }
        script = temp / f"step-{len(ran.steps)}.sh"
        script.write_text(step["run"], "utf-8")
        if step.get("name") == "Install" and step["run"] in _INSTALLED:
            return 0
        where = workspace / (evaluate(step.get("working-directory"), contexts) or ".")
        done = subprocess.run(
            [*BASH, str(script)],
            cwd=where,
            env=environ,
            stdout=-1,
            stderr=-2,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        if step.get("name") == "Install" and not done.returncode:
            _INSTALLED.add(step["run"])
        ran.log += f"## {step.get('name')}\n{done.stdout}"
        ran.summary += files["summary"].read_text("utf-8")
        lines = files["output"].read_text("utf-8").splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        if step.get("id"):
            contexts["steps"][step["id"]] = {"outputs": outputs}
        ran.outputs[step.get("name", "")] = outputs
        return done.returncode

    def _use(self, step: Mapping[str, Any], contexts: dict[str, Any], ran: Ran, workspace: Path) -> int:
        given = {name: evaluate(str(value), contexts) for name, value in (step.get("with") or {}).items()}
        match step["uses"].partition("@")[0]:
            case "actions/checkout":
                assert given["persist-credentials"] == "False"
                git(self.folder, "clone", "--quiet", "--depth", "1", f"file://{self.remote}", str(workspace))
                ref = given.get("ref")
                if ref:
                    git(workspace, "checkout", "--quiet", "-B", ref, f"origin/{ref}")
                else:
                    git(workspace, "fetch", "--quiet", "--depth", "1", "origin", contexts["github"]["sha"])
                    git(workspace, "checkout", "--quiet", "--detach", "FETCH_HEAD")
                return 0
            case "actions/setup-python":
                return 0
            case "actions/upload-artifact":
                assert ".reconciler" not in given["path"].replace(".reconciler/log/", "")
                found = [path for each in given["path"].split("\n") if each.strip() for path in _files(workspace, each)]
                ran.artifacts[given["name"]] = [path.read_text("utf-8") for path in found]
                return int(not found and given["if-no-files-found"] == "error")
        raise AssertionError(f"no such action here: {step['uses']}")


def evaluate(text: Any, contexts: Mapping[str, Any]) -> Any:
    """A value with its expressions replaced."""
    if text is None:
        return None
    whole = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.DOTALL)
    if whole and "${{" not in whole[1]:
        return _Reader(whole[1], contexts).value()
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(_Reader(found[1], contexts).value() or ""), text)


class _Reader:
    def __init__(self, text: str, contexts: Mapping[str, Any]) -> None:
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s(?=(?:[^']*'[^']*')*[^']*$)", "", text), text
        self.contexts = contexts

    def value(self) -> Any:
        found = self._or()
        assert not self.tokens, self.tokens
        return found

    def _take(self, *wanted: str) -> bool:
        if self.tokens and self.tokens[0] in wanted:
            self.tokens.pop(0)
            return True
        return False

    def _or(self) -> Any:
        found = self._and()
        while self._take("||"):
            other = self._and()
            found = found or other
        return found

    def _and(self) -> Any:
        found = self._compared()
        while self._take("&&"):
            other = self._compared()
            found = found and other
        return found

    def _compared(self) -> Any:
        found = self._one()
        for sign in ("==", "!="):
            if self._take(sign):
                # an absent value is the empty string
                return ((found or "") == (self._one() or "")) is (sign == "==")
        return found

    def _one(self) -> Any:
        if self._take("!"):
            return not self._one()
        if self._take("("):
            found = self._or()
            assert self._take(")")
            return found
        token = self.tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self._take("("):
            assert self._take(")")
            return {"always": True, "cancelled": False}[token]
        found: Any = self.contexts
        for part in token.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found


def _wanted(condition: Any, contexts: Mapping[str, Any], *, good: bool) -> bool:
    if condition is None:
        return good
    told = str(condition)
    named = any(each in told for each in ("always()", "cancelled()"))
    return bool(evaluate(told if "${{" in told else f"${{{{ {told} }}}}", contexts)) and (good or named)


def _matrix(job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    axes = (job.get("strategy") or {}).get("matrix") or {}
    for values in product(*axes.values()):
        yield dict(zip(axes, values, strict=True))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _files(workspace: Path, path: str) -> list[Path]:
    place = workspace / path.strip()
    return sorted(each for each in place.rglob("*") if each.is_file()) if place.is_dir() else [place] * place.is_file()


def git(where: Path, *words: str) -> str:
    """Run git as somebody who works there; its output, stripped."""
    found = shutil.which("git")
    assert found
    names = {
        f"GIT_{who}_{what}": "desk@agency.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environ = {"PATH": os.environ["PATH"], "HOME": str(where), "GIT_CONFIG_NOSYSTEM": "1", **names}
    done = subprocess.run(
        [found, "-C", str(where), *words], env=environ, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def runner_environ(home: Path) -> dict[str, str]:
    """What a fresh runner has: this program and its Python on the path, and nothing of ours that decides anything."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {
        "PATH": path,
        "PYTHONPATH": str(REPOSITORY),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "CI": "true",
        "GIT_CONFIG_NOSYSTEM": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",
    }
