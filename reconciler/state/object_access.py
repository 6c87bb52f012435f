"""Objects in S3, Azure Blob Storage or Google Cloud Storage: read, and written only over the version that was seen.

The condition of a write is the store's own (`If-Match`, `If-None-Match`), named by the tag of the version. An answer
can be lost on the way, and the driver asks again: so a refusal is checked against what stands there before it counts.
Touches the network; credentials come from the variables that the vendors' own tools read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from reconciler.errors import ConfigError, StateError, error
from reconciler.frozen import dataclass

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Driver

Tag: TypeAlias = tuple[str, str | None]
"""Which version of an object: its ETag, and its generation where the store has them."""

_PATIENCE = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}
_TIMES = {"connect_timeout": timedelta(seconds=10), "timeout": timedelta(seconds=30)}
_ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
    "gs": (),
}
_ALLOWED = {"s3": "AWS_ALLOW_HTTP", "az": "AZURE_ALLOW_HTTP", "gs": "GOOGLE_ALLOW_HTTP"}
_TOLD = re.compile(r"<Code>(\w+)</Code>\s*<Message>([^<]{1,300})")
_NOISE = re.compile(r"https?://\S+|in \d+(\.\d+)?[mµn]?s,?|max_retries: \d+,|retry_timeout: \d+s|<[^>]*>")


class Refused(Exception):
    """The store refused a conditional write: the object is not what the condition says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An object's content, and its version."""

    content: bytes = field(repr=False)
    tag: Tag


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """The objects below one prefix. `shown` is how messages call it."""

    driver: Driver = field(repr=False)
    prefix: str
    shown: str

    def get(self, name: str) -> Found | None:
        """An object, or None where there is none."""
        import obstore

        with self._told(name):
            try:
                found = obstore.get(self.driver, self.prefix + name)
                return Found(content=bytes(found.bytes()), tag=_tag(found.meta))
            except FileNotFoundError:
                return None

    def tag(self, name: str) -> Tag | None:
        """The version of an object, or None where there is none."""
        import obstore

        with self._told(name):
            try:
                return _tag(obstore.head(self.driver, self.prefix + name))
            except FileNotFoundError:
                return None

    def names(self) -> list[str]:
        """The names of all objects below the prefix."""
        import obstore

        with self._told(""):
            pages = obstore.list(self.driver, self.prefix, chunk_size=1000)
            return sorted(str(each["path"]).removeprefix(self.prefix) for page in pages for each in page)

    def put(self, name: str, content: bytes, over: Tag | None) -> Tag:
        """Write an object over the version `over`, or, for None, where there is none. Raises Refused."""
        try:
            return self.put_once(name, content, over)
        except Refused:
            there = self.get(name)
            # our own write, whose answer was lost and which was then asked for again
            if there is not None and there.content == content:
                return there.tag
            raise

    def put_once(self, name: str, content: bytes, over: Tag | None) -> Tag:
        """Like `put`, taking the store's first word."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, NotFoundError, PreconditionError

        mode: Any = "create" if over is None else {"e_tag": over[0]} | ({"version": over[1]} if over[1] else {})
        with self._told(name):
            try:
                return _tag(obstore.put(self.driver, self.prefix + name, content, mode=mode, use_multipart=False))
            except (AlreadyExistsError, PreconditionError):
                raise Refused from None
            except (NotFoundError, FileNotFoundError):
                if over is None:  # no such bucket
                    raise
                raise Refused from None

    def delete(self, name: str) -> None:
        """Remove an object; nothing happens where there is none."""
        import obstore

        with self._told(name):
            try:
                obstore.delete(self.driver, self.prefix + name)
            except FileNotFoundError:
                return

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError, ValueError) as problem:
            told = f"the object store says: {_reason(problem)}"
            then = "Check the bucket, the endpoint, the credentials and their rights. What was there is still there."
            file = f"{self.shown}/{name}".rstrip("/")
            raise StateError(error("state-unreachable", told, then, file=file)) from None


def bucket(address: str, environment: str, environ: Mapping[str, str]) -> Bucket:
    """The environment's objects below an address (`s3://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`, `gs://...`).

    Raises ConfigError for an address that is none, and where the driver is not installed.
    """
    try:
        from obstore.store import AzureStore, GCSStore, S3Store
    except ImportError:
        told = "a state in an object store needs the driver obstore, which is not installed"
        raise ConfigError(error("state-home", told, "pip install obstore")) from None
    parts = urlsplit(address)
    path = parts.path.strip("/")
    # Azure takes a backslash for a slash, and lists nothing below it
    odd = "@" in parts.netloc or "//" in path or "\\" in address
    if not parts.netloc or odd or parts.query or parts.fragment:
        told = "the address of the state is none of an object store"
        then = "Write s3://BUCKET/PREFIX (or az://, gs://); credentials and endpoints come from the environment."
        raise ConfigError(error("state-home", told, then))
    options = {**_TIMES, "allow_http": _http_allowed(parts.scheme, environ)}
    settings: Any = {"retry_config": _PATIENCE, "client_options": options}
    try:
        driver: Driver
        match parts.scheme:
            case "s3":
                driver = S3Store(parts.netloc, **settings)
            case "az":
                driver = AzureStore(parts.netloc, **settings)
            case _:
                driver = GCSStore(parts.netloc, **settings)
    except Exception as problem:  # the driver raises types that it does not export
        told = f"the object store cannot be opened: {_reason(problem)}"
        raise ConfigError(error("state-home", told, "Set the variables that its own tools read.")) from None
    prefix = f"{path}/{environment}/" if path else f"{environment}/"
    return Bucket(driver=driver, prefix=prefix, shown=f"{parts.scheme}://{parts.netloc}/{prefix}".rstrip("/"))


def _http_allowed(scheme: str, environ: Mapping[str, str]) -> bool:
    """Whether requests may go unencrypted: to this machine, or where that is said. Raises ConfigError elsewhere."""
    allowed = environ.get(_ALLOWED[scheme], "").lower() in ("1", "true", "yes")
    endpoint = next((environ[each] for each in _ENDPOINTS[scheme] if environ.get(each)), "")
    parts = urlsplit(endpoint)
    if parts.scheme != "http" or allowed:
        return allowed
    if parts.hostname in ("127.0.0.1", "::1", "localhost"):
        return True
    told = "the endpoint of the object store begins with http://, so everything would cross the network in clear"
    raise ConfigError(error("insecure-http", told, f"Use https://, or set {_ALLOWED[scheme]}=true."))


def _tag(meta: Any) -> Tag:
    tag, version = meta.get("e_tag"), meta.get("version")
    return (tag or "", version)


def _reason(problem: BaseException) -> str:
    """What the store or the driver says, on one line and without addresses, whose queries may hold signatures."""
    text = str(problem).strip().split("\n\nDebug source")[0]
    if told := _TOLD.search(text):
        return f"{' '.join(told[2].split())} ({told[1]})"
    words = " ".join(_NOISE.sub("", text).split())
    return words[:300] or type(problem).__name__
