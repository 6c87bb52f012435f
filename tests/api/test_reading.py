"""What a reply means."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.answers import Answer, Effect, Failure, Kind
from reconciler.api.reading import read_reply

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"


def read(status: int, content: bytes = b"", method: str = "PUT", **headers: str) -> Answer | Failure:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_reply(method, status, named, content, now=NOW)


def failed(status: int, content: bytes = b"", method: str = "PUT", **headers: str) -> Failure:
    found = read(status, content, method, **headers)
    assert isinstance(found, Failure)
    return found


@pytest.mark.parametrize(
    ("method", "status", "content", "kind", "effect"),
    [
        ("PUT", 400, b'{"message": "no"}', Kind.REFUSED, Effect.REFUSED),
        ("PUT", 401, b'{"message": "Unauthenticated."}', Kind.UNAUTHORIZED, Effect.REFUSED),
        ("PUT", 403, PAGE, Kind.UNAUTHORIZED, Effect.REFUSED),
        ("PUT", 302, PAGE, Kind.UNAUTHORIZED, Effect.REFUSED),
        ("PUT", 404, b'{"message": "Assistant not found"}', Kind.NOT_FOUND, Effect.REFUSED),
        ("PUT", 404, PAGE, Kind.NOT_JSON, Effect.REFUSED),
        ("DELETE", 404, PAGE, Kind.NOT_JSON, Effect.REFUSED),
        (
            "DELETE",
            404,
            b'{"message": "The route api/agent/7 could not be found."}',
            Kind.WRONG_ADDRESS,
            Effect.REFUSED,
        ),
        ("PUT", 405, b'{"message": "Method not allowed"}', Kind.WRONG_ADDRESS, Effect.REFUSED),
        ("POST", 408, b"", Kind.TIMED_OUT, Effect.UNKNOWN),
        ("POST", 413, PAGE, Kind.REFUSED, Effect.REFUSED),
        ("POST", 422, b'{"message": "Validation failed"}', Kind.REFUSED, Effect.REFUSED),
        ("POST", 429, b"", Kind.RATE_LIMITED, Effect.REFUSED),
        ("POST", 500, b'{"message": "Assistant creation failed"}', Kind.SERVER_ERROR, Effect.UNKNOWN),
        ("POST", 502, PAGE, Kind.SERVER_ERROR, Effect.UNKNOWN),
        ("POST", 503, b"", Kind.SERVER_ERROR, Effect.UNKNOWN),
        ("POST", 200, PAGE, Kind.NOT_JSON, Effect.UNKNOWN),
        ("POST", 201, b'{"data": {"id": 1', Kind.NOT_JSON, Effect.UNKNOWN),
        ("PUT", 200, b'{"status": "ok"}', Kind.NOT_THE_API, Effect.UNKNOWN),
        ("PUT", 200, b"[]", Kind.NOT_THE_API, Effect.UNKNOWN),
        ("POST", 201, b"", Kind.NOT_THE_API, Effect.UNKNOWN),
        ("DELETE", 200, b'{"deleted": true}', Kind.NOT_THE_API, Effect.UNKNOWN),
        ("DELETE", 404, b'{"detail": "Not Found"}', Kind.NOT_THE_API, Effect.REFUSED),
        ("PUT", 404, b"", Kind.NOT_THE_API, Effect.REFUSED),
        ("GET", 200, b" ", Kind.NOT_JSON, Effect.UNKNOWN),
        ("GET", 200, b"\xff\xfe{}", Kind.NOT_JSON, Effect.UNKNOWN),
        ("GET", 200, b'{"share": NaN}', Kind.NOT_JSON, Effect.UNKNOWN),
        ("GET", 200, b"[" * 200_000, Kind.NOT_JSON, Effect.UNKNOWN),
    ],
)
def test_a_failure_says_what_it_is_and_what_it_did(
    method: str, status: int, content: bytes, kind: Kind, effect: Effect
) -> None:
    """Status and body together tell a refusal, a wrong address and an unknown outcome apart."""
    found = failed(status, content, method)
    assert (found.kind, found.effect) == (kind, effect)


def test_success_is_the_api_s_own_or_nothing() -> None:
    """A write's 2xx with a `message` or `data`, or a 204; a byte order mark is no obstacle."""
    assert read(200, b'\xef\xbb\xbf{"data": {"id": 7}}') == Answer(status=200, json={"data": {"id": 7}})
    assert read(204) == Answer(status=204, json=None)


def test_deleting_what_is_gone_is_done() -> None:
    """A DELETE that finds nothing has reached its aim."""
    assert isinstance(read(404, b'{"message": "Assistant not found"}', "DELETE"), Answer)


def test_errors_are_read_in_every_form() -> None:
    """Texts as a list or alone, keys with dots, and nothing from what is neither."""
    content = {"message": "Validation failed", "errors": {"post.0.name": ["too long", 3], "title": "taken", "x": {}}}
    found = failed(422, json.dumps(content).encode())
    assert found.message == "Validation failed"
    assert found.errors == {"post.0.name": ("too long",), "title": ("taken",)}


def test_a_message_may_stand_under_error() -> None:
    """The platform says `message` in one place and `error` in another."""
    assert failed(402, b'{"success": false, "error": "No balance"}').message == "No balance"


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("120", b"", 120.0),
        ("1.5", b"", 1.5),
        ("Tue, 03 Nov 2026 09:01:30 GMT", b"", 90.0),
        ("Tue, 03 Nov 2026 08:00:00 GMT", b"", 0.0),
        ("", b'{"retry_after": 60}', 60.0),
        ("soon", b'{"retry_after": 7}', 7.0),
        ("-5", b"", None),
        ("9" * 400, b"", None),
        ("Tue, 03 Nov 2026 09:01:30 +99999999999999999999", b"", None),
        ("Tue, 99 Nov 2026 09:01:30 GMT", b"", None),
        ("", b'{"retry_after": "60"}', 60.0),
        ("", b'{"retry_after": true}', None),
        ("", b'{"retry_after": "later"}', None),
        ("", b'{"retry_after": -4}', 0.0),
        ("", b"", None),
    ],
)
def test_the_server_says_how_long_to_wait(header: str, body: bytes, seconds: float | None) -> None:
    """Seconds, an HTTP date, or `retry_after` in the body, in this order; anything else says nothing."""
    assert failed(429, body, retry_after=header).retry_after == seconds


def test_a_redirect_shows_where_to_without_its_query() -> None:
    """A query may carry a token."""
    found = failed(302, location="https://portal.desk.example/login?token=canary")
    assert "https://portal.desk.example/login" in found.why
    assert "canary" not in found.why


@given(
    st.integers(100, 999),
    st.one_of(st.binary(max_size=60), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)),
    st.text(max_size=20),
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
)
def test_any_reply_is_read(status: int, content: bytes | str, header: str, method: str) -> None:
    """Whatever a server sends, reading it ends in an answer or a failure with words."""
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    found = read(status, raw, method, retry_after=header, location=header)
    assert (
        isinstance(found, Answer)
        or found.at(method=method, path="/agent", base="https://desk.example/api", tries=1, effect=found.effect)
        .error()
        .diagnostics
    )
