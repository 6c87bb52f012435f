"""One page in every form that docs sites give it: each says the same."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apidocs import Generated, Role, generate, read_page
from reconciler.apidocs.structure import differences
from tests.apidocs.forms import FORMS
from tests.apidocs.pages import own_page, page

BODIES: tuple[Role, ...] = ("create", "update")


def written(form: str) -> Generated:
    create, update = (page(FORMS[form](own_page(role)), role, source=f"{role}.{form}") for role in BODIES)
    return generate(create, update, route="/user/assistant" if form == "export" else "")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_reference_pages_gives_the_same_structure(form: str) -> None:
    """Names, types, marks, limits, rules between fields and annotations do not depend on the form."""
    own = generate(own_page("create"), own_page("update"))
    assert differences(own.files, written(form).files, names=("own", form)) == []


@pytest.mark.parametrize("form", FORMS)
def test_every_form_keeps_sections_and_knows_its_lines(form: str) -> None:
    """What a rule was read from stands on the line that is named, under the heading that is named."""
    text = FORMS[form](own_page("create"))
    made: Any = page(text, "create")
    assert made.form == {"export": "mdx", "web": "html"}.get(form.split("-")[0], form.split("-")[0])
    assert made.title == own_page("create").title
    for mine, own in zip(made.body, own_page("create").body, strict=True):
        assert mine.section == own.section
        if form != "web-one-line":
            assert own.name in text.splitlines()[mine.line - 1]


def test_the_export_of_one_page_takes_its_endpoint_from_the_other() -> None:
    """A Markdown export names no endpoint, and what it says to programs is not about one."""
    create = page(FORMS["export"](own_page("create")), "create")
    assert (create.method, create.path) == ("POST", "")
    made: Any = generate(create, own_page("update"))
    assert made.files["create.schema.json"]["x-endpoint"] == {"method": "POST", "path": "/user/assistant"}


def test_a_page_without_any_role_needs_its_endpoint() -> None:
    """Nobody can tell what an export is the page of, unless it is said."""
    with pytest.raises(Exception, match="names no endpoint"):
        read_page(FORMS["export"](own_page("create")), source="create.md")


KINDS = """
  <Expandable title="Kinds">
    **end_call** - Hangs up

    * `description`: When to

    **collect_keypad** - Asks for keys

    * `timeout`: How long to wait, 1–30 (default: `5`)
    * `stop_key`: What ends it. Options: `#` (default), `*`
    * `crm_token` (required): The key of the address book
  </Expandable>
"""
COPIED = """Show Kinds
end_call - Hangs up
• description: When to
collect_keypad - Asks for keys
• timeout: How long to wait, 1–30 (default: 5)
• stop_key: What ends it. Options: # (default), *
• crm_token (required): The key of the address book
"tools": [{"type": "end_call"}]
"""


def test_kinds_of_entries_are_read_from_a_copied_fold_out_too() -> None:
    """A browser drops bold type and code spans; required keys, ranges, values and defaults are the same."""
    source, copied = FORMS["mdx"](own_page("update")), FORMS["lines"](own_page("update"))
    end = source.index("</ParamField>", source.index('body="tools"'))
    text = next(each for each in own_page("update").body if each.name == "tools").description[-1]
    told = "Each tool has a `type` field and tool-specific fields."
    pages = [
        source[:end] + told + KINDS + source[end:],
        copied.replace(text, f"{text}\n{told.replace('`', '')}\n{COPIED.rstrip()}"),
    ]
    mine, theirs = (generate(own_page("create"), page(each, "update")).files for each in pages)
    made: Any = theirs["update.schema.json"]
    kinds = made["properties"]["tools"]["items"]["x-variants"]
    assert kinds["collect_keypad"]["required"] == ["crm_token"]
    assert kinds["collect_keypad"]["properties"]["stop_key"]["enum"] == ["#", "*"]
    assert kinds["collect_keypad"]["properties"]["stop_key"]["default"] == "#"
    assert differences(mine, theirs) == []
