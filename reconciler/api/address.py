"""The API's address: what may stand there, in one form. Pure.

The key travels to this address with every request, so what cannot be trusted with a key is refused here.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from reconciler.errors import ConfigError, error

_HELP = "Set RECONCILER_API_URL (or `api` in reconciler.yaml) to an address such as https://portal.example.com/api."
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]+")


def api_base(url: str, *, allow_insecure_http: bool = False) -> str:
    """The address without doubled slashes and without one at its end.

    Raises ConfigError (`api-url-invalid`, `insecure-http`) for anything that is not an HTTP address, that carries a
    user name, a query or a fragment, or that would send the key in clear to another machine.
    """
    parts = _split(url.strip())
    host = parts.hostname
    if parts.scheme == "http" and not allow_insecure_http and not is_loopback(host):
        raise ConfigError(
            error(
                "insecure-http",
                f"http://{host} would send the API key unencrypted over the network",
                "Use its https:// address; http:// is for this machine only (localhost, 127.0.0.1), or for a "
                "network that you trust with the key: --insecure-http.",
            )
        )
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port is None else f":{parts.port}"
    segments = [each for each in parts.path.split("/") if each]
    if any(each in (".", "..") or not _SEGMENT.fullmatch(each) for each in segments):
        raise _invalid("its path has characters that do not belong there")
    return "/".join([f"{parts.scheme}://{shown}{port}", *segments])


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and no other (RFC 6761 for names)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_request_path(path: str) -> bool:
    """Whether `path` can stand behind the base and lead nowhere else: no host, no query, no way upwards."""
    head, *segments = path.split("/")
    return not head and bool(segments) and all(_SEGMENT.fullmatch(e) and e not in (".", "..") for e in segments)


def _split(url: str) -> _Parts:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid("it cannot be read") from None
    if parts.scheme not in ("http", "https"):
        raise _invalid("it does not begin with https://")
    if parts.username is not None or parts.password is not None:
        raise _invalid("it carries a user name or a password; the key belongs in RECONCILER_API_KEY")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise _invalid("it has a query or a fragment")
    if not parts.hostname or not re.fullmatch(r"[^\s\x00-\x20\x7f/\\%]+", parts.hostname):
        raise _invalid("it names no host")
    return _Parts(parts.scheme, parts.hostname, port, parts.path)


class _Parts(NamedTuple):
    scheme: str
    hostname: str
    port: int | None
    path: str


def _invalid(why: str) -> ConfigError:
    # the address is not quoted: what is wrong with it may be a password inside
    return ConfigError(error("api-url-invalid", f"the API's address cannot be used: {why}", _HELP))
