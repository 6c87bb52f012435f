"""What the sandbox's tests start from: bodies of the invented brand, and a vendor to ask without a socket."""

from __future__ import annotations

import json
from typing import Any

from reconciler.sandbox.storage import MemoryStorage
from reconciler.sandbox.vendor import Call, Vendor
from reconciler.schemas import SchemaSet
from tests.support.vendor import ticking

CLASSIC: dict[str, Any] = {
    "title": "Harbour Dental, reception",
    "direction": "receive",
    "engine": "classic",
    "greeting": "Harbour Dental, how can I help?",
    "instructions": "You answer the practice's phone.",
    "zone": "Europe/London",
    "brain_id": 4,
}
REALTIME: dict[str, Any] = {
    **{name: value for name, value in CLASSIC.items() if name != "brain_id"},
    "engine": "realtime",
    "speech_model_id": 2,
}


class Desk:
    """A vendor of some brand without a socket, spoken to with JSON."""

    def __init__(self, schemas: SchemaSet, **settings: Any) -> None:
        self.vendor = Vendor(schemas, MemoryStorage(), clock=ticking(), **settings)
        self._paths = {role: each.path for role, each in schemas.endpoints.items()}

    def ask(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> tuple[int, Any]:
        """The status and the JSON that the vendor answers with."""
        answer = self.vendor.handle(
            Call(
                method=method,
                path="/api" + path,
                query=query or {},
                headers={
                    "authorization": "Bearer sandbox",
                    "accept": "application/json",
                    "content-type": "application/json",
                },
                body=b"" if body is None else json.dumps(body).encode(),
            )
        )
        return answer.status, json.loads(answer.body)

    def create(self, body: Any) -> tuple[int, Any]:
        return self.ask("POST", self._paths["create"], body)

    def update(self, body: Any, id: int = 101) -> tuple[int, Any]:
        return self.ask("PUT", self._paths["update"].format(id=id), body)

    def delete(self, id: int = 101) -> tuple[int, Any]:
        return self.ask("DELETE", self._paths["delete"].format(id=id))

    def listed(self, **query: str) -> Any:
        status, page = self.ask("GET", self._paths["list"], query={"per_page": "100", **query})
        assert status == 200, page
        return page

    @property
    def row(self) -> dict[str, Any]:
        """The one row that there is."""
        (row,) = self.vendor.rows()
        return row


def errors(answered: tuple[int, Any]) -> dict[str, list[str]]:
    """The errors of a 422; fails for every other answer."""
    status, content = answered
    assert status == 422, (status, content)
    assert content["message"] == "Validation failed"
    found: dict[str, list[str]] = content["errors"]
    return found
