"""The verb `completion`: the script that teaches a shell the program's verbs and options.

Prints to stdout and touches nothing else.
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from reconciler.commands.invocation import COMPLETE_VARIABLE, Invocation, verb
from reconciler.errors import UsageError, error


@verb(
    "completion",
    epilog="""\b
Examples:
  eval "$(reconciler completion bash)"
  reconciler completion zsh > ~/.zfunc/_reconciler
  reconciler completion fish > ~/.config/fish/completions/reconciler.fish""",
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(invocation: Invocation, shell: str) -> int:
    """Print the script that completes verbs and options in a shell."""
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(error("unknown-shell", f"there is no completion for {shell}"))
    root = click.get_current_context().find_root().command
    invocation.result(kind(root, {}, "reconciler", COMPLETE_VARIABLE).source())
    return 0
