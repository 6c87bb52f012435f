"""The one error tree, and the diagnostic that every error is made of.

    ReconcilerError                 exit 1: nothing was changed
    ├── UsageError                  exit 64: the command line is wrong
    ├── ConfigError                 the project file, an environment variable or the project's layout is wrong
    ├── PageError                   a docs page cannot be read, or is another page than it was taken for
    ├── SchemaError                 a schema set is missing, unreadable or not what its pages say
    ├── DocumentError               documents are not valid (holds all errors of all files)
    ├── StateError                  the state cannot be read or written
    │   ├── LockHeldError           exit 5: somebody else holds the lock
    │   └── StateConflictError      an entry moved between reading and writing it
    ├── PlanRefusedError            exit 6: a blocked change or a safety limit refuses the plan
    │   └── CreateUnknownError      exit 7: a begun create is in the way, and nobody knows what became of it
    ├── PlanFileError               a saved plan cannot be read, was edited, or is in another format
    ├── StalePlanError              exit 4: what a saved plan was computed from has moved
    ├── ApiError                    the API refused, cannot be reached, or answered with something else
    │   └── AuthError               the key is missing or was refused
    ├── ForgeError                  GitHub or GitLab refused, or cannot be reached
    └── InterruptedRun              exit 130: a signal ended the run

An error is raised with one diagnostic or more; it never holds the value of a secret. Core: stdlib only, no IO.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from reconciler.frozen import dataclass

Severity = Literal["error", "warning", "note"]
PROJECT_FILE = "reconciler.yaml"
"""The file of a project's settings; a report that needs a place tells there what has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnostic:
    """One thing to tell a person. Lines and columns count from 1; `code` is stable and kebab-case.

    `summary` says what happened in one line, `detail` (optional) what to do next. `file` is relative to the
    project, with forward slashes. Strings may come from files or from the API and are not escaped here.

    A refusal also says for programs what going ahead `loses`, a sentence each, and which `commands` a person may run:
    the words after `reconciler`, or (where the first begins with a dash) flags for the command that was refused.
    """

    severity: Severity
    code: str
    summary: str
    detail: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    key: str | None = None
    field: str | None = None
    loses: tuple[str, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()

    @property
    def path(self) -> str | None:
        """`file`, where it is a file: the home of a state and a page may be an address."""
        return None if self.file is None or "://" in self.file else self.file

    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """Order for people: by place, then by text. Total, so equal sets give equal output."""
        return (
            self.file or "",
            self.line or 0,
            self.column or 0,
            self.code,
            self.summary,
            # what is absent and what is empty come together above, and must still have one order
            repr((self.severity, self.key, self.field, self.detail, self.file, self.line, self.column, self.commands)),
        )


def error(code: str, summary: str, detail: str | None = None, **place: Any) -> Diagnostic:
    """An error diagnostic; `place` takes file, line, column, key and field, and of a refusal loses and commands."""
    return Diagnostic(severity="error", code=code, summary=summary, detail=detail, **place)


def warning(code: str, summary: str, detail: str | None = None, **place: Any) -> Diagnostic:
    """A warning diagnostic; `place` takes file, line, column, key and field."""
    return Diagnostic(severity="warning", code=code, summary=summary, detail=detail, **place)


def note(code: str, summary: str, detail: str | None = None, **place: Any) -> Diagnostic:
    """A note: true, worth saying, and nothing to do about it."""
    return Diagnostic(severity="note", code=code, summary=summary, detail=detail, **place)


class ReconcilerError(Exception):
    """Every failure that a person can cause or meet. `diagnostics` holds all of them, not the first."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *diagnostics: Diagnostic) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics
        super().__init__("; ".join(each.summary for each in diagnostics))

    @classmethod
    def of(cls, diagnostics: Iterable[Diagnostic]) -> ReconcilerError:
        """The same error from an iterable, in a stable order."""
        return cls(*sorted(diagnostics, key=Diagnostic.sort_key))


class UsageError(ReconcilerError):
    exit_code = 64


class ConfigError(ReconcilerError):
    pass


class PageError(ReconcilerError):
    pass


class SchemaError(ReconcilerError):
    pass


class DocumentError(ReconcilerError):
    pass


class StateError(ReconcilerError):
    pass


class LockHeldError(StateError):
    exit_code = 5


class StateConflictError(StateError):
    pass


class PlanRefusedError(ReconcilerError):
    exit_code = 6


class CreateUnknownError(PlanRefusedError):
    exit_code = 7


class PlanFileError(ReconcilerError):
    pass


class StalePlanError(ReconcilerError):
    exit_code = 4


class ApiError(ReconcilerError):
    pass


class AuthError(ApiError):
    pass


class ForgeError(ReconcilerError):
    pass


class InterruptedRun(ReconcilerError):
    exit_code = 130
