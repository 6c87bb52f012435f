"""What surrounds a result in every form, apart from the forms: no verb has to import all of them to say it. Pure."""

from __future__ import annotations

from dataclasses import field

from reconciler.frozen import dataclass

GITHUB, GITLAB = 65_536, 1_000_000
"""What a comment may hold: characters at GitHub and GitLab. Counted here in bytes, which are never fewer."""
LEAST = 5_000
"""No report fits into less: title, counts and footer alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """The commands that a report ends with: what does this plan, and what shows the whole of it."""

    apply: str = "reconciler apply"
    whole: str = "reconciler plan"


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What surrounds a result. `color`, `width` and `verbose` are for text (see `plan_text`), `most` is the size that
    Markdown must fit into, in bytes, and `below` the project's folder in the repository, empty or with a slash at its
    end: forges want paths from there."""

    color: bool = False
    width: int | None = None
    verbose: int = 0
    most: int = GITHUB
    below: str = ""
    commands: Next = field(default_factory=Next)
