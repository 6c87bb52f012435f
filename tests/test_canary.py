"""Values that must be seen by the API alone, put through every verb, and looked for wherever anything is written."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from reconciler.api.wire import Wire
from reconciler.render.forms import PLAN_FORMS, VALIDATION_FORMS
from tests.api.rawserver import http, raw_server
from tests.support.practice import RECEPTION, Ended, Practice, practice

CALENDAR = "cal_live_Kq7vCanaryW2"
CRM = 'crm/"Zürich" Canary+9Xw7'
HOOK = "https://hooks.example/in/T0Canary8Hq3?sig=b%2Fc"
PIN = "4242779911830057"
API_KEY = "17|kq3v9Yx2TestKeyOfTheSandbox"
SECRETS = {"CRM_TOKEN": CRM, "HOOK_URL": HOOK}
CANARIES = (CALENDAR, CRM, HOOK, API_KEY)
DOCUMENT = (
    RECEPTION
    + f"""\
webhook_url: ${{secret:HOOK_URL}}
is_webhook_active: true
variables:
  practice_name: Lakeview Dental
  crm_token: ${{secret:CRM_TOKEN}}
tools:
  - type: calendar_integration
    calcom_api_key: {CALENDAR}
  - type: end_call
    description: End the call after the goodbye.
"""
)
FINGERPRINT_KEYS = pytest.mark.parametrize("fingerprint_key", [None, "a long random text, Canary-Fingerprint-5R"])


def spellings(value: str) -> set[str]:
    """How a value could look where it does not look like itself, and the digests that it could be guessed from."""
    forms = {value, quote(value), quote(value, safe=""), value.upper()}
    forms |= {json.dumps(value, ensure_ascii=plain)[1:-1] for plain in (True, False)}
    forms |= {each.replace("/", "\\/") for each in forms}
    encoded = value.encode()
    forms |= {base64.b64encode(encoded).decode().rstrip("="), encoded.hex()}
    forms |= {hashlib.sha256(each).hexdigest() for each in (encoded, json.dumps(value).encode())}
    return forms | ({value.rpartition("|")[2]} if "|" in value else set())


class Watch:
    """Runs commands, and looks for every canary in what each prints and in every file that stands after it."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.wanted = {form for each in CANARIES for form in spellings(each)}
        self.printed = 0
        self.exempt = {"assistants/reception.yaml"}  # a person wrote one there, in clear

    def runs(self, *arguments: str, code: int = 0, **environ: str | None) -> Ended:
        ended = self.practice.runs(*arguments, **environ)
        assert ended.code == code, ended.told
        self.printed += len(ended.told)
        assert self.found(ended.told) == set(), arguments
        for name, content in self.practice.files(logs=True).items():
            if name not in self.exempt:
                text = content if isinstance(content, str) else content.decode("utf-8", "replace")
                assert self.found(text) == set(), (arguments, name)
        return ended

    def found(self, text: str) -> set[str]:
        return {each for each in self.wanted if each in text}


@pytest.fixture
def watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fingerprint_key: str | None
) -> Iterator[Watch]:
    """The practice with its secrets in the document, not applied yet."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        made.environ.update(SECRETS)
        if fingerprint_key:
            made.environ["RECONCILER_FINGERPRINT_KEY"] = fingerprint_key
        made.write("assistants/reception.yaml", DOCUMENT)
        watch = Watch(made)
        watch.wanted |= {fingerprint_key} if fingerprint_key else set()
        yield watch


def sent_secrets(body: Any) -> tuple[str, str, str]:
    return body["tools"][0]["calcom_api_key"], body["variables"]["crm_token"], body["webhook_url"]


@FINGERPRINT_KEYS
def test_no_verb_shows_or_keeps_a_secret(watch: Watch) -> None:
    """Reading, planning, saving, applying and looking at the state, in every form: the request alone holds it."""
    saved = str(watch.practice.folder / "change.plan")
    for form in VALIDATION_FORMS:
        watch.runs("validate", "-o", form)
    for form in (*(["-o", each] for each in PLAN_FORMS), ["-v"], ["-vv"]):
        watch.runs("plan", *form, "--out", saved)
        watch.runs("show", saved, *form)
    before = len(watch.practice.sent)
    watch.runs("apply", saved, "-vv")
    ((method, path, body),) = watch.practice.sent[before:]
    assert (method, path) == ("PUT", "/user/assistant/101")
    assert sent_secrets(body) == (CALENDAR, CRM, HOOK)
    watch.practice.write("assistants/evening.yaml", DOCUMENT.replace("Reception", "Evening"))
    watch.exempt.add("assistants/evening.yaml")
    watch.runs("apply", "-y", "-vv", "-o", "json")
    assert sent_secrets(watch.practice.sent[-1][2]) == (CALENDAR, CRM, HOOK)
    for form in ("text", "json"):
        watch.runs("state", "list", "-o", form)
        watch.runs("state", "show", "evening", "-o", form)
        watch.runs("plan", "-vv", "-o", form)
    watch.practice.edit("assistants/evening.yaml", "    calcom_api_key:", "    # calcom_api_key:")
    watch.runs("apply", "-y", "--target", "evening")
    for form in (["-o", "text"], ["-o", "json"], ["-vv"]):
        watch.runs("plan", "--to-previous", "evening", *form, "--out", saved)
    watch.practice.edit("assistants/evening.yaml", "    # calcom_api_key:", "    calcom_api_key:")
    watch.runs("apply", "-y", "--to-previous", "evening", "-vv", "-o", "json")
    assert watch.practice.sent[-1][2]["tools"][0]["calcom_api_key"] == CALENDAR
    watch.runs("state", "mv", "evening", "night")
    watch.runs("state", "forget", "-y", "night")
    assert "No changes." in watch.runs("plan", "--target", "reception").out
    assert watch.printed > 10_000


@FINGERPRINT_KEYS
def test_no_verb_that_reads_live_shows_or_keeps_a_secret(watch: Watch) -> None:
    """The account shows secrets in clear, those that somebody set there included; no report and no file has them."""
    desk = watch.practice
    watch.runs("apply", "-y")
    body = {**desk.sent[0][2], **desk.sent[-1][2]}
    set_there = "crm-Canary-set-in-the-portal"
    watch.wanted |= spellings(set_there)
    changed = {**body, "variables": {**body["variables"], "crm_token": set_there}, "initial_message": "Hello."}
    answer = httpx.put(f"{desk.vendor.url}/user/assistant/101", json=changed, headers=desk.vendor.headers)
    assert answer.is_success, answer.text
    # what the schema calls no secret is none where nobody says so
    open_fields = {"name": "Lakeview Dental - Made by hand", "variables": {}, "is_webhook_active": False}
    by_hand = {**{each: value for each, value in body.items() if each != "webhook_url"}, **open_fields}
    assert httpx.post(f"{desk.vendor.url}/user/assistant", json=by_hand, headers=desk.vendor.headers).is_success
    saved = str(desk.folder / "change.plan")
    for form in (*(["-o", each] for each in ("text", "json", "markdown")), ["-v"], ["-vv"]):
        watch.runs("drift", *form)
    for form in (*(["-o", each] for each in PLAN_FORMS), ["-vv"]):
        watch.runs("plan", "--refresh", *form, "--out", saved)
    for field in ("tools", "variables", "webhook_url", "tools.0.calcom_api_key"):
        for form in ("text", "json"):
            watch.runs("why", "reception", field, "--refresh", "-o", form)
    for verb in (["ci", "comment"], ["ci", "comment", "--refresh"], ["ci", "issue"]):
        watch.runs(*verb, "--dry-run", "-vv")
    watch.runs("fleet", "plan", "--only", "default", "-vv")
    watch.runs("schema", "check", "-vv", code=1)
    watch.runs("validate", "--online", "-o", "json", code=1)
    watch.runs("catalog", "-vv")
    watch.runs("import", "hand", "102", "-vv")
    watch.runs("state", "forget", "-y", "hand")
    (desk.folder / "assistants/hand.yaml").unlink()
    watch.runs("pull", "-vv")
    pulled = next(desk.folder.glob("assistants/*made-by-hand.yaml")).read_text("utf-8")
    (named,) = re.findall(r"\$\{secret:(\w+)\}", pulled)
    desk.environ[named] = CALENDAR
    watch.runs("pull", "--accept", "reception", "--field", "initial_message", "-vv")
    refused = watch.runs("pull", "--accept", "reception", "-vv", code=1)
    assert "no file holds secrets" in refused.err
    for form in ("text", "json"):
        watch.runs("state", "pull", "-o", form)
        watch.runs("state", "push", "--to", f"moved-{form}", "-o", form)
    assert watch.printed > 5_000


def echo(status: int, **more: Any) -> bytes:
    """An answer that repeats everything it was sent, as a careless vendor's does."""
    texts = [f"The value {each} is invalid." for each in CANARIES]
    texts += [f"Given: {json.dumps({'sent': each})}" for each in CANARIES]
    fields = ("tools.0.calcom_api_key", "variables.crm_token", "webhook_url", f"variables.{CRM}", "name")
    content = {"message": " ".join(texts), "errors": dict.fromkeys(fields, texts), **more}
    return http(status, json.dumps(content).encode(), f"X-Echo: {API_KEY}", f"X-Request-Id: {CALENDAR}")


ECHOES = {
    "422": (echo(422), 1, "refused-by-api"),
    "422 without errors": (echo(422, errors={}), 1, "api-refused"),
    "401": (echo(401), 1, "unauthorized"),
    "404": (echo(404), 1, "vanished"),
    "500": (echo(500), 3, "server-error"),
    "redirect": (http(302, b"", f"Location: https://{API_KEY.replace('|', '.')}.example/{API_KEY}"), 1, "unauthorized"),
    "page": (http(200, f"<html>{CRM} {HOOK} {CALENDAR} {API_KEY}</html>".encode()), 3, "not-json"),
}


@FINGERPRINT_KEYS
@pytest.mark.parametrize("case", ECHOES)
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_the_vendor_repeats_is_masked(watch: Watch, case: str, form: str) -> None:
    """A refusal that quotes the values it refuses, in any place, is told without them; from a saved plan too."""
    answer, code, told = ECHOES[case]
    saved = str(watch.practice.folder / "change.plan")
    watch.runs("plan", "--out", saved)
    with raw_server(*[answer] * 20) as server:
        for arguments in (["apply", "-y"], ["apply", saved]):
            ended = watch.runs(*arguments, "-vv", "-o", form, code=code, RECONCILER_API_URL=server.url)
            if form == "json":
                (result,) = json.loads(ended.out.splitlines()[-1])["results"]
                assert told in [each["code"] for each in result["diagnostics"]]
        assert any(each.method == "PUT" and CALENDAR.encode() in each.body for each in server.heard)
    logged = [content for name, content in watch.practice.files(logs=True).items() if name.endswith(".jsonl")]
    assert sum(each.count(b"\n") for each in logged if isinstance(each, bytes)) >= len(server.heard)


@FINGERPRINT_KEYS
def test_what_was_sent_before_is_masked_too(watch: Watch) -> None:
    """A vendor that judges the whole assistant repeats a secret that this plan did not send."""
    watch.runs("apply", "-y")
    watch.practice.edit("assistants/reception.yaml", "Lakeview Dental - Reception", "Lakeview Dental - Front desk")
    saved = str(watch.practice.folder / "change.plan")
    watch.runs("plan", "--out", saved)
    with raw_server(*[echo(422)] * 3) as server:
        for arguments in (["apply", "-y"], ["apply", saved]):
            watch.runs(*arguments, code=1, RECONCILER_API_URL=server.url)
        assert all(CALENDAR.encode() not in each.body for each in server.heard)


@FINGERPRINT_KEYS
def test_a_broken_document_is_told_without_its_secrets(watch: Watch) -> None:
    """Errors beside, at and about a secret quote neither its line nor its value, whatever its type."""
    watch.wanted.add(PIN)
    for old, new in (
        ("type: calendar_integration", "type: 7"),
        (f"calcom_api_key: {CALENDAR}", f"calcom_api_key: {PIN}"),
        (f"calcom_api_key: {CALENDAR}", f'calcom_api_key: "{CALENDAR}'),
        (f"calcom_api_key: {CALENDAR}", f"calcom_api_key: {CALENDAR}\n    calcom_api_key: {CALENDAR}"),
        (f"calcom_api_key: {CALENDAR}", f"calcom_api_key: !!binary {CALENDAR}"),
        ("timezone: America/Chicago", "timezone: ${secret:CRM_TOKEN}"),
        ("voice_id: 12", "voice_id: ${secret:HOOK_URL}"),
        ("mode: multimodal", "mode: ${secret:CRM_TOKEN}"),
        ("type: inbound", "type: ${env:CRM_TOKEN_}"),
        ("${secret:HOOK_URL}", "${secret:CRM_TOKEN}"),
    ):
        watch.practice.write("assistants/reception.yaml", DOCUMENT.replace(old, new))
        assert old in DOCUMENT
        forms = [["validate", "-o", each] for each in VALIDATION_FORMS] + [["plan", "-o", each] for each in PLAN_FORMS]
        for arguments in (*forms, ["plan", "-vv"], ["apply", "-y"]):
            watch.runs(*arguments, code=1)
    assert len(watch.practice.sent) == 1


@FINGERPRINT_KEYS
def test_what_resembles_a_secret_is_not_suggested(watch: Watch) -> None:
    """A guess at what was meant would tell most of what is secret."""
    watch.practice.edit("assistants/reception.yaml", "America/Chicago", "${secret:ZONE}")
    ended = watch.runs("validate", code=1, ZONE="America/Chicagoo")
    assert "Chicago" not in ended.told


@FINGERPRINT_KEYS
@pytest.mark.parametrize("name", ["RECONCILER_API_KEY", "RECONCILER_FINGERPRINT_KEY", "RECONCILER_STATE"])
@pytest.mark.parametrize("scheme", ["env", "secret"])
def test_no_document_reads_what_only_the_program_may(watch: Watch, scheme: str, name: str) -> None:
    """A pull request cannot print the key of the API into a plan, nor send it anywhere."""
    watch.practice.edit("assistants/reception.yaml", "${file:prompts/reception.md}", f"${{{scheme}:{name}}}")
    given = {"RECONCILER_STATE": str(watch.practice.folder / "state/default"), **watch.practice.environ}
    for verb in (["validate"], ["plan"], ["apply", "-y"]):
        ended = watch.runs(*verb, code=1, **{name: given.get(name, "Canary")})
        assert "assistants/reception.yaml:9:16" in ended.told
    assert len(watch.practice.sent) == 1


@FINGERPRINT_KEYS
def test_a_bug_in_the_middle_of_a_request_tells_nothing(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that holds the body and the key is told by its type and its way, with -vv and in JSON too."""

    def broken(self: Wire, method: str, path: str, content: bytes | None, query: Any) -> None:
        raise ValueError(f"cannot send {content!r} with {API_KEY} {CRM} {HOOK}")

    monkeypatch.setattr(Wire, "exchange", broken)
    for form in (["-vv"], ["-o", "json"], []):
        ended = watch.runs("apply", "-y", *form, code=1, RECONCILER_DEBUG="1")
        assert "this is a bug in reconciler" in ended.err
        assert "ValueError" in ended.err


@pytest.mark.parametrize("fingerprint_key", ["a long random text, Canary-Fingerprint-5R"])
def test_a_changed_secret_is_a_change(watch: Watch) -> None:
    """With a key the change is seen, sent once, and told by the secret's name alone."""
    watch.runs("apply", "-y")
    watch.wanted.add("crm-Canary-rotated")
    ended = watch.runs("plan", CRM_TOKEN="crm-Canary-rotated")
    assert "CRM_TOKEN" in ended.out
    watch.runs("apply", "-y", CRM_TOKEN="crm-Canary-rotated")
    assert watch.practice.sent[-1][2]["variables"]["crm_token"] == "crm-Canary-rotated"
    assert "No changes." in watch.runs("plan", CRM_TOKEN="crm-Canary-rotated").out


@pytest.mark.parametrize("fingerprint_key", [None])
def test_the_first_apply_makes_a_key(watch: Watch) -> None:
    """For its owner alone and out of Git; from then on a changed secret is a change."""
    assert "fingerprint.key" in watch.runs("apply", "-y").err
    key = watch.practice.folder / ".reconciler" / "fingerprint.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert (key.parent / ".gitignore").read_text("utf-8") == "*\n"
    watch.wanted.add("crm-Canary-rotated")
    assert "(secret CRM_TOKEN, changed)" in watch.runs("plan", CRM_TOKEN="crm-Canary-rotated").out
    assert "No changes." in watch.runs("plan").out


@pytest.mark.parametrize("fingerprint_key", [None])
def test_without_the_same_key_a_secret_is_sent_once_for_each_reference(watch: Watch) -> None:
    """Nothing can tell its values apart: it goes out when its reference does, and the plan says what it cannot tell."""
    key = watch.practice.folder / ".reconciler" / "fingerprint.key"
    watch.runs("apply", "-y")
    before = len(watch.practice.sent)
    key.unlink()
    ended = watch.runs("plan", CRM_TOKEN="crm-Canary-rotated")
    assert "No changes." in ended.out
    assert "whether the secret CRM_TOKEN changed" in ended.out
    watch.runs("apply", "-y", CRM_TOKEN="crm-Canary-rotated")
    assert len(watch.practice.sent) == before
    key.unlink()
    watch.practice.edit("assistants/reception.yaml", "${secret:CRM_TOKEN}", "${secret:CRM_TOKEN_2}")
    watch.runs("apply", "-y", CRM_TOKEN_2="crm-Canary-rotated")
    ((_, _, body),) = watch.practice.sent[before:]
    assert set(body) == {"variables"}
    assert body["variables"]["crm_token"] == "crm-Canary-rotated"
    assert "No changes." in watch.runs("plan", CRM_TOKEN_2="crm-Canary-rotated").out


@FINGERPRINT_KEYS
def test_a_saved_plan_finds_its_secrets_or_is_refused(watch: Watch, fingerprint_key: str | None) -> None:
    """One that is not set is named, one that changed makes the plan stale where that can be seen; nothing is sent."""
    saved = str(watch.practice.folder / "change.plan")
    watch.runs("plan", "--out", saved)
    assert "CRM_TOKEN" in watch.runs("apply", saved, code=1, CRM_TOKEN=None).err
    watch.practice.edit("assistants/reception.yaml", f"    calcom_api_key: {CALENDAR}\n", "")
    gone = watch.runs("apply", saved, code=1).err
    assert "assistants/reception.yaml: the plan needs the secret that stood at /tools/0/calcom_api_key" in gone
    assert "Make a new plan" in gone
    watch.practice.write("assistants/reception.yaml", DOCUMENT)
    watch.wanted.add("crm-Canary-rotated")
    if fingerprint_key is not None:
        ended = watch.runs("apply", saved, code=4, CRM_TOKEN="crm-Canary-rotated")
        assert "the secret CRM_TOKEN changed after the plan was made" in ended.err
        assert len(watch.practice.sent) == 1
    watch.runs("apply", saved)
    assert sent_secrets(watch.practice.sent[-1][2]) == (CALENDAR, CRM, HOOK)


@FINGERPRINT_KEYS
def test_a_secret_in_a_place_that_is_shown_is_not(watch: Watch) -> None:
    """A name, a prompt and what is first said may be secret too, in new assistants, old ones and errors."""
    for old in ("Lakeview Dental - Reception", "${file:prompts/reception.md}", "Thank you for calling"):
        given = DOCUMENT.replace(old, "${secret:CRM_TOKEN}")
        lines = [
            each.split("${secret:CRM_TOKEN}")[0] + "${secret:CRM_TOKEN}" if old in before else each
            for each, before in zip(given.splitlines(), DOCUMENT.splitlines(), strict=True)
        ]
        for name in ("reception", "twin"):
            watch.exempt.add(f"assistants/{name}.yaml")
            watch.practice.write(f"assistants/{name}.yaml", "\n".join(lines) + "\n")
        for form in (["-o", "text"], ["-o", "json"], ["-vv"]):
            watch.runs("validate", *form)
            watch.runs("plan", "--allow-new", *form)
        watch.runs("apply", "-y", "--allow-new", "-vv")
        assert CRM in watch.practice.sent[-1][2].values()
        (watch.practice.folder / "assistants/twin.yaml").unlink()
        watch.runs("plan", "--prune", "-vv")
        watch.runs("state", "show", "twin")
        watch.runs("apply", "-y", "--prune")
