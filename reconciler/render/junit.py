"""Diagnostics of `validate` as JUnit XML: a test case for every document. Pure.

The standard library writes characters that XML cannot hold at all, and no parser reads the file then; so every text is
made visible first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from reconciler.errors import Diagnostic
from reconciler.render.annotations import in_repository, message
from reconciler.render.escape import terminal_safe

_NO_XML = re.compile("[\ufffe\uffff]")
WHOLE = "project"
"""The test case of what is about no file."""


def render_junit(diagnostics: Sequence[Diagnostic], *, documents: Iterable[str], below: str = "") -> str:
    """One suite: errors fail their document's case, warnings and notes stand in its output."""
    found: dict[str, list[Diagnostic]] = {file: [] for file in sorted(set(documents))}
    for each in sorted(diagnostics, key=Diagnostic.sort_key):
        found.setdefault(WHOLE if each.path is None else each.path, []).append(each)
    failed = sum(any(each.severity == "error" for each in told) for told in found.values())
    counts = {"name": "reconciler validate", "tests": str(len(found)), "failures": str(failed), "errors": "0"}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", counts)
    for file, told in found.items():
        _case(suite, None if file == WHOLE else in_repository(file, below), told)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _case(suite: ElementTree.Element, file: str | None, told: Sequence[Diagnostic]) -> None:
    place = {} if file is None else {"file": _text(file)}
    named = {"classname": "documents", "name": _text(file or WHOLE), **place}
    case = ElementTree.SubElement(suite, "testcase", named)
    errors = [each for each in told if each.severity == "error"]
    if errors:
        first = {"type": _text(errors[0].code), "message": _text(errors[0].summary)}
        failure = ElementTree.SubElement(case, "failure", first)  # a case fails once, whatever it fails for
        failure.text = "\n".join(map(_lines, errors))
    rest = [each for each in told if each.severity != "error"]
    if rest:
        ElementTree.SubElement(case, "system-out").text = "\n".join(map(_lines, rest))


def _lines(diagnostic: Diagnostic) -> str:
    spot = [str(each) for each in (diagnostic.line, diagnostic.column) if each is not None]
    place = f"{':'.join(spot)}: " if spot else ""
    return _visible(f"{diagnostic.severity}: {place}{message(diagnostic)}")


def _text(text: str) -> str:
    return _visible(terminal_safe(text))


def _visible(text: str) -> str:
    return _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
