"""Method, path and base, however a page prints them."""

from __future__ import annotations

import pytest

from reconciler.apidocs.endpoint import base_in, endpoint_in, split

PATH = "/desk/assistant/{id}"


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("PUT /desk/assistant/{id}", None),
        ("Endpoint\n\nPUT /desk/assistant/{assistant}\n\nPath parameters", None),
        ("PUT\n/ desk / assistant / {id}\nThis changes it.", None),
        ("PUT\n/\napi\n/\ndesk\n/\nassistant\n/\n{id}\nChange an assistant\ncurl", None),
        (
            "PUT\nhttps://desk.example/api/\n/\ndesk\n/\nassistant\n/\n{id}\nChange an assistant",
            "https://desk.example/api",
        ),
        ('api: "PUT https://desk.example/api/v1/desk/assistant/{id}"', "https://desk.example/api/v1"),
        ("PUT https://desk.example//api/desk/assistant/:id", "https://desk.example/api"),
        (
            "curl --request PUT \\\n  --url https://desk.example/api/desk/assistant/{id} \\\n",
            "https://desk.example/api",
        ),
        ('curl -X PUT "https://desk.example/api/desk/assistant/789" \\', "https://desk.example/api"),
    ],
)
def test_an_endpoint_is_found_in_every_spelling(text: str, base: str | None) -> None:
    """In one line, broken at every slash, as a whole address, or in a command alone."""
    found = endpoint_in(text)
    assert found is not None
    assert found[0] == "PUT"
    assert split(found[1]) == (base, PATH)


@pytest.mark.parametrize("text", ["GET ready", "Use POST with care", ""])
def test_a_method_in_a_sentence_is_no_endpoint(text: str) -> None:
    """A verb in capitals names a path, or it names nothing."""
    found = endpoint_in(text)
    assert found is None


@pytest.mark.parametrize(
    ("target", "base", "path"),
    [
        ("/api/v2/office/assistant", None, "/office/assistant"),
        ("/api/office/assistant", None, "/office/assistant"),
        ("/apiary/assistant", None, "/apiary/assistant"),
        ("https://lettings.example/office/assistant", "https://lettings.example", "/office/assistant"),
        ("https://lettings.example/v2/office/assistant", "https://lettings.example/v2", "/office/assistant"),
        ("https://lettings.example/x/api/office/assistant", "https://lettings.example/x/api", "/office/assistant"),
        ("https://lettings.example//api//office/assistant", "https://lettings.example/api", "/office/assistant"),
        ("https://lettings.example/api/office/assistant?page=1", "https://lettings.example/api", "/office/assistant"),
        ("/office/assistant/{assistant_id}", None, "/office/assistant/{id}"),
        ("/office/{office}/assistant/{id}", None, "/office/{office}/assistant/{id}"),
        ("/office/assistant/:assistant", None, "/office/assistant/{id}"),
        ("/office/assistant/789", None, "/office/assistant/{id}"),
        ("/office/assistant/", None, "/office/assistant"),
        ("/office/assistant).", None, "/office/assistant"),
    ],
)
def test_a_target_is_a_base_and_a_path(target: str, base: str | None, path: str) -> None:
    """The last placeholder is the resource's id; a query, doubled slashes and a sentence's marks are none of it."""
    assert split(target) == (base, path)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("", "POST /office/assistant"), ("POST", "/office/assistant")),
        (("PATCH /a", "POST /b"), ("PATCH", "/a")),
        (("curl -X POST https://x.example/a\nPUT /b",), ("POST", "https://x.example/a")),
        (("PUT /b\ncurl -X POST https://x.example/a",), ("PUT", "/b")),
        (("curl --location --request DELETE 'https://x.example/a'",), ("DELETE", "https://x.example/a")),
        (("curl -X GET --url https://x.example/a",), ("GET", "https://x.example/a")),
        (("OUTPUT /a",), None),
    ],
)
def test_the_first_that_is_named_is_the_endpoint(texts: tuple[str, ...], found: tuple[str, str] | None) -> None:
    """Of the first text that names one, be it printed or in a command."""
    assert endpoint_in(*texts) == found


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ('curl "https://lettings.example/api/office/assistant/789" \\', "https://lettings.example/api"),
        ("See https://lettings.example/api//office/assistant/{id}?page=1.", "https://lettings.example/api"),
        ("https://lettings.example/api/office/assistant/789", "https://lettings.example/api"),
        ("https://lettings.example/api/office/assistant/789/voice", None),
        ("https://lettings.example/api/office/assistant", None),
    ],
)
def test_a_base_is_what_an_address_has_before_the_path(text: str, base: str | None) -> None:
    """The whole path, with any id in its place."""
    assert base_in(text, "/office/assistant/{id}") == base
