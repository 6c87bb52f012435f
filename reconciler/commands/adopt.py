"""`import`: bind an assistant that exists to a key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import click

from reconciler.canonical import Json
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.planning_options import allow_other_option
from reconciler.commands.pull import tell
from reconciler.commands.pulling import Account, account, now, secrets_to_set, write_all
from reconciler.commands.state_transfer import lock_timeout
from reconciler.commands.whose_key import remember_account
from reconciler.config import Project, open_project, open_store
from reconciler.documents.keys import ENDINGS, key_fault, key_of
from reconciler.entries import bind, bound_to
from reconciler.errors import ApiError, Diagnostic, DocumentError, StateError, UsageError, error
from reconciler.live import observed
from reconciler.model import Desired, Entry, Live
from reconciler.planning.compare import managed
from reconciler.pull.pulling import Pulled
from reconciler.render.escape import json_text, terminal_safe
from reconciler.secrecy import same
from reconciler.state.store import StateStore


@verb(
    "import",
    outputs=("text", "json"),
    epilog="""\b
Examples:
  reconciler import sales 789
  reconciler import acme/sales-en 789""",
)
@click.argument("key")
@click.argument("id", type=click.IntRange(min=1))
@allow_other_option
@lock_timeout
def adopt(invocation: Invocation, key: str, id: int, allow_other_account: bool, lock_timeout: float) -> int:
    """Bind the existing assistant ID to KEY, and manage it from then on. Nothing is sent.

    Where KEY has a document, the next plan shows what it would change; where it has none, the document is written as
    `pull` does. It also settles a create whose outcome is unknown: the assistant that it made is named by its id.
    """
    project = open_project(invocation)
    _refuse_bad_key(key, project.assistants)
    store = open_store(project)
    with store.lock(command="reconciler import", timeout=lock_timeout):
        try:
            again = partial(open_project, invocation)
            found = account(project, store, again, valid=False, allow_other=allow_other_account)
        except ApiError as problem:
            if not {each.code for each in problem.diagnostics} & {"no-list", "no-list-route"}:
                raise
            return _unseen(invocation, project, store, key, id, problem)
        _refuse(found, key, id)
        pulled = _written(found, key, id)
        if pulled is not None:
            write_all(found.project, store, [pulled])
            path: str = pulled.draft.path
        else:
            document = next(each for each in found.loaded.desired if each.key == key)
            path = document.file
            store.write(_bound(found, document, found.live[id]))
        remember_account(store, found.owner)
    written = [] if pulled is None else list(pulled.draft.files)
    tell(invocation, () if pulled is None else secrets_to_set([pulled], found.project.environ))
    wrote = f" Wrote {', '.join(sorted(written))}." if written else ""
    return _told(invocation, project, key, id, written, f"Imported assistant {id} as {key} ({path}).{wrote}")


def _told(invocation: Invocation, project: Project, key: str, id: int, written: list[str], sentence: str) -> int:
    if invocation.output == "json":
        envelope: dict[str, Json] = {"format_version": "1.0", "environment": project.environment}
        invocation.result(json_text({**envelope, "imported": {"key": key, "id": id, "files": [*written]}}))
    else:
        invocation.result(terminal_safe(sentence))
    return 0


def _unseen(invocation: Invocation, project: Project, store: StateStore, key: str, id: int, problem: ApiError) -> int:
    """Bind a begun create to the id that a person names, where the API has no list to look at: what was sent is known.

    Raises `problem` for any other key: nothing would be known of its assistant.
    """
    entries = store.read()
    entry = entries.get(key)
    if entry is None or entry.pending is None:
        raise problem
    _refuse_held(entries, key, id)
    store.write(bind(entry, id, now=now()))
    told = "The API has no list to look at it: what was sent is taken for what it has."
    return _told(invocation, project, key, id, [], f"Imported assistant {id} as {key}. {told}")


def _refuse_bad_key(key: str, folder: str) -> None:
    fault = key_fault(key)
    if fault is None and key.endswith(ENDINGS):
        fault = f"`{key}` has an ending; a key has none"
    if fault is None and key_of(f"{folder}/{key}.yaml", folder=folder) is None:
        fault = "a name that starts with _ is a base's"
    if fault is not None:
        then = "A key is a document's path below the assistants folder without its ending, such as acme/sales-en."
        raise UsageError(error("key-invalid", f"`{key}` cannot be a key: {fault}", then))


def _refuse(found: Account, key: str, id: int) -> None:
    """Raise where the id is nobody's or another's, or the key is taken, or its document is not valid."""
    environment = found.project.environment
    if id not in found.live:
        then = "`reconciler pull --dry-run` lists the assistants that nobody manages."
        raise StateError(error("no-such-assistant", f"the account of {environment} has no assistant {id}", then))
    _refuse_held(found.entries, key, id)
    mine = found.entries.get(key)
    if mine is not None and mine.id is not None and mine.id != id:
        then = f"If that is no longer wanted: `reconciler state forget {key}`."
        raise StateError(error("state-key-taken", f"{key} is assistant {mine.id} already", then, key=key))
    wrong = [each for each in found.loaded.errors if each.key == key]
    if wrong:
        raise DocumentError.of(wrong)
    _refuse_other_ids(found, key, id)


def _refuse_held(entries: Mapping[str, Entry], key: str, id: int) -> None:
    holder = next((each.key for each in entries.values() if each.id == id and each.key != key), None)
    if holder is not None:
        then = f"`reconciler state mv {holder} {key}` moves it; `state forget {holder}` gives it up."
        raise StateError(error("state-id-taken", f"assistant {id} is managed already, as {holder}", then, key=holder))


def _refuse_other_ids(found: Account, key: str, id: int) -> None:
    for each in found.loaded.desired:
        if each.key == key and each.id not in (None, id):
            told = f"the document says that it is assistant {each.id}, not {id}"
            raise StateError(_other_id(each, told, "Change or remove `id` under `reconciler`."))
        if each.key != key and each.id == id:
            told = f"the document {each.key} claims assistant {id}"
            raise StateError(_other_id(each, told, f"Import it as {each.key}, or remove `id` from that document."))


def _other_id(document: Desired, told: str, then: str) -> Diagnostic:
    return error("import-other-id", told, then, file=document.file, line=document.line, key=document.key)


def _written(found: Account, key: str, id: int) -> Pulled | None:
    """The document to write, where the key has none. Raises DocumentError where none can be written."""
    if any(each.key == key for each in found.loaded.desired):
        return None
    made = found.puller.drafts({key: found.live[id]})
    if not made.pulled:
        raise DocumentError(*(error(each.code, each.summary, each.detail) for each in made.diagnostics))
    if not found.puller.can_stand(made.pulled[0].draft):
        paths = ", ".join(made.pulled[0].draft.files)
        then = "Move what stands there, or choose another key. Nothing was changed."
        raise DocumentError(error("import-file-there", f"another file stands at one of {paths}", then, key=key))
    return made.pulled[0]


def _bound(found: Account, document: Desired, live: Live) -> Entry:
    """The entry that makes the next plan truthful: live's values where it shows them, for what the document names.

    What a create sent that is not shown is what the server has; of anything else not shown nothing is claimed.
    """
    entry = found.entries.get(document.key)
    sent: Mapping[str, Json] = entry.pending.body if entry is not None and entry.pending is not None else {}
    if entry is not None and entry.id == live.id:
        sent = entry.last_applied
    wanted = managed(document, creating=False)
    shown = observed(live, {**sent, **wanted}, found.project.schemas, found.project.fingerprint).content
    applied = {**sent, **{name: shown[name] for name in (*wanted, *sent) if name in shown}}
    as_meant = applied.keys() == wanted.keys() and all(same(applied[name], wanted[name]) for name in wanted)
    source = document.source if as_meant else ""
    inputs = document.inputs if as_meant and applied == document.content else ()
    return bound_to(
        entry,
        document.key,
        applied,
        id=live.id,
        protect=document.protect,
        now=now(),
        source=source,
        inputs=inputs,
    )
