"""Reading one value of a settings file after the other, each error with its place. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.canonical import Json
from reconciler.config.addresses import sounds_secret
from reconciler.documents.strict_yaml import Parsed
from reconciler.errors import PROJECT_FILE, Diagnostic, error
from reconciler.model import Path, Position
from reconciler.validation import suggestion


class ValueReader:
    """Keeps what is wrong; a wrong value reads as its default."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.problems: list[Diagnostic] = []

    def mapping(self, content: Json, path: Path, known: Sequence[str] | None) -> Mapping[str, Json]:
        """The mapping at `path`; nothing at all (`production:`) is an empty one. `known` None allows any key."""
        if content is None:
            return {}
        if not isinstance(content, Mapping):
            self.wrong(path, "setting-type", f"{named(path)} must be a mapping, not {kind(content)}")
            return {}
        if known is not None:
            for name in sorted(set(content) - set(known)):
                self.unknown(name, path, known)
        return content

    def unknown(self, name: str, path: Path, known: Sequence[str]) -> None:
        if sounds_secret(name):
            self.secret((*path, name), f"`{name}` looks like a secret")
            return
        guess = suggestion(name, known)
        listed = ", ".join(f"`{each}`" for each in known)
        advice = f"Did you mean `{guess}`?" if guess else f"Known here: {listed}."
        at = self.parsed.names.get((*path, name))
        self.wrong((*path, name), "unknown-setting", f"unknown setting `{name}`", advice, at=at)

    def text(self, found: Mapping[str, Json], name: str, path: Path) -> str | None:
        if name not in found:
            return None
        value = found[name]
        if isinstance(value, str) and value.strip():
            return value
        self.wrong((*path, name), "setting-type", f"`{name}` must be text, not {kind(value)}")
        return None

    def secret(self, path: Path, told: str, advice: str | None = None) -> None:
        advice = (
            advice or "Set the API's key as RECONCILER_API_KEY; write other secrets as ${secret:NAME} in a document."
        )
        at = self.parsed.names.get(path)
        self.wrong(path, "secret-in-config", f"{told}; secrets never stand in the project file", advice, at=at)

    def wrong(
        self, path: Path, code: str, summary: str, detail: str | None = None, *, at: Position | None = None
    ) -> None:
        at = at or self.parsed.places.get(path) or Position(file=self.parsed.file, line=1, column=1)
        self.problems.append(error(code, summary, detail, file=at.file, line=at.line, column=at.column))


def named(path: Path) -> str:
    return f"`{'.'.join(str(each) for each in path)}`" if path else PROJECT_FILE


def kind(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text" if value.strip() else "an empty text"
        case Mapping():
            return "a mapping"
    return "a list"
