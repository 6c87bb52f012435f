"""Which field of an older page is which of a newer one: a guess with reasons, or none."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apidocs.renames import Rename, renames

TEXT = {"type": "string"}
SHOWN = {**TEXT, "maxLength": 60, "description": "Shown to callers and in the office's own list."}


@pytest.mark.parametrize(
    ("old", "before", "new", "after", "why"),
    [
        (
            "agency_name",
            SHOWN,
            "name",
            SHOWN,
            ("the names share words", "the pages say nearly the same of both", "type and limits are the same"),
        ),
        (
            "agency_name",
            SHOWN,
            "agency_names",
            {**SHOWN, "description": "Anything"},
            ("the names share words", "type and limits are the same"),
        ),
        ("agency_name", TEXT, "agency_names", TEXT, None),
        ("agencyname", TEXT, "agency_name", TEXT, ("the names share words", "the type is the same")),
        (
            "agency_name",
            SHOWN,
            "agency_name_2",
            {**SHOWN, "maxLength": 80, "description": ""},
            None,
        ),
        ("agency_name", SHOWN, "agency_name_2", {**SHOWN, "type": "integer"}, None),
        ("house", SHOWN, "tempo", {**SHOWN, "description": "How fast it speaks"}, None),
        ("street", TEXT, "tempo", TEXT, None),
        (
            "engine_type",
            {**TEXT, "enum": ["classic", "live"]},
            "mode",
            {**TEXT, "enum": ["classic", "live", "hybrid"]},
            ("they share values", "the type is the same"),
        ),
        ("engine_type", {**TEXT, "enum": ["classic", "live"]}, "engine_kind", {**TEXT, "enum": ["near", "far"]}, None),
        ("engine_type", {**TEXT, "enum": ["classic", None]}, "engine_kind", {**TEXT, "enum": ["near", None]}, None),
    ],
)
def test_a_guess_needs_two_reasons_one_of_them_in_words(
    old: str, before: dict[str, Any], new: str, after: dict[str, Any], why: tuple[str, ...] | None
) -> None:
    """Names, texts, values, and type with limits; fields of other values or types are never the same."""
    found = renames({old: before}, {new: after})
    assert found == ({new: Rename(old=old, new=new, why=why)} if why else {})


def test_the_case_and_the_marks_of_a_text_are_no_difference() -> None:
    """Nor is what only people read beside it."""
    told = {**TEXT, "description": "WHAT to say, when *nobody* answers the office's phone!", "x-section": "Old"}
    newer = {**TEXT, "description": "What to say when nobody answers the office s phone", "x-section": "New"}
    assert renames({"voicemail_text": told}, {"voicemail_note": newer})["voicemail_note"].why == (
        "the names share words",
        "the pages say nearly the same of both",
        "the type is the same",
    )


def test_each_field_is_used_once_and_the_likeliest_pair_first() -> None:
    """Whichever stands first on its page."""
    gone = {"agency": SHOWN, "agency_name": SHOWN, "street": TEXT}
    come = {"agency_title": SHOWN, "agency_names": SHOWN, "tempo": TEXT}
    for old, new in ((gone, come), (dict(reversed(gone.items())), dict(reversed(come.items())))):
        assert {name: each.old for name, each in renames(old, new).items()} == {
            "agency_names": "agency_name",
            "agency_title": "agency",
        }
    assert {name: each.old for name, each in renames({"agency_name": SHOWN}, come).items()} == {
        "agency_names": "agency_name"
    }
    assert len(renames(gone, {"agency_names": SHOWN})) == 1
