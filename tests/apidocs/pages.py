"""Pages of an invented brand, in both forms, and where a vendor's real pages may stand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.apidocs import Page, Role, read_page

REPOSITORY = Path(__file__).parents[2]
OWN = REPOSITORY / "schemas" / "pages"

CREATE_LINES = """Skip to main content
Hires a new assistant.

Endpoint

POST /desk/assistant

Engines

EngineDescriptionRequired field
classicThree steps, one after the otherbrain_id
liveOne model that hears and speaksspeech_model_id

Request

Identity

desk_name
string
required
Shown in the office. Maximum 60 characters.

Routing

direction
string
required
Who calls: receive or make.
engine
string
required
What runs the call: classic, live, or hybrid.
line_id
integer
The line. It cannot already be assigned to another receive assistant.

Model

brain_id
integer
The model that answers. Required for classic engine.
speech_model_id
integer
The model that hears.
ear_id
integer
Who listens. Classic mode only.
mouth_id
integer
Who speaks.
hums
boolean
default:"false"
Makes a sound while thinking. Only available in classic mode.
yields
boolean
default:"true"
Whether callers may cut in. Cannot be switched off in live and hybrid modes.
recall
string
How notes reach the model:
  • lookup — it asks. Required for live and hybrid modes.
  • inline — all at once. Classic mode only.

Sound

backdrop
string
What plays behind: off, office, or cafe.
pitch
number
default:"1.00"
How high. Range: 0.5–2.
pace
number
default:"auto"
How fast. Range: 0.5–2.

Facts

facts
object
Facts that a text may quote as {{fact_name}}.
"facts": {
  "town": "Leiria"
}
steps
array
What it can do. Each step has a kind and step-specific fields.
label_ids
integer[]
Labels, by id.
"label_ids": [3, 4]
questions
array
What to ask afterwards.
"questions": [
  {"ask": "Was the tooth saved?"}
]

Reports

sends_report
boolean
default:"false"
Whether calls are reported.
report_url
string
Where to. Required if sends_report is true.

Response

desk_name
string
The name again.

Example

curl -X POST "https://desk.example//api/desk/assistant" \\
  -d '{"desk_name": "Front"}'
201 Created
{"desk_name": "Front"}
New ones start tomorrow.
"""

UPDATE_LINES = """Changes an assistant.

Endpoint

PUT /desk/assistant/{assistant}

Path parameters

assistant
integer
required
Which one.

Request

Name what is to change.

Identity

desk_name
string
Shown in the office. Maximum 80 characters.

Routing

direction
string
Who calls: receive or make.
engine
string
What runs the call: classic, live, or hybrid.
Changing the engine resets its parts (speech models, ears, brain).
line_id
integer
The line. Set to null to free it.

Model

brain_id
integer
The model that answers. Applies to classic mode only.
speech_model_id
integer
The model that hears. Applies to live and hybrid modes.
ear_id
integer
Who listens. Set to null for the usual.
mouth_id
integer
Who speaks. It must not be null.
hums
boolean
Makes a sound while thinking.
yields
boolean
Whether callers may cut in.
recall
string
How notes reach the model: lookup or inline.

Sound

backdrop
string
What plays behind: off, office, or cafe.
pitch
number
How high. Range: 0.5–2.
pace
number
How fast.

Facts

facts
object
Facts for the texts. Replaces all existing facts.
steps
array
What it can do.
label_ids
integer[]
Labels, by id. Pass [] to take all off.
questions
array
What to ask afterwards.

Reports

sends_report
boolean
Whether calls are reported.
report_url
string
Where to. Set to null to forget it.
"""

CREATE_MDX = """---
title: "Hire an assistant"
api: "POST https://desk.example/api/desk/assistant"
description: "Hires a new assistant"
---

## Identity

<ParamField body="desk_name" type="string" required>
  Shown in the office (max. 60 characters)
</ParamField>

<ParamField body="engine" type="string" required>
  What runs the call. Options: `classic`, `live`
</ParamField>

## What it asks

<ParamField body="questions" type="array">
  What to ask afterwards

  <Expandable title="parts of a question">
    <ParamField body="desk_name" type="string" required>
      A short name (3-16 chars, lowercase, alphanumeric and underscores only)
    </ParamField>
    <ParamField body="kind" type="string" required>
      What comes back. Options: `text`, `number`
    </ParamField>
  </Expandable>

  ```json theme={null}
  "questions": [{"desk_name": "saved", "kind": "text"}]
  ```
</ParamField>

<ParamField body="steps" type="array">
  What it can do. Each step has a `kind` and step-specific fields.

  <Expandable title="Kinds">
    **hang_up** - Ends the call
    - `when`: When to end it

    **forward** - Rings somebody else
    * `number` (required): Whom to ring
    * `loudness`: How loud the music is, 0–9 (default: `5`)
    * `music`: Options: `harp` (default), `none`
    * `crm_token` (required): The key of the address book
    * `note`: What to say (max 500 chars, default: "Back in 2-3 minutes. Stay.")
    * `asks`: Array of questions. Each one has: `slug` (required), `label` (what is shown)
  </Expandable>
</ParamField>

<ParamField body="town\\_name" type="string">
  The town.

  <Warning>Only for `classic`.</Warning>
</ParamField>

## Response

<ResponseField name="data" type="object">
  <Expandable title="properties">
    <ResponseField name="id" type="integer">
      Its number
    </ResponseField>
  </Expandable>
</ResponseField>

## Notes

* Only `classic` mode knows towns
- Nothing else
"""

UPDATE_MDX = CREATE_MDX.replace("POST https://desk.example/api/desk/assistant", "PUT /desk/assistant/{id}").replace(
    " required>", ">"
)

OLD_MDX = """---
api: "POST /desk/assistant"
---

<ParamField body="questions" type="array" optional>
  What to ask
  <Expandable title="parts">
    <ParamField body="questions[].ask" type="string" required>
      The question (alphanumeric and underscores only)
    </ParamField>
    <ParamField body="questions[].kind" type="string" required>
      What comes back. Options: "free text", "number"
    </ParamField>
  </Expandable>
</ParamField>

<ParamField body="goodbye.text" type="string" optional>
  What to say last (max 500 characters)
</ParamField>

<ParamField body="goodbye.music" type="boolean" optional>
  Whether to play something
</ParamField>
"""


def page(text: str, role: Role, source: str = "") -> Page:
    return read_page(text, source=source or f"{role}.txt", role=role)


def own_page(role: Role) -> Page:
    """One of the project's own reference pages."""
    return page((OWN / f"{role}.txt").read_text("utf-8"), role)


def real_folder() -> Path:
    """Where a vendor's pages stand, or a skip that says where they would have to."""
    named = os.environ.get("RECONCILER_PAGES")
    places = [Path(named)] if named else [each / "shared" / "api" for each in REPOSITORY.parents]
    found = next((each for each in places if (each / "seed-create.txt").is_file()), None)
    if found is None:
        pytest.skip("no vendor pages here: name their folder in RECONCILER_PAGES")
    return found


def real_text(name: str) -> str:
    return (real_folder() / name).read_bytes().decode("utf-8")
