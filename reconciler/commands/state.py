"""`reconciler state`: look at the recorded state, and put it right by hand.

No verb here calls the API or changes an assistant. Edits hold the environment's lock, and are ordered so that a run
that dies in the middle can simply be repeated.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime

import click

from reconciler.canonical import Json
from reconciler.commands.invocation import FORMS, Invocation, verb, verbs
from reconciler.commands.state_shown import described, row, shown_id, status, table
from reconciler.commands.state_transfer import lock_timeout, pull_state, push_state
from reconciler.config import open_project, open_store
from reconciler.entries import entry_to_json, move, stamp
from reconciler.errors import Diagnostic, StateError, UsageError, error
from reconciler.frozen import dataclass
from reconciler.model import Entry
from reconciler.render.escape import json_text, terminal_safe
from reconciler.state.store import Holder, StateStore
from reconciler.validation import suggestion

state = verbs(
    "state",
    told="Look at what was applied, and put the record of it right. No assistant is changed.",
    epilog="""\b
Examples:
  reconciler state list
  reconciler state show acme/sales-en
  reconciler state mv acme/sales acme/sales-en
  reconciler -e production state forget acme/old-bot""",
)


@verb("list", outputs=FORMS, short_help="List every entry.")
def list_entries(invocation: Invocation) -> int:
    """List every entry of the environment: its key, id, status and last change."""
    recorded = _recorded(invocation)
    entries = recorded.store.read()
    if invocation.output == "json":
        _print_json(invocation, recorded.environment, "entries", [row(each) for each in entries.values()])
    elif entries:
        rows = [(each.key, shown_id(each), status(each), each.updated_at or "-") for each in entries.values()]
        invocation.result(table(("KEY", "ID", "STATUS", "UPDATED"), rows))
    else:
        invocation.progress(f"The state of {recorded.environment} has no entries.")
    return 0


@verb("show", outputs=FORMS, short_help="Show one entry as it is stored.")
@click.argument("key")
def show_entry(invocation: Invocation, key: str) -> int:
    """Show the entry of KEY as it is stored. Secrets stand there as references, never as values."""
    recorded = _recorded(invocation)
    entry = _existing(recorded.store.read(), key, recorded.environment)
    if invocation.output == "json":
        _print_json(invocation, recorded.environment, "entries", [{"key": key, **entry_to_json(entry)}])
    else:
        invocation.result("\n".join(terminal_safe(line, keep="\t") for line in described(entry)))
    return 0


@verb(
    "mv",
    outputs=FORMS,
    short_help="Give an entry another key.",
    epilog="""\b
Example:
  git mv assistants/acme/sales.yaml assistants/acme/sales-en.yaml
  reconciler state mv acme/sales acme/sales-en""",
)
@click.argument("old")
@click.argument("new")
@lock_timeout
def move_entry(invocation: Invocation, old: str, new: str, lock_timeout: float) -> int:
    """Move the entry of OLD to the key NEW, after its document was renamed."""
    recorded = _recorded(invocation)
    store = recorded.store
    with store.lock(command="reconciler state mv", timeout=lock_timeout):
        entries = store.read()
        entry = _existing(entries, old, recorded.environment)
        moved = move(entry, new, now=stamp(datetime.now(UTC)))
        _refuse_taken(entry, entries.get(new), new)
        # first the new, then the old: in between both stand, and the same command again finishes it
        store.write(moved)
        store.remove(old)
    if invocation.output == "json":
        _print_json(invocation, recorded.environment, "moved", [{"from": old, "to": new, "id": moved.id}])
    else:
        invocation.result(terminal_safe(f"Moved {old} to {new} (id {shown_id(moved)})."))
    return 0


@verb("forget", outputs=FORMS, short_help="Stop managing assistants, and leave them live.")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option("--unanswered", is_flag=True, help="Only that a value is unanswered: it is given up. Does not ask.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask. Needed without a terminal.")
@lock_timeout
def forget_entries(
    invocation: Invocation, keys: Sequence[str], unanswered: bool, yes: bool, lock_timeout: float
) -> int:
    """Drop the entries of KEY... from the state. The assistants stay as they are, and are no longer managed.

    With --unanswered they stay managed: only the notes go that a value (a phone number) of theirs is nobody's, which
    every plan repeats until somebody takes it, or until it is given up here.
    """
    if not yes and not unanswered:
        _need_terminal()
    recorded = _recorded(invocation)
    store = recorded.store
    with store.lock(command="reconciler state forget", timeout=lock_timeout):
        entries = store.read()
        _refuse_missing(entries, keys, recorded.environment)
        going = [entries[key] for key in dict.fromkeys(keys)]
        if unanswered:
            _give_up(store, going)
            return _tell_given_up(invocation, recorded.environment, going)
        if not yes:
            _confirm(going)
        for entry in going:
            store.remove(entry.key)
    if invocation.output == "json":
        rows: list[Json] = [{"key": each.key, "id": each.id, **_notes(each)} for each in going]
        _print_json(invocation, recorded.environment, "forgotten", rows)
    else:
        lines = (line for each in going for line in (_forgotten(each), *_forgotten_notes(each)))
        invocation.result("\n".join(map(terminal_safe, lines)))
    return 0


@verb("unlock", outputs=FORMS, short_help="Show who holds the lock; clear one that is gone.")
@click.option("--force", is_flag=True, help="Take the lock away from its holder; a file lock cannot be taken.")
def unlock_state(invocation: Invocation, force: bool) -> int:
    """Show who holds the lock, and clear what a holder that is gone left behind.

    In PostgreSQL --force ends the holder's session; in an object store, where nobody can tell whether the holder
    lives, it removes the lock. What that run still tries to write is refused.
    """
    recorded = _recorded(invocation)
    gone = recorded.store.unlock(force=force)
    if invocation.output == "json":
        _print_json(invocation, recorded.environment, "cleared", None if gone is None else asdict(gone))
    else:
        invocation.result(terminal_safe(_unlocked(gone, recorded.environment)))
    return 0


for _verb in (list_entries, show_entry, move_entry, forget_entries, unlock_state, pull_state, push_state):
    state.add_command(_verb)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Recorded:
    """The state that an invocation speaks of."""

    environment: str
    store: StateStore


def _recorded(invocation: Invocation) -> _Recorded:
    project = open_project(invocation, with_documents=False)
    return _Recorded(environment=project.environment, store=open_store(project))


def _give_up(store: StateStore, going: Sequence[Entry]) -> None:
    """Drop the notes of all of these, or of none: raises StateError where one has none."""
    if idle := [each.key for each in going if not each.unassigned]:
        raise StateError(*(_nothing_unanswered(key) for key in idle))
    for entry in going:
        if entry.id is None and entry.pending is None and not entry.history:
            store.remove(entry.key)  # it stood there for its notes alone
        else:
            store.write(replace(entry, unassigned=()))


def _tell_given_up(invocation: Invocation, environment: str, going: Sequence[Entry]) -> int:
    given_up = [(each.key, note) for each in going for note in each.unassigned]
    if invocation.output == "json":
        rows: list[Json] = [{"key": key, "field": each.field, "value": each.value} for key, each in given_up]
        _print_json(invocation, environment, "given_up", rows)
    else:
        lines = (f"Gave up {each.field} {json.dumps(each.value)} of {key}." for key, each in given_up)
        invocation.result("\n".join(map(terminal_safe, lines)))
    return 0


def _nothing_unanswered(key: str) -> Diagnostic:
    told = f"the state notes no value of {key} that is unanswered"
    return error(
        "nothing-unanswered", told, "`reconciler plan` names each with the key that it is noted under.", key=key
    )


def _existing(entries: Mapping[str, Entry], key: str, environment: str) -> Entry:
    _refuse_missing(entries, [key], environment)
    return entries[key]


def _refuse_missing(entries: Mapping[str, Entry], keys: Iterable[str], environment: str) -> None:
    missing = [key for key in dict.fromkeys(keys) if key not in entries]
    if missing:
        raise StateError(*(_missing(entries, key, environment) for key in missing))


def _missing(entries: Mapping[str, Entry], key: str, environment: str) -> Diagnostic:
    guess = suggestion(key, entries)
    detail = f"Did you mean {guess}?" if guess else "`reconciler state list` shows every key."
    return error("state-key-unknown", f"the state of {environment} has no entry {key}", detail, key=key)


def _refuse_taken(entry: Entry, there: Entry | None, new: str) -> None:
    """Raise StateError where NEW has an entry that an interrupted move of the same entry did not leave there."""
    if there is not None and (entry.key == new or there != move(entry, new, now=there.updated_at or "")):
        raise StateError(
            error(
                "state-key-taken",
                f"{new} already has an entry (id {shown_id(there)})",
                f"Nothing was moved. If it is no longer wanted: `reconciler state forget {new}`.",
                key=new,
            )
        )


def _need_terminal() -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            error(
                "needs-approval",
                "there is no terminal to ask on",
                "Pass -y to forget without asking.",
            )
        )


def _confirm(going: Sequence[Entry]) -> None:
    """Ask a person. Raises click's Abort where the answer is no."""
    for entry in going:
        click.echo(terminal_safe(f"  {entry.key} (id {shown_id(entry)})"), err=True)
        for line in _forgotten_notes(entry):
            click.echo(terminal_safe(line), err=True)
    what = "this entry" if len(going) == 1 else f"these {len(going)} entries"
    click.confirm(f"Forget {what}? The assistants stay live, and are no longer managed.", abort=True, err=True)


def _forgotten(entry: Entry) -> str:
    if entry.id is None:
        return f"Forgot {entry.key}. If its create reached the server, that assistant is there and unmanaged."
    return f"Forgot {entry.key}. Assistant {entry.id} was not touched; it is no longer managed."


def _notes(entry: Entry) -> dict[str, Json]:
    """The values that the entry notes as nobody's, for programs; left out where there are none."""
    rows: list[Json] = [{"field": each.field, "value": each.value} for each in entry.unassigned]
    return {"unanswered": rows} if rows else {}


def _forgotten_notes(entry: Entry) -> Iterator[str]:
    """What goes with an entry that no other place remembers."""
    for each in entry.unassigned:
        yield (
            f"  Its note that {each.field} {json.dumps(each.value)} has been nobody's since {each.since} goes with it: "
            "no plan tells it any more."
        )


def _unlocked(gone: Holder | None, environment: str) -> str:
    if gone is None:
        return f"The state of {environment} is not locked."
    by = f"{gone.who} on {gone.host} (process {gone.pid}) since {gone.since}: {gone.command}"
    return f"The state of {environment} is not locked. Cleared the record of {by}."


def _print_json(invocation: Invocation, environment: str, name: str, value: Json) -> None:
    envelope: dict[str, Json] = {"format_version": "1.0", "environment": environment, name: value}
    invocation.result(json_text(envelope))
