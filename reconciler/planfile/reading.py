"""A saved plan read back: checked to be a plan file, of a known format, unedited, and whole. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from reconciler.canonical import Json, exact_digest
from reconciler.errors import Diagnostic, PlanFileError, Severity, error
from reconciler.model import (
    Action,
    Change,
    Content,
    Drift,
    DriftedField,
    FieldChange,
    HandOver,
    Plan,
    Reason,
    Request,
    Risk,
    Side,
)
from reconciler.planfile.written import FORMAT_VERSION, plan_file

_Named = TypeVar("_Named", bound=StrEnum)
_Read = TypeVar("_Read")


class _Misshapen(Exception):
    """Something in the file is not what we write; the text says where and what."""


def read_plan_file(text: str, *, where: str) -> Plan:
    """The plan that `plan_file` made this text from. Raises PlanFileError, naming `where`, for anything else.

    Codes: `plan-not-json`, `not-a-plan`, `plan-newer`, `plan-without-state`, `plan-edited`, `plan-invalid`.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
        _check_kind(document, where)
        plan = _plan(_Node(document, "the file"))
        again = {**plan_file(plan), "tool": document.get("tool"), "file_digest": document["file_digest"]}
        if exact_digest(again) != exact_digest(document):
            raise _Misshapen("its parts do not agree with each other")
    except json.JSONDecodeError as problem:
        raise _not_json(where, problem.msg, problem.lineno, problem.colno) from None
    except _Misshapen as problem:
        raise _refusal("plan-invalid", f"the plan cannot be read: {problem}", _MAKE_ANOTHER, where) from None
    except RecursionError:
        raise _refusal(
            "plan-invalid", "the plan cannot be read: it is nested too deeply", _MAKE_ANOTHER, where
        ) from None
    except ValueError:
        # NaN, infinities, and numbers of thousands of digits: the json module lets them through or says ValueError
        raise _not_json(where, "it holds a number that is none in JSON", None, None) from None
    return plan


_MAKE_ANOTHER = "Make a new plan with `plan --out FILE`, look at it, and apply that one. Nothing was changed."


def _check_kind(document: Json, where: str) -> None:
    """Refuse what is not a plan file, is a newer one, or is not what was written."""
    version = document.get("format_version") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(version, str) or "changes" not in document:
        raise _refusal("not-a-plan", "the file is JSON, but no plan", "Write one with `plan --out FILE`.", where)
    if version != FORMAT_VERSION and _is_newer(version):
        raise _refusal(
            "plan-newer",
            f"the plan has format {version}; this program reads {FORMAT_VERSION}",
            "It was written by a newer reconciler. Apply it with that version, or make a new plan with this one.",
            where,
        )
    if "state" not in document:
        raise _refusal(
            "plan-without-state",
            "the file is the output of `plan -o json`, which cannot be applied: it does not say what it was made from",
            "Write it with `plan --out FILE`; `show FILE -o json` prints the same JSON from it.",
            where,
        )
    content = {name: value for name, value in document.items() if name != "file_digest"}
    if document.get("file_digest") != exact_digest(content):
        raise _refusal("plan-edited", "the plan was edited or cut after it was written", _MAKE_ANOTHER, where)


def _is_newer(version: str) -> bool:
    found = re.fullmatch(r"([0-9]{1,9})\.([0-9]{1,9})", version)
    ours = tuple(int(part) for part in FORMAT_VERSION.split("."))
    return found is not None and (int(found[1]), int(found[2])) > ours


class _Node:
    """A value of the file and the way to it. Every reader raises _Misshapen for another type."""

    def __init__(self, value: Json, way: str) -> None:
        self.value = value
        self.way = way

    def __getitem__(self, name: str) -> _Node:
        content = self.content()
        if name not in content:
            raise _Misshapen(f"{self.way} has no `{name}`")
        return _Node(content[name], f"{self.way}: {name}")

    def get(self, name: str) -> _Node:
        """The value of a key that is left out where it would be null."""
        return _Node(self.content().get(name), f"{self.way}: {name}")

    def content(self) -> Content:
        if not isinstance(self.value, Mapping):
            raise _Misshapen(f"{self.way} is not an object")
        return self.value

    def each(self, read: Callable[[_Node], _Read]) -> tuple[_Read, ...]:
        if not isinstance(self.value, list):
            raise _Misshapen(f"{self.way} is not a list")
        return tuple(read(_Node(item, f"{self.way}[{index}]")) for index, item in enumerate(self.value))

    def optional(self, read: Callable[[_Node], _Read]) -> _Read | None:
        return None if self.value is None else read(self)

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise _Misshapen(f"{self.way} is not a text")
        return self.value

    def words(self) -> tuple[str, ...]:
        try:
            return tuple(shlex.split(self.text()))
        except ValueError:
            raise _Misshapen(f"{self.way} is not a command") from None

    def whole(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise _Misshapen(f"{self.way} is not a whole number")
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise _Misshapen(f"{self.way} is not true or false")
        return self.value

    def one_of(self, names: type[_Named]) -> _Named:
        try:
            return names(self.text())
        except ValueError:
            raise _Misshapen(f"{self.way} is not a known word") from None


def _plan(node: _Node) -> Plan:
    state = node["state"]
    entries = state["entries"]

    def change(public: _Node) -> Change:
        return _change(public, entries[public["key"].text()])

    return Plan(
        environment=node["environment"].text(),
        lineage=state["lineage"].optional(_Node.text),
        refreshed=node["refreshed"].flag(),
        changes=(*node["changes"].each(change), *state["unchanged"].each(change)),
        drift=node["drift"].each(_drift),
        hand_overs=node.get("hand_overs").optional(lambda found: found.each(_hand_over)) or (),
        diagnostics=node["diagnostics"].each(_diagnostic),
    )


def _drift(node: _Node) -> Drift:
    return Drift(
        key=node["key"].text(),
        id=node["id"].whole(),
        updated_at=node["updated_at"].optional(_Node.text),
        fields=node["fields"].each(_drifted_field),
    )


def _drifted_field(node: _Node) -> DriftedField:
    return DriftedField(
        field=node["field"].text(),
        side=node["side"].one_of(Side),
        last_applied=node["last_applied"].value,
        live=node["live"].value,
        desired=node["desired"].value,
    )


def _change(public: _Node, private: _Node) -> Change:
    source = public["source"]
    return Change(
        key=public["key"].text(),
        action=public["action"].one_of(Action),
        reason=public["reason"].one_of(Reason),
        id=public["id"].optional(_Node.whole),
        file=source.optional(lambda place: place["file"].text()),
        line=source.optional(lambda place: place["line"].optional(_Node.whole)),
        fields=public["fields"].each(_field),
        requests=public["requests"].each(_request),
        risk=public["risk"].optional(lambda node: node.one_of(Risk)),
        moved_from=public.get("moved_from").optional(_Node.text),
        name=private["name"].text(),
        releases=private["releases"].each(_Node.text),
        protect=private["protect"].flag(),
        record=private["record"].content(),
        source=private["source"].text(),
        inputs=private.get("inputs").optional(lambda names: names.each(_Node.text)) or (),
        expects=private["expects"].optional(_Node.text),
        diagnostics=private["diagnostics"].each(_diagnostic),
    )


def _hand_over(node: _Node) -> HandOver:
    return HandOver(
        field=node["field"].text(),
        value=node["value"].value,
        giver=node["giver"].text(),
        taker=node["taker"].text(),
        released=node["released"].optional(_Node.whole),
        claimed=node["claimed"].whole(),
    )


def _field(node: _Node) -> FieldChange:
    op = node["op"].text()
    if op not in ("set", "clear"):
        raise _Misshapen(f"{node.way}: op is neither set nor clear")
    return FieldChange(
        field=node["field"].text(),
        op=op,
        before=node["before"].value,
        after=node["after"].value,
        risk=node["risk"].one_of(Risk),
        sent_again=node.get("sent_again").optional(_Node.flag) or False,
    )


def _request(node: _Node) -> Request:
    return Request(
        step=node["step"].whole(),
        method=node["method"].text(),
        path=node["path"].text(),
        body=node["body"].optional(_Node.content),
        after=node["after"].each(_Node.whole),
    )


def _diagnostic(node: _Node) -> Diagnostic:
    severities: dict[str, Severity] = {"error": "error", "warning": "warning", "note": "note"}
    severity = severities.get(node["severity"].text())
    if severity is None:
        raise _Misshapen(f"{node.way}: severity is not a known word")
    return Diagnostic(
        severity=severity,
        code=node["code"].text(),
        summary=node["summary"].text(),
        detail=node["detail"].optional(_Node.text),
        file=node["file"].optional(_Node.text),
        line=node["line"].optional(_Node.whole),
        column=node["column"].optional(_Node.whole),
        key=node["key"].optional(_Node.text),
        field=node["field"].optional(_Node.text),
        loses=node.get("loses").optional(lambda found: found.each(_Node.text)) or (),
        commands=node.get("commands").optional(lambda found: found.each(_Node.words)) or (),
    )


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


def _not_json(where: str, why: str, line: int | None, column: int | None) -> PlanFileError:
    return PlanFileError(
        error(
            "plan-not-json",
            f"the file is no JSON: {why}",
            "A saved plan is what `plan --out FILE` writes.",
            file=where,
            line=line,
            column=column,
        )
    )


def _refusal(code: str, summary: str, detail: str, where: str) -> PlanFileError:
    return PlanFileError(error(code, summary, detail, file=where))
