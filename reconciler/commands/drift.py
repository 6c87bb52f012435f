"""`drift`: what the portal did behind Git's back. Reads the whole account, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from reconciler.commands.account import read_account
from reconciler.commands.gather import refuse_idle, refuse_shared_ids, valid_documents
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.planning_forms import command_line, most_bytes, size_option
from reconciler.commands.planning_options import allow_other_option
from reconciler.config import Project, open_project, open_store
from reconciler.errors import Diagnostic, UsageError, error
from reconciler.planfile import audit_to_json
from reconciler.planning import known_keys, selected
from reconciler.planning.audit import Audit, make_audit
from reconciler.render.drift_html import render_audit_html
from reconciler.render.drift_markdown import render_audit_markdown
from reconciler.render.drift_text import Ways, render_audit
from reconciler.render.escape import json_text
from reconciler.render.masking import masked_drift
from reconciler.schemas import SchemaSet
from reconciler.validation import suggestion


@verb(
    "drift",
    outputs=("text", "json", "markdown", "html"),
    epilog="""\b
Examples:
  reconciler drift
  reconciler drift --target 'acme/*' --ignore voice_stability
  reconciler drift --detailed-exitcode -o json
  reconciler drift -o markdown > audit.md  # for an issue
  reconciler drift -o html > audit.html""",
)
@click.option("--target", "targets", multiple=True, metavar="KEY", help="Only this key (or glob); repeatable.")
@click.option("--ignore", multiple=True, metavar="FIELD", help="Do not look at this field; repeatable.")
@allow_other_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there is drift.")
@size_option
def drift(
    invocation: Invocation,
    targets: tuple[str, ...],
    ignore: tuple[str, ...],
    allow_other_account: bool,
    detailed_exitcode: bool,
    max_bytes: int | None,
) -> int:
    """Show what the portal changed behind Git's back, and change nothing.

    Reads the whole account and compares it with what was last applied: says for each field which side moved it, and
    names assistants that are gone, inactive, out of service or in no document. Needs the API's key.
    """
    audit = audit_of(open_project(invocation), targets, ignore, allow_other=allow_other_account)
    invocation.result(_told(invocation, audit, max_bytes))
    return 2 if detailed_exitcode and audit.has_drift else 0


def audit_of(project: Project, targets: Sequence[str], ignore: Sequence[str], *, allow_other: bool = False) -> Audit:
    """Read the account and compare it; masked, for showing. Raises UsageError for names that match nothing, and
    ReconcilerError (`other-account`) where it is another account than the environment's, and not meant to be.
    """
    _refuse_unknown(ignore, project.schemas)
    return _masked(_audit(project, targets, ignore, allow_other=allow_other), project.schemas)


def ways_of(invocation: Invocation) -> Ways:
    """The commands that go on from an audit, in the folder and environment that was asked for."""
    return Ways(
        undo=command_line(invocation, "apply", "--refresh"),
        keep=command_line(invocation, "pull", "--accept", "KEY"),
        whole=command_line(invocation, "drift"),
    )


def _told(invocation: Invocation, audit: Audit, max_bytes: int | None) -> str:
    ways = ways_of(invocation)
    match invocation.output:
        case "json":
            return json_text(audit_to_json(audit))
        case "markdown":
            return render_audit_markdown(audit, most=most_bytes(invocation, max_bytes), ways=ways)
        case "html":
            return render_audit_html(audit, ways=ways)
        case _:
            color, width, verbose = invocation.color, invocation.width, invocation.verbose
            return render_audit(audit, color=color, width=width, verbose=verbose, ways=ways)


def _audit(project: Project, targets: Sequence[str], ignore: Sequence[str], *, allow_other: bool) -> Audit:
    loaded = valid_documents(project)
    store = open_store(project)
    entries = store.read()
    refuse_shared_ids(entries)
    known = known_keys(loaded.desired, entries)
    refuse_idle(targets, known)
    return make_audit(
        environment=project.environment,
        desired=loaded.desired,
        entries=entries,
        live=read_account(project, loaded, store, entries, allow_other=allow_other),
        schemas=project.schemas,
        keys=selected(targets, known)[0] if targets else None,
        ignore=frozenset(ignore),
    )


def _refuse_unknown(ignore: Sequence[str], schemas: SchemaSet) -> None:
    """Raise UsageError for every name that is no field: a typo must not make an audit look at more than was meant."""
    unknown = [each for each in dict.fromkeys(ignore) if each not in schemas.fields]
    if unknown:
        raise UsageError(*(_unknown(each, schemas) for each in unknown))


def _unknown(name: str, schemas: SchemaSet) -> Diagnostic:
    guess = suggestion(name, schemas.fields)
    detail = f"Did you mean `{guess}`?" if guess else "Fields are called as in documents; a nested one cannot be named."
    return error("no-such-field", f"no field is called {name}, so it cannot be ignored", detail)


def _masked(audit: Audit, schemas: SchemaSet) -> Audit:
    moved = tuple((managed, masked_drift(each, schemas)) for managed, each in audit.moved)
    return replace(audit, moved=moved)
