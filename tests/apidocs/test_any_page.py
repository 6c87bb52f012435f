"""Whatever a page says, it gives schemas or is refused."""

from __future__ import annotations

import json

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.apidocs.sentences import RULES
from tests.apidocs.office import field, written

WORDS = (
    *("`classic`", "live", "hybrid", "engine", "`hums`", "null", "0", "7", "-5", "1.5", "1,000", "1.000.000", "1.2.3"),
    *("9" * 400, "true", "[]", "{}", "default:", "Options:", "Range:", "at most", "at least", "max", "characters", "("),
    *(")", '"', "“", "”", ",", ".", "-", "–", "to", "and", "or", "only", "modes", "Required for", "not available in"),
    *("{{house}}", "each one has:", "changing the engine resets", "cannot be null", "ß", "İ", "ſ"),
)
SENTENCES = st.one_of(
    st.sampled_from([each.example for each in RULES]), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
)
TYPES = st.sampled_from(
    (
        "string",
        "integer",
        "number",
        "boolean",
        "array",
        "object",
        "integer[]",
        "string | null",
        "date",
        "",
        "list of texts",
    )
)
KINDS = "Each step has a `kind` and step-specific fields."


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TYPES, SENTENCES, SENTENCES), min_size=1, max_size=3), SENTENCES)
def test_any_sentence_gives_a_schema_that_can_be_written(texts: list[tuple[str, str, str]], note: str) -> None:
    """Under a field, beside a key of a kind, or in the notes: each file is a JSON Schema, in plain JSON."""
    fields = [
        field(f"detail_{place}", kind, first, inside=f"\n  {second}")
        for place, (kind, first, second) in enumerate(texts)
    ]
    keys = [f"    - `key_{place}`: {first} {second}" for place, (_, first, second) in enumerate(texts)]
    fold = "\n".join(["", "  <Expandable>", "    **ring** - Rings", *keys, "  </Expandable>"])
    made = written("".join(fields) + field("steps", "array", KINDS, inside=fold), notes=f"\n## Notes\n\n- {note}\n")
    for name, schema in made.files.items():
        jsonschema.Draft202012Validator.check_schema(schema)  # type: ignore[arg-type]
        assert json.loads(made.text(name)) == schema
