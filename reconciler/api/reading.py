"""From status, headers and bytes to an answer or a failure. Pure, and it trusts none of them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from reconciler.api.answers import Answer, Effect, Failure, Kind
from reconciler.bounds import MOST_VALUES, holds_too_much
from reconciler.canonical import Json
from reconciler.model import Content

_NO_ROUTE = re.compile(r"\broute\b.*\bnot\b.*\bfound\b|\bmethod\b.*\bnot supported\b", re.IGNORECASE | re.DOTALL)


def read_reply(
    method: str, status: int, headers: Mapping[str, str], content: bytes, *, now: datetime
) -> Answer | Failure:
    """What a complete reply means. Header names are lower-case; `now` is for a Retry-After that is a date."""
    body, is_json = _decoded(content)
    if status >= 500:
        return _failure(Kind.SERVER_ERROR, Effect.UNKNOWN, status, body, retry_after=_retry_after(headers, body, now))
    if status == 429:
        return _failure(Kind.RATE_LIMITED, Effect.REFUSED, status, body, retry_after=_retry_after(headers, body, now))
    if status >= 400:
        return _refused(method, status, body, is_json)
    if status >= 300 or status < 200:
        return _redirected(status, headers)
    if holds_too_much(content):
        why = f"the answer holds more than {MOST_VALUES:,} values"
        return _failure(Kind.TOO_LARGE, Effect.UNKNOWN, status, None, why=why)
    if not is_json or (method == "GET" and not content.strip()):
        return _failure(Kind.NOT_JSON, Effect.UNKNOWN, status, None)
    if method != "GET" and status != 204 and not _speaks_of_a_write(body):
        return _failure(Kind.NOT_THE_API, Effect.UNKNOWN, status, None)
    return Answer(status=status, json=body, size=len(content))


def rows_in(body: Json) -> tuple[tuple[Content, ...], str]:
    """The rows of a list's answer: an envelope with `data`, or a bare array; and what is wrong where they are none."""
    found = body.get("data") if isinstance(body, Mapping) else body
    if isinstance(found, Mapping) and found and all(each.isdigit() for each in found):
        # a list whose keys have gaps, as the platform's language shows one
        found = list(found.values())
    if not isinstance(found, list):
        return (), "there is no list of rows in it"
    odd = next((at for at, each in enumerate(found, 1) if not isinstance(each, Mapping)), None)
    return ((), f"row {odd} of the list is no object") if odd is not None else (tuple(found), "")


def _refused(method: str, status: int, body: Json, is_json: bool) -> Answer | Failure:
    if status in (401, 403):
        return _failure(Kind.UNAUTHORIZED, Effect.REFUSED, status, body)
    if status == 404 and not is_json:
        return _failure(Kind.NOT_JSON, Effect.REFUSED, status, None)
    if status == 405 or (status == 404 and _NO_ROUTE.search(_message(body) or "")):
        # a wrong base answers 404 to everything: taken for "gone" it would make a delete look done
        return _failure(Kind.WRONG_ADDRESS, Effect.REFUSED, status, body)
    if status == 404 and _message(body) is None:
        # some other program's: nor must this one make a delete look done
        return _failure(Kind.NOT_THE_API, Effect.REFUSED, status, None)
    if status == 404:
        return Answer(status=status, json=body) if method == "DELETE" else _failure(Kind.NOT_FOUND, None, status, body)
    if status == 408:
        # a gateway says this too, when what stands behind it was too slow to answer
        why = "the server gave up waiting (408)"
        return _failure(Kind.TIMED_OUT, Effect.UNKNOWN, status, body, why=why)
    return _failure(Kind.REFUSED, Effect.REFUSED, status, body)


def _speaks_of_a_write(body: Json) -> bool:
    """Whether this is how the platform answers a write: an object with a `message`, with `data`, or with both.

    Another program at the same address would else be taken for an assistant that was changed.
    """
    return isinstance(body, Mapping) and (isinstance(body.get("message"), str) or isinstance(body.get("data"), Mapping))


def _redirected(status: int, headers: Mapping[str, str]) -> Failure:
    """The platform sends whoever it does not know to its login page. Only origin and path are shown, no query."""
    try:
        to = urlsplit(headers.get("location", ""))
        target = f"{to.scheme}://{to.hostname}{to.path}" if to.hostname else to.path
    except ValueError:
        target = ""
    why = f"{status}: it sent us to {target}, a login page?" if target else f"{status}: it sent us elsewhere"
    return _failure(Kind.UNAUTHORIZED, Effect.REFUSED, status, None, why=why)


def _failure(
    kind: Kind, effect: Effect | None, status: int, body: Json, *, why: str = "", retry_after: float | None = None
) -> Failure:
    return Failure(
        kind=kind,
        effect=effect or Effect.REFUSED,
        status=status,
        why=why,
        message=_message(body),
        errors=_errors(body),
        retry_after=retry_after,
    )


def _decoded(content: bytes) -> tuple[Json, bool]:
    """The JSON value, and whether it is any; an empty body is None and counts."""
    if not content.strip():
        return None, True
    if holds_too_much(content):
        return None, False
    try:
        found: Json = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None, False
    return found, True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _message(body: Json) -> str | None:
    """`message`, else `error`: the platform uses both."""
    if isinstance(body, Mapping):
        for name in ("message", "error"):
            text = body.get(name)
            if isinstance(text, str) and text.strip():
                return text.strip()
    return None


def _errors(body: Json) -> dict[str, tuple[str, ...]]:
    """Texts by dotted path. The platform gives them flat; nested ones are flattened, and those of no path have none."""
    found: dict[str, list[str]] = {}
    todo: list[tuple[str, Json]] = [("", body.get("errors") if isinstance(body, Mapping) else None)]
    while todo:
        path, value = todo.pop(0)
        if isinstance(value, str):
            found.setdefault(path, []).append(value)
        elif isinstance(value, Mapping):
            todo += [(f"{path}.{name}" if path else str(name), each) for name, each in value.items()]
        elif isinstance(value, Sequence):
            todo += [(path, each) for each in value]
    return {path: tuple(texts) for path, texts in found.items()}


def _retry_after(headers: Mapping[str, str], body: Json, now: datetime) -> float | None:
    """Seconds to wait as the server asks: the header (seconds or a date, RFC 9110 10.2.3), else the body."""
    stated = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", stated, re.ASCII):
        return float(stated)
    if stated:
        try:
            moment = parsedate_to_datetime(stated)
        except (ValueError, TypeError, IndexError, OverflowError):
            # the standard library promises the first alone; its parser knows the others too
            moment = None
        if moment is not None:
            # a date without a zone is read as UTC; HTTP dates are GMT anyway
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return max(0.0, (aware - now).total_seconds())
    told = body.get("retry_after") if isinstance(body, Mapping) else None
    if isinstance(told, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", told.strip(), re.ASCII):
        return float(told)
    if isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told):
        return max(0.0, float(told))
    return None
