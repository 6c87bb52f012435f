"""Edits of YAML: one value changes, and everything else stays byte for byte."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.documents.editing import EditRefused, edited
from reconciler.documents.emitting import field_lines
from reconciler.documents.strict_yaml import parse_yaml

FILE = """\
# Lakeview Dental
name: Lakeview Dental   # as on the sign
max_duration: 900       # seconds
"voice": 'it''s'
prompt: |  # long
  First line.

  Last line.

# the tools
tools:
  - type: call_transfer
    phone_number: "+13125550143"   # keeps the plus
    description: >-
      Put the caller
      through.
  # ends it
  - type: end_call
empty:
ids: [1, 2]  # two
variables: {day: Monday, hours: 9 to 5}

reconciler:
  protect: true
  environments:
    staging: {max_duration: 60}
    production:
      max_duration: 300  # short
# the end
"""

CASES: list[tuple[str, tuple[str | int, ...], Any, str, str]] = [
    ("a number", ("max_duration",), 600, "max_duration: 900 ", "max_duration: 600 "),
    ("bare text", ("name",), "Lakeview: Dental", "name: Lakeview Dental ", "name: 'Lakeview: Dental' "),
    ("text in quotes", ("voice",), "she's", "'it''s'", "'she''s'"),
    (
        "a text of several lines",
        ("name",),
        "Lakeview\nDental",
        "name: Lakeview Dental   # as on the sign",
        "name: |-   # as on the sign\n  Lakeview\n  Dental",
    ),
    (
        "a block",
        ("prompt",),
        "First line.\n\nOther line.\n",
        "|  # long\n  First line.\n\n  Last line.\n",
        "|  # long\n  First line.\n\n  Other line.\n",
    ),
    ("a value inside a list", ("tools", 0, "phone_number"), "+1 312", '"+13125550143"', '"+1 312"'),
    (
        "a whole list with an item more",
        ("tools",),
        [
            {"type": "call_transfer", "phone_number": "+13125550143", "description": "Put the caller through."},
            {"type": "end_call"},
            {"type": "dtmf_input"},
        ],
        "  - type: end_call\n",
        "  - type: end_call\n  - type: dtmf_input\n",
    ),
    (
        "a whole list with another item first",
        ("tools",),
        [
            {"type": "dtmf_input"},
            {"type": "call_transfer", "phone_number": "+13125550143", "description": "Put the caller through."},
            {"type": "end_call"},
        ],
        "tools:\n",
        "tools:\n  - type: dtmf_input\n",
    ),
    (
        "a whole list with a field more",
        ("tools",),
        [
            {"type": "call_transfer", "phone_number": "+13125550143", "description": "Put the caller through."},
            {"type": "end_call", "description": "Bye."},
        ],
        "  - type: end_call\n",
        "  - type: end_call\n    description: Bye.\n",
    ),
    (
        "fields that are new, in their order",
        ("tools",),
        [
            {"type": "call_transfer", "phone_number": "+13125550143", "description": "Put the caller through."},
            {"type": "end_call", "description": "Bye.", "delay": 2},
        ],
        "  - type: end_call\n",
        "  - type: end_call\n    description: Bye.\n    delay: 2\n",
    ),
    (
        "a whole list with a field less",
        ("tools",),
        [{"type": "call_transfer", "description": "Put the caller through."}, {"type": "end_call"}],
        '    phone_number: "+13125550143"   # keeps the plus\n',
        "",
    ),
    ("nothing becomes something", ("empty",), 5, "empty:\n", "empty: 5\n"),
    ("ids in brackets", ("ids",), [1, 2, 7], "[1, 2]  #", "[1, 2, 7]  #"),
    ("text in braces", ("variables", "day"), "Mon, Tue", "{day: Monday", '{day: "Mon, Tue"'),
    ("an overlay", ("reconciler", "environments", "production", "max_duration"), 240, "300  #", "240  #"),
    (
        "an overlay in braces",
        ("reconciler", "environments", "staging", "max_duration"),
        90,
        "max_duration: 60",
        "max_duration: 90",
    ),
    ("a field that is new", ("record",), True, "9 to 5}\n", "9 to 5}\nrecord: true\n"),
    ("a list becomes empty", ("ids",), [], "[1, 2]  #", "[]  #"),
]


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize(("path", "value", "old", "new"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_only_the_value_changes(path: tuple[str | int, ...], value: Any, old: str, new: str, ends: str) -> None:
    """Comments, quotes, alignment and line ends around it stay."""
    content = FILE.replace("\n", ends).encode()
    wanted = FILE.replace(old, new, 1).replace("\n", ends)
    assert FILE.count(old) == 1
    assert edited(content, path, value, file="x.yaml").decode() == wanted


def test_what_an_alias_brings_in_is_not_edited() -> None:
    """It stands elsewhere too, and would change there."""
    with pytest.raises(EditRefused):
        edited(b"a: &x {day: Monday}\nb: *x\n", ("b", "day"), "Friday", file="x.yaml")


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ("name: [Lakeview Dental\n", ("name",)),
        ("name: Lakeview Dental\nname: Lakeview\n", ("name",)),
        ("# nothing yet\n", ("name",)),
        ("name: Lakeview Dental\n", ("variables", "day")),
        ("name: Lakeview Dental\n", ("name", "first")),
        ("name: Lakeview Dental\n", ("name", 0)),
        ("{name: Lakeview Dental, max_duration: 900}\n", ("record",)),
    ],
    ids=["broken", "twice", "empty", "no mapping yet", "inside a text", "a letter of a text", "one line of braces"],
)
def test_an_edit_that_cannot_be_made_alone_is_refused(content: str, path: tuple[str | int, ...]) -> None:
    """A file that cannot be read, a place that is not there, or a line that would have to be written anew."""
    with pytest.raises(EditRefused):
        edited(content.encode(), path, "Friday", file="x.yaml")


def test_a_list_that_cannot_be_edited_item_by_item_is_written_anew() -> None:
    """Its last item and the list end at one place, and both grow there; what stands around the list stays."""
    before = "# opening hours\nhours:\n{}# the rest\nname: Lakeview Dental  # as on the sign\n"
    content = before.format("  -\n    - 9\n    - 17\n").encode()
    wanted = before.format("  -\n    - 8\n    - 12\n    - 18\n  -\n    - 14\n    - 17\n")
    assert edited(content, ("hours",), [[8, 12, 18], [14, 17]], file="x.yaml").decode() == wanted


def test_the_first_field_of_a_document_stands_before_its_settings() -> None:
    """A document that is its base under another key: what is its own now comes first, as people write it."""
    content = b"# as the base\nreconciler:\n  extends: [_base.yaml]  # the practice\n"
    after = edited(content, ("max_duration",), 600, file="x.yaml")
    assert after == b"# as the base\nmax_duration: 600\nreconciler:\n  extends: [_base.yaml]  # the practice\n"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["off", "a: b", "two\nlines\n", "x", "", "Zoë 🦷", "#"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "tools", "variables"]), VALUES, min_size=1), VALUES, st.integers())
def test_any_value_is_replaced_and_every_other_line_stays(content: dict[str, Any], value: Any, seed: int) -> None:
    """Whatever stood there and whatever comes; the comments between the fields are there still."""
    chosen = random.Random(seed).choice(sorted(content))
    lines = [line for name, each in content.items() for line in (f"# about {name}", *field_lines(name, each))]
    before = ("\n".join(lines) + "\n").encode()
    after = edited(before, (chosen,), value, file="x.yaml")
    assert parse_yaml(after, file="x.yaml").value == {**content, chosen: value}
    others = [
        line
        for name, each in content.items()
        if name != chosen
        for line in (f"# about {name}", *field_lines(name, each))
    ]
    kept = after.decode().split("\n")
    assert all(line in kept for line in [*others, f"# about {chosen}"])
