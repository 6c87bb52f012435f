"""Reference pages of other generations of the API in words of our own: the oldest names, and the newest fields.

`FIRST_*` has names that no later page has (`assistant_name`, `engine_type`, a dotted `end_call_tool.description`) as
MDX; `newest` adds fields and a kind of tool to the project's own reference pages.
"""

from __future__ import annotations

from tests.apidocs.forms import mdx
from tests.apidocs.pages import own_page

FIRST_BODY = """
## Who it is

<ParamField body="assistant_name" type="string"{required}>
  What the portal lists it as (max 255 characters)
</ParamField>

<ParamField body="language" type="string"{required}>
  Which tongue it speaks, by name (max 100 characters)
</ParamField>

<ParamField body="voice_id" type="integer"{required}>
  Whose voice it has
</ParamField>

<ParamField body="timezone" type="string"{required}>
  The time zone of its callers (e.g., "Europe/Lisbon")
</ParamField>

## How it works

<ParamField body="calls_direction" type="string"{required}>
  Who rings whom. Options: `receive`, `make`
</ParamField>

<ParamField body="engine_type" type="string"{required}>
  What is behind the call. Options: `pipeline`, `multimodal`

  <Warning>Changing the engine_type resets what belongs to it (LLM model, filler audios).</Warning>
</ParamField>

<ParamField body="llm_model" type="string"{required}>
  The model's name (max 100 characters)
</ParamField>

<ParamField body="filler_audios" type="boolean" default="false" optional>
  Whether it hums while it thinks. Only available in `pipeline` mode.
</ParamField>

<ParamField body="initial_message" type="string"{required}>
  Its first words
</ParamField>

<ParamField body="system_prompt" type="string"{required}>
  What it is told to be
</ParamField>

## Its line

<ParamField body="phone_number_id" type="integer" optional>
  The number that it holds (set to null to let go).

  <Warning>The number cannot already be assigned to another `receive` assistant.</Warning>
</ParamField>

<ParamField body="tool_ids" type="integer[]" optional>
  Tools to use in a call. Replaces all existing ones. Pass an empty array to detach all.
</ParamField>

## Reports

<ParamField body="is_webhook_active" type="boolean" default="false" optional>
  Whether reports are sent
</ParamField>

<ParamField body="webhook_url" type="string" optional>
  Where reports go (required if is_webhook_active is true; can be set to null to forget)
</ParamField>

<ParamField body="post_call_schema" type="array" optional>
  What to extract
  <Expandable title="parts">
    <ParamField body="post_call_schema[].name" type="string" required>
      One word (alphanumeric and underscores only)
    </ParamField>
    <ParamField body="post_call_schema[].type" type="string" required>
      What comes back. Options: `string`, `number`, `bool`
    </ParamField>
  </Expandable>
</ParamField>

## Call settings

<ParamField body="end_call_tool.description" type="string" optional>
  When to hang up (max 500 characters)
</ParamField>

<ParamField body="variables" type="object" optional>
  Values for texts, written as `{{name}}` there. Replaces all existing ones.
</ParamField>

<ParamField body="max_call_duration" type="integer" default="600" optional>
  Seconds until the call ends (20-1200)
</ParamField>

<ParamField body="record_call" type="boolean" default="false" optional>
  Whether it is recorded
</ParamField>

<ParamField body="who_speaks_first" type="string" optional>
  Options: `AI assistant`, `Customer`
</ParamField>
"""


def _first(api: str, title: str, body: str) -> str:
    return f'---\ntitle: "{title}"\napi: "{api}"\ndescription: "{title}"\n---\n{body}'


FIRST_CREATE = _first("POST /user/assistant", "Make an assistant", FIRST_BODY.replace("{required}", " required"))
FIRST_UPDATE = _first(
    "PUT /user/assistant/{id}",
    "Change an assistant",
    '\n<ParamField path="id" type="integer" required>\n  Which one\n</ParamField>\n'
    + FIRST_BODY.replace("{required}", " optional"),
)
LIST = _first(
    "GET /user/assistants/get",
    "See assistants",
    """
<ParamField query="per_page" type="integer" default="10">
  How many at a time (1-100)
</ParamField>

<ParamField query="page" type="integer" default="1">
  Which of the pages
</ParamField>
""",
)
DELETE = _first(
    "DELETE /user/assistant/{id}",
    "Remove an assistant",
    '\n<ParamField path="id" type="integer" required>\n  x\n</ParamField>\n',
)

NEWEST_FIELDS = """
## Order in the house

<ParamField body="folder_id" type="integer">
  The folder that it lies in. Set to `null` to take it out of all.
</ParamField>

<ParamField body="label_ids" type="integer[]">
  What it is marked with. Replaces the current marks; send `[]` to have none.
</ParamField>

"""
NEWEST_TOOLS = """
  <Expandable title="Kinds">
    **end_call** - Hangs up

    * `description`: When to

    **assistant_transfer** - Another assistant takes over

    * `assistant_id` (required): Which one
    * `description`: When to (max 500 chars)
    * `speak_transfer_greeting`: If true, the other one greets (default: `true`)
  </Expandable>
"""


def newest(role: str) -> str:
    """The project's own page of a role, with the fields and the kinds of tools that the newest pages add."""
    text = mdx(own_page(role))  # type: ignore[arg-type]
    start = text.index('<ParamField body="tools"')
    end = text.index("</ParamField>", start)
    return text[:end] + NEWEST_TOOLS + text[end : end + 13] + NEWEST_FIELDS + text[end + 13 :]
