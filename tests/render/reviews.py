"""A plan as an agency has it: the same paragraph in the prompts of many clients, and some that differ."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import Action, Change, FieldChange, Plan, Reason, Request, Risk
from tests.planfile.plans import shown

CLIENTS = ("bright-smile", "harborline", "mill-lane", "northgate")
BOTS = ("after-hours", "reception", "reminder")
RULE = "- Never call a visit free before you know the town."
PROMPT = """# Role
You answer the phone of {client}.

# Rules
- Never quote prices on the phone.
- Ask for the caller's name and number.
- Offer the next free slot.

# Opening hours
Monday to Thursday, nine to five.
On Fridays until noon.

# Emergencies
{emergency}
Say the number twice.
"""


def prompt(client: str, *, ruled: bool = False, emergency: str = "Transfer at once to whoever is on call.") -> str:
    """The prompt of one client's assistant; `ruled` has the new rule in it."""
    text = PROMPT.format(client=client, emergency=emergency)
    return text.replace("- Offer", f"{RULE}\n- Offer") if ruled else text


def edited(key: str, number: int, *more: FieldChange, emergency: str | None = None) -> Change:
    """An update that adds the rule to a prompt and shortens calls, and changes what else is given."""
    client, _, bot = key.partition("/")
    after = prompt(client, ruled=True) if emergency is None else prompt(client, ruled=True, emergency=emergency)
    fields = (
        shown("instructions", prompt(client), after, Risk.CALLER_FACING),
        shown("wait_minutes", 30, 20),
        *more,
    )
    return Change(
        key=key,
        action=Action.UPDATE,
        reason=Reason.CONFIG_CHANGED,
        id=number,
        file=f"assistants/{key}.yaml",
        line=3,
        fields=fields,
        requests=(Request(step=number, method="PUT", path=f"/agent/{number}", body={"wait_minutes": 20}),),
        risk=Risk.CALLER_FACING,
        name=f"{client} {bot}".title(),
    )


def agency() -> Plan:
    """Twelve assistants of four clients: nine changed alike, two alike and more, and one in its own way."""
    keys = [f"{client}/{bot}" for client in CLIENTS for bot in BOTS]
    changes = {key: edited(key, 100 + at) for at, key in enumerate(keys)}
    labelled = shown("label_ids", [1], [1, 2], Risk.COSMETIC)
    changes["harborline/reminder"] = edited("harborline/reminder", 105, labelled)
    changes["mill-lane/reception"] = edited("mill-lane/reception", 107, emergency="Hang up.")
    alone = changes["northgate/reminder"]
    fields = (shown("wait_minutes", 30, 45), *alone.fields[2:])
    changes["northgate/reminder"] = replace(alone, fields=fields, risk=Risk.BEHAVIOUR)
    return Plan(environment="production", lineage=None, changes=tuple(changes.values()))


def crowd(number: int, *, alike: bool = False) -> Plan:
    """Updates of many assistants of many clients, each prompt changed in its own way or all alike."""
    changes: list[Change] = []
    for at in range(number):
        key = f"client-{at % 250:03}/bot-{at:05}"
        emergency = "Call the doctor." if alike else f"Call the doctor of practice {at}."
        changes.append(edited(key, at, emergency=emergency))
    return Plan(environment="default", lineage=None, changes=tuple(changes))
