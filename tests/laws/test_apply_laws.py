"""Laws of plan and apply, on random valid documents, against the sandbox over a socket."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.api import ApiClient
from reconciler.apply import apply_plan
from reconciler.canonical import equal
from reconciler.config import find_schemas
from reconciler.model import Desired, Plan
from reconciler.planning import make_plan
from reconciler.sandbox.storage import MemoryStorage
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault
from reconciler.state.files import FileStore
from tests.support.frontdesk import frontdesk
from tests.support.strategies import contents, values
from tests.support.vendor import Running, running

ROOT = Path(__file__).parent.parent.parent
BRANDS = {"committed": find_schemas(ROOT), "frontdesk": frontdesk()}
LAW = settings(max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck))


class Account:
    """An account of the vendor, and the state that goes with it."""

    def __init__(self, vendor: Running, client: ApiClient, schemas: SchemaSet, folder: Path) -> None:
        self.vendor = vendor
        self.client = client
        self.schemas = schemas
        self.store = FileStore(folder, environment="default")

    def plan(self, documents: Mapping[str, Mapping[str, Any]]) -> Plan:
        return planned(self.schemas, documents, self.store)

    def apply(self, documents: Mapping[str, Mapping[str, Any]]) -> Plan:
        """Plan and do it; every body was valid and accepted, and nothing is left to do."""
        plan = self.plan(documents)
        # what A left on the server for good may not go with B: then the plan says so, and nothing is sent
        assume(plan.summary.blocked == 0)
        for request, _ in plan.requests():
            kind = "create" if request.method == "POST" else "update"
            assert request.body is not None
            assert self.schemas.violations(kind, request.body) == []
            assert request.body, "an empty body is never sent"
        outcome = apply_plan(
            plan, store=self.store, client=self.client, schemas=self.schemas, vault=Vault(), parallelism=2
        )
        assert outcome.exit_code == 0, outcome
        assert self.plan(documents).is_empty
        return plan

    def edited_by_hand(self, edits: Mapping[str, Any]) -> None:
        """Somebody works in the portal."""
        id = self.store.read()["reception"].id
        path = self.schemas.endpoints["update"].path.replace("{id}", str(id))
        self.client.send("PUT", path, dict(edits))

    def row(self, key: str) -> dict[str, Any]:
        """The stored row of one assistant, the schema's fields only."""
        id = self.store.read()[key].id
        (row,) = [each for each in self.vendor.rows() if each["id"] == id]
        return {name: row[name] for name in self.schemas.fields if name in row}


@pytest.fixture(params=sorted(BRANDS), scope="module")
def schemas(request: pytest.FixtureRequest) -> SchemaSet:
    return BRANDS[request.param]


@pytest.fixture
def brand(schemas: SchemaSet) -> Iterator[tuple[SchemaSet, Callable[..., Account]]]:
    """A vendor whose assistants are forgotten with each first account of an example; the socket stays the same."""
    storage = MemoryStorage()
    with running(schemas, storage=storage) as vendor, ApiClient(vendor.url, vendor.key) as client:

        def account(folder: Path, *, first: bool = False) -> Account:
            if first:
                with storage.transaction() as table:
                    table.rows.clear()
            return Account(vendor, client, schemas, folder)

        yield schemas, account


def without_exclusives(schemas: SchemaSet, content: dict[str, Any]) -> dict[str, Any]:
    """Two accounts live side by side on one vendor here, and would fight for its phone numbers."""
    return {name: value for name, value in content.items() if schemas.fields[name].exclusive is None}


@LAW
@given(data=st.data())
def test_a_then_b_is_b(brand: tuple[SchemaSet, Callable[..., Account]], data: st.DataObject) -> None:
    """Applying A and then B leaves what B alone would have made, and what neither names as the portal set it."""
    schemas, account = brand
    a = without_exclusives(schemas, data.draw(contents(schemas), label="A"))
    b = without_exclusives(schemas, data.draw(contents(schemas), label="B"))
    edits = data.draw(edits_by_hand(schemas, {*a, *b}), label="by hand")
    with tempfile.TemporaryDirectory() as folder:
        walked, direct = account(Path(folder, "walked"), first=True), account(Path(folder, "direct"))
        walked.apply({"reception": a})
        walked.edited_by_hand(edits)
        kept = walked.row("reception")
        wanted = copy.deepcopy(b)
        walked.apply({"reception": b})
        assert wanted == b, "no input is mutated"
        direct.apply({"reception": b})
        found, expected = walked.row("reception"), direct.row("reception")
    changed_causes = {name for name in schemas.discriminators if a.get(name) != b.get(name)}
    for name, policy in schemas.fields.items():
        was_reset = bool(changed_causes & set(policy.reset_by))
        if name in edits or not policy.updatable:
            expected[name] = kept[name]
        elif name in a and name not in b and not was_reset:
            expected[name] = policy.clear if policy.has_clear else kept[name]
        assert equal(found[name], expected[name], unordered=policy.unordered), name


def edits_by_hand(schemas: SchemaSet, named: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A few fields for the portal to set, that no document names and no change of mode touches."""
    causes = {name for rule in schemas.create.get("allOf", ()) for name in _mentioned(rule)}
    free = {
        name: values(policy)
        for name, policy in schemas.fields.items()
        if name not in named
        and name not in causes
        and not policy.reset_by
        and not policy.exclusive
        and policy.updatable
    }
    chosen = st.sets(st.sampled_from(sorted(free)), max_size=3) if free else st.just(set[str]())
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: free[name] for name in sorted(names)}))


def _mentioned(rule: Mapping[str, Any]) -> set[str]:
    inside = rule.get("then", {})
    return {*rule.get("if", {}).get("properties", {}), *inside.get("properties", {}), *inside.get("required", ())}


@LAW
@given(data=st.data())
def test_shuffled_documents_give_the_same_plan(schemas: SchemaSet, data: st.DataObject) -> None:
    """Equal inputs in any order give equal plans."""
    documents = data.draw(st.dictionaries(st.sampled_from("abcdef"), contents(schemas), max_size=4))
    shuffled = {key: documents[key] for key in data.draw(st.permutations(sorted(documents)))}
    assert planned(schemas, documents) == planned(schemas, shuffled)


def planned(schemas: SchemaSet, documents: Mapping[str, Mapping[str, Any]], store: FileStore | None = None) -> Plan:
    """The plan of these documents; the first one where there is no store."""
    wanted = [
        Desired(key=key, content=content, source=f"sha256:{key}", file=f"assistants/{key}.yaml")
        for key, content in documents.items()
    ]
    return make_plan(
        environment="default",
        lineage=store.lineage() if store else None,
        desired=wanted,
        entries=store.read() if store else {},
        schemas=schemas,
    )
