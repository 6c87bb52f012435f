"""What a rotation of secrets desires: what was applied, with the fingerprints that the secrets have today."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.canonical import Json
from reconciler.model import Desired, Entry
from reconciler.planning import only_secrets
from reconciler.secrecy import secret_reference
from tests.support import desk

HOW: dict[str, Any] = {"unmanaged": frozenset({"pitch"}), "seed": frozenset({"greeting"}), "moved_from": "front"}


def key(of: str, name: str = "DESK_KEY", by: str = "a1") -> Json:
    """A reference to the secret `name` with the value `of`, as the fingerprint key `by` has it."""
    return secret_reference(name, f"hmac-sha256:{by}:{of}")


def rotated(document: Desired, entry: Entry, *others: Desired) -> list[Desired]:
    return only_secrets([document, *others], {entry.key: entry})


def test_a_changed_secret_is_desired_and_no_edit_beside_it() -> None:
    """What was applied, with today's fingerprint; nothing that the document says otherwise, and not its digest."""
    document = desk.desired(settings=HOW, instructions=key("new"), greeting="Good night.", pitch=1.5)
    (found,) = rotated(document, desk.entry(instructions=key("old"), pitch=1.0))
    assert found.content == desk.content(instructions=key("new"), pitch=1.0)
    assert (found.key, found.file, found.source) == ("reception", "assistants/reception.yaml", "")
    assert (found.moved_from, found.unmanaged, found.seed) == (None, frozenset(), frozenset())


def test_a_secret_is_found_however_deep_it_stands() -> None:
    """In objects and lists, beside texts that are none, and in a document that came earlier or later."""
    before: Json = [{"kind": "book", "keys": {"main": key("old")}}, "book", 3]
    after: Json = [{"kind": "book", "keys": {"main": key("new")}}, "book", 3]
    (found,) = rotated(desk.desired(actions=after), desk.entry(actions=before))
    assert found.content["actions"] == after
    elsewhere = desk.desired("other", greeting={"text": [key("new")]})
    (found,) = rotated(desk.desired(), desk.entry(actions=before), elsewhere)
    assert found.content["actions"] == after, "the document itself does not name it any more"


def test_what_has_no_changed_secret_is_left_alone() -> None:
    """The same secret, one that no document names any more, none at all; a new document, and a begun create."""
    assert rotated(desk.desired(greeting=key("old")), desk.entry(greeting=key("old"), pitch=1.0)) == []
    assert rotated(desk.desired(), desk.entry(greeting=key("old"))) == []
    assert rotated(desk.desired(greeting="Good night."), desk.entry()) == []
    assert rotated(desk.desired("new", greeting=key("new")), desk.entry()) == []
    assert rotated(desk.desired(greeting=key("new")), replace(desk.entry(greeting=key("old")), id=None)) == []


def test_every_document_is_looked_at() -> None:
    """One that has nothing to rotate does not end the search."""
    documents = [desk.desired("a"), desk.desired("b", greeting=key("new")), desk.desired("c", greeting=key("new"))]
    entries = {each: desk.entry(each, greeting=key("old")) for each in ("b", "c")}
    assert [each.key for each in only_secrets(documents, entries)] == ["b", "c"]


def test_a_secret_of_which_nobody_can_tell_is_looked_at() -> None:
    """Its fingerprints are of two keys: the plan says so, and whoever asked for secrets alone must hear of it."""
    (found,) = rotated(desk.desired(greeting=key("old", by="b2")), desk.entry(greeting=key("old")))
    assert found.content == desk.content(greeting=key("old", by="b2"))
