"""The vendor itself: a call goes in, an answer comes out. One lock, no socket, no field name of its own.

Routes come from the schemas' endpoints under `/api`; what a request does to a row is in `writing.py`, how a row is
shown in `listing.py`, what goes wrong on purpose in `faults.py`. Nothing of a body is printed, and no answer
repeats a value that was refused.
"""

from __future__ import annotations

import copy
import hmac
import re
import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from reconciler.model import Content
from reconciler.sandbox.answers import faulty, json_answer, not_an_object, unauthenticated, wrong_method
from reconciler.sandbox.catalogue import catalogue
from reconciler.sandbox.faults import Fault, Faults, parse
from reconciler.sandbox.listing import page_of, read_form
from reconciler.sandbox.quirks import Quirks
from reconciler.sandbox.refusals import Refused
from reconciler.sandbox.storage import Storage
from reconciler.sandbox.tables import Row, Table
from reconciler.sandbox.wire import FOREVER, Answer, Call, Recorded, parsed
from reconciler.sandbox.writing import Writer
from reconciler.schemas import SchemaSet

__all__ = ["BASE", "Answer", "Call", "Recorded", "Vendor"]

BASE = "/api"
_ACCOUNT = 1
_NAMESPACE = uuid.UUID("5e0c8f0e-7b0a-4c53-9a3e-3f3a1d0c9b11")


class _Match(NamedTuple):
    role: str
    id: str = ""


class Vendor:
    """One account of a brand. Safe for threads; `storage` decides whether other processes see the same rows.

    `hidden` are the fields absent from reads (default: see `Quirks.of`). `remember` bounds how many calls are kept.
    `watch` is told of each request once it was carried out, or was not, and before it is answered.
    """

    def __init__(
        self,
        schemas: SchemaSet,
        storage: Storage,
        *,
        key: str = "sandbox",
        faults: Faults | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        hidden: frozenset[str] | None = None,
        remember: int = 10_000,
        watch: Callable[[Recorded], object] = lambda call: None,
    ) -> None:
        self.schemas = schemas
        self.faults = faults or Faults()
        self.ignored: Counter[str] = Counter()
        """Top-level names that some body held and no schema knows: ignored, as the platform does, but counted."""
        known = catalogue()
        self.quirks = Quirks.of(
            schemas,
            hidden=hidden,
            known_hidden=known.hidden,
            item_defaults=known.item_defaults,
            item_texts=known.item_texts,
        )
        self._storage = storage
        self._key = key
        self._clock = clock
        self._watch = watch
        self._writer = Writer(schemas, self.quirks)
        self._lock = threading.Lock()
        self._script = deque(self.faults.script)
        self._number = 0
        self._calls: deque[Recorded] = deque(maxlen=remember)
        self._routes = [(role, where.method, _pattern(where.path)) for role, where in schemas.endpoints.items()]

    def handle(self, call: Call) -> Answer:
        """Answer one request. Raises ConfigError where the storage fails, and then has done nothing."""
        with self._lock:
            fault = self._next_fault(call)
            acted = False
            if fault.acts:
                answer, acted = self._answer(call)
                if fault.kind != "ok":
                    answer = faulty(fault, self.faults)
            else:
                answer = faulty(fault, self.faults)
            answered = not answer.drop and answer.delay != FOREVER
            recorded = Recorded(
                method=call.method,
                path=_relative(call.path) or call.path,
                body=parsed(call.body),
                status=answer.status if answered else None,
                acted=acted,
                query=dict(call.query),
            )
            self._calls.append(recorded)
            self._watch(recorded)
            return replace(answer, delay=answer.delay + self.faults.latency)

    def rows(self, *, deleted: bool = True) -> list[dict[str, Any]]:
        """Copies of the stored rows by ascending id: own columns and fields in one, values as they are stored.

        Deleted ones have a `deleted_at`; `deleted=False` leaves them out.
        """
        with self._lock, self._storage.transaction() as table:
            return [copy.deepcopy(dict(each)) for each in (table.every() if deleted else table.live()[:])]

    @property
    def calls(self) -> list[Recorded]:
        """Every request so far, in the order in which they were handled."""
        with self._lock:
            return list(self._calls)

    def inject(self, *words: str) -> None:
        """Add to the script: the faults of the next requests, in order."""
        for word in words:
            parse(word)
        with self._lock:
            self._script.extend(words)

    def _next_fault(self, call: Call) -> Fault:
        if call.method == "GET" and _relative(call.path) in catalogue().lookups:
            return parse("ok")  # faults are for the assistants: who asks whose key it is must not use them up
        if self._script:
            return parse(self._script.popleft())
        self._number += 1
        return parse(self.faults.at(self._number))

    def _answer(self, call: Call) -> tuple[Answer, bool]:
        """The answer of a vendor in good health, and whether a write was carried out."""
        relative = _relative(call.path)
        matches = [] if relative is None else self._matches(relative)
        lookup = None if relative is None else catalogue().lookups.get(relative)
        if not matches and lookup is None:
            return json_answer(404, {"message": f"The route {call.path.lstrip('/')} could not be found."}), False
        allowed = dict(matches)
        if call.method not in allowed and not (lookup and call.method == "GET"):
            return wrong_method(call, [*allowed, *(["GET"] if lookup else [])]), False
        if not self._authorised(call):
            return unauthenticated(call), False
        if call.method not in allowed:
            assert lookup is not None
            return json_answer(200, lookup.answer(call.query)), False
        try:
            return self._act(call, allowed[call.method])
        except Refused as refused:
            return json_answer(422, {"message": "Validation failed", "errors": refused.errors}), False

    def _matches(self, path: str) -> list[tuple[str, _Match]]:
        found = []
        for role, method, pattern in self._routes:
            match = pattern.fullmatch(path)
            if match:
                found.append((method, _Match(role, match.groupdict().get("id") or "")))
        return found

    def _authorised(self, call: Call) -> bool:
        sent = call.headers.get("authorization", "")
        return hmac.compare_digest(sent.encode(), f"Bearer {self._key}".encode())

    def _act(self, call: Call, match: _Match) -> tuple[Answer, bool]:
        with self._storage.transaction() as table:
            if match.role == "list":
                return self._list(call, table), False
            if match.role == "create":
                return self._create(call, table)
            row = table.get(int(match.id)) if re.fullmatch(r"[0-9]{1,18}", match.id) else None
            if row is None or row["deleted_at"] is not None:
                return json_answer(404, {"message": "Assistant not found"}), False
            if match.role == "delete":
                table.put({**row, "deleted_at": self._now()})
                return json_answer(200, {"message": "Assistant deleted successfully"}), True
            return self._update(call, table, row)

    def _create(self, call: Call, table: Table) -> tuple[Answer, bool]:
        body = self._body(call)
        if body is None:
            return not_an_object(), False
        fields = self._writer.create(body)
        self._writer.check_exclusive(fields, table.holders)
        id = table.next_id()
        now = self._now()
        row = {
            "id": id,
            "uuid": str(uuid.uuid5(_NAMESPACE, str(id))),
            "user_id": _ACCOUNT,
            "status": "inactive",
            "created_at": now,
            "updated_at": now,
            "deleted_at": None,
            "compliance_blocked_at": None,
            **fields,
        }
        table.put(row)
        return json_answer(201, {"message": "Assistant created successfully", "data": self._echo(row)}), True

    def _update(self, call: Call, table: Table, row: Row) -> tuple[Answer, bool]:
        body = self._body(call)
        if body is None:
            return not_an_object(), False
        before = {name: row[name] for name in self.schemas.fields if name in row}
        fields = self._writer.update(before, body)
        self._writer.check_exclusive(fields, table.holders, but=row["id"])
        if fields != before:
            row = {**row, **fields, "updated_at": self._now()}
            table.put(row)
        return json_answer(200, {"message": "Assistant updated successfully", "data": self._echo(row)}), True

    def _list(self, call: Call, table: Table) -> Answer:
        page = page_of(table.live(), call.query, f"http://{call.headers.get('host', 'localhost')}{call.path}")
        page["data"] = [read_form(each, self.schemas, self.quirks) for each in page["data"]]
        return json_answer(200, page)

    def _echo(self, row: Content) -> dict[str, Any]:
        """What a write answers with: the id, the name, the status, and the choices that every create must make."""
        chosen = [
            name for name, each in self.schemas.fields.items() if each.required_on_create and "enum" in each.schema
        ]
        return {name: row[name] for name in ("id", self.schemas.name_field, "status", *chosen)}

    def _body(self, call: Call) -> dict[str, Any] | None:
        """The known fields of a JSON object, or None where the body is something else; unknown ones are counted."""
        told = parsed(call.body)
        if not isinstance(told, dict) or "json" not in call.headers.get("content-type", ""):
            return None
        self.ignored.update(name for name in told if name not in self.schemas.fields)
        return {name: value for name, value in told.items() if name in self.schemas.fields}

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _relative(path: str) -> str | None:
    """The path below the API's base, or None for a path outside it."""
    return path.removeprefix(BASE) if path.startswith(BASE + "/") else None


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]*\})", path)
    return re.compile("".join("(?P<id>[^/]+)" if part.startswith("{") else re.escape(part) for part in parts))
