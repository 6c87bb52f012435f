"""What can come back from a request: an answer, or a failure that says what the server may have done. Pure values.

    Effect.NEVER_SENT   provably never arrived: safe to send again, whatever it is
    Effect.REFUSED      the server said that it did not act
    Effect.UNKNOWN      it was sent, and nobody knows: a create must not be sent again

Texts from the server stay out of every repr: an API may quote what it was sent, and that may be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum

from reconciler.canonical import Json
from reconciler.errors import ApiError, AuthError, Diagnostic, error
from reconciler.frozen import dataclass
from reconciler.model import Content

MESSAGE_LIMIT = 500
"""Characters of a server's text that a person is shown."""


class Effect(StrEnum):
    """What a failed request may have done. See the module's table."""

    NEVER_SENT = "never-sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """Why a request failed; the value is the diagnostic's code."""

    REFUSED = "api-refused"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not-found"
    WRONG_ADDRESS = "wrong-address"
    NOT_JSON = "not-json"
    NOT_THE_API = "not-the-api"
    TOO_LARGE = "answer-too-large"
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "tls-refused"
    TIMED_OUT = "timed-out"
    BROKEN = "connection-broken"
    INTERRUPTED = "interrupted"
    UNSENDABLE = "internal-unsendable"


SERVER_SIDE = frozenset(
    {
        *(Kind.NOT_JSON, Kind.NOT_THE_API, Kind.RATE_LIMITED, Kind.SERVER_ERROR),
        *(Kind.UNREACHABLE, Kind.TIMED_OUT, Kind.BROKEN),
    }
)
"""Kinds that speak of the server's health, not of the request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The server did what it was asked (2xx, and 404 for a DELETE). `json` is None where the body was empty.

    `size` counts the bytes of the body.
    """

    status: int
    json: Json = field(repr=False)
    size: int = field(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a list as the server gave it; `total` and `last_page` are None where it did not say.

    `size` counts the bytes that it came in.
    """

    rows: tuple[Content, ...] = field(repr=False)
    total: int | None
    last_page: int | None
    size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """The client is about to pause, in seconds. `everyone`: the server asked, so all requests wait."""

    seconds: float
    why: str
    everyone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """A request is sent again; `number` counts its attempts, so the first retry is 2."""

    number: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One attempt that was made: what a log may hold of it. Nothing that was sent, and of the answer its name alone.

    `number` counts the attempts of the request from 1, `seconds` is how long this one took. `status` is None where no
    answer came, `failure` is None where it did what it should.
    """

    method: str
    path: str
    label: str | None
    number: int
    status: int | None
    seconds: float
    request_id: str | None
    failure: Kind | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A request that did not do what it should, after all retries.

    `why` is in our words; `message` and `errors` (dotted path to texts) are the server's, whole and unescaped.
    """

    kind: Kind
    effect: Effect
    method: str = ""
    path: str = ""
    base: str = ""
    status: int | None = None
    why: str = ""
    message: str | None = field(default=None, repr=False)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    retry_after: float | None = None
    tries: int = 1

    def at(self, *, method: str, path: str, base: str, tries: int, effect: Effect) -> Failure:
        """The same failure, with where it happened and what all attempts together may have done."""
        return replace(self, method=method, path=path, base=base, tries=tries, effect=effect)

    @property
    def summary(self) -> str:
        """What happened, in one line, without the server's own text."""
        times = f" (after {self.tries} attempts)" if self.tries > 1 else ""
        return f"{self.method} {self.path}: {_told(self)}{times}"

    def diagnostic(self, message: str | None, **place: str | int | None) -> Diagnostic:
        """For people. `message` is the server's text as it may be shown, masked by the caller."""
        said = f": {clipped(message)}" if message else ""
        mute = self.kind is Kind.REFUSED and not said
        advice = "It gives no reason: compare what was sent with the API's own page." if mute else _advice(self)
        return error(self.kind.value, f"{self.summary}{said}", advice, **place)

    def error(self) -> ApiError:
        """The exception for callers that have nothing to do but to stop."""
        raised = AuthError if self.kind is Kind.UNAUTHORIZED else ApiError
        texts = [f"{path}: {text}" for path, found in self.errors.items() for text in found]
        return raised(self.diagnostic("; ".join(filter(None, [self.message, *texts]))))


def clipped(text: str) -> str:
    """A server's text at a length that a terminal bears. Mask secrets before: a cut one would no longer be found."""
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def _told(failure: Failure) -> str:
    match failure.kind:
        case Kind.REFUSED:
            return f"the API refused it ({failure.status})"
        case Kind.UNAUTHORIZED:
            return f"the API did not accept the key ({failure.why or failure.status})"
        case Kind.NOT_FOUND:
            return "the API does not have it (404)"
        case Kind.WRONG_ADDRESS:
            return f"there is no such route at {failure.base} ({failure.status})"
        case Kind.NOT_JSON:
            return f"{failure.base} answered with something other than JSON ({failure.status})"
        case Kind.NOT_THE_API:
            why = f": {failure.why}" if failure.why else ""
            return f"{failure.base} answered with JSON, but not as this API does ({failure.status}){why}"
        case Kind.RATE_LIMITED:
            asked = failure.retry_after
            later = f" and asks to wait {asked:.0f} s" if asked else ""
            return f"the API limits the rate of requests{later} (429)"
        case Kind.SERVER_ERROR:
            return f"the server failed ({failure.status})"
        case Kind.UNREACHABLE | Kind.UNTRUSTED:
            return f"{failure.base} cannot be reached: {failure.why}"
        case Kind.INTERRUPTED:
            return "given up, because the run was interrupted"
        case _:
            return failure.why


def _advice(failure: Failure) -> str | None:
    match failure.kind:
        case Kind.UNAUTHORIZED:
            return (
                "Check RECONCILER_API_KEY, and that RECONCILER_API_URL is the address of the API and not of the portal."
            )
        case Kind.WRONG_ADDRESS | Kind.NOT_JSON | Kind.NOT_THE_API | Kind.NOT_FOUND:
            return "Is this the API's address? Check RECONCILER_API_URL and `api` in reconciler.yaml."
        case Kind.UNREACHABLE:
            return "Check the address, the network and HTTPS_PROXY, and run it again."
        case Kind.UNTRUSTED:
            return "A proxy may be in between: SSL_CERT_FILE names the certificates to trust. They are never skipped."
        case Kind.RATE_LIMITED | Kind.SERVER_ERROR | Kind.TIMED_OUT | Kind.BROKEN:
            return "Run it again later; what was done is recorded."
        case Kind.TOO_LARGE:
            return "An answer of this API is never that large: is this the API's address?"
        case Kind.UNSENDABLE:
            return "This is a bug in reconciler, or the plan file was edited; nothing was sent."
        case _:
            return None
