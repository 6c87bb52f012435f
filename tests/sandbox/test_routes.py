"""Routes, keys and the envelope, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.agents import CLASSIC
from tests.support.frontdesk import frontdesk
from tests.support.vendor import Running, running


@pytest.fixture
def vendor() -> Iterator[Running]:
    with running(frontdesk()) as up:
        yield up


@pytest.fixture
def client(vendor: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=vendor.url, headers=vendor.headers) as up:
        yield up


def test_a_create_answers_with_the_identity_and_the_choices(client: httpx.Client) -> None:
    """201 with the id, the name, the status and the enums that a create must name; ids ascend from 101."""
    answers = [client.post("/agent", json=CLASSIC) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == {
        "message": "Assistant created successfully",
        "data": {
            "id": 101,
            "title": "Harbour Dental, reception",
            "status": "inactive",
            "direction": "receive",
            "engine": "classic",
        },
    }
    assert answers[1].json()["data"]["id"] == 102


def test_a_put_changes_what_it_names_and_nothing_else(vendor: Running, client: httpx.Client) -> None:
    """PUT is partial: one named field moves, and so does updated_at; the rest stays as it was."""
    client.post("/agent", json=CLASSIC)
    (before,) = vendor.rows()
    assert client.put("/agent/101", json={"greeting": "Good morning."}).status_code == 200
    (after,) = vendor.rows()
    assert {name for name in after if after[name] != before[name]} == {"greeting", "updated_at"}
    assert after["greeting"] == "Good morning."


def test_a_put_that_changes_nothing_leaves_updated_at(vendor: Running, client: httpx.Client) -> None:
    """The platform touches a row only where something in it changed."""
    client.post("/agent", json=CLASSIC)
    before = vendor.rows()
    assert client.put("/agent/101", json={"title": CLASSIC["title"], "pitch": 1}).status_code == 200
    assert vendor.rows() == before


def test_a_deleted_row_is_gone_for_callers_and_kept_in_storage(vendor: Running, client: httpx.Client) -> None:
    """DELETE answers 200 once and 404 afterwards; the row stays with a deleted_at, unlisted; its id is not reused."""
    client.post("/agent", json=CLASSIC)
    assert client.delete("/agent/101").json() == {"message": "Assistant deleted successfully"}
    assert client.delete("/agent/101").status_code == 404
    assert client.put("/agent/101", json={"title": "Again"}).json() == {"message": "Assistant not found"}
    assert client.get("/agents/all").json()["data"] == []
    assert vendor.rows()[0]["deleted_at"] is not None
    assert vendor.rows(deleted=False) == []
    assert client.post("/agent", json=CLASSIC).json()["data"]["id"] == 102


@pytest.mark.parametrize("id", ["999", "0", "-101", "abc", "1e2", "99999999999999999999999"])
def test_an_id_that_is_none_is_not_found(client: httpx.Client, id: str) -> None:
    """Unknown ids and what is no id get the same 404."""
    client.post("/agent", json=CLASSIC)
    for answer in (client.put(f"/agent/{id}", json={"title": "X"}), client.delete(f"/agent/{id}")):
        assert (answer.status_code, answer.json()) == (404, {"message": "Assistant not found"})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/agent/101", "DELETE, PUT"),
        ("PATCH", "/agent/101", "DELETE, PUT"),
        ("GET", "/agent", "POST"),
        ("POST", "/agents/all", "GET"),
        ("POST", "/user/assistants/voices", "GET"),
    ],
)
def test_a_known_path_names_its_methods(client: httpx.Client, method: str, path: str, allowed: str) -> None:
    """405 with Allow; in particular there is no GET of one assistant."""
    answer = client.request(method, path, json={})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == allowed
    assert "not supported" in answer.json()["message"]


@pytest.mark.parametrize("path", ["/agents", "/agent/101/copy", "/", "//agent"])
def test_an_unknown_path_is_a_404_in_json(client: httpx.Client, path: str) -> None:
    """A path that no page documents is not found, whatever the method."""
    for method in ("GET", "POST", "DELETE"):
        answer = client.request(method, path)
        assert answer.status_code == 404
        assert set(answer.json()) == {"message"}


def test_what_lies_outside_the_base_is_not_the_api(vendor: Running) -> None:
    """The routes begin below /api and nowhere else."""
    root = vendor.url.removesuffix("/api")
    assert httpx.get(f"{root}/agents/all", headers=vendor.headers).status_code == 404
    assert httpx.get(f"{root}/apix/agents/all", headers=vendor.headers).status_code == 404
    assert vendor.calls[0].path == "/agents/all"


@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Basic c2FuZGJveA==", "Bearer"])
def test_a_wrong_key_is_401_for_those_who_ask_for_json(vendor: Running, sent: str | None) -> None:
    """Missing and wrong keys are refused in JSON where Accept names JSON, and sent to the login page where not."""
    headers = {} if sent is None else {"Authorization": sent}
    body: dict[str, Any] = {"json": CLASSIC}
    refused = httpx.post(f"{vendor.url}/agent", headers={**headers, "Accept": "application/json"}, **body)
    assert (refused.status_code, refused.json()) == (401, {"message": "Unauthenticated."})
    sent_away = httpx.post(f"{vendor.url}/agent", headers={**headers, "Accept": "*/*"}, **body)
    assert (sent_away.status_code, sent_away.headers["Location"]) == (302, "/login")
    assert sent_away.headers["Content-Type"].startswith("text/html")
    assert vendor.rows() == []


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"{", b'"text"', b'{"pitch": NaN}', b'{"pitch": 1e999}', b'{"title": "\\ud800"}', b"\xff"],
)
def test_a_body_that_is_no_json_object_is_refused(vendor: Running, client: httpx.Client, content: bytes) -> None:
    """400, for a POST and a PUT alike, and nothing is done."""
    client.post("/agent", json=CLASSIC)
    before = vendor.rows()
    headers = {"Content-Type": "application/json"}
    assert client.post("/agent", content=content, headers=headers).status_code == 400
    assert client.put("/agent/101", content=content, headers=headers).status_code == 400
    assert vendor.rows() == before


def test_deep_nesting_is_refused_and_not_met_by_the_stack(client: httpx.Client) -> None:
    """A body of a hundred thousand brackets is a 400 as well."""
    body = b'{"actions": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = client.post("/agent", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_a_form_is_not_json(client: httpx.Client) -> None:
    """The content type counts: form data that happens to be JSON is refused."""
    assert client.post("/agent", content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 400


def test_what_was_asked_is_recorded(vendor: Running, client: httpx.Client) -> None:
    """A test can see each request's method, path below the base, query, body, status and whether it acted."""
    client.post("/agent", json=CLASSIC)
    client.put("/agent/101", json={"title": 5})
    client.get("/agents/all", params={"page": "2"})
    seen = [(each.method, each.path, each.body, each.status, each.acted) for each in vendor.calls]
    assert seen == [
        ("POST", "/agent", CLASSIC, 201, True),
        ("PUT", "/agent/101", {"title": 5}, 422, False),
        ("GET", "/agents/all", None, 200, False),
    ]
    assert vendor.calls[2].query == {"page": "2"}


def test_unknown_fields_are_ignored_and_counted(vendor: Running, client: httpx.Client) -> None:
    """The platform drops what it does not know; a test can see that a client sent it."""
    assert client.post("/agent", json={**CLASSIC, "titel": "Typo"}).status_code == 201
    assert client.put("/agent/101", json={"titel": "Typo", "id": 7}).status_code == 200
    assert vendor.ignored == {"titel": 2, "id": 1}
    assert [row["id"] for row in vendor.rows()] == [101]
    assert "titel" not in vendor.rows()[0]
