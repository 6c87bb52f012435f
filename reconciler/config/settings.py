"""The project file, `reconciler.yaml`: what it may say, checked whole, with the place of every error.

    assistants: assistants            # folder of the documents
    schemas: schemas                  # folder of the project's own schema set
    environments:
      production:
        api: https://portal.example/api       # or "sandbox:"
        state: state/production               # a folder, or an address: postgres://, s3://, az://, gs://
        catalog: catalog/production.yaml      # or the tables themselves
        limits: {delete: 30%, update: off, unassigned: refuse}
        settle: 30                            # seconds that the server may take over a create it did not answer
        variables: {PRACTICE_PHONE: "+1 312 555 0142"}    # for ${env:PRACTICE_PHONE}
        timeouts: {connect: 10, read: 60}     # seconds

Pure: works on the value that the strict loader read and on its positions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import PurePosixPath

from reconciler.canonical import Json
from reconciler.config.addresses import holds_password, sounds_secret, why_no_api
from reconciler.config.settings_schema import (
    ENVIRONMENT,
    ENVIRONMENT_NAME,
    LIMITS,
    LONGEST_SETTLE,
    LONGEST_TIMEOUT,
    PROJECT,
    TIMEOUTS,
    VARIABLE_NAME,
)
from reconciler.config.values import ValueReader, kind
from reconciler.documents.strict_yaml import Parsed
from reconciler.errors import ConfigError
from reconciler.frozen import dataclass
from reconciler.later import pattern
from reconciler.model import Path
from reconciler.planning.safety import Limits

DEFAULT_ENVIRONMENT = "default"
DEFAULT_SETTLE = 30.0
"""Seconds. PHP, on which the platform runs, ends a request after so many unless it is told otherwise."""

_ENVIRONMENT_NAME = pattern(ENVIRONMENT_NAME)
_VARIABLE_NAME = pattern(VARIABLE_NAME, re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentSettings:
    """What the file says of one environment; None where it says nothing. `catalog` is a path or the tables.

    `timeouts` are seconds by phase, as far as they are stated.
    """

    api: str | None = None
    state: str | None = None
    catalog: str | Mapping[str, Json] | None = None
    limits: Limits = field(default_factory=Limits)
    settle: float | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    timeouts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The whole file. `schemas` is None where it names no folder."""

    assistants: str = "assistants"
    schemas: str | None = None
    environments: Mapping[str, EnvironmentSettings] = field(default_factory=dict)


def read_settings(parsed: Parsed) -> Settings:
    """The settings that a parsed file holds. Raises ConfigError with every error at its line and column."""
    if parsed.value is None or parsed.diagnostics:
        raise ConfigError.of(parsed.diagnostics)
    reader = _Reader(parsed)
    settings = reader.settings(parsed.value)
    if reader.problems:
        raise ConfigError.of(reader.problems)
    return settings


def read_catalog(parsed: Parsed) -> Mapping[str, Json]:
    """The tables of a catalogue, each of names with an id: `voices: {sarah: 12}`. Raises ConfigError like the above."""
    if parsed.value is None or parsed.diagnostics:
        raise ConfigError.of(parsed.diagnostics)
    reader = _Reader(parsed)
    reader.catalog(parsed.value, ())
    if reader.problems:
        raise ConfigError.of(reader.problems)
    return parsed.value


def why_no_environment_name(name: str) -> str | None:
    """Why a name cannot be an environment's, or None. It names a folder of the state, so it must be a plain name."""
    if _ENVIRONMENT_NAME.fullmatch(name):
        return None
    return "must be letters, digits, `-`, `_` and `.`, at most 64 of them, beginning with a letter or a digit"


def seconds_in(text: str) -> float | None:
    """The settle delay that a text says, or None for what is none."""
    seconds = float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text, re.ASCII) else math.inf
    return seconds if seconds <= LONGEST_SETTLE else None


class _Reader(ValueReader):
    """Reads one value after the other and keeps what is wrong; a wrong value reads as its default."""

    def settings(self, content: Json) -> Settings:
        found = self.mapping(content, (), tuple(PROJECT["properties"]))
        environments = self.mapping(found.get("environments"), ("environments",), None)
        read = {name: self.environment(name, each) for name, each in environments.items()}
        self.shared_states(read)
        return Settings(
            assistants=self.folder(found, "assistants") or "assistants",
            schemas=self.folder(found, "schemas"),
            environments=read,
        )

    def environment(self, name: str, content: Json) -> EnvironmentSettings:
        path: Path = ("environments", name)
        if why := why_no_environment_name(name):
            at = self.parsed.names.get(path)
            self.wrong(path, "environment-name", f"the name of an environment {why}", at=at)
        found = self.mapping(content, path, tuple(ENVIRONMENT["properties"]))
        return EnvironmentSettings(
            api=self.api(found, path),
            state=self.state(found, path),
            catalog=self.catalog(found["catalog"], (*path, "catalog"), or_path=True) if "catalog" in found else None,
            limits=self.limits(found.get("limits"), (*path, "limits")),
            settle=self.settle(found, path),
            variables=self.variables(found.get("variables"), (*path, "variables")),
            timeouts=self.timeouts(found.get("timeouts"), (*path, "timeouts")),
        )

    def folder(self, found: Mapping[str, Json], name: str) -> str | None:
        stated = self.text(found, name, ())
        if stated is None:
            return None
        path = PurePosixPath(stated)
        odd = path.is_absolute() or not path.parts or any(part.startswith((".", "~")) for part in path.parts)
        if odd or "\\" in stated or "\0" in stated:
            self.wrong((name,), "setting-value", f"`{name}` must name a folder of the project, such as `{name}`")
            return None
        return str(path)

    def api(self, found: Mapping[str, Json], path: Path) -> str | None:
        address = self.text(found, "api", path)
        if address is None:
            return None
        if holds_password(address):
            self.secret((*path, "api"), "`api` holds a user name or a password")
        elif why := why_no_api(address):
            self.wrong((*path, "api"), "setting-value", f"`api` {why}")
        return address

    def settle(self, found: Mapping[str, Json], path: Path) -> float | None:
        value = found.get("settle")
        seconds = seconds_in(str(value)) if type(value) in (int, float) else None
        if value is not None and seconds is None:
            told = f"`settle` must be a number of seconds from 0 to {LONGEST_SETTLE}, not {kind(value)}"
            self.wrong((*path, "settle"), "setting-value", told)
        return seconds

    def state(self, found: Mapping[str, Json], path: Path) -> str | None:
        location = self.text(found, "state", path)
        if location is not None and holds_password(location):
            then = "Set the whole address as RECONCILER_STATE, or the password as the home's own variable (PGPASSWORD)."
            self.secret((*path, "state"), "`state` holds a password", then)
        return location

    def shared_states(self, environments: Mapping[str, EnvironmentSettings]) -> None:
        """Two environments in one state would each see the other's assistants as removed."""
        holders: dict[str, str] = {}
        for name, each in environments.items():
            if each.state and "://" in each.state:
                continue  # a home on the network keeps environments apart by their names
            location = str(PurePosixPath(each.state or f"state/{name}"))
            first = holders.setdefault(location, name)
            if first != name:
                path = ("environments", name, "state") if each.state else ("environments", name)
                told = f"the environments `{first}` and `{name}` share one state"
                self.wrong(path, "shared-state", told, "Give each environment a state of its own.")

    def catalog(self, content: Json, path: Path, *, or_path: bool = False) -> str | Mapping[str, Json] | None:
        if isinstance(content, str) and or_path:
            return content
        if not isinstance(content, Mapping):
            wanted = "the path of a file or tables of ids" if or_path else "a mapping of tables"
            self.wrong(path, "setting-type", f"the catalogue must be {wanted}, not {kind(content)}")
            return None
        for table, names in content.items():
            if not isinstance(names, Mapping):
                told = f"the table `{table}` must be a mapping of names to ids, not {kind(names)}"
                self.wrong((*path, table), "catalog-shape", told)
                continue
            for name, value in names.items():
                if not isinstance(value, int | str) or isinstance(value, bool):
                    told = f"`{table}.{name}` must be an id (a whole number or text), not {kind(value)}"
                    self.wrong((*path, table, name), "catalog-shape", told)
        return content

    def variables(self, content: Json, path: Path) -> Mapping[str, str]:
        """Texts for `${env:NAME}`. A name that sounds like a secret's is refused: the file is for all to read."""
        read: dict[str, str] = {}
        for name, value in self.mapping(content, path, None).items():
            if sounds_secret(name):
                then = "Set it in the environment of the process, and write ${secret:NAME} in the document."
                self.secret((*path, name), f"`{name}` looks like a secret", then)
            elif not _VARIABLE_NAME.fullmatch(name) or name.upper().startswith("RECONCILER_"):
                told = "the name of a variable must be letters, digits and `_`, and not the program's own"
                at = self.parsed.names.get((*path, name))
                self.wrong((*path, name), "variable-name", told, at=at)
            elif not isinstance(value, bool | str | int | float):
                told = f"`{name}` must be text, a number, true or false, not {kind(value)}"
                self.wrong((*path, name), "setting-type", told)
            else:
                read[name] = str(value).lower() if isinstance(value, bool) else str(value)
        return read

    def limits(self, content: Json, path: Path) -> Limits:
        found = self.mapping(content, path, tuple(LIMITS["properties"]))
        unassigned = found.get("unassigned", "allow")
        if unassigned not in ("allow", "refuse"):
            told = f"`unassigned` must be `allow` or `refuse`, not {kind(unassigned)}"
            self.wrong((*path, "unassigned"), "setting-value", told)
        return Limits(
            delete=self.share(found, "delete", path, Limits().delete),
            delete_from=0 if "delete" in found else Limits().delete_from,
            update=self.share(found, "update", path, Limits().update),
            unassigned="refuse" if unassigned == "refuse" else "allow",
        )

    def timeouts(self, content: Json, path: Path) -> Mapping[str, float]:
        found = self.mapping(content, path, tuple(TIMEOUTS["properties"]))
        good: dict[str, float] = {}
        for name, value in found.items():
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST_TIMEOUT:
                good[name] = float(value)
            elif name in ("connect", "read"):
                told = f"`{name}` must be seconds, more than 0 and at most {LONGEST_TIMEOUT}"
                self.wrong((*path, name), "setting-value", told)
        return good

    def share(self, found: Mapping[str, Json], name: str, path: Path, default: float | None) -> float | None:
        if name not in found:
            return default
        value = found[name]
        if value == "off":
            return None
        share = _share(value)
        if share is None:
            advice = "Above that share of what is managed, a plan is refused."
            if isinstance(value, int | float) and value == 1:
                advice = "A bare 1 could be one percent or all: write `1%`, or `100%`."
            told = f"`{name}` must be a share such as `30%` or `0.3`, or `off`"
            self.wrong((*path, name), "setting-value", told, advice)
        return share


def _share(value: Json) -> float | None:
    """A share from 0 to 1: of `30%` and 30 as of 0.3. None for anything else, and for a bare 1.

    `1.0` and `100%` are all of it, `1%` is one percent; 1 could be either.
    """
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", value)
        share = float(match[1]) / 100 if match else math.inf
    elif isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, int) and value == 1):
        return None
    else:
        share = value if value <= 1 else value / 100
    return share if 0 <= share <= 1 else None
