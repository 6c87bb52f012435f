"""Arbitrary JSON, keys and entries, as laws need them."""

from __future__ import annotations

from hypothesis import strategies as st

from reconciler.canonical import digest
from reconciler.model import Entry, Pending, Previous, Unassigned
from reconciler.secrecy import secret_reference

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
secrets = st.builds(secret_reference, st.just("CALCOM_KEY"), st.none() | st.just("hmac-sha256:5f2c"))
json_values = st.recursive(
    scalars | secrets,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
contents = st.dictionaries(texts, json_values, max_size=4)
times = st.datetimes().map(lambda each: each.isoformat(timespec="seconds") + "Z")
ids = st.integers(1, 2**53)
sources = st.just("") | contents.map(digest)

names = (
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\"), min_size=1, max_size=12)
    .map(lambda each: each.lstrip("_."))
    .filter(lambda each: each and not each.endswith(".json"))
)
keys = st.lists(names, min_size=1, max_size=3).map("/".join)

pendings = contents.flatmap(
    lambda body: st.builds(Pending, body=st.just(body), body_digest=st.just(digest(body)), started_at=times)
)
histories = st.lists(st.builds(Previous, last_applied=contents, source=sources, replaced_at=times), max_size=2)

notes = st.lists(st.builds(Unassigned, field=texts, value=json_values, since=times), max_size=2)


@st.composite
def entries(draw: st.DrawFn, keys: st.SearchStrategy[str] = keys) -> Entry:
    """Any entry that the transitions can make: with an id, with a create begun, or with nothing but its key."""
    kind = draw(st.sampled_from(["ok", "pending", "empty"]))
    return Entry(
        key=draw(keys),
        id=draw(ids) if kind == "ok" else None,
        last_applied=draw(contents),
        source=draw(sources),
        pending=draw(pendings) if kind == "pending" else None,
        history=tuple(draw(histories)),
        protect=draw(st.booleans()),
        unassigned=tuple(draw(notes)),
        created_at=draw(st.none() | times),
        updated_at=draw(st.none() | times),
    )
