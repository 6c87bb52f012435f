"""The sandbox and the client, each held to the OpenAPI document of the schemas by a program that is not ours."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.api import ApiClient, Failure
from reconciler.cli import run
from reconciler.config.schema_files import find_schemas
from reconciler.refresh import read_live
from reconciler.sandbox.openapi import openapi
from tests.support.frontdesk import frontdesk
from tests.support.practice import PROMPT, RECEPTION, REPOSITORY
from tests.support.tools import program
from tests.support.vendor import Running, running

OURS = openapi(find_schemas(REPOSITORY), base="http://127.0.0.1:8787/api")


def test_the_document_knows_the_routes_and_bodies_of_the_schemas() -> None:
    """Of any brand: what its pages document, and nothing that only this program understands."""
    found = openapi(frontdesk(), base="http://127.0.0.1:8787/api")
    endpoints = {(path, method) for path, methods in found["paths"].items() for method in methods}
    assert {(each.path, each.method.lower()) for each in frontdesk().endpoints.values()} <= endpoints
    create = found["paths"][frontdesk().endpoints["create"].path]["post"]["requestBody"]
    assert create["content"]["application/json"]["schema"]["required"] == list(frontdesk().create["required"])
    assert '"x-' not in json.dumps(found)


def test_the_verb_prints_it_and_ends(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """For a mock server, a client generator or a proxy that checks."""
    assert run(["-C", str(tmp_path), "sandbox", "--openapi", "--port", "8787"]) == 0
    assert json.loads(capsys.readouterr().out) == OURS


@pytest.fixture(scope="module")
def vendor() -> Iterator[Running]:
    with running(find_schemas(REPOSITORY)) as started:
        yield started


OPERATIONS = [(path, method) for path, methods in OURS["paths"].items() for method in methods]


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[" ".join(each) for each in OPERATIONS])
def test_the_sandbox_answers_as_the_document_says(vendor: Running, path: str, method: str) -> None:
    """schemathesis asks whatever the document allows: every answer has a status and a body that it names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import schemathesis

        operation: Any = schemathesis.openapi.from_dict(OURS)[path][method.upper()]
        cases: st.SearchStrategy[Any] = operation.as_strategy()

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=cases)
    def asked(case: Any) -> None:
        headers = {"Authorization": f"Bearer {vendor.key}", "Accept": "application/json"}
        answer = case.call(base_url=vendor.url, headers=headers)
        assert answer.status_code < 500
        assert str(answer.status_code) in operation.definition.raw["responses"]
        operation.validate_response(answer)

    asked()


@contextmanager
def prism(folder: Path) -> Iterator[str]:
    """Prism as the API, from the document alone; its address."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(OURS))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program("prism"), "mock", "--host", "127.0.0.1", "--port", str(port), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            assert any("listening" in line for line in server.stdout), "Prism did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_prism_answers_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An independent reading of the same pages takes what the program sends, and the program takes its answers."""
    project = tmp_path / "practice"
    (project / "assistants/prompts").mkdir(parents=True)
    (project / "assistants/prompts/reception.md").write_text(PROMPT)
    (project / "assistants/reception.yaml").write_text(RECEPTION)
    for name in [each for each in os.environ if each.startswith("RECONCILER_")]:
        monkeypatch.delenv(name)
    with prism(tmp_path) as address:
        monkeypatch.setenv("RECONCILER_API_URL", address)
        monkeypatch.setenv("RECONCILER_API_KEY", "17|kq3v9Yx2")
        assert run(["-C", str(project), "apply", "-y", "--no-verify"]) == 0, capsys.readouterr()
        assert run(["-C", str(project), "plan", "--detailed-exitcode"]) == 0
        (project / "assistants/reception.yaml").write_text(RECEPTION + "max_duration: 600\n")
        assert run(["-C", str(project), "apply", "-y", "--no-verify"]) == 0, capsys.readouterr()
        with ApiClient(address, "17|kq3v9Yx2") as client:
            assert read_live(client, find_schemas(REPOSITORY)) == {}
            refused = client.attempt("POST", "/user/assistant", {"name": "Lakeview Dental"})
            assert isinstance(refused, Failure), "else its consent above would mean nothing"
            assert refused.status == 422
