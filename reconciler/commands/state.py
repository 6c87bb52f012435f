"""`reconciler state`: look at the recorded state, and put it right by hand.

No verb here calls the API or changes an assistant. Edits hold the environment's lock, and are ordered so that a run
that dies in the middle can simply be repeated.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.canonical import Json, pretty
from reconciler.commands.invocation import Invocation, verb
from reconciler.entries import entry_to_json, move
from reconciler.errors import Diagnostic, LockHeldError, StateError, UsageError, error
from reconciler.model import Content, Entry, secret_name
from reconciler.state.files import FileStore
from reconciler.state.store import Holder, StateStore

FORMS = ("text", "json")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

lock_timeout = click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the lock.",
)


@click.group("state", context_settings={"help_option_names": ["-h", "--help"]})
def state() -> None:
    """Look at the recorded state and put it right by hand. No assistant is changed."""


@verb("list", outputs=FORMS)
def list_entries(invocation: Invocation) -> int:
    """List every entry of the environment: its key, id, status and last change."""
    entries = open_store(invocation).read()
    if invocation.output == "json":
        _print_json(invocation, "entries", [_row(each) for each in entries.values()])
    elif entries:
        rows = [(each.key, _shown_id(each), _status(each), each.updated_at or "-") for each in entries.values()]
        invocation.result(_table(("KEY", "ID", "STATUS", "UPDATED"), rows))
    else:
        invocation.progress(f"The state of {_environment(invocation)} has no entries.")
    return 0


@verb("show", outputs=FORMS)
@click.argument("key")
def show_entry(invocation: Invocation, key: str) -> int:
    """Show the entry of KEY as it is stored. Secrets stand there as references, never as values."""
    entry = _existing(open_store(invocation).read(), key, _environment(invocation))
    if invocation.output == "json":
        _print_json(invocation, "entries", [{"key": key, **entry_to_json(entry)}])
    else:
        invocation.result(_safe("\n".join(_described(entry))))
    return 0


@verb("mv", outputs=FORMS)
@click.argument("old")
@click.argument("new")
@lock_timeout
def move_entry(invocation: Invocation, old: str, new: str, lock_timeout: float) -> int:
    """Move the entry of OLD to the key NEW, after its document was renamed."""
    store = open_store(invocation)
    with store.lock(command="state mv", timeout=lock_timeout):
        entries = store.read()
        entry = _existing(entries, old, _environment(invocation))
        moved = move(entry, new, now=_now())
        _refuse_taken(entry, entries.get(new), new)
        # first the new, then the old: in between both stand, and the same command again finishes it
        store.write(moved)
        store.remove(old)
    if invocation.output == "json":
        _print_json(invocation, "moved", [{"from": old, "to": new, "id": moved.id}])
    else:
        invocation.result(_safe(f"Moved {old} to {new} (id {_shown_id(moved)})."))
    return 0


@verb("forget", outputs=FORMS)
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option("-y", "--yes", is_flag=True, help="Do not ask. Needed without a terminal.")
@lock_timeout
def forget_entries(invocation: Invocation, keys: Sequence[str], yes: bool, lock_timeout: float) -> int:
    """Drop the entries of KEY... from the state. The assistants stay as they are, and are no longer managed."""
    store = open_store(invocation)
    with store.lock(command="state forget", timeout=lock_timeout):
        entries = store.read()
        _refuse_missing(entries, keys, _environment(invocation))
        going = [entries[key] for key in dict.fromkeys(keys)]
        if not yes:
            _confirm(going)
        for entry in going:
            store.remove(entry.key)
    if invocation.output == "json":
        _print_json(invocation, "forgotten", [{"key": each.key, "id": each.id} for each in going])
    else:
        invocation.result("\n".join(_safe(_forgotten(each)) for each in going))
    return 0


@verb("unlock", outputs=FORMS)
@click.option("--force", is_flag=True, help="For homes whose lock can outlive its process; a file lock cannot.")
def unlock_state(invocation: Invocation, force: bool) -> int:
    """Show who holds the lock, and clear what a holder that is gone left behind."""
    try:
        gone = open_store(invocation).unlock()
    except LockHeldError as problem:
        if not force:
            raise
        forced = error(
            "lock-not-forcible",
            "a file lock cannot be forced: the system keeps it for as long as its process lives",
            "End that process; the lock goes with it, however it ends.",
        )
        raise LockHeldError(*problem.diagnostics, forced) from None
    if invocation.output == "json":
        _print_json(invocation, "cleared", None if gone is None else asdict(gone))
    else:
        invocation.result(_safe(_unlocked(gone, _environment(invocation))))
    return 0


for each in (list_entries, show_entry, move_entry, forget_entries, unlock_state):
    state.add_command(each)


def open_store(invocation: Invocation) -> StateStore:
    """The state of the invocation's environment."""
    named = invocation.environ.get("RECONCILER_STATE")
    environment = _environment(invocation)
    folder = Path(named) if named else Path("state", environment)
    return FileStore(
        invocation.directory / folder, environment=environment, shown=folder.as_posix(), environ=invocation.environ
    )


def _environment(invocation: Invocation) -> str:
    return invocation.environment or "default"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _existing(entries: Mapping[str, Entry], key: str, environment: str) -> Entry:
    _refuse_missing(entries, [key], environment)
    return entries[key]


def _refuse_missing(entries: Mapping[str, Entry], keys: Iterable[str], environment: str) -> None:
    missing = [key for key in dict.fromkeys(keys) if key not in entries]
    if missing:
        raise StateError(*(_missing(entries, key, environment) for key in missing))


def _missing(entries: Mapping[str, Entry], key: str, environment: str) -> Diagnostic:
    close = difflib.get_close_matches(key, entries, n=1)
    detail = f"Did you mean {close[0]}?" if close else "`reconciler state list` shows every key."
    return error("state-key-unknown", f"the state of {environment} has no entry {key}", detail, key=key)


def _refuse_taken(entry: Entry, there: Entry | None, new: str) -> None:
    """Raise StateError where NEW has an entry that an interrupted move of the same entry did not leave there."""
    if there is not None and (entry.key == new or there != move(entry, new, now=there.updated_at or "")):
        raise StateError(
            error(
                "state-key-taken",
                f"{new} already has an entry (id {_shown_id(there)})",
                f"Nothing was moved. If it is no longer wanted: `reconciler state forget {new}`.",
                key=new,
            )
        )


def _confirm(going: Sequence[Entry]) -> None:
    """Ask a person. Raises UsageError where there is none, click.Abort where the answer is no."""
    if not sys.stdin.isatty():
        raise UsageError(
            error(
                "confirmation-needed",
                "there is no terminal to ask on",
                "Add -y to forget without being asked. Nothing was changed.",
            )
        )
    for entry in going:
        click.echo(_safe(f"  {entry.key} (id {_shown_id(entry)})"), err=True)
    what = "this entry" if len(going) == 1 else f"these {len(going)} entries"
    click.confirm(f"Forget {what}? The assistants stay live, and are no longer managed.", abort=True, err=True)


def _forgotten(entry: Entry) -> str:
    if entry.id is None:
        return f"Forgot {entry.key}. If its create reached the server, that assistant is there and unmanaged."
    return f"Forgot {entry.key}. Assistant {entry.id} was not touched; it is no longer managed."


def _unlocked(gone: Holder | None, environment: str) -> str:
    if gone is None:
        return f"The state of {environment} is not locked."
    return (
        f"The state of {environment} is not locked. Cleared the record that {gone.who} on {gone.host} "
        f"(process {gone.pid}) left on {gone.since}: {gone.command}. A file lock goes with its process, so that "
        "record held up nobody."
    )


def _described(entry: Entry) -> Iterator[str]:
    yield entry.key
    facts = {
        "id": _shown_id(entry),
        "status": _status(entry),
        "created": entry.created_at or "-",
        "updated": entry.updated_at or "-",
        "source": entry.source or "-",
    }
    yield from (f"  {name:<8} {value}" for name, value in facts.items())
    if entry.pending is not None:
        yield f"  create begun {entry.pending.started_at}, outcome unknown; sent:"
        yield from _fields(entry.pending.body)
    if entry.last_applied:
        yield "  last applied:"
        yield from _fields(entry.last_applied)
    for previous in entry.history:
        yield f"  before (until {previous.replaced_at}):"
        yield from _fields(previous.last_applied)


def _fields(content: Content) -> Iterator[str]:
    """One line a field, and texts of several lines as they are, so that a prompt can be read."""
    for name, value in sorted(content.items()):
        secret = secret_name(value)
        if secret is not None:
            yield f"    {name}: (secret {secret})"
        elif isinstance(value, str) and "\n" in value:
            yield f"    {name}:"
            yield from (f"      {line}" for line in value.splitlines())
        else:
            yield f"    {name}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}"


def _row(entry: Entry) -> dict[str, Json]:
    return {
        "key": entry.key,
        "id": entry.id,
        "pending": entry.pending is not None,
        "updated_at": entry.updated_at,
    }


def _status(entry: Entry) -> str:
    return "pending" if entry.pending is not None else "ok" if entry.id is not None else "empty"


def _shown_id(entry: Entry) -> str:
    return "-" if entry.id is None else str(entry.id)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; nothing is cut."""
    cells = [[_safe(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def _print_json(invocation: Invocation, name: str, value: Json) -> None:
    envelope: dict[str, Json] = {"format_version": "1.0", "environment": _environment(invocation), name: value}
    invocation.result(_safe(pretty(envelope)))


def _safe(text: str) -> str:
    """Without what would command the terminal or turn the direction of the text; line ends and tabs stay."""
    return _CONTROL.sub("", text)
