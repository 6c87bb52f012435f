"""Finds what a page's fields are sent to: the method, the path, and the base address before it.

Pages print it in one line, over several (`PUT`, `/`, `user`, ...), in the front matter, or only in a cURL sample.
Pure, stdlib.
"""

from __future__ import annotations

import re

METHOD = r"(?P<{0}>GET|POST|PUT|PATCH|DELETE)"
ADDRESS = r"https?://[^\s\"'`<>\\]+"
STEP = r"(?:\{[^}\s]*\}|:?[\w.~-]+)"
# a browser breaks the path of an API page at every slash
PRINTED = re.compile(
    rf"(?:^|[\s\"'`]){METHOD.format('a')}\s+(?P<target>{ADDRESS}(?:[ \t]*\n[ \t\n]*/[ \t\n]*{STEP}){{0,12}}"
    rf"|/[ \t]*\n?[ \t]*{STEP}(?:[ \t]*\n?[ \t]*/[ \t]*\n?[ \t]*{STEP}){{0,12}})",
    re.MULTILINE,
)
SAMPLED = re.compile(
    rf"(?:-X|--request)\s+[\"']?{METHOD.format('b')}[\"']?[\s\\]+(?:--(?:url|location)\s+)?[\"']?(?P<address>{ADDRESS})"
)
BASE = re.compile(r"(?P<base>https?://[^/\s]+(?:/[^/\s]+)*?/api(?:/v\d+)?|https?://[^/\s]+(?:/v\d+)?)(?=/)")
LEADING = re.compile(r"/api(?:/v\d+)?(?=/)")


def endpoint_in(*texts: str) -> tuple[str, str] | None:
    """Method and target (a path or a whole address) from the first text that names them; None where none does."""
    for text in texts:
        found = [each for each in (PRINTED.search(text), SAMPLED.search(text)) if each]
        if found:
            first = min(found, key=lambda each: each.start())
            parts = first.groupdict()
            method, target = parts.get("a") or parts["b"], parts.get("target") or parts["address"]
            return method, re.sub(r"\s+", "", target)
    return None


def split(target: str) -> tuple[str | None, str]:
    """An address as base and path; a path has no base. The last placeholder is the resource's id by contract."""
    target = re.sub(r"(?<!:)/{2,}", "/", target.rstrip(".,;)"))
    found = BASE.match(target)
    base, path = (found["base"], target[found.end() :]) if found else (None, LEADING.sub("", target))
    path = path.split("?")[0].rstrip("/")
    return normalised(base), re.sub(r"(?:\{[^}]*\}|(?<=/):\w+|(?<=/)\d+)$", "{id}", path)


def base_in(text: str, path: str) -> str | None:
    """The base that an address in the page has before the documented path: a cURL sample, a paging link ..."""
    pattern = re.escape(path).replace(re.escape("{id}"), r"[^/\s\"'?]+")
    found = re.search(rf"(https?://[^\s\"'`<>]*?){pattern}(?=[\s\"'?`)]|$)", text, re.MULTILINE)
    return normalised(found[1]) if found else None


def normalised(base: str | None) -> str | None:
    """A base without doubled slashes and without one at its end."""
    return None if base is None else re.sub(r"(?<!:)/{2,}", "/", base).rstrip("/")
