"""Saved plans: what is written is read back, and nothing else is believed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.canonical import digest, exact_digest, pretty
from reconciler.errors import PlanFileError, note
from reconciler.model import Change, FieldChange, Plan, Request
from reconciler.planfile import plan_file, plan_secrets, plan_to_json, read_plan_file
from tests.planfile.plans import every_kind, plans, reception, unchanged

TEXT = st.text(max_size=8)


def refusal(text: str) -> Any:
    with pytest.raises(PlanFileError) as caught:
        read_plan_file(text, where="plan.json")
    (found,) = caught.value.diagnostics
    assert found.file == "plan.json"
    return found


def sealed(document: dict[str, Any]) -> str:
    """The document with the digest that it would have if we had written it."""
    content = {name: value for name, value in document.items() if name != "file_digest"}
    return json.dumps({**content, "file_digest": exact_digest(content)})


def test_a_command_that_no_shell_could_read_is_refused() -> None:
    """What a plan tells people to run is read word by word, so a quote that nothing closes is no plan of ours."""
    told = replace(every_kind(), diagnostics=(replace(note("hand-over", "a number moves"), commands=(("true",),)),))
    document: Any = plan_file(told)
    document["diagnostics"][0]["commands"] = ["reconciler import dental/reception '102"]
    found = refusal(sealed(document))
    assert (found.code, "commands[0] is not a command" in found.summary) == ("plan-invalid", True)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(plans(TEXT))
def test_what_is_written_is_read_back(plan: Plan) -> None:
    """Any plan comes back equal, whatever its strings hold."""
    assert read_plan_file(pretty(plan_file(plan)), where="plan.json") == plan


def test_nothing_of_a_change_is_left_out() -> None:
    """Every attribute of a change survives: none was forgotten when the model grew."""
    read = read_plan_file(pretty(plan_file(every_kind())), where="plan.json")
    assert read == every_kind()
    filled = {each.name for change in read.changes for each in fields(Change) if getattr(change, each.name)}
    assert filled == {each.name for each in fields(Change)}, "the example lacks an attribute"


def test_the_plan_json_has_exactly_the_documented_keys() -> None:
    """Names are the contract of design section 9; `moved_from` and `sent_again` stand only where they hold."""
    document: Any = plan_to_json(every_kind())
    top = {"format_version", "environment", "refreshed", "digest", "summary", "changes", "drift", "diagnostics"}
    assert set(document) == top
    assert document["format_version"] == "1.0"
    assert document["summary"] == {
        "create": 1,
        "update": 2,
        "delete": 1,
        "forget": 1,
        "no_op": 3,
        "blocked": 1,
        "orphaned": 1,
    }
    by_key = {each["key"]: each for each in document["changes"]}
    usual = {"key", "action", "reason", "id", "source", "risk", "fields", "requests"}
    assert set(by_key["dental/reception"]) == usual
    assert set(by_key["homes/lettings"]) == usual | {"moved_from"}
    assert by_key["dental/summer"]["source"] is None
    assert by_key["dental/reception"]["source"] == {"file": "assistants/dental/reception.yaml", "line": 1}
    shown = {each["field"]: each for each in by_key["dental/reception"]["fields"]}
    assert shown["report_url"] == {
        "field": "report_url",
        "op": "clear",
        "before": "https://hooks.example/a",
        "after": None,
        "risk": "data",
    }
    assert shown["ear_id"]["sent_again"] is True
    assert set(by_key["dental/reception"]["requests"][1]) == {"step", "method", "path", "body", "after"}
    nine = {"severity", "code", "summary", "detail", "file", "line", "column", "key", "field"}
    assert all(set(each) == nine for each in document["diagnostics"])


def test_no_ops_are_counted_and_not_listed() -> None:
    """What stays as it is stands in the summary alone; a move is listed though its action is no-op."""
    document: Any = plan_to_json(every_kind())
    listed = {each["key"] for each in document["changes"]}
    assert {"dental/billing", "dental/former"} & listed == set()
    assert "homes/lettings" in listed


def test_the_digest_covers_the_rest() -> None:
    """`digest` is that of the canonical bytes of everything else, and differs where the plan does."""
    document = plan_to_json(every_kind())
    assert document["digest"] == digest({name: each for name, each in document.items() if name != "digest"})
    assert plan_to_json(replace(every_kind(), environment="staging"))["digest"] != document["digest"]


def test_the_order_of_changes_does_not_matter() -> None:
    """The same changes in another order give the same bytes."""
    plan = every_kind()
    turned = replace(plan, changes=plan.changes[::-1], diagnostics=plan.diagnostics[::-1])
    assert pretty(plan_file(turned)) == pretty(plan_file(plan))


def test_a_plan_of_read_only_content_can_be_written() -> None:
    """Content may be any mapping or sequence, not only what the json module knows."""
    from types import MappingProxyType

    body = MappingProxyType({"facts": MappingProxyType({"city": "Leeds"}), "label_ids": (1, 2)})
    request = Request(step=1, method="PUT", path="/agent/789", body=body)
    plan = Plan(environment="default", lineage=None, changes=(replace(reception(), requests=(request,)),))
    written: Any = json.loads(pretty(plan_file(plan)))
    assert written["changes"][0]["requests"][0]["body"] == {"facts": {"city": "Leeds"}, "label_ids": [1, 2]}


def test_only_the_secrets_that_are_sent_are_preconditions() -> None:
    """A secret that stands in a record alone was sent long ago; its fingerprint of then is no precondition."""
    assert plan_secrets(every_kind()) == {"DESK_TOKEN": None}
    assert plan_secrets(Plan(environment="default", lineage=None, changes=(reception(),))) == {
        "DESK_TOKEN": "hmac-sha256:new"
    }
    kept = replace(unchanged(), record={"actions": [{"api_token": {"$secret": "OLD_TOKEN", "fingerprint": "x"}}]})
    assert plan_secrets(Plan(environment="default", lineage=None, changes=(kept,))) == {}


def test_the_order_of_a_body_does_not_matter_to_its_secrets() -> None:
    """A body that was read back has its keys in another order, and the same preconditions."""
    body = {"zone": {"$secret": "DESK_TOKEN", "fingerprint": "b"}, "actions": [{"$secret": "DESK_TOKEN"}]}
    turned = dict(reversed(body.items()))
    found = []
    for each in (body, turned):
        change = replace(reception(), requests=(Request(step=1, method="PUT", path="/agent/789", body=each),))
        found.append(plan_secrets(Plan(environment="default", lineage=None, changes=(change,))))
    assert found[0] == found[1] == {"DESK_TOKEN": "b"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "plan-not-json"),
        ("environment: production\n", "plan-not-json"),
        ('{"format_version": "1.0",', "plan-not-json"),
        ("\ufeff{}", "plan-not-json"),
        ('{"a": NaN}', "plan-not-json"),
        ("9" * 5000, "plan-not-json"),
        ("[" * 100_000, "plan-invalid"),
        ("[]", "not-a-plan"),
        ('{"format_version": 1, "id": 789, "last_applied": {}}', "not-a-plan"),
        ('{"format_version": "1.0", "drift": []}', "not-a-plan"),
        ('{"format_version": "1.1", "changes": []}', "plan-newer"),
        ('{"format_version": "2.0", "changes": []}', "plan-newer"),
        ('{"format_version": "1.0", "changes": [], "x": 1e999}', "plan-without-state"),
        ('{"format_version": "1.0", "changes": [], "state": 1e999}', "plan-not-json"),
    ],
)
def test_what_is_no_plan_file_is_refused(text: str, code: str) -> None:
    """Every other file gets its own word, and never a traceback."""
    assert refusal(text).code == code


def test_a_broken_file_is_told_with_its_place() -> None:
    """A JSON error names line and column."""
    found = refusal('{\n  "environment": production\n}')
    assert (found.line, found.column) == (2, 18)


def test_the_output_of_plan_is_not_a_saved_plan() -> None:
    """`plan -o json` lacks what it was made from; the message says how to write what can be applied."""
    found = refusal(pretty(plan_to_json(every_kind())))
    assert found.code == "plan-without-state"
    assert "--out" in found.detail


def test_an_edited_plan_is_refused() -> None:
    """One changed value anywhere, white space aside, makes the file another one."""
    text = pretty(plan_file(every_kind()))
    assert refusal(text.replace("Bright Smile", "Bright Smiles", 1)).code == "plan-edited"
    assert refusal(text.replace('"line_id": 46', '"line_id": 46.0', 1)).code == "plan-edited"
    assert read_plan_file(json.dumps(json.loads(text)), where="plan.json") == every_kind()


def wrong_step(document: Any) -> None:
    document["changes"][0]["requests"][0]["step"] = True


def wrong_op(document: Any) -> None:
    document["changes"][0]["fields"][0]["op"] = "append"


def wrong_action(document: Any) -> None:
    document["changes"][0]["action"] = "replace"


def wrong_severity(document: Any) -> None:
    document["diagnostics"][0]["severity"] = "fatal"


def no_entry(document: Any) -> None:
    del document["state"]["entries"]["dental/reception"]


def another_summary(document: Any) -> None:
    document["summary"]["delete"] = 0


def unknown_key(document: Any) -> None:
    document["changes"][0]["force"] = True


def no_tool(document: Any) -> None:
    del document["tool"]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (wrong_step, "requests[0]: step is not a whole number"),
        (wrong_op, "op is neither set nor clear"),
        (wrong_action, "action is not a known word"),
        (wrong_severity, "severity is not a known word"),
        (no_entry, "has no `dental/reception`"),
        (another_summary, "do not agree"),
        (unknown_key, "do not agree"),
        (no_tool, "do not agree"),
    ],
)
def test_a_plan_of_another_shape_is_refused(damage: Callable[[Any], None], told: str) -> None:
    """A file with a right digest and a wrong shape is not executed; the message says where it is wrong."""
    document = json.loads(pretty(plan_file(every_kind())))
    damage(document)
    found = refusal(sealed(document))
    assert found.code == "plan-invalid"
    assert told in found.summary


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for step, each in inner for place in places(each, (*way, step)))]


WRITTEN = json.loads(pretty(plan_file(every_kind())))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=200, deadline=None)
@given(place=st.sampled_from(places(WRITTEN)), value=ANY_JSON, seal=st.booleans())
def test_no_damage_gives_anything_but_a_refusal(place: tuple[Any, ...], value: Any, seal: bool) -> None:
    """Any value anywhere, with a right digest or a wrong one, is read as what it says or refused in our words."""
    document = json.loads(json.dumps(WRITTEN))
    if not place:
        document = value
    else:
        holder = document
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = value
    text = sealed(document) if seal and isinstance(document, dict) else json.dumps(document)
    with suppress(PlanFileError):
        again = plan_file(read_plan_file(text, where="plan.json"))
        assert exact_digest(again["changes"]) == exact_digest(document["changes"])
        assert exact_digest(again["state"]) == exact_digest(document["state"])


def test_a_file_keeps_the_order_of_fields() -> None:
    """Fields come back in the planner's order, since equal plans are compared whole."""
    two = (
        FieldChange(field="zone", op="set", before=None, after="Europe/London", risk=reception().fields[0].risk),
        FieldChange(field="brain_id", op="set", before=None, after=2, risk=reception().fields[0].risk),
    )
    plan = Plan(environment="default", lineage=None, changes=(replace(reception(), fields=two),))
    assert read_plan_file(pretty(plan_file(plan)), where="plan.json").changes[0].fields == two


def test_diagnostics_that_differ_in_what_is_absent_have_one_order() -> None:
    """Line 0 and no line, an empty key and none: told apart, whatever order they came in."""
    ones = [note("n", "", line=0), note("n", ""), note("n", "", key=""), note("n", "", file="")]
    found = {
        Plan(environment="", lineage=None, diagnostics=order).diagnostics for order in itertools.permutations(ones)
    }
    assert len(found) == 1
