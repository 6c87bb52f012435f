"""Writes one page in every form that docs sites give it, so that what a page says can be compared over all of them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from reconciler.apidocs import Page, PageField

HEADINGS = {"path": "Path parameters", "query": "Query parameters", "body": "Request", "response": "Response"}
BASE = "https://portal.intellixent.ai/api"


def groups(page: Page) -> Iterator[tuple[str, str, list[PageField]]]:
    """Fields in page order, by place and section."""
    for place in ("path", "query", "body", "response"):
        for section, fields in groupby(page.of(place), key=lambda each: each.section):  # type: ignore[arg-type]
            yield place, section, list(fields)


def mdx(page: Page, *, front: bool = True, optional: str = "") -> str:
    """The page's source: front matter, tags, nested ones in a fold-out, code in fences."""
    lines = ["---", f'title: "{page.title}"', f'api: "{page.method} {BASE}{page.path}"', "---", ""] if front else []
    lines += [] if front else [f"# {page.title}", "", "> Only a few words.", ""]
    lines += [note for note in page.notes if note != page.title]
    for _, section, fields in groups(page):
        lines += ["", f"## {section}", ""]
        for each in fields:
            lines += [*_tag(each, "ResponseField" if each.where == "response" else "ParamField", optional), ""]
    return "\n".join(lines) + "\n"


def exported(page: Page) -> str:
    """The docs site's Markdown export: an index notice, words to programs, no front matter, escaped underscores."""
    notice = ["> ## Documentation Index", "> Fetch the index at: https://docs.example/llms.txt", ""]
    agents = ["<AgentInstructions>", "POST https://docs.example/feedback", "</AgentInstructions>", ""]
    return "\n".join([*notice, *agents]) + mdx(page, front=False).replace("America/New_York", r"America/New\_York")


def _tag(field: PageField, tag: str, optional: str) -> Iterator[str]:
    place = "name" if tag == "ResponseField" else "path" if field.where == "path" else "query"
    name = f'{"body" if field.where == "body" else place}="{field.name}"'
    kind = f' type="{field.type}"' if field.type else ""
    default = f' default="{field.default}"' if field.default is not None else ""
    mark = " required" if field.required else optional
    yield f"<{tag} {name}{kind}{default}{mark}>"
    for words in field.description:
        yield f"  {words}"
        yield ""
    if field.fields:
        yield '  <Expandable title="properties">'
        for inner in field.fields:
            yield from (f"    {line}" for line in _tag(inner, tag, ""))
        yield "  </Expandable>"
    for code in field.code:
        yield from ("  ```json theme={null}", *(f"  {line}" for line in code.splitlines()), "  ```")
    yield f"</{tag}>"


def lines(page: Page, *, header: Iterable[str] | None = None, inline: bool = False, broken: bool = False) -> str:
    """What a browser copies: everything on lines of its own, or name, type and marks on one."""
    top = header if header is not None else [page.title, "", "Does what it says.", "", f"{page.method} {page.path}", ""]
    found = [*top, *_notes(page)]
    placed = ""
    for place, section, fields in groups(page):
        if place != placed:
            found += ["", HEADINGS[place], ""]
            placed = place
        if section != HEADINGS[place]:
            found += ["", section, ""]
        for each in fields:
            found += _field_lines(each, inline=inline, broken=broken)
    return "\n".join(found) + "\n"


def _notes(page: Page) -> list[str]:
    return [note.replace("- ", "• ", 1) if note.startswith("- ") else note for note in page.notes if note != page.title]


def _field_lines(field: PageField, *, inline: bool, broken: bool) -> Iterator[str]:
    marks = [*(["required"] if field.required else []), *([f'default:"{field.default}"'] if field.default else [])]
    head = [field.name, field.type or "object", *marks]
    yield from [" ".join(head)] if inline else head
    for words in field.description:
        text = words.replace("- ", "• ", 1) if words.startswith("- ") else words
        plain = re.sub(r"(?<=: )`([^`]*)`", r"\1", text)
        yield from re.sub(r"(:|,) (?=`)", r"\1\n", text).split("\n") if broken else [plain]
    if field.fields:
        yield f"Show {field.name} properties"
        for inner in field.fields:
            yield from _field_lines(inner, inline=inline, broken=broken)
    for code in field.code:
        yield from code.splitlines()


def skeleton(page: Page, *, inline: bool = False) -> str:
    """A docs site's API page copied whole: a path broken at every slash, cURL and a skeleton on top."""
    steps = [part for step in ["api", *page.path.strip("/").split("/")] for part in ("/", step)]
    kinds = {"string": "<string>", "integer": 123, "number": 123, "boolean": True, "object": {}, "integer[]": [123]}
    shown = json.dumps({each.name: kinds.get(each.type, [{}]) for each in page.body}, indent=2)
    command = [
        f"curl --request {page.method} \\",
        f"  --url {BASE}{page.path} \\",
        "  --header 'Authorization: Bearer <token>' \\",
        f"  --data '{shown.splitlines()[0]}",
        *shown.splitlines()[1:-1],
        "}'",
        "{",
        '  "message": "done"',
        "}",
    ]
    header = ["Skip to main content", page.method, *steps, page.title, *command, "Does what it says."]
    return lines(page, header=header, inline=inline)


def web(page: Page) -> str:
    """The page as a browser saves it."""
    steps = "".join(f"<div>/</div><div>{html.escape(each)}</div>" for each in page.path.strip("/").split("/"))
    head = "<!DOCTYPE html><html><head><title>x</title><style>p{}</style></head><body><nav><ul><li>Home</li></ul></nav>"
    found = [head, f'<main><h1>{page.title}</h1><div class="method">{page.method}</div>{steps}<p>Does it.</p>']
    found += [f"<p>{_rich(each)}</p>" for each in _notes(page)]
    found.append(f"<pre><code>curl -X {page.method} {BASE}{page.path}</code></pre>")
    placed = ""
    for place, section, fields in groups(page):
        found += [f"<h2>{HEADINGS[place]}</h2>"] if place != placed else []
        placed = place
        found.append(f"<h3>{html.escape(section)}</h3>" if section != HEADINGS[place] else "")
        found += [_web_field(each) for each in fields]
    return "\n".join([*found, "</main><footer>All rights</footer><script>let name = 1</script></body></html>"])


def _web_field(field: PageField) -> str:
    pill = '<div data-component-part="field-info-pill"><span>{}</span></div>'
    marks = pill.format(field.type) + (pill.format(f'default:"{field.default}"') if field.default else "")
    marks += '<div data-component-part="field-required-pill">required</div>' if field.required else ""
    texts = [f"<p>{_rich(each)}</p>" for each in field.description if not each.startswith("- ")]
    bullets = [f"<li>{_rich(each[2:])}</li>" for each in field.description if each.startswith("- ")]
    inner = "".join(_web_field(each) for each in field.fields)
    button = '<button><svg aria-hidden="true"></svg><span>Show properties</span></button>'
    fold = f'<div class="mt-4 expandable">{button}<div>{inner}</div></div>'
    codes = "".join(f"<pre><code>{html.escape(each)}</code></pre>" for each in field.code)
    body = "".join(texts) + (f"<ul>{''.join(bullets)}</ul>" if bullets else "") + (fold if inner else "") + codes
    name = f'<div data-component-part="field-name">{field.name}</div>'
    return f'<div class="field"><div>{name}{marks}</div><div data-component-part="field-content">{body}</div></div>'


def _rich(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))


FORMS: dict[str, Callable[[Page], str]] = {
    "mdx": mdx,
    "mdx-optional": lambda page: mdx(page, optional=" optional"),
    "export": exported,
    "lines": lines,
    "lines-loose": lambda page: re.sub(r"\n+", "\n\n", lines(page)),
    "lines-broken": lambda page: lines(page, broken=True),
    "inline": lambda page: lines(page, inline=True),
    "inline-loose": lambda page: re.sub(r"\n+", "\n\n", lines(page, inline=True)),
    "skeleton": skeleton,
    "skeleton-inline": lambda page: skeleton(page, inline=True),
    "web": web,
    "web-one-line": lambda page: web(page).replace("\n", ""),
}
