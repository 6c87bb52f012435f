"""One live assistant as a document: the fields that say something, its long texts beside it, its secrets by name.

A field is left out where the server would set the same by itself. One that could not be sent again is released and
kept as a comment that says why, so that nothing of the assistant is lost and the document is valid. Pure.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import field

from reconciler.canonical import Json, is_list
from reconciler.documents.emitting import field_lines
from reconciler.documents.strict_yaml import parse_yaml
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Content, Live, Path
from reconciler.pull.naming import secret_variable
from reconciler.schemas import FieldPolicy, SchemaSet
from reconciler.secrecy import same

SHORT = 200
"""Characters up to which a text of one line stays in the document."""
LONG = 500
"""Characters above which every text has a file of its own."""
HIDDEN = "(a secret, not shown)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How documents of one project are written. `names` has, for a field, the reference that stands for each id."""

    folder: str
    schema_path: str | None
    """The path of the schema for editors in the project, where it has one, for the line that they read."""
    names: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A document to be. `files` by path, the document last; `meant` is what it must say when it is read.

    `released` are fields that stay on the server as they are, with the reason. `secrets` are values by variable.
    """

    key: str
    id: int
    path: str
    files: Mapping[str, bytes] = field(repr=False)
    meant: Content = field(repr=False)
    released: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def draft(key: str, live: Live, released: Mapping[str, str], style: Style, schemas: SchemaSet) -> Draft:
    """The document for an assistant whose `released` fields (with the reason) are not to be managed."""
    return _Drafting(key, live, released, style, schemas).result()


def document_path(key: str, style: Style) -> str:
    """Where the document of a key stands in the project."""
    return posixpath.join(style.folder, f"{key}.yaml")


def set_by_itself(policy: FieldPolicy, value: Json) -> bool:
    """Whether a new assistant has this value without being told."""
    if value is None and (not policy.nullable or not policy.has_default):
        return True
    usual = policy.default if policy.has_default else policy.clear if policy.has_clear else _empty(policy)
    return same(value, usual, unordered=policy.unordered)


def holds_secret(value: Json, schemas: SchemaSet, path: Path = ()) -> bool:
    """Whether some value in it is one that no file may hold."""
    if path and value is not None and schemas.is_secret(path):
        return True
    if isinstance(value, Mapping):
        return any(holds_secret(each, schemas, (*path, name)) for name, each in value.items())
    if is_list(value):
        return any(holds_secret(each, schemas, (*path, at)) for at, each in enumerate(value))
    return False


def _empty(policy: FieldPolicy) -> Json:
    return [] if "array" in policy.types else {} if "object" in policy.types else None


class _Drafting:
    """Holds one draft while its fields are gone through."""

    def __init__(self, key: str, live: Live, released: Mapping[str, str], style: Style, schemas: SchemaSet) -> None:
        self.key, self.live, self.style, self.schemas = key, live, style, schemas
        self.path = document_path(key, style)
        self.files: dict[str, bytes] = {}
        self.secrets: dict[str, str] = {}
        self.released = dict(released)
        self.texts = [name for name, value in live.content.items() if self._is_long(name, value)]

    def result(self) -> Draft:
        shown = self.live.content
        for name in self.schemas.fields:
            if name in shown and name not in self.released and not _encodable(shown[name]):
                self.released[name] = "it holds half a character, which no file can hold"
        meant = {
            name: shown[name]
            for name, policy in self.schemas.fields.items()
            if name in shown and name not in self.released and not set_by_itself(policy, shown[name])
        }
        lines = self._header()
        for name, value in list(meant.items()):
            stated = self._stated(name, value)
            written = field_lines(name, stated)
            if _reads_back(written, name, stated):
                lines += written
            else:
                del meant[name]
                self.released[name] = "no YAML file can hold it"
        lines += self._settings()
        self.files[self.path] = ("\n".join(lines) + "\n").encode("utf-8")
        return Draft(
            key=self.key,
            id=self.live.id,
            path=self.path,
            files=self.files,
            meant=meant,
            released=self.released,
            secrets=self.secrets,
        )

    def _header(self) -> list[str]:
        if self.style.schema_path is None:
            return []
        leads = posixpath.relpath(self.style.schema_path, posixpath.dirname(self.path) or ".")
        return [f"# yaml-language-server: $schema={leads}"]

    def _stated(self, name: str, value: Json) -> Json:
        """What the document says for a value: a reference, or the value with its secrets taken out."""
        if isinstance(value, str) and name in self.texts and _fits_file(value):
            return self._beside(name, value)
        return self._raw(value, (name,))

    def _beside(self, name: str, text: str) -> str:
        """The reference to a file for the text. Of several, the one without a limit bears the document's name alone."""
        base = posixpath.basename(self.key)
        first = min(self.texts, key=lambda each: "maxLength" in self.schemas.fields[each].schema)
        leads = f"prompts/{base}.md" if name == first else f"prompts/{base}.{name}.md"
        clean = text.replace("\r\n", "\n").replace("\r", "\n")
        self.files[posixpath.join(posixpath.dirname(self.path), leads)] = f"{clean.rstrip()}\n".encode()
        return f"${{file:{leads}}}"

    def _raw(self, value: Json, path: Path) -> Json:
        if isinstance(value, str):
            if value.strip() and self.schemas.is_secret(path):
                name = secret_variable(self.key, path)
                self.secrets[name] = value
                return f"${{secret:{name}}}"
            return value.replace("${", "$${")
        if isinstance(value, Mapping):
            return {name: self._raw(each, (*path, name)) for name, each in value.items()}
        if isinstance(value, Sequence):
            return [self._raw(each, (*path, at)) for at, each in enumerate(value)]
        known = self.style.names.get(".".join(each for each in path if isinstance(each, str)), {})
        return known.get(value, value) if isinstance(value, int) and not isinstance(value, bool) else value

    def _settings(self) -> list[str]:
        if not self.released:
            return []
        lines = ["", f"{RESERVED}:", "  unmanaged:"]
        for name in [each for each in self.schemas.fields if each in self.released]:
            lines.append(f"    # Stays on the server as it is: {one_line(self.released[name])}")
            if name in self.live.content:
                lines.append(f"    # {name}: {_as_comment(self._masked(self.live.content[name], (name,)))}")
            lines.append(f"    - {name}")
        return lines

    def _masked(self, value: Json, path: Path) -> Json:
        if value is not None and self.schemas.is_secret(path):
            return HIDDEN
        if isinstance(value, Mapping):
            return {name: self._masked(each, (*path, name)) for name, each in value.items()}
        if is_list(value):
            return [self._masked(each, (*path, at)) for at, each in enumerate(value)]
        return value

    def _is_long(self, name: str, value: Json) -> bool:
        schema = self.schemas.fields[name].schema
        if not isinstance(value, str) or self.schemas.is_secret((name,)):
            return False
        free = not any(each in schema for each in ("maxLength", "enum", "format"))
        return len(value) > LONG or (free and ("\n" in value or len(value) > SHORT))


def one_line(text: str) -> str:
    """A text for a comment: on one line, and nothing in it that ends one or that no eye can see."""
    return "".join(each if each.isprintable() else " " for each in " ".join(text.split()))


def _as_comment(value: Json) -> str:
    written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return written if written.isprintable() else json.dumps(value, allow_nan=False)


def _fits_file(text: str) -> bool:
    """Whether a text file gives the text back: nothing but white space is lost at its ends, and no mark is taken."""
    return (
        not text.startswith("\ufeff") and all(each >= " " or each in "\t\n\r" for each in text) and "\x7f" not in text
    )


def _reads_back(lines: Sequence[str], name: str, value: Json) -> bool:
    """Whether the strict loader reads it as it is: alone, so that one strange field does not cost the document."""
    parsed = parse_yaml(("\n".join(lines) + "\n").encode("utf-8"), file="")
    return not parsed.diagnostics and parsed.value == {name: value}


def _encodable(value: Json) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
