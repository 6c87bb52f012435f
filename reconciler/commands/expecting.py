"""Reviewed is applied: an apply that is told which plan was approved does that one or none.

The digest is of the plan as people are shown it, so it is the one that stands in a comment, in `plan -o json` and in a
saved plan.
"""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.commands.invocation import Invocation
from reconciler.commands.saving import load
from reconciler.errors import StalePlanError, UsageError, error
from reconciler.frozen import dataclass
from reconciler.model import Plan
from reconciler.planfile import plan_difference, plan_to_json, read_plan_file
from reconciler.render.difference import render_difference
from reconciler.render.masking import masked
from reconciler.schemas import SchemaSet

_DIGEST = re.compile("sha256:[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What was approved: a digest, a saved plan, both, or nothing in particular."""

    digest: str | None = None
    plan: Plan | None = None
    file: Path | None = None

    @classmethod
    def of(cls, directory: Path, digest: str | None, file: Path | None) -> Expected:
        """From the options; `file` is relative to `directory`.

        Raises UsageError for what is no digest, PlanFileError and ConfigError for the file.
        """
        if digest is not None and not _DIGEST.fullmatch(digest):
            told = "that is no digest of a plan" if digest else "the digest of the plan is empty"
            advice = "It is `sha256:` and 64 hex digits: `plan -o json` and the comment on a pull request have it."
            raise UsageError(error("no-digest", told, advice))
        plan = None if file is None else read_plan_file(load(directory, file), where=str(file))
        return cls(digest=digest, plan=plan, file=file)

    def check(self, invocation: Invocation, now: Plan, schemas: SchemaSet) -> None:
        """Raise StalePlanError unless `now` is what was approved, after showing the difference where it is known."""
        wanted = {self.digest, None if self.plan is None else shown_digest(self.plan, schemas)} - {None}
        if not wanted or wanted == {shown_digest(now, schemas)}:
            return
        if self.plan is not None:
            found = plan_difference(masked(self.plan, schemas), masked(now, schemas))
            names = {"first": f"{self.file}, approved", "second": "the plan of now"}
            invocation.progress(render_difference(found, color=invocation.color, **names))
        told = "the plan of now is another than the one that was approved" + (
            ": there is nothing left to do" if now.is_empty else ""
        )
        raise StalePlanError(
            error("other-plan", told, f"Look at it, and approve {shown_digest(now, schemas)}. Nothing was changed.")
        )


def shown_digest(plan: Plan, schemas: SchemaSet) -> str:
    """The digest of a plan as it is shown."""
    return str(plan_to_json(masked(plan, schemas))["digest"])
