"""References: a scalar that is nothing but `${scheme:name}`, resolved to the type that the schema asks for.

Everything else is literal text, `{{variable}}` and a `${...}` inside a longer text included; `$${` writes `${`. There
is no other templating, so that what a document says can be read off it. Secrets end here: their values go to the
vault, and content holds a name and a keyed fingerprint. Core: pure; files and the environment are passed in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import field

from reconciler.canonical import Json, exact_digest
from reconciler.documents.files import Sources, inside
from reconciler.documents.layers import Layered
from reconciler.documents.places import at, dotted, pointer
from reconciler.documents.scalars import json_number, kind_of
from reconciler.errors import Diagnostic, DocumentError, error, warning
from reconciler.frozen import dataclass
from reconciler.later import pattern
from reconciler.model import Path
from reconciler.schemas import SchemaSet
from reconciler.secrecy import SECRET_KEY, secret_reference
from reconciler.validation import suggestion

SCHEMES = ("env", "file", "ref", "secret")
_WHOLE = pattern(r"\s*\$\{([A-Za-z][A-Za-z0-9_-]*):([^{}\n]*)\}\s*")
_NAME_ALONE = pattern(r"\s*\$\{([A-Za-z_][A-Za-z0-9_]*)\}\s*")
_INSIDE = pattern(rf"(?<!\$)\$\{{(?:{'|'.join(SCHEMES)}):[^{{}}\n]*\}}")
_VARIABLE = pattern(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
OWN_VARIABLES = frozenset({"RECONCILER_API_KEY", "RECONCILER_FINGERPRINT_KEY", "RECONCILER_QUEUE", "RECONCILER_STATE"})
"""Variables that hold what no document may show or send: a stranger's pull request is planned where they are set.
So do the keys of single environments, RECONCILER_API_KEY_<ENVIRONMENT>."""


def is_own_variable(name: str) -> bool:
    """Whether a variable holds a secret of this program, whatever its case."""
    return name.upper() in OWN_VARIABLES or name.upper().startswith("RECONCILER_API_KEY_")


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What references are resolved against: one environment of one project.

    `variables` are the project file's own texts for `${env:NAME}`; `environ` decides where both have one. Secrets come
    from `environ` alone.
    """

    schemas: SchemaSet
    sources: Sources
    environ: Mapping[str, str] = field(repr=False)
    catalog: Mapping[str, Json]
    variables: Mapping[str, str]
    fingerprint: Callable[[str, str], str | None]
    absent_secrets: bool = False


@dataclass(kw_only=True, slots=True)
class Resolution:
    """One document's content with its references resolved.

    `failed` are the paths whose value could not be had (they hold None), `hidden` those that hold secrets, `origins`
    says in words where a value came from, `texts` names the file behind a text. `used` digests what was looked up.
    """

    content: dict[str, Json] = field(default_factory=dict)
    vault: dict[str, str] = field(default_factory=dict, repr=False)
    failed: set[Path] = field(default_factory=set)
    hidden: set[Path] = field(default_factory=set)
    origins: dict[Path, str] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)
    used: dict[str, Json] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def resolve(layered: Layered, world: World, *, key: str) -> Resolution:
    """The content of a document as it is meant. Never raises for bad references: they are diagnostics."""
    found = Resolution()
    resolving = _Resolving(layered=layered, world=world, key=key, found=found)
    schemas = world.schemas
    fields, plain = schemas.fields, schemas.hide_nothing(layered.content)
    for name, value in layered.content.items():
        # nearly every value is what it says, which is seen much sooner than each of its parts is resolved
        says_itself = name in fields and _says_itself(value, schemas) and (plain or not schemas.may_hide(name))
        found.content[name] = value if says_itself else resolving.value(value, (name,))
    return found


def _says_itself(value: Json, schemas: SchemaSet) -> bool:
    """Whether nothing in a value refers to another, is reserved or hidden, or may be meant as another type."""
    if isinstance(value, str):
        return "${" not in value
    if isinstance(value, dict):
        if SECRET_KEY in value or not schemas.hide_nothing(value):
            return False
    elif not isinstance(value, list):
        return not isinstance(value, float)
    for each in value.values() if isinstance(value, dict) else value:
        if "${" in each if isinstance(each, str) else not _says_itself(each, schemas):
            return False
    return True


def reference_in(value: Json) -> tuple[str, str] | None:
    """Scheme and name of the reference that a value is, or None where it is anything else."""
    found = _WHOLE.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else (found[1], found[2])


def literal(text: str) -> str:
    """A text that is no reference, as it is meant."""
    return text.replace("$${", "${")


class Unresolved(Exception):
    """Why a reference has no value: code, summary, advice."""


@dataclass(kw_only=True, slots=True)
class _Resolving:
    """One document's references while they are resolved; `found` grows."""

    layered: Layered
    world: World
    key: str
    found: Resolution

    def value(self, value: Json, path: Path) -> Json:
        if isinstance(value, str):
            return self._text(value, path) if "${" in value else self._as_asked(value, path, in_clear=True)
        if isinstance(value, list):
            return [self.value(each, (*path, index)) for index, each in enumerate(value)]
        if not isinstance(value, dict):
            return self._as_asked(value, path, in_clear=True)
        if SECRET_KEY in value:
            told = f"the key `{SECRET_KEY}` is reserved: it marks a secret in the state"
            self._tell(error, "key-reserved", told, "Write `${secret:NAME}` for a secret.", path)
            self.found.failed.add(path)
            return None
        return {name: self.value(each, (*path, name)) for name, each in value.items()}

    def _text(self, text: str, path: Path) -> Json:
        reference = _WHOLE.fullmatch(text)
        if reference is None:
            if lonely := _NAME_ALONE.fullmatch(text):
                told = f"`${{{lonely[1]}}}` is sent as it stands: it is no reference"
                then = f"Write `${{env:{lonely[1]}}}` for an environment variable, or `$${{` for a literal `${{`."
                self._tell(warning, "reference-lookalike", told, then, path)
            elif part := _INSIDE.search(text):
                told = f"`{part[0]}` is sent as it stands: a reference must stand alone, as the whole value"
                then = "Put the whole text where the reference leads, or write `$${` for a literal `${`."
                self._tell(warning, "reference-inside-text", told, then, path)
            return self._as_asked(literal(text), path, in_clear=True)
        try:
            return self._referred(reference[1], reference[2], path)
        except Unresolved as problem:
            code, told, then = problem.args
            self._tell(error, code, told, then, path)
        self.found.failed.add(path)
        return None

    def _referred(self, scheme: str, name: str, path: Path) -> Json:
        match scheme:
            case "file":
                return self._as_asked(self._file(name, path), path, in_clear=True)
            case "env":
                text = self._variable(name, "env")
                if self.world.schemas.is_secret(path):
                    return self._hide(name, text, path)
                self.found.used[f"env:{name}"] = exact_digest(text)
                self.found.origins[path] = f"The environment variable {name} gave it."
                return self._as_asked(text, path, in_clear=False)
            case "secret":
                return self._secret(name, path)
            case "ref":
                value = look_up(self.world.catalog, name)
                self.found.used[f"ref:{name}"] = value
                self.found.origins[path] = f"`{name}` in the environment's catalogue gave it."
                return self._as_asked(value, path, in_clear=True)
        guess = suggestion(scheme, SCHEMES)
        known = f"Did you mean `${{{guess}:{name}}}`?" if guess else f"Known are {', '.join(SCHEMES)}."
        then = f"{known} A literal `${{` is written `$${{`."
        raise Unresolved("reference-unknown", f"`{scheme}:` is no kind of reference", then)

    def _secret(self, name: str, path: Path) -> Json:
        try:
            return self._hide(name, self._variable(name, "secret"), path)
        except Unresolved as problem:
            code, told, _ = problem.args
            if code != "secret-missing" or not self.world.absent_secrets:
                raise
        then = "So nobody can tell here whether it changed, and it is taken as it was applied. To apply, set it."
        self._tell(warning, "secret-absent", told, then, path)
        self.found.hidden.add(path)
        self.found.failed.add(path)  # there is nothing to judge
        self.found.used[f"secret:{name}"] = None
        return secret_reference(name, None)

    def _file(self, name: str, path: Path) -> str:
        try:
            found = inside(name, named_by=self.layered.origins[str(path[0])])
        except ValueError as problem:
            then = "Name a file of this project, relative to the file that names it."
            raise Unresolved("reference-path", f"`{name}` is not read: {problem}", then) from None
        try:
            text = self.world.sources.text(found)
        except DocumentError as problem:
            # the shell says what is wrong with the file; the person is sent to where the file is named
            first = problem.diagnostics[0]
            then = first.detail or "Create it, or correct the path: it is relative to the file that names it."
            raise Unresolved(first.code, f"{found} cannot be read: {first.summary}", then) from None
        self.found.used[f"file:{found}"] = self.world.sources.digest(found)
        self.found.origins[path] = f"The text is in {found}."
        self.found.texts[path] = found
        if not text.strip():
            then = "Write the text, or remove the field."
            self._tell(warning, "file-empty", f"{found} is empty", then, path)
        return text

    def _variable(self, name: str, scheme: str) -> str:
        if not _VARIABLE.fullmatch(name):
            then = "Names are letters, digits and underscores."
            raise Unresolved("reference-name", f"`{name}` is no name of an environment variable", then)
        if is_own_variable(name):
            then = "It holds a secret of this program. Set a variable of the assistant's own."
            raise Unresolved("reference-name", f"a document may not use {name}", then)
        text = self.world.environ.get(name)
        if text is None and scheme == "env":
            text = self.world.variables.get(name)
        if text is None:
            guess = suggestion(name, self.world.variables) if scheme == "env" else None
            then = f"Did you mean `${{env:{guess}}}`?" if guess else "Set it, or name another."
            raise Unresolved(f"{scheme}-missing", f"the environment variable {name} is not set", then)
        if scheme == "secret" and not text.strip():
            then = "A CI system gives an empty text for a secret that it does not know or may not show."
            raise Unresolved("secret-missing", f"the secret {name} is empty", then)
        return text

    def _as_asked(self, value: Json, path: Path, *, in_clear: bool) -> Json:
        """The value in the type that the schema asks for, or hidden where it must not be seen."""
        if path in self.found.origins:
            value = as_type(value, self.world.schemas.types(path))
        elif isinstance(value, float) and value.is_integer():
            types = self.world.schemas.types(path)
            value = int(value) if "integer" in types and "number" not in types else value
        if value is None or isinstance(value, bool) or not in_clear or not self.world.schemas.is_secret(path):
            return value
        name = dotted(path)
        if not isinstance(value, str):
            told = f"`{name}` is a secret and must be text, not {kind_of(value)}"
            self._tell(error, "wrong-type", told, "Write `${secret:NAME}`.", path)
            self.found.failed.add(path)
            return None
        told = f"`{name}` is a secret and stands in clear in a file"
        then = "Write `${secret:NAME}`, set NAME in the environment, and change the secret: Git remembers it."
        self._tell(warning, "secret-in-file", told, then, path)
        return self._hide(f"file:{self.layered.place(path).file}#{pointer(path)}", value, path)

    def _hide(self, name: str, value: str, path: Path) -> Json:
        fingerprint = self.world.fingerprint(name, value)
        self.found.vault[name] = value
        self.found.hidden.add(path)
        self.found.origins.pop(path, None)
        self.found.used[f"secret:{name}"] = fingerprint
        return secret_reference(name, fingerprint)

    def _tell(self, kind: Callable[..., Diagnostic], code: str, told: str, then: str | None, path: Path) -> None:
        place = self.layered.place(path)
        self.found.diagnostics.append(kind(code, told, then, **at(place, key=self.key, path=path)))


def look_up(catalog: Mapping[str, Json], name: str) -> Json:
    """The value that a catalogue has under a dotted name. Raises Unresolved where it has none."""
    value = _found(catalog, name.split("."), [])
    if isinstance(value, Mapping) or value is None or (isinstance(value, float) and not math.isfinite(value)):
        told = f"`{name}` in the environment's catalogue is {kind_of(value)}, not a value to send"
        raise Unresolved("ref-unknown", told, None)
    return value


def _found(table: Json, steps: list[str], walked: list[str]) -> Json:
    if not isinstance(table, Mapping):
        raise Unresolved("ref-unknown", f"`{'.'.join(walked)}` is a value, not a table", None)
    rest = ".".join(steps)
    if rest in table:  # names may hold dots themselves
        return table[rest]
    step = steps[0]
    if step not in table:
        raise Unresolved("ref-unknown", *_no_such_name(step, walked, table))
    return _found(table[step], steps[1:], [*walked, step])


def as_type(value: Json, types: frozenset[str]) -> Json:
    """A looked-up value as the schema wants it; unchanged where it cannot be had so, and then the schema says why."""
    if isinstance(value, str) and types and "string" not in types:
        word = value.strip()
        if "boolean" in types and word in ("true", "false"):
            return word == "true"
        try:
            number = json_number(word)
        except ValueError:
            return value
        if number is None or not types & {"integer", "number"}:
            return value
        return as_type(number, types)
    if isinstance(value, float) and value.is_integer() and "integer" in types and "number" not in types:
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and types:
        return value if types & {"integer", "number"} or "string" not in types else str(value)
    return value


def _no_such_name(step: str, walked: list[str], table: Mapping[str, Json]) -> tuple[str, str | None]:
    where = f"`{'.'.join(walked)}` in the environment's catalogue" if walked else "the environment's catalogue"
    if not table:
        return f"there is no `{step}`: {where} is empty", "Give the environment a catalogue in reconciler.yaml."
    guess = suggestion(step, table)
    then = f"Did you mean `{'.'.join([*walked, guess])}`?" if guess else None
    return f"{where} has no `{step}`", then
