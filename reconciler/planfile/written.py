"""A plan as JSON: the form that people and programs read, and the form that `plan --out` saves. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, replace

from reconciler import __version__
from reconciler.canonical import Json, canonical, digest, exact_digest, is_list
from reconciler.errors import Diagnostic
from reconciler.model import Action, Change, Drift, FieldChange, HandOver, Plan, Request
from reconciler.secrecy import secrets_in

FORMAT_VERSION = "1.0"
"""Of the plan JSON and of every other JSON that the program prints. A reader of plan files refuses a newer one."""


def plan_to_json(plan: Plan) -> dict[str, Json]:
    """What `plan -o json` prints. `digest` covers all the rest, so equal plans are told by it alone; but not the
    commands of diagnostics, which depend on where they are to be run.

    A field that undoes what the portal did has `overwrites`, with when the assistant was last changed there.
    """
    overwrites = plan.overwrites
    content: dict[str, Json] = {
        "format_version": FORMAT_VERSION,
        "environment": plan.environment,
        "refreshed": plan.refreshed,
        "summary": asdict(plan.summary),
        "changes": [_change_to_json(each, overwrites) for each in plan.changes if _is_listed(each)],
        "drift": [drift_to_json(each) for each in plan.drift],
        **({"hand_overs": [_hand_over_to_json(each) for each in plan.hand_overs]} if plan.hand_overs else {}),
        "diagnostics": [diagnostic_to_json(each) for each in plan.diagnostics],
    }
    anywhere = [diagnostic_to_json(replace(each, commands=())) for each in plan.diagnostics]
    return {**content, "digest": digest({**content, "diagnostics": anywhere})}


def diagnostic_to_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """Nine keys, nulls included, and of a refusal `loses` and `commands`, which can be pasted into a shell."""
    content: dict[str, Json] = asdict(diagnostic)
    del content["loses"], content["commands"]
    if diagnostic.loses or diagnostic.commands:
        content["loses"] = list(diagnostic.loses)
        content["commands"] = [shlex.join(each) for each in diagnostic.commands]
    return content


def plan_file(plan: Plan) -> dict[str, Json]:
    """What `plan --out` writes: `read_plan_file` gives back a plan of equal decisions. No key may stand in it twice."""
    decisions = plan.decisions
    content: dict[str, Json] = {
        **plan_to_json(plan),
        "tool": {"name": "reconciler", "version": __version__},
        "state": {
            "lineage": plan.lineage,
            "entries": {each.key: _precondition(each) for each in decisions},
            "unchanged": [_change_to_json(each, {}) for each in decisions if not _is_listed(each)],
            "secrets": dict(plan_secrets(plan)),
        },
    }
    return {**content, "file_digest": exact_digest(content)}


def plan_secrets(plan: Plan) -> Mapping[str, str | None]:
    """The fingerprints (None: unknown) of the secrets that the plan would send, by name, sorted.

    Only bodies count: a record may rightly hold an older fingerprint, of a secret that is sent at creation alone.
    """
    found: dict[str, str | None] = {}
    for request, _ in plan.requests():
        found.update(secrets_in(canonical(request.body)))  # in an order that reading it back keeps
    return dict(sorted(found.items()))


def drift_to_json(drift: Drift) -> dict[str, Json]:
    """One assistant's drift, as `drift -o json` and the plan JSON have it."""
    return {
        "key": drift.key,
        "id": drift.id,
        "updated_at": drift.updated_at,
        "fields": [
            {
                "field": each.field,
                "side": each.side.value,
                "last_applied": _plain(each.last_applied),
                "live": _plain(each.live),
                "desired": _plain(each.desired),
            }
            for each in drift.fields
        ],
    }


def _is_listed(change: Change) -> bool:
    """Whether a change stands among `changes`: all but no-ops, and a move is one though it sends nothing."""
    return change.action is not Action.NO_OP or change.moved_from is not None


def _change_to_json(change: Change, overwrites: Mapping[tuple[str, str], Drift]) -> dict[str, Json]:
    content: dict[str, Json] = {
        "key": change.key,
        "action": change.action.value,
        "reason": change.reason.value,
        "id": change.id,
        "source": None if change.file is None else {"file": change.file, "line": change.line},
        "risk": None if change.risk is None else change.risk.value,
        "fields": [_field_to_json(each, overwrites.get((change.key, each.field))) for each in change.fields],
        "requests": [_request_to_json(each) for each in change.requests],
    }
    return content if change.moved_from is None else {**content, "moved_from": change.moved_from}


def _field_to_json(change: FieldChange, undone: Drift | None) -> dict[str, Json]:
    content: dict[str, Json] = {
        "field": change.field,
        "op": change.op,
        "before": _plain(change.before),
        "after": _plain(change.after),
        "risk": change.risk.value,
    }
    if undone is not None:
        content["overwrites"] = {"updated_at": undone.updated_at}
    return {**content, "sent_again": True} if change.sent_again else content


def _request_to_json(request: Request) -> dict[str, Json]:
    return {
        "step": request.step,
        "method": request.method,
        "path": request.path,
        "body": _plain(request.body),
        "after": list(request.after),
    }


def _hand_over_to_json(each: HandOver) -> dict[str, Json]:
    """Which value passes from whom to whom, and in which steps; `released` is null where an earlier run did that."""
    return {
        "field": each.field,
        "value": _plain(each.value),
        "giver": each.giver,
        "taker": each.taker,
        "released": each.released,
        "claimed": each.claimed,
    }


def _precondition(change: Change) -> dict[str, Json]:
    """What a change holds beyond the plan JSON: from which entry it was computed, and what to record of it."""
    return {
        "name": change.name,
        "expects": change.expects,
        "source": change.source,
        **({"inputs": list(change.inputs)} if change.inputs else {}),
        "protect": change.protect,
        "releases": list(change.releases),
        "record": _plain(change.record),
        "diagnostics": [diagnostic_to_json(each) for each in change.diagnostics],
    }


def _plain(value: Json) -> Json:
    """The value in the types that the json module writes: content may be any Mapping or Sequence."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if is_list(value):
        return [_plain(each) for each in value]
    return value
