"""Bases, overlays and settings: which layer wins, where its values stand, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents.memory import VALID, MemoryFiles, load, load_one, the_one, told

FILE = "assistants/praxis.yaml"
SHORT = "title: Praxis Dr. Weber\ngreeting: Guten Tag.\nreconciler:\n  extends: [_base.yaml]\n"
BASE = "direction: receive\nengine: classic\ninstructions: Vergib Termine.\nzone: Europe/Berlin\nbrain_id: 2\n"


def test_the_document_wins_over_its_base_field_by_field() -> None:
    """Merging is shallow: a mapping or a list is taken whole from the nearest layer."""
    base = BASE + "facts: {shop: Basis, street: Am Markt}\nlabel_ids: [1, 2]\ngreeting: Hallo.\n"
    files = {FILE: SHORT + "facts: {shop: Praxis}\n", "assistants/_base.yaml": base}
    loaded = load(files)
    assert loaded.errors == ()
    content = loaded.desired[0].content
    assert (content["facts"], content["label_ids"], content["greeting"]) == ({"shop": "Praxis"}, [1, 2], "Guten Tag.")


def test_later_bases_win_over_earlier_ones_and_bases_have_bases() -> None:
    """The order is: a base's own bases, the base, the next base, the document, its environment."""
    files = {
        FILE: VALID + "reconciler:\n  extends: [_a.yaml, _b.yaml]\n  environments: {live: {backdrop: cafe}}\n",
        "assistants/_a.yaml": "pitch: 1.1\nwait_minutes: 1\nreconciler: {extends: [lib/_root.yaml]}\nbackdrop: off\n",
        "assistants/lib/_root.yaml": "pitch: 1.9\ntuning_level: 9\nmouth_id: 3\n",
        "assistants/_b.yaml": "wait_minutes: 2\nmouth_id: 4\n",
    }
    desired = the_one(load(files, environment="live"))
    picked = {name: desired.content[name] for name in ("pitch", "tuning_level", "mouth_id", "wait_minutes", "backdrop")}
    assert picked == {"pitch": 1.1, "tuning_level": 9, "mouth_id": 4, "wait_minutes": 2, "backdrop": "cafe"}
    places = {name: (desired.place((name,)).file, desired.place((name,)).line) for name in picked}
    assert places == {
        "pitch": ("assistants/_a.yaml", 1),
        "tuning_level": ("assistants/lib/_root.yaml", 2),
        "mouth_id": ("assistants/_b.yaml", 2),
        "wait_minutes": ("assistants/_b.yaml", 1),
        "backdrop": (FILE, 10),
    }


def test_null_over_a_bases_value_is_an_explicit_null() -> None:
    """Absent and null differ: null clears what the base gives."""
    files = {FILE: SHORT + "mouth_id: null\n", "assistants/_base.yaml": BASE + "mouth_id: 4\n"}
    assert the_one(load(files)).content["mouth_id"] is None


def test_a_bases_reference_is_relative_to_the_base() -> None:
    """A base may bring its text files along, wherever it is used from."""
    files = {
        "assistants/acme/praxis.yaml": SHORT.replace("_base.yaml", "../_lib/base.yaml"),
        "assistants/_lib/base.yaml": BASE.replace("Vergib Termine.", "${file:prompt.md}"),
        "assistants/_lib/prompt.md": "Vergib Termine.",
    }
    desired = the_one(load(files))
    assert desired.key == "acme/praxis"
    assert desired.content["instructions"] == "Vergib Termine."
    assert desired.place(("instructions",)).file == "assistants/_lib/base.yaml"


def test_bases_may_stand_outside_the_assistants_folder() -> None:
    """What is no assistant needs no underscore."""
    files = {FILE: SHORT.replace("_base.yaml", "../common/base.yaml"), "common/base.yaml": BASE}
    assert the_one(load(files)).content["engine"] == "classic"


def test_only_fields_are_inherited() -> None:
    """Settings in a base have no effect, and that is said."""
    base = BASE + "reconciler: {protect: true, environments: {live: {pitch: 1.5}}}\n"
    loaded = load({FILE: SHORT, "assistants/_base.yaml": base}, environment="live")
    assert told(loaded) == [
        ("base-setting", "assistants/_base.yaml", 6, 14),
        ("base-setting", "assistants/_base.yaml", 6, 29),
    ]
    assert loaded.desired[0].protect is False
    assert "pitch" not in loaded.desired[0].content


def test_a_reference_that_a_layer_hides_is_not_looked_up() -> None:
    """What another layer overrides needs neither its variable nor its file."""
    files = {FILE: SHORT + "backdrop: cafe\n", "assistants/_base.yaml": BASE + "backdrop: ${env:NOWHERE}\n"}
    assert the_one(load(files)).content["backdrop"] == "cafe"


def test_an_overlay_counts_in_its_environment_alone() -> None:
    """Other environments do not see it, and its references are not resolved for them."""
    text = "reconciler:\n  environments:\n    live: {line_id: '${ref:phones.main}'}\n"
    assert "line_id" not in the_one(load_one(text)).content
    assert the_one(load_one(text, environment="live", catalog={"phones": {"main": 45}})).content["line_id"] == 45


def circle(*names: str) -> dict[str, str]:
    following = [*names[1:], names[0]]
    return {f"assistants/{a}": f"reconciler: {{extends: [{b}]}}\n" for a, b in zip(names, following, strict=True)}


REFUSED_BASES: dict[str, tuple[dict[str, str], str, list[tuple[str, str, int, int]]]] = {
    "a circle": (
        circle("_base.yaml", "_b.yaml", "_c.yaml"),
        "_base.yaml",
        [("base-cycle", "assistants/_c.yaml", 1, 24)],
    ),
    "itself": (circle("_base.yaml"), "_base.yaml", [("base-cycle", "assistants/_base.yaml", 1, 24)]),
    "the document": ({}, "praxis.yaml", [("base-cycle", FILE, 4, 13)]),
    "another assistant": (
        {"assistants/other.yaml": VALID},
        "other.yaml",
        [("base-is-assistant", FILE, 4, 13)],
    ),
    "a broken assistant": (
        {"assistants/other.yaml": "# soon\n"},
        "other.yaml",
        [("yaml-empty", "assistants/other.yaml", 1, 1), ("base-is-assistant", FILE, 4, 13)],
    ),
    "a missing file": ({}, "_gone.yaml", [("base-unreadable", FILE, 4, 13)]),
    "a missing file of an assistant's name": ({}, "nope.yaml", [("base-unreadable", FILE, 4, 13)]),
    "an absolute path": ({}, "/etc/_base.yaml", [("base-invalid", FILE, 4, 13)]),
    "a path outside": ({}, "../../_base.yaml", [("base-invalid", FILE, 4, 13)]),
    "an empty base": (
        {"assistants/_base.yaml": "# soon\n"},
        "_base.yaml",
        [("yaml-empty", "assistants/_base.yaml", 1, 1)],
    ),
    "a broken base": (
        {"assistants/_base.yaml": "a: 'open\n"},
        "_base.yaml",
        [("yaml-syntax", "assistants/_base.yaml", 1, 4)],
    ),
}


@pytest.mark.parametrize("case", REFUSED_BASES)
def test_a_base_that_cannot_be_had_is_told_once(case: str) -> None:
    """No missing field is told on top of it: what the base would have given is not known."""
    others, name, expected = REFUSED_BASES[case]
    loaded = load({FILE: SHORT.replace("_base.yaml", name), **others})
    assert told(loaded) == expected
    assert "praxis" not in [each.key for each in loaded.desired]


def test_what_stands_on_a_broken_base_is_judged_by_itself() -> None:
    """Its own mistakes are told beside the base's; what it lacks is not, since the base may have it."""
    loaded = load({FILE: SHORT + "pitch: 9\nfox: 1\ngreeting2: '{{x}}'\nfacts: {a: b}\n"})
    assert [each.code for each in loaded.diagnostics] == [
        "base-unreadable",
        "out-of-range",
        "field-unknown",
        "field-unknown",
    ]


def test_a_circle_names_its_whole_way() -> None:
    """Whoever reads the error sees which file to change."""
    (problem,) = load({FILE: SHORT, **circle("_base.yaml", "_b.yaml")}).diagnostics
    assert "assistants/_base.yaml → assistants/_b.yaml → assistants/_base.yaml" in problem.summary


def test_a_chain_of_bases_is_bounded() -> None:
    """Depth is refused before it costs a stack."""
    files = {f"assistants/_{n}.yaml": f"reconciler: {{extends: [_{n + 1}.yaml]}}\n" for n in range(2000)}
    loaded = load({FILE: SHORT.replace("_base.yaml", "_0.yaml"), **files})
    assert [each.code for each in loaded.diagnostics] == ["base-chain"]


def test_a_ladder_of_shared_bases_is_read_once_a_file() -> None:
    """Two bases a level, each on both of the next: 2^30 ways, 60 files."""
    files = {FILE: VALID + "reconciler: {extends: [_a0.yaml, _b0.yaml]}\n"}
    for level in range(30):
        for side in "ab":
            files[f"assistants/_{side}{level}.yaml"] = (
                f"pitch: 1.{level}\nreconciler: {{extends: [_a{level + 1}.yaml, _b{level + 1}.yaml]}}\n"
            )
    files |= {"assistants/_a30.yaml": "hums: true\n", "assistants/_b30.yaml": "backdrop: cafe\n"}
    memory = MemoryFiles(files)
    loaded = load(memory)
    assert the_one(loaded).content["pitch"] == 1.0
    assert the_one(loaded).content["hums"] is True
    assert max(memory.reads.count(path) for path in files) == 1


def test_what_a_base_does_to_many_documents_is_told_once() -> None:
    """Two hundred assistants on one base give one error, with their number."""
    files = {f"assistants/praxis-{n:03}.yaml": SHORT for n in range(200)}
    loaded = load({**files, "assistants/_base.yaml": BASE + "pitch: 9\nfox: 1\n"})
    assert told(loaded) == [
        ("out-of-range", "assistants/_base.yaml", 6, 8),
        ("field-unknown", "assistants/_base.yaml", 7, 1),
    ]
    assert "199 other documents" in (loaded.diagnostics[0].detail or "")
    assert loaded.desired == ()


SETTINGS: dict[str, tuple[str, list[tuple[str, int, int]]]] = {
    "no mapping": ("reconciler: [id, 5]\n", [("setting-invalid", 8, 13)]),
    "unknown settings": (
        "reconciler: {extend: [], ids: 5}\n",
        [("setting-unknown", 8, 14), ("setting-unknown", 8, 26)],
    ),
    "extends as text": ("reconciler: {extends: _base.yaml}\n", [("setting-invalid", 8, 23)]),
    "a number in extends": ("reconciler: {extends: [5]}\n", [("setting-invalid", 8, 24)]),
    "id zero": ("reconciler: {id: 0}\n", [("setting-invalid", 8, 18)]),
    "id true": ("reconciler: {id: true}\n", [("setting-invalid", 8, 18)]),
    "id as text": ("reconciler: {id: '5'}\n", [("setting-invalid", 8, 18)]),
    "moved from itself": ("reconciler: {moved_from: praxis}\n", [("setting-invalid", 8, 26)]),
    "moved from a file": ("reconciler: {moved_from: old.yaml}\n", [("setting-invalid", 8, 26)]),
    "moved from above": ("reconciler: {moved_from: ../old}\n", [("setting-invalid", 8, 26)]),
    "moved from nothing": ("reconciler: {moved_from: null}\n", [("setting-invalid", 8, 26)]),
    "protect as text": ("reconciler: {protect: yes}\n", [("setting-invalid", 8, 23)]),
    "unknown field names": (
        "reconciler: {unmanaged: [picth], seed: [zone, grating]}\n",
        [("field-unknown", 8, 26), ("field-unknown", 8, 47)],
    ),
    "seed and unmanaged": (
        "reconciler: {unmanaged: [pitch], seed: [pitch]}\n",
        [("setting-invalid", 8, 40)],
    ),
    "a name twice": ("reconciler: {seed: [zone, zone]}\n", [("setting-invalid", 8, 27)]),
    "environments as a list": ("reconciler: {environments: [live]}\n", [("setting-invalid", 8, 28)]),
    "an environment as text": ("reconciler: {environments: {live: x}}\n", [("setting-invalid", 8, 35)]),
    "an unknown field in another environment": (
        "reconciler: {environments: {live: {picth: 1}}}\n",
        [("field-unknown", 8, 36)],
    ),
    "settings in an environment": (
        "reconciler: {environments: {live: {reconciler: {id: 5}}}}\n",
        [("setting-invalid", 8, 48)],
    ),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_wrong_settings_are_errors_at_their_places(case: str) -> None:
    """A setting that is not understood is never ignored."""
    text, expected = SETTINGS[case]
    loaded = load_one(text)
    assert [(each.code, each.line, each.column) for each in loaded.diagnostics] == expected
    assert all(each.severity == "error" and each.file == FILE and each.key == "praxis" for each in loaded.diagnostics)
    assert loaded.desired == ()


def test_a_base_that_is_not_there_is_said_to_be_missing() -> None:
    """Whatever its name would make of it."""
    (problem,) = load_one("reconciler: {extends: [nope.yaml]}\n").diagnostics
    assert problem.summary == "`nope.yaml` cannot be extended: it does not exist"
    assert problem.detail == "Check the path: the name of a base, or of its folder, starts with _."


def test_unknown_settings_and_field_names_are_met_with_a_guess() -> None:
    """A typo costs one look."""
    loaded = load_one("reconciler: {protct: true, unmanaged: [picth]}\n")
    assert [each.detail for each in loaded.diagnostics] == ["Did you mean `protect`?", "Did you mean `pitch`?"]


def test_what_resembles_no_field_is_not_answered_with_all_of_them() -> None:
    """The settings are listed, being few; of the fields there are too many for a line."""
    loaded = load_one("reconciler: {xyzzy: 1, unmanaged: [xyzzy], environments: {live: {xyzzy: 1}}}\n")
    said = {(each.code, each.detail) for each in loaded.diagnostics}
    assert ("field-unknown", None) in said
    assert [detail for code, detail in said if code == "setting-unknown"] == [
        "Known are environments, extends, id, moved_from, protect, seed, unmanaged."
    ]
    assert len(said) == 2


def test_settings_reach_the_desired_value_and_never_its_content() -> None:
    """How is not what: the reserved key is not sent."""
    desired = the_one(load_one("reconciler: {id: 789, moved_from: acme/old, seed: [greeting], protect: true}\n"))
    assert (desired.id, desired.moved_from, desired.protect) == (789, "acme/old", True)
    assert (desired.seed, desired.unmanaged) == (frozenset({"greeting"}), frozenset())
    assert "reconciler" not in desired.content
    (at,) = [place for path, place in desired.positions.items() if path == ("reconciler", "id")]
    assert desired.place(("reconciler", "id")) == at
    assert at != desired.place(())


def test_an_empty_reserved_key_says_nothing() -> None:
    """Settings that were commented out leave `reconciler:` behind."""
    assert the_one(load_one("reconciler:\n  # protect: true\n")).protect is False


def test_a_released_value_is_dropped_with_a_warning() -> None:
    """Released means never sent: a value beside it is a mistake that changes nothing."""
    loaded = load_one("pitch: 1.5\nreconciler: {unmanaged: [pitch]}\n")
    assert told(loaded) == [("unmanaged-value", FILE, 8, 1)]
    assert "pitch" not in loaded.desired[0].content
    assert not any(path[:1] == ("pitch",) for path in loaded.desired[0].positions)


def test_a_bases_value_may_be_released_without_a_warning() -> None:
    """That is what releasing in one document is for; the value is not even looked up."""
    files = {FILE: SHORT + "  unmanaged: [pitch]\n", "assistants/_base.yaml": BASE + "pitch: ${env:NOWHERE}\n"}
    assert "pitch" not in the_one(load(files)).content


def test_a_required_field_may_be_released() -> None:
    """An adopted assistant may keep its prompt, its mode's model, even its mode in the portal."""
    text = VALID.replace("instructions: Vergib Termine.\n", "").replace("brain_id: 2\n", "")
    settings = "reconciler: {id: 5, unmanaged: [instructions, brain_id]}\n"
    assert set(the_one(load({FILE: text + settings})).content) == {"title", "direction", "engine", "greeting", "zone"}


def test_what_stays_of_a_released_document_is_still_judged() -> None:
    """Releasing one field excuses no other."""
    text = VALID.replace("title: Praxis Dr. Weber\n", "") + "pitch: 9\nreconciler: {unmanaged: [brain_id]}\n"
    codes = [each.code for each in load({FILE: text}).diagnostics]
    assert sorted(codes) == ["field-missing", "out-of-range", "unmanaged-value"]


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "pitch": st.floats(0.5, 2).map(lambda each: round(each, 2)),
        "wait_minutes": st.none() | st.integers(1, 1440),
        "backdrop": st.sampled_from(["off", "office", "cafe"]),
        "label_ids": st.lists(st.integers(1, 99), max_size=3),
        "mouth_id": st.none() | st.integers(1, 9),
    },
)


def yaml_of(fields: dict[str, Any]) -> str:
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())


@given(FIELDS, FIELDS, FIELDS, FIELDS)
def test_layers_merge_as_dicts_do(
    first: dict[str, Any], second: dict[str, Any], own: dict[str, Any], overlay: dict[str, Any]
) -> None:
    """For any layers: the result is `first | second | own | overlay`, and each value stands in the winner's file."""
    settings = f"reconciler: {{extends: [_a.yaml, _b.yaml], environments: {{live: {json.dumps(overlay)}}}}}\n"
    files = {
        FILE: VALID + yaml_of(own) + settings,
        "assistants/_a.yaml": yaml_of(first) + "reconciler: {}\n",
        "assistants/_b.yaml": yaml_of(second) + "reconciler: {}\n",
    }
    desired = the_one(load(files, environment="live"))
    expected = first | second | own | overlay
    assert {name: value for name, value in desired.content.items() if name in expected} == expected
    for name in expected:
        winner = FILE if name in own or name in overlay else f"assistants/{'_b' if name in second else '_a'}.yaml"
        assert desired.positions[name,].file == winner
