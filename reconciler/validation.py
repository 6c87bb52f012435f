"""What is wrong with a value, said for people: a JSON Schema validator with words.

jsonschema-rs is the gate (a yes costs microseconds); jsonschema explains a no. Formats are checked by the same
two functions in both. No reference is ever fetched: the schemas hold none. Core: no IO but the time zone names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reconciler.frozen import dataclass
from reconciler.later import put_off
from reconciler.model import Content, Path

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """One way in which a value does not meet its schema. `path` leads to the value (or to where it is missing)."""

    path: Path
    keyword: str
    summary: str
    detail: str | None = None


class Validator:
    """One schema, compiled when first needed."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = dict(schema)

    def accepts(self, content: Content) -> bool:
        """Whether `content` is valid."""
        return bool(self._gate.is_valid(content))

    def violations(self, content: Content) -> list[Violation]:
        """Every way in which `content` breaks the schema, in a stable order; empty when it is valid.

        Secrets must be revealed before, and must not be shown after: summaries quote values.
        """
        if self.accepts(content):
            return []
        problems = self._explainer.iter_errors(content)
        found = {each for problem in problems for each in _explain(self.schema, problem)}
        return sorted(found, key=lambda each: ([str(step) for step in each.path], each.keyword, each.summary))

    @cached_property
    def _gate(self) -> Any:
        # the date on which it was built is all that it asks for, and nobody asks for that
        with put_off("email.utils", meanwhile={"parsedate_to_datetime": str}):
            import jsonschema_rs

        formats = {"timezone": is_timezone, "uri": is_uri}
        return jsonschema_rs.Draft202012Validator(self.schema, formats=formats, validate_formats=True)

    @cached_property
    def _explainer(self) -> Any:
        import jsonschema

        checker = jsonschema.FormatChecker(formats=())
        checker.checks("timezone")(is_timezone)
        checker.checks("uri")(is_uri)
        return jsonschema.Draft202012Validator(self.schema, format_checker=checker)


def suggestion(unknown: str, known: Iterable[str]) -> str | None:
    """The known name that an unknown one most likely means."""
    import difflib  # for errors alone

    close = difflib.get_close_matches(unknown, list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def _explain(schema: Mapping[str, Any], problem: ValidationError) -> Iterable[Violation]:
    path: Path = tuple(problem.absolute_path)
    keyword = str(problem.validator)
    if keyword == "additionalProperties" and isinstance(problem.instance, Mapping):
        known = problem.schema.get("properties", {}) if isinstance(problem.schema, Mapping) else {}
        for name in sorted(set(problem.instance) - set(known)):
            guess = suggestion(name, known)
            detail = f"Did you mean `{guess}`?" if guess else "The schema has no such field."
            detail += _look_alikes(name)
            yield Violation(path=(*path, name), keyword=keyword, summary=f"unknown field `{name}`", detail=detail)
        return
    because = _because(schema, problem)
    if keyword == "required":
        missing = _missing_name(problem)
        yield Violation(path=(*path, missing), keyword=keyword, summary=f"`{missing}` is missing", detail=because)
        return
    if keyword == "format" and problem.validator_value == "timezone":
        guess = suggestion(str(problem.instance), _zones())
        because = f"Did you mean `{guess}`?" if guess else because
    yield Violation(path=path, keyword=keyword, summary=_in_words(problem), detail=because)


def _look_alikes(name: str) -> str:
    """What nobody can see: letters of another script, which are drawn as Latin ones are."""
    odd = dict.fromkeys(each for each in name if not each.isascii())
    named = ", ".join(f"U+{ord(each):04X} {unicodedata.name(each, 'without a name')}" for each in odd)
    return f" It is not what it looks like: it holds {named}." if odd else ""


@cache
def _zones() -> frozenset[str]:
    import zoneinfo  # only for a name that is nearly always wrong

    return frozenset(zoneinfo.available_timezones())


@cache
def _shipped_zones() -> frozenset[str]:
    """The names in the tzdata package, a part of `_zones`: one file is read, 1 ms, instead of six hundred, 28 ms."""
    try:
        tzdata = import_module("tzdata")
    except ImportError:
        return frozenset()
    loader: Any = tzdata.__loader__  # as `pkgutil.get_data` asks it; that module takes as long to import
    return frozenset(loader.get_data(tzdata.__path__[0] + "/zones").decode().split())


def is_timezone(value: object) -> bool:
    """Whether a string is a name in the IANA time zone database; other types pass (JSON Schema's rule for formats)."""
    return not isinstance(value, str) or value in _shipped_zones() or value in _zones()


def is_uri(value: object) -> bool:
    """Whether a string is an absolute URI with a host and without white space or control characters (RFC 3986)."""
    if not isinstance(value, str):
        return True
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.scheme and parts.hostname) and (parts.port is None or parts.port >= 0)
    except ValueError:
        return False


def _because(schema: Mapping[str, Any], problem: ValidationError) -> str | None:
    """The description of the cross-field rule that the problem comes from, if it comes from one."""
    steps = list(problem.absolute_schema_path)
    if len(steps) > 1 and steps[0] == "allOf" and isinstance(steps[1], int):
        rules: Sequence[Mapping[str, Any]] = schema.get("allOf", [])
        told = rules[steps[1]].get("description")
        return str(told) if told else None
    return None


def _missing_name(problem: ValidationError) -> str:
    """jsonschema yields one error per missing name and says which only in its message: `'x' is a required ...`."""
    match = re.match(r"'(.+)' is a required property", problem.message)
    return match[1] if match else "?"


_TYPE_WORDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}


_LONGEST_SHOWN = 76


def _in_words(problem: ValidationError) -> str:
    wanted: Any = problem.validator_value
    match problem.validator:
        case "type":
            names = [wanted] if isinstance(wanted, str) else list(wanted)
            return (
                f"must be {' or '.join(_TYPE_WORDS.get(each, each) for each in names)}, not {_shown(problem.instance)}"
            )
        case "enum":
            return f"must be {_or_list(wanted)}, not {_shown(problem.instance)}"
        case "const":
            return f"must be {_shown(wanted)}, not {_shown(problem.instance)}"
        case "minimum":
            return f"must be at least {wanted}, not {_shown(problem.instance)}"
        case "maximum":
            return f"must be at most {wanted}, not {_shown(problem.instance)}"
        case "maxLength":
            return f"is {len(str(problem.instance))} characters long; at most {wanted} are allowed"
        case "minLength":
            return f"is {len(str(problem.instance))} characters long; at least {wanted} are needed"
        case "format":
            kind = {"timezone": "an IANA time zone name such as Europe/Berlin", "uri": "an absolute address"}
            return f"must be {kind.get(str(wanted), str(wanted))}, not {_shown(problem.instance)}"
        case "pattern":
            return f"must match {wanted}, not {_shown(problem.instance)}"
        case _ if isinstance(problem.instance, Mapping | list):
            return f"does not meet `{problem.validator}`: {wanted}"
        case _:
            return problem.message


def _or_list(values: Sequence[Any]) -> str:
    shown = [_shown(each) for each in values]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return "a mapping" if isinstance(value, Mapping) else "a list"  # whole, it would show what is deep inside
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    text = str(value)
    short = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
    return f"`{short}`" if isinstance(value, str) else short
