"""Everything in the program that reads what others wrote, as functions from bytes to what a person is told.

A target takes any bytes, goes as far with them as the program would (what is read is planned and rendered too), and
returns the diagnostics, having checked that each can be found and acted on. Any other exception is a finding.
`tests.fuzz` mutates the seeds, `tests.fuzz.guided` lets atheris do that; no pytest here, so that both can.
"""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx

from reconciler.api import ApiClient, Failure, Patience
from reconciler.apidocs import generate, read_page
from reconciler.canonical import Json, exact_digest, pretty
from reconciler.config.schema_files import find_schemas, read_schemas
from reconciler.config.settings import read_catalog, read_settings
from reconciler.documents import Loaded, drafting_of, load_documents
from reconciler.documents.strict_yaml import parse_yaml
from reconciler.entries import entry_from_json, entry_text, entry_to_json
from reconciler.errors import Diagnostic, DocumentError, ReconcilerError, error
from reconciler.live import observed
from reconciler.lookups.lists import read_lists
from reconciler.model import Desired, Entry, Live, Plan
from reconciler.planfile import plan_file, plan_to_json, read_plan_file
from reconciler.planning import make_plan
from reconciler.pull.draft import Style
from reconciler.pull.pulling import Puller
from reconciler.refresh import read_live
from reconciler.render.annotations import render_annotations
from reconciler.render.diagnostics_text import render_diagnostics
from reconciler.render.escape import json_text
from reconciler.render.forms import PLAN_FORMS, Frame, plan_in
from reconciler.render.masking import masked
from reconciler.schemas import SchemaSet
from reconciler.state.entryfiles import Place, decode_object
from reconciler.state.meta import account_of
from tests.api.faketime import FakeTime

REPOSITORY = Path(__file__).parents[2]
CASES = Path(__file__).parent / "corpus"
RECEPTION, ENTRY = "assistants/dental-reception.yaml", "state/default/reception.json"
NOW = datetime(2026, 11, 3, 9, 18, tzinfo=UTC)
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class Broken(AssertionError):
    """A promise about what a person is told was not kept."""


def promised(diagnostics: Sequence[Diagnostic], *, sources: Mapping[str, bytes] | None = None) -> None:
    """Raise Broken unless every error has a code, a place and a way on, and all of it can be shown on a terminal."""
    for each in diagnostics:
        if not _CODE.fullmatch(each.code) or not each.summary.strip():
            raise Broken(f"no code or no summary: {each.code!r}")
        placed = each.file or each.key or re.search(r"\b(GET|POST|PUT|DELETE) /|https?://", each.summary)
        if each.severity == "error" and not placed:
            raise Broken(f"no place: {each.code}")
        heard = each.code == "api-refused" and "): " in each.summary  # the API's own words are the way on
        if each.severity == "error" and not (each.detail or each.line or heard):
            raise Broken(f"no way on: {each.code}")
        if each.code.startswith("internal"):
            raise Broken(f"called our own bug: {each.code}")

    def source(path: str) -> str | None:
        content = (sources or {}).get(path)
        return None if content is None else content.decode("utf-8", "replace")

    told = [render_diagnostics(diagnostics, sources=source), render_annotations(diagnostics, verdict="Failed.")]
    if any(_UNSAFE.search(text) for text in told):
        raise Broken("a control character reaches the terminal")


@dataclass(frozen=True, kw_only=True)
class Target:
    """`run` returns what a person is told of the bytes, empty where all is well. `tokens` mean something to it."""

    name: str
    run: Callable[[bytes], Sequence[Diagnostic]]
    seeds: Callable[[], list[bytes]]
    tokens: tuple[bytes, ...]
    is_json: bool = False
    weight: int = 1
    """How much of a campaign's time it gets."""


@cache
def schemas() -> SchemaSet:
    return find_schemas(REPOSITORY)


# -- YAML


@dataclass(frozen=True)
class _Files:
    """A project in memory."""

    files: Mapping[str, bytes]

    def documents(self) -> list[str]:
        return sorted(each for each in self.files if each.endswith(".yaml") and "/_" not in each)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise DocumentError(error("missing-file", "there is no such file", "Create it.", file=path))
        return self.files[path]


PROJECT: dict[str, bytes] = {
    path: (REPOSITORY / path).read_bytes()
    for path in ("assistants/_base.yaml", RECEPTION, "assistants/prompts/dental-reception.md")
}


def _load(files: Mapping[str, bytes]) -> Loaded:
    return load_documents(
        drafting_of(
            files=_Files(files),
            folder="assistants",
            schemas=schemas(),
            environment="default",
            environ={"PRACTICE_PHONE": "+13125550142", "CALCOM_KEY": "cal_live_0123456789"},
            catalog={"voices": {"nora": 12}, "numbers": {"main": 45}},
            fingerprint=lambda name, value: "0" * 12,
        )
    )


def _planned(desired: Sequence[Desired], entries: Mapping[str, Entry], live: Mapping[int, Live] | None = None) -> Plan:
    return make_plan(
        environment="default", lineage=None, desired=desired, entries=entries, schemas=schemas(), live=live
    )


def _shown(plan: Plan, content: bytes) -> None:
    """The plan in a form that the bytes choose, since all of them take long, and as a plan file that is read again."""
    form = PLAN_FORMS[len(content) % len(PLAN_FORMS)]
    shown = plan_in(form, masked(plan, schemas()), Frame(), schemas=schemas())
    if form == "text" and _UNSAFE.search(shown):
        raise Broken("a control character reaches the terminal")
    text = json_text(plan_file(plan))
    if plan_to_json(read_plan_file(text, where="change.plan")) != plan_to_json(plan):
        raise Broken("a plan file is not read as it was written")


def _document(path: str, content: bytes) -> Sequence[Diagnostic]:
    files = {**PROJECT, path: content}
    loaded = _load(files)
    promised(loaded.diagnostics, sources=files)
    if not loaded.errors:
        _shown(_planned(loaded.desired, {}), content)
    return loaded.diagnostics


def _catalogue(content: bytes) -> Sequence[Diagnostic]:
    read_catalog(parse_yaml(content, file="catalog/default.yaml"))
    return ()


def _project_file(content: bytes) -> Sequence[Diagnostic]:
    read_settings(parse_yaml(content, file="reconciler.yaml"))
    return ()


YAML = (
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b": ",
        b"- ",
        b"&a ",
        b"*a",
        b"<<: *a",
        b"!!str ",
        b"!x ",
        b"|\n",
        b">-\n",
        b"? ",
        b"---\n",
    ),
    *(
        b"...\n",
        b"%YAML 1.1\n",
        b"#",
        b"'",
        b'"',
        b"\t",
        b"\r",
        b"\r\n",
        b"\x85",
        b"\x00",
        b"\xff",
        b"null",
        b"~",
        b"off",
    ),
    *(
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b".inf",
        b".nan",
        b"0x7f",
        b"1e999",
        b"9" * 400,
        b"010",
        b"12:30",
        b"2026-01-01",
    ),
    *(b"${file:", b"${env:HOME}", b"${secret:CALCOM_KEY}", b"${ref:voices.nora}", b"$${", b"{{", b"}}", b"../"),
    *(
        b"reconciler:",
        b"extends: [_base.yaml]",
        b"extends: [dental-reception.yaml]",
        b"environments: {default: {",
        b"id: 1",
    ),
    *(b"moved_from: a/b", b"unmanaged: [", b"seed: [", b"protect: true", b"tools:", b"type: ", b"mode: pipeline"),
    *(b"<<<<<<< HEAD\n", b"=======\n", b">>>>>>> x\n", b"\xf0\x9f\xa6\xb7", b"\xe2\x80\xae", b"\xd0\xb0", b"\x1b[31m"),
)


# -- JSON


@dataclass(frozen=True)
class _InMemory:
    """As much of a folder as the schema reader asks for."""

    files: Mapping[str, bytes]
    name: str = ""

    def __truediv__(self, name: str) -> _InMemory:
        return replace(self, name=name)

    def is_file(self) -> bool:
        return self.name in self.files

    def is_dir(self) -> bool:
        return False

    def open(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.files[self.name])


SCHEMA_FILES = {each.name: each.read_bytes() for each in (REPOSITORY / "schemas").glob("*.schema.json")}
LOOKUPS = (REPOSITORY / "schemas" / "lookups.json").read_bytes()


def _schema(name: str, content: bytes) -> Sequence[Diagnostic]:
    folder: Any = _InMemory({**SCHEMA_FILES, name: content})
    found = read_schemas(folder, where="schemas")
    document = parse_yaml(PROJECT[RECEPTION], file=RECEPTION).value or {}
    found.violations("assistant", {each: value for each, value in document.items() if each != "reconciler"})
    return ()


def _lookups(content: bytes) -> Sequence[Diagnostic]:
    stated = decode_object(Place(path="", shown="schemas/lookups.json"), content)
    for each in read_lists(stated, schemas(), where="schemas/lookups.json"):
        each.queries()
    return ()


def _entry(content: bytes) -> Sequence[Diagnostic]:
    stored = decode_object(Place(path="", shown=ENTRY, key="reception"), content)
    entry = entry_from_json("reception", stored, where=ENTRY)
    again = json.loads(entry_text(entry))
    if entry_to_json(entry_from_json("reception", again, where=ENTRY)) != entry_to_json(entry):
        raise Broken("an entry that was accepted is not kept whole")
    _shown(_planned(_examples(), {"dental-reception": replace(entry, key="dental-reception")}), content)
    return ()


def _meta(content: bytes) -> Sequence[Diagnostic]:
    place = Place(path="", shown="state/default/_meta.json")
    account_of(decode_object(place, content), place)
    return ()


def _plan(content: bytes, *, sealed: bool) -> Sequence[Diagnostic]:
    """`sealed`: with a right digest, as only a forger would: the checks behind the digest are then reached."""
    text = content.decode("utf-8", "replace")
    if sealed:
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict):
            told.pop("file_digest", None)
            try:
                text = json_text({**told, "file_digest": exact_digest(told)})
            except (ValueError, TypeError, RecursionError):  # NaN, and what nests too deeply to be sealed
                return ()
    plan = read_plan_file(text, where="change.plan")
    plan_in(PLAN_FORMS[len(content) % len(PLAN_FORMS)], plan, Frame(), schemas=schemas())
    return ()


@cache
def _examples() -> tuple[Desired, ...]:
    return _load(PROJECT).desired


JSON = (
    *(b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"-1", b"0", b"1e999", b"NaN", b"-0.0", b"9" * 5000, b'""'),
    *(b'"\\ud800"', b'"\\u0000"', b'"\\u001b[31m"', b'{"$secret": "CALCOM_KEY"}', b"\xff", b"\xef\xbb\xbf"),
    *(b'"$ref": "https://portal.example/x"', b'"pattern": "(a+)+$"', b'"type": 7', b'"x-exclusive": 1', b'"enum": []'),
    *(
        b'"format_version": 2',
        b'"id": 1',
        b'"after": [1, 2]',
        b'"step": 1',
        b'"path": "//a.example"',
        b'"deleted_at": ""',
    ),
)


# -- pages and answers


def _page(content: bytes, *, role: str) -> Sequence[Diagnostic]:
    text = content.decode("utf-8", "replace")
    page = read_page(text, source=f"{role}.txt", role=role)  # type: ignore[arg-type]
    pages = {"create": _own_page("create"), "update": _own_page("update"), role: page}
    if len(content) % 4:  # generating takes the most
        return ()
    made = generate(pages["create"], pages["update"], pages.get("list"), pages.get("delete"))
    SchemaSet.from_files({name.removesuffix(".schema.json"): each for name, each in made.files.items()})
    return ()


@cache
def _own_page(role: Any) -> Any:
    path = REPOSITORY / "schemas" / "pages" / f"{role}.txt"
    return read_page(path.read_text("utf-8"), source=f"{role}.txt", role=role)


def _page_seeds() -> list[bytes]:
    from tests.apidocs import forms

    page = _own_page("create")
    written = [forms.mdx(page), forms.exported(page), forms.lines(page), forms.skeleton(page), forms.web(page)]
    own = [(REPOSITORY / "schemas" / "pages" / f"{role}.txt").read_bytes() for role in ("create", "update")]
    return [*own, *(each.encode() for each in written)]


PAGE = (
    *(b"<", b">", b"</", b"<ParamField ", b'body="', b"<ResponseField ", b"<Expandable>", b"<table><tr><td>", b"<pre>"),
    *(
        b"POST /user/assistant",
        b"PUT /user/assistant/{id}",
        b"required",
        b"default: ",
        b"Range: ",
        b"\xe2\x80\x93",
        b"`",
    ),
    *(b"---\n", b"```\n", b"Set to null", b"pipeline mode only", b"&#x1F9B7;", b"&amp;", b"<!--", b"-->", b"<script>"),
    *(b"object[]", b"integer | null", b"Body", b"\xc2\xa0", b"\xe2\x80\x8b", b"enum<string>", b"</AgentInstructions>"),
)


def _answer(content: bytes) -> Sequence[Diagnostic]:
    """`STATUS`, header lines, an empty line and a body, given to every kind of request; what is a list is pulled."""
    head, _, body = content.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    status = int(first) if re.fullmatch(r"[1-5]\d\d", first, re.ASCII) else 200
    headers = [tuple(each.split(":", 1)) for each in lines if re.fullmatch(r"[a-z-]+:[ -~]*", each)]
    transport = httpx.MockTransport(lambda request: httpx.Response(status, headers=headers, content=body))
    told: list[Diagnostic] = []
    time = FakeTime()
    with ApiClient(
        "https://portal.example/api",
        "17|kq3v9Yx2",
        transport=transport,
        patience=Patience(attempts=2, unreachable_attempts=2, throttled_attempts=3),
        clock=time.clock,
        pause=time.pause,
        now=lambda: NOW,
    ) as client:
        for method, path in (
            ("POST", "/user/assistant"),
            ("PUT", "/user/assistant/7"),
            ("DELETE", "/user/assistant/7"),
        ):
            found = client.attempt(method, path, {"name": "Lakeview Dental"} if method != "DELETE" else None)
            told += [found.diagnostic(found.message)] if isinstance(found, Failure) else []
        promised(told)
        live = read_live(client, schemas(), parallelism=1)
    _compared(live, content)
    return ()


def _compared(live: Mapping[int, Live], content: bytes) -> None:
    """Rows that were read: compared with what was sent, planned, and written as documents."""
    desired = tuple(replace(each, id=at) for each, at in zip(_examples(), sorted(live), strict=False))
    like = {each.id: each.content for each in desired}
    fingerprint = lambda name, value: "0" * 12  # noqa: E731
    seen = {id: observed(each, like.get(id, {}), schemas(), fingerprint) for id, each in live.items()}
    _shown(_planned(desired, {}, seen), content)
    puller = Puller(
        files=_Files({}),
        load=lambda files, variables: load_documents(
            drafting_of(
                files=files,
                folder="assistants",
                schemas=schemas(),
                environment="default",
                environ=variables,
                catalog={},
                fingerprint=fingerprint,
            )
        ),
        loaded=Loaded(),
        entries={},
        style=Style(folder="assistants", schema_path=None),
        schemas=schemas(),
    )
    pulling = puller.pull(live)
    promised(pulling.diagnostics)
    if len(pulling.pulled) + len(pulling.left_out) < len(live):
        raise Broken("an assistant is neither pulled nor left out")


def _row() -> dict[str, Json]:
    content = dict(_examples()[0].content)
    return {"id": 7, "status": "active", "created_at": "2026-11-03T09:18:42Z", "deleted_at": None, **content}


def _answer_seeds() -> list[bytes]:
    tools: Json = [{"type": "end_call", "data": {"description": "End the call."}}]
    rows: list[Json] = [{**_row(), "voice_stability": "0.70", "fillers": 1, "tools": tools, "variables": []}]
    listed: dict[str, Json] = {"data": rows, "total": 1, "last_page": 1, "current_page": 1}
    refused: Json = {"message": "The name field is required.", "errors": {"tools.0.type": ["is unknown"]}}
    return [
        b"200\ncontent-type: application/json\n\n" + json.dumps(listed).encode(),
        b"200\n\n" + json.dumps(rows).encode(),
        b"422\n\n" + json.dumps(refused).encode(),
        b"429\nretry-after: 5\n\n" + b'{"retry_after": 5}',
        b"503\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT\n\n<html>",
        b"302\nlocation: https://portal.example/login?then=/api\n\n",
        b"200\ncontent-encoding: gzip\n\n\x1f\x8b\x08\x00",
    ]


def _seed_plans() -> list[bytes]:
    from tests.planfile.plans import every_kind

    return [json_text(plan_file(each)).encode() for each in (every_kind(), _planned(_examples(), {}))]


def _seed_entries() -> list[bytes]:
    return [entry_text(Entry(key=each.key, id=7, last_applied=each.content, source="")) for each in _examples()]


def _files_of(*paths: str) -> list[bytes]:
    return [(REPOSITORY / each).read_bytes() for each in paths]


def _all() -> Iterator[Target]:
    names = ("appointment-reminder", "dental-reception", "sales-caller", "support-de", "_base")
    yaml = partial(_files_of, *(f"assistants/{each}.yaml" for each in names))
    plans, answers = partial(_plan, sealed=False), (*JSON, b"200\n\n", b"422\n\n", b"404\n\n")
    text, metas = "assistants/prompts/dental-reception.md", {"format_version": 1, "lineage": str(uuid.UUID(int=7))}
    catalogue = b"voices: {nora: 12, sarah: 4}\nnumbers:\n  main: 45\n"
    yield Target(name="document", run=partial(_document, RECEPTION), seeds=yaml, tokens=YAML, weight=4)
    yield Target(name="base", run=partial(_document, "assistants/_base.yaml"), seeds=yaml, tokens=YAML, weight=2)
    yield Target(name="prompt", run=partial(_document, text), seeds=partial(_files_of, text), tokens=YAML)
    yield Target(name="catalogue", run=_catalogue, seeds=lambda: [catalogue], tokens=YAML, weight=2)
    yield Target(name="project", run=_project_file, seeds=lambda: [PROJECT_FILE], tokens=YAML, weight=2)
    for name in ("assistant", "create", "list"):
        file = f"{name}.schema.json"
        own = partial(_files_of, f"schemas/{file}")
        yield Target(name=f"schema-{name}", run=partial(_schema, file), seeds=own, tokens=JSON, is_json=True)
    yield Target(name="lookups", run=_lookups, seeds=lambda: [LOOKUPS], tokens=JSON, is_json=True)
    yield Target(name="entry", run=_entry, seeds=_seed_entries, tokens=JSON, is_json=True, weight=3)
    yield Target(name="meta", run=_meta, seeds=lambda: [pretty(metas).encode()], tokens=JSON, is_json=True)
    yield Target(name="plan", run=plans, seeds=_seed_plans, tokens=JSON, is_json=True)
    sealed = partial(_plan, sealed=True)
    yield Target(name="plan-sealed", run=sealed, seeds=_seed_plans, tokens=JSON, is_json=True, weight=2)
    for role in ("create", "update"):
        yield Target(name=f"page-{role}", run=partial(_page, role=role), seeds=_page_seeds, tokens=PAGE, weight=2)
    yield Target(name="answer", run=_answer, seeds=_answer_seeds, tokens=answers, weight=3)


PROJECT_FILE = b"""\
assistants: assistants
schemas: schemas
environments:
  production:
    api: https://portal.example/api
    state: postgres://reconciler@db.example/state
    catalog: {voices: {nora: 12}}
    variables: {PRACTICE_PHONE: "+1 312 555 0142"}
    limits: {delete: 30%, update: off, unassigned: refuse}
    timeouts: {connect: 10, read: 60}
    settle: 30
"""
TARGETS: Mapping[str, Target] = {each.name: each for each in _all()}


def told(target: Target, content: bytes) -> Sequence[Diagnostic]:
    """What the program says of these bytes. Raises whatever breaks a promise."""
    try:
        return target.run(content)
    except ReconcilerError as refused:
        promised(refused.diagnostics, sources={"reconciler.yaml": content})
        if not refused.diagnostics:
            raise Broken("an error without a diagnostic") from None
        return refused.diagnostics
