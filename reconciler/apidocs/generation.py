"""Writes the schema set from pages: the one function that the rest of the program needs from here.

The list and delete pages have files of their own and change nothing in the other three. Pure, stdlib.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.apidocs.editor import editor_schema
from reconciler.apidocs.evidence import Evidence, evidence_of
from reconciler.apidocs.listing import list_schema
from reconciler.apidocs.meaning import PageMeaning, meaning_of, words_of
from reconciler.apidocs.merging import Field, merge
from reconciler.apidocs.page import Page, refuse
from reconciler.apidocs.properties import Schema, property_of
from reconciler.apidocs.reserved import RESERVED
from reconciler.apidocs.resource import check_one_resource, completed
from reconciler.apidocs.rules import kept, limits, needs
from reconciler.apidocs.unread import is_foreign, kinds_not_found
from reconciler.canonical import Json
from reconciler.errors import Diagnostic, note, warning
from reconciler.frozen import dataclass

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, kw_only=True, slots=True)
class Generated:
    """The schema files by name (`assistant.schema.json`, ...), and what there is to say of the pages.

    `evidence` holds, per field, which words of which page each constraint comes from.
    """

    files: Mapping[str, Json]
    diagnostics: tuple[Diagnostic, ...]
    evidence: Mapping[str, tuple[Evidence, ...]]

    def text(self, name: str) -> str:
        """A file's text: indented, keys in the order they have here, LF at the end."""
        return as_text(self.files[name])


def as_text(schema: Json) -> str:
    """How a schema file is written: not sorted, so that properties keep the page's order."""
    return json.dumps(schema, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def generate(
    create: Page, update: Page, list_: Page | None = None, delete: Page | None = None, *, route: str = ""
) -> Generated:
    """The schema set of a brand; `route` is the path that creates, for pages that have all lost theirs.

    Raises PageError where the pages are not of one resource or name it by no field.
    """
    create, update, delete = completed(create, update, delete, route)
    check_one_resource(create, update, delete)
    meanings = meaning_of(create), meaning_of(update)
    fields, said = merge(*meanings)
    resets = _resets(fields, meanings)
    common = _Common(create=create, update=update, fields=fields, resets=resets, name=_name_field(create, fields))
    assistant = common.assistant()
    files: dict[str, Json] = {
        "assistant.schema.json": assistant,
        "create.schema.json": common.create_body(),
        "update.schema.json": common.update_body(),
        "editor.schema.json": editor_schema(assistant),
    }
    if list_ is not None:
        files["list.schema.json"] = {"$schema": DRAFT, **list_schema(list_), **_source(("list", list_))}
    if delete is not None:
        files["delete.schema.json"] = {
            "$schema": DRAFT,
            "title": delete.title,
            "description": delete.description,
            "x-endpoint": _endpoint(delete),
            **_source(("delete", delete)),
        }
    rules = assistant.get("allOf", [])
    told = {name: evidence_of(each, assistant["properties"][name], rules, meanings) for name, each in fields.items()}
    return Generated(files=files, diagnostics=(*said, *_unread(meanings)), evidence=told)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Common:
    """What the three files of the body share."""

    create: Page
    update: Page
    fields: Mapping[str, Field]
    resets: Mapping[str, tuple[str, ...]]
    name: str

    def assistant(self) -> Schema:
        properties: Schema = {each.name: self._property(each, "assistant") for each in self.fields.values()}
        endpoint = {"create": _endpoint(self.create), "update": _endpoint(self.update)}
        return self._file(
            "Assistant",
            "One document: the desired state of one assistant.",
            {**properties, "reconciler": RESERVED},
            [*needs(self.fields), *limits(self.fields)],
            endpoint,
            required=True,
        )

    def create_body(self) -> Schema:
        there = {name: each for name, each in self.fields.items() if each.create is not None}
        properties = {name: self._property(each, "create") for name, each in there.items()}
        rules = kept([*needs(self.fields), *limits(self.fields)], there)
        page = self.create
        return self._file(page.title, page.description, properties, rules, _endpoint(page), required=True)

    def update_body(self) -> Schema:
        there = {name: each for name, each in self.fields.items() if each.update is not None}
        properties = {name: self._property(each, "update") for name, each in there.items()}
        rules = kept(limits(self.fields), there)
        page = self.update
        return self._file(page.title, page.description, properties, rules, _endpoint(page), required=False)

    def _property(self, field: Field, kind: str) -> Schema:
        first, second = (field.update, field.create) if kind == "update" else (field.create, field.update)
        own = first or second
        assert own is not None
        judge = (field.update or field.create) if kind == "assistant" else own
        return property_of(
            field, own, nullable=bool(judge and judge.nullable), reset_by=self.resets.get(field.name, ())
        )

    def _file(
        self,
        title: str,
        told: str,
        properties: Schema,
        rules: list[dict[str, Any]],
        endpoint: Schema,
        *,
        required: bool,
    ) -> Schema:
        file: Schema = {"$schema": DRAFT, "title": title, "description": told, "type": "object"}
        file |= {"additionalProperties": False, "properties": properties}
        if required:
            file["required"] = [name for name, each in self.fields.items() if each.required]
        file["allOf"] = rules
        if not rules:
            del file["allOf"]
        pages = ("create", self.create), ("update", self.update)
        return {**file, "x-name": self.name, "x-endpoint": endpoint, **_source(*pages)}


def _endpoint(page: Page) -> dict[str, str]:
    return {"method": page.method, "path": page.path}


def _source(*pages: tuple[str, Page]) -> Schema:
    api = next((page.api for _, page in pages if page.api), None)
    listed = [
        {"page": role, "title": page.title, "sha256": page.sha256, **_address(page.source)} for role, page in pages
    ]
    return {"x-source": {**({"api": api} if api else {}), "pages": listed}}


def _address(source: str) -> dict[str, str]:
    """Where a page was fetched from, so that it can be asked again; a file's place is nobody else's business."""
    return {"address": source} if source.startswith(("https://", "http://")) else {}


def _name_field(create: Page, fields: Mapping[str, Field]) -> str:
    """The field that names the resource: the first required text with a limit that is called so."""
    for name, field in fields.items():
        text = field.both.field.type == "string" and field.both.longest is not None
        needed = field.required or not any(each.required for each in fields.values())
        if needed and text and re.search(r"(?:^|_)name$", name):
            return name
    raise refuse(
        "page-no-name-field",
        create.source,
        "the page has no required text field with a maximum length called `name` or `..._name`",
        "Check that the page is whole: without such a field assistants cannot be told apart.",
    )


def _resets(fields: Mapping[str, Field], meanings: tuple[PageMeaning, ...]) -> dict[str, tuple[str, ...]]:
    """Which fields' changes reset a field. A phrase means the fields whose names hold all its words."""
    found: dict[str, tuple[str, ...]] = {}
    causes = {cause for meaning in meanings for cause in meaning.resets}
    for cause in [name for name in fields if name in causes]:
        phrases = {each for meaning in meanings if cause in meaning.resets for each in meaning.resets[cause].phrases}
        for name, field in fields.items():
            applies = field.both.applies
            named = any(words_of(phrase) <= words_of(name) for phrase in phrases)
            # a sentence without a list leaves one reading: whatever exists only in some modes
            unlisted = not phrases and applies is not None and applies[0] == cause
            if name != cause and (named or unlisted):
                found[name] = (*found.get(name, ()), cause)
    return found


def _unread(meanings: tuple[PageMeaning, ...]) -> Iterable[Diagnostic]:
    for meaning in meanings:
        if is_foreign(meaning.page):
            missing = kinds_not_found(meaning.page, (c.value for each in meaning.fields.values() for c in each.choices))
            yield note(
                "page-not-english",
                "the page is not in English: names, types, marks, numbers and defaults were read"
                + (f"; not found: {', '.join(missing)}" if missing else ""),
                "Give the English page where the brand has one; rules between fields depend on wording.",
                file=meaning.page.source,
            )
        for name, one in meaning.fields.items():
            if not one.field.type:
                yield warning(
                    "type-not-known",
                    f"`{name}`: the page gives no type, or none that is known: any value passes",
                    "Look at the page whether it was saved whole.",
                    file=meaning.page.source,
                    line=one.field.line,
                    field=name,
                )
        for each in meaning.unread:
            yield note(
                "sentence-not-understood",
                f'{f"`{each.field}`" if each.field else "beside the fields"}: no rule was made of "{each.words}"',
                file=meaning.page.source,
                line=each.line,
                field=each.field.partition(".")[0] or None,
            )
