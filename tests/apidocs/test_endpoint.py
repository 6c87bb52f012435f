"""Method, path and base, however a page prints them."""

from __future__ import annotations

import pytest

from reconciler.apidocs.endpoint import endpoint_in, split

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
