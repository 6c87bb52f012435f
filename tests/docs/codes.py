"""The codes that the program tells errors by, read from its source: docs/codes.md must list each of them.

A code is a constant in one of these places: the first argument of `error(...)`; what is handed to a function as its
`code`; the default of such a parameter; a value of a table called `..._CODES`; what a variable called `code` is given;
the first of what is raised or returned together with a summary; a kind of failure of the API. What only warnings and
notes are told by is left out: nothing is refused there.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from reconciler.api.answers import Kind
from tests.support.sessions import ROOT

KEBAB = re.compile(r"[a-z]+[a-z0-9]*(-[a-z0-9]+)*")
TELLS_LESS = ("warning", "note")
PARTS = {
    "{scheme}-missing": ("env-missing", "secret-missing"),
    "{kind}-unknown": ("field-unknown", "setting-unknown"),
    "too-many-{what}s": ("too-many-deletes", "too-many-updates"),
}
"""Codes that are put together, by how the source spells them; a KeyError here asks for another line."""


def collect() -> dict[str, str]:
    """Every code of an error in the package, with one place that tells it."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "reconciler").rglob("*.py"))}
    takers: dict[str, set[int]] = defaultdict(set, {"error": {0}})
    for tree in trees.values():
        for name, index in _takers(tree):
            takers[name].add(index)
    found: dict[str, str] = {kind.value: "reconciler/api/answers.py" for kind in Kind}
    for path, tree in trees.items():
        for value in _values(tree, takers):
            for code in _constants(value):
                found.setdefault(code, f"{path.relative_to(ROOT)}:{value.lineno}")
    return found


def _takers(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Functions that take a code: their names, and where among the arguments it stands (-1: by name alone)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name not in TELLS_LESS:
            names = [each.arg for each in node.args.args if each.arg not in ("self", "cls")]
            if "code" in names:
                yield node.name, names.index("code")
            elif "code" in [each.arg for each in node.args.kwonlyargs]:
                yield node.name, -1


def _values(tree: ast.Module, takers: dict[str, set[int]]) -> Iterator[ast.expr]:
    """What is given as a code, in whatever way."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name not in TELLS_LESS:
                yield from (each.value for each in node.keywords if each.arg == "code")
                yield from (node.args[index] for index in takers.get(name, ()) if 0 <= index < len(node.args))
            case ast.Raise(exc=ast.Call(args=[first, _, *_])) | ast.Return(value=ast.Tuple(elts=[first, _, _])):
                if "-" in ast.unparse(first):  # of all else that is returned in threes, a code is told by its dash
                    yield first
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values)) if name.endswith("_CODES"):
                yield from values
            case ast.Assign(targets=[target]):
                yield from _given(target, node.value)
            case ast.FunctionDef(args=ast.arguments(kwonlyargs=named, defaults=defaults, kw_defaults=kw) as arguments):
                args = [*arguments.posonlyargs, *arguments.args]
                pairs = [*zip(args[len(args) - len(defaults) :], defaults, strict=True), *zip(named, kw, strict=True)]
                yield from (value for each, value in pairs if each.arg == "code" and value is not None)


def _given(target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    """What a variable called `code` is given, alone or as one of several."""
    match target, value:
        case ast.Name(id="code"), _:
            yield value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for each, given in zip(targets, values, strict=True):
                yield from _given(each, given)
        case ast.Tuple(elts=targets), ast.IfExp(body=body, orelse=other):
            yield from _given(target, body)
            yield from _given(target, other)


def _constants(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(code)) if KEBAB.fullmatch(code):
            yield code
        case ast.IfExp(body=body, orelse=other):
            yield from _constants(body)
            yield from _constants(other)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            yield from _constants(default)
        case ast.JoinedStr():
            spelled = ast.unparse(value)[2:-1]
            if re.fullmatch(r"[a-z-]*(\{[a-z]+\}[a-z-]*)+", spelled):
                yield from PARTS[spelled]
