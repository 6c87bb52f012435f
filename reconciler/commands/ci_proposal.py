"""`ci reviewed` and `ci propose`: the digest of the plan that people approved, and a pull request of a branch."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.pipeline import forge_at, place_here, project_below, write_outputs
from reconciler.commands.saving import load
from reconciler.config import open_project
from reconciler.errors import ReconcilerError, error
from reconciler.forge.upsert import reviewed_digest
from reconciler.render.escape import terminal_safe
from reconciler.render.markdown_safe import fence


@verb(
    "reviewed",
    epilog="""\b
Examples:
  reconciler apply -y --expect-digest "$(reconciler ci reviewed)"
  reconciler ci reviewed --pull 12""",
)
@click.option("--pull", type=click.IntRange(min=1), metavar="N", help="The pull request. [the commit's]")
def reviewed(invocation: Invocation, pull: int | None) -> int:
    """Print the digest of the plan that stands in the comment on a pull request, for `apply --expect-digest`.

    The pull request is the one that brought this run's commit. Exit 1 where there is none, or no plan on it.
    """
    project = open_project(invocation)
    place = place_here(invocation.environ, pull=pull)
    scope = {"project": project_below(invocation.directory), "environment": project.environment}
    with closing(forge_at(place)) as forge:
        numbers = [place.pull] if place.pull else forge.pulls_of(place.commit) if place.commit else []
        found = next(filter(None, (reviewed_digest(forge, each, scope) for each in numbers)), None)
    if found is None:
        looked = ", ".join(f"#{each}" for each in numbers) or "the commit, which no pull request brought"
        told = f"no plan of {project.environment} was reviewed: looked at {looked}"
        advice = "Apply a fresh plan (in the workflow: run it by hand), or name the pull request with `--pull N`."
        raise ReconcilerError(error("no-reviewed-plan", told, advice))
    write_outputs(invocation.environ, {"digest": found})
    invocation.result(terminal_safe(found))
    return 0


@verb(
    "propose",
    epilog="""\b
Examples:
  reconciler ci propose --branch new-schemas --into main --title "New schemas" --body-file diff.txt""",
)
@click.option("--branch", required=True, metavar="NAME", help="The branch, pushed already.")
@click.option("--into", required=True, metavar="NAME", help="The branch that it is to be merged into.")
@click.option("--title", required=True, metavar="TEXT", help="The title.")
@click.option("--body-file", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Shown as it is.")
def propose(invocation: Invocation, branch: str, into: str, title: str, body_file: Path) -> int:
    """Open a pull request (a merge request) of a branch, or bring the one that is open up to date."""
    text = fence(
        load(invocation.directory, body_file, what="the text", writer="the step before").rstrip("\n").split("\n"),
        "text",
    )
    place = place_here(invocation.environ)
    with closing(forge_at(place)) as forge:
        if len(text) > forge.most:
            shown = [*text[: forge.most - 1_000].split("\n")[1:-1], "… and more, in the log of the run"]
            text = fence(shown, "text")
        made = forge.propose(branch=branch, into=into, title=title, body=text)
    invocation.result(terminal_safe(made.url or f"#{made.number}"))
    return 0
