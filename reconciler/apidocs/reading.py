"""Turns a page's text into a Page: chooses the reader by looking, finds the endpoint, refuses any other page.

Another textual form is another module and one more line in FORMS. Pure, stdlib.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from reconciler.apidocs import html_form, inline_form, lines_form, mdx_form, skeleton_form
from reconciler.apidocs.endpoint import base_in, endpoint_in, split
from reconciler.apidocs.page import Draft, Page, PageField, Role, gathered, refuse
from reconciler.errors import PageError

RESOURCE = "assistant"
TRANSLATED = frozenset(("asistente", "asistentes", "assistente", "assistentes", "assistent", "assistenten"))
"""The resource in paths that a translator went over, which no API answers."""
METHODS: dict[Role, tuple[str, ...]] = {
    "create": ("POST",),
    "update": ("PUT", "PATCH"),
    "list": ("GET",),
    "delete": ("DELETE",),
}
FORMS: tuple[tuple[str, Callable[[str], bool], Callable[[str, str], Draft]], ...] = (
    ("mdx", mdx_form.recognises, mdx_form.read),
    ("skeleton", skeleton_form.recognises, lambda text, _: skeleton_form.read(text)),
    ("inline", inline_form.recognises, lambda text, _: inline_form.read(text)),
    ("lines", lines_form.recognises, lambda text, _: lines_form.read(text)),
)
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
AGENTS_END = "</AgentInstructions>"
AGENTS = re.compile(rf"<AgentInstructions>.*?{AGENTS_END}", re.DOTALL)
SAVE_AGAIN = "Save the page again with its field names: its source (.md, .mdx), or the text as a browser copies it."


def read_page(text: str, *, source: str, role: Role | None = None) -> Page:
    """The page in `text`. `source` names it in messages; `role` is what it was given as, and is then checked.

    Raises PageError: `page-empty`, `page-names-lost`, `page-form-unknown`, `page-tag-open`, `page-no-endpoint`,
    `page-other-method`, `page-other-resource`, `page-no-fields`.
    """
    clean = _clean(text)
    if not clean.strip():
        raise refuse("page-empty", source, "the page is empty", "Save it again and look that the file has text.")
    form, draft, clean = _read_form(clean, source)
    method, target = _endpoint(clean, source, role if form == "mdx" and role != "list" else None)
    base, path = split(target)
    if role is not None and role != "list" and not TRANSLATED.isdisjoint(path.lower().split("/")):
        path = ""  # as good as lost: `generate` takes it from the other pages or from `route`
    page = Page(
        source=source,
        form=form,
        title=draft.title,
        description=draft.description,
        method=method,
        path=path,
        api=base or (base_in(clean, path) if path else None),
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        fields=gathered(draft.fields),
        notes=draft.notes,
        note_lines=draft.note_lines,
        samples=draft.samples,
    )
    if role is not None:
        _check_role(page, role)
    _check_unique(page)
    return page


def _clean(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").translate(INVISIBLE)
    # what a page says to programs that read it is not about its endpoint; its lines stay, so that numbers hold
    end = plain.rfind(AGENTS_END) + len(AGENTS_END)
    if end < len(AGENTS_END):
        return plain
    return AGENTS.sub(lambda found: "\n" * found[0].count("\n"), plain[:end]) + plain[end:]


def _read_form(text: str, source: str) -> tuple[str, Draft, str]:
    """The form's name, what the page says, and its text without tags, where endpoints and addresses are found."""
    if html_form.recognises(text):
        lines = html_form.lines_of(text)
        plain = "\n".join(each for _, each in lines)
        if inline_form.recognises(plain) or lines_form.recognises(plain):
            return "html", skeleton_form.read_lines(lines), plain
        raise _lost(source)
    for name, recognises, read in FORMS:
        if recognises(text):
            return name, read(text, source), text
    if endpoint_in(text) and re.search(r"param(?:eter)?s|request|fields", text, re.IGNORECASE):
        raise _lost(source)
    raise refuse("page-form-unknown", source, "no form of an API reference page is recognised in the page", SAVE_AGAIN)


def _lost(source: str) -> PageError:
    told = "the page describes fields, but their names and types are lost"
    return refuse("page-names-lost", source, told, SAVE_AGAIN)


def _endpoint(text: str, source: str, role: Role | None) -> tuple[str, str]:
    """Method and target. An exported page may have lost both with its front matter: `generate` completes them."""
    found = endpoint_in(mdx_form.front_matter(text).get("api", ""), text)
    if found is None and role is not None:
        return METHODS[role][0], ""
    if found is None:
        raise refuse(
            "page-no-endpoint",
            source,
            "the page names no endpoint (a line such as `POST /path`)",
            "Save the page again, from its heading on.",
        )
    return found


def _check_role(page: Page, role: Role) -> None:
    wanted = METHODS[role]
    if page.method not in wanted:
        raise refuse(
            "page-other-method",
            page.source,
            f"this is the page of {page.method} {page.path}; the {role} page documents a {' or '.join(wanted)}",
            f"Give the {role} page as --{role}; check that the files were not swapped.",
        )
    if page.path and not _is_of_resource(page, role):
        raise refuse(
            "page-other-resource",
            page.source,
            f"this is the page of {page.method} {page.path}, which does not {role} {RESOURCE}s",
            f"Give the page that documents how to {role} {RESOURCE}s as --{role}.",
        )
    if role in ("create", "update") and not page.body:
        raise refuse("page-no-fields", page.source, "the page documents no body field", SAVE_AGAIN)


def _is_of_resource(page: Page, role: Role) -> bool:
    """By the path's shape: `.../assistant` creates, `.../assistant/{id}` updates and deletes, and a list has pages."""
    parts = [each for each in page.path.split("/") if each]
    names = (RESOURCE, RESOURCE + "s")
    match role:
        case "create":
            return parts[-1:] != [] and parts[-1] in names
        case "update" | "delete":
            return len(parts) > 1 and parts[-1] == "{id}" and parts[-2] in names
        case _:
            paged = any(re.search(r"(?:^|_)page(?:$|_)", each.name) for each in page.of("query"))
            return paged and any(each in names for each in parts)


def _check_unique(page: Page) -> None:
    seen: dict[str, PageField] = {}
    for each in page.body:
        if each.name in seen:
            raise refuse(
                "page-field-twice",
                page.source,
                f"`{each.name}` is documented twice, on lines {seen[each.name].line} and {each.line}",
                "Save the page again: two pages or two versions may have been joined in one file.",
                each.line,
            )
        seen[each.name] = each
