"""The program as processes of its own, each forked from one that has everything imported: orders come as JSON lines.

For each order it prints the process id, and the exit code once the process has ended. Nothing is simulated; only the
pauses between two attempts of a request are milliseconds.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from typing import Any, NoReturn

from reconciler.api import Patience
from reconciler.cli import main
from reconciler.commands import account
from reconciler.commands import apply as applying
from reconciler.commands import plan as planning
from reconciler.config import open_client
from reconciler.refresh import read_live
from reconciler.render import diagnostics_text
from reconciler.state import files

IMPORTED = (planning, read_live, diagnostics_text, files)
"""What a verb imports when it runs; here once for all."""


def become(order: dict[str, Any]) -> NoReturn:
    """Be one run of the program, and end."""
    nothing, printed = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    )
    for here, there in ((0, nothing), (1, printed), (2, printed)):
        os.dup2(there, here)
    os.chdir(order["folder"])
    os.environ.update(order["environ"])
    hurried = functools.partial(open_client, patience=Patience(first_pause=0.001, longest_pause=0.005))
    for module in (applying, account):
        module.open_client = hurried  # type: ignore[attr-defined]
    code: Any = 70
    try:
        main(order["arguments"])
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(json.loads(line))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
