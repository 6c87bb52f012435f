"""The API's address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.api.address import api_base, is_request_path
from reconciler.errors import ConfigError


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://portal.desk.example/api", "https://portal.desk.example/api"),
        ("https://portal.desk.example/api/", "https://portal.desk.example/api"),
        ("https://portal.desk.example//api", "https://portal.desk.example/api"),
        ("https://portal.desk.example//api//v1//", "https://portal.desk.example/api/v1"),
        (" https://Portal.Desk.example/API \n", "https://portal.desk.example/API"),
        ("https://portal.desk.example", "https://portal.desk.example"),
        ("https://portal.desk.example:8443/api", "https://portal.desk.example:8443/api"),
        ("http://localhost:8787/api", "http://localhost:8787/api"),
        ("http://127.0.0.1:8787/api", "http://127.0.0.1:8787/api"),
        ("http://[::1]:8787/api/", "http://[::1]:8787/api"),
        ("http://sandbox.localhost/api", "http://sandbox.localhost/api"),
    ],
)
def test_an_address_has_one_form(given: str, base: str) -> None:
    """Slashes at the end and doubled slashes, as one brand prints them, mean nothing."""
    assert api_base(given) == base


@pytest.mark.parametrize(
    "given",
    [
        "",
        "portal.desk.example/api",
        "ftp://portal.desk.example/api",
        "https://",
        "https:///api",
        "https://portal.desk.example/api?key=1",
        "https://portal.desk.example/api#x",
        "https://portal.desk.example/api/../admin",
        "https://portal.desk.example:port/api",
        "https://[::1/api",
        "https://portal desk.example/api",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    """An address that cannot be meant is a configuration error that names the variable to set."""
    with pytest.raises(ConfigError) as refused:
        api_base(given)
    (told,) = refused.value.diagnostics
    assert told.code == "api-url-invalid"
    assert "RECONCILER_API_URL" in (told.detail or "")


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    """What stands before the @ is a secret in the wrong place."""
    with pytest.raises(ConfigError) as refused:
        api_base("https://17:s3cr3tCanary@portal.desk.example/api")
    assert "s3cr3tCanary" not in repr(refused.value.diagnostics)


@pytest.mark.parametrize(
    "host", ["portal.desk.example", "10.0.0.7", "localhost.desk.example", "127.0.0.1.example", "[2001:db8::1]"]
)
def test_the_key_never_crosses_the_network_in_clear(host: str) -> None:
    """http:// is for this machine alone, unless that is asked for by name."""
    with pytest.raises(ConfigError) as refused:
        api_base(f"http://{host}/api")
    assert [each.code for each in refused.value.diagnostics] == ["insecure-http"]
    assert api_base(f"http://{host}/api", allow_insecure_http=True) == f"http://{host}/api"


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_configuration_error(text: str) -> None:
    """No text makes anything else happen, and an address in its one form keeps it."""
    for given_url in (text, f"https://{text}", f"https://desk.example/{text}"):
        try:
            base = api_base(given_url)
        except ConfigError:
            continue
        assert api_base(base) == base


@pytest.mark.parametrize(
    "path", ["", "agent", "//evil.example/x", "/agent/../x", "/agent?x=1", "/a#b", "/a b", "/a\\b", "/agent/", "/é"]
)
def test_a_request_path_leads_nowhere_else(path: str) -> None:
    """A path from an edited plan file cannot name a host, a query or a way upwards."""
    assert not is_request_path(path)
    assert is_request_path("/user/assistant/789")
