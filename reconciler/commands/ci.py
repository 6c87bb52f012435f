"""`ci`: what a pipeline tells people: the plan in a pull request, the audit in an issue, a proposal of new schemas."""

from __future__ import annotations

from reconciler.commands.ci_comment import comment
from reconciler.commands.ci_issue import issue
from reconciler.commands.ci_proposal import propose, reviewed
from reconciler.commands.ci_record import record
from reconciler.commands.invocation import verbs

ci = verbs(
    "ci",
    told="Tell people, from a pipeline: plans in pull requests, audits in issues.\n\n"
    "Tokens come from GITHUB_TOKEN (or GH_TOKEN) or GITLAB_TOKEN, and where to post from the pipeline's own variables.",
    epilog="""\b
Examples:
  reconciler ci comment --dry-run
  reconciler -e production ci comment change.plan
  reconciler ci issue
  reconciler apply -y --expect-digest "$(reconciler ci reviewed)\"""",
)
for each in (comment, issue, reviewed, record, propose):
    ci.add_command(each)
