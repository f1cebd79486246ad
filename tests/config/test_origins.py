"""Origins: what is one place, what is not, and that the clients read every accepted address alike."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from config.origins import Origin, declared_origin, is_reserved, is_secret_name, origin_of
from config.text.redaction import SECRET_NAME

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOST = st.builds(
    lambda labels, last: ".".join([*labels, last]),
    st.lists(LABEL, max_size=3),
    st.from_regex(r"[a-z]{1,6}", fullmatch=True),
)
SCHEME = st.sampled_from(["http", "https"])
DEFAULT = {"http": 80, "https": 443}
PORT = st.integers(1, 65_535)
TAIL = st.sampled_from(["", "/", "/path", "/a/@b:1", "?q=@x", "#@x", "/?u=https://evil.example"])


@given(SCHEME, HOST, PORT, TAIL, st.randoms(), st.booleans())
def test_spelling_makes_no_difference(
    scheme: str, host: str, port: int, tail: str, chance: object, dot: bool
) -> None:
    upper: Callable[[str], str] = lambda text: "".join(  # noqa: E731
        letter.upper() if chance.random() < 0.5 else letter  # type: ignore[attr-defined]
        for letter in text
    )
    plain = origin_of(f"{scheme}://{host}:{port}")
    assert plain == Origin(scheme, host, port)
    assert origin_of(f"{upper(scheme)}://{upper(host)}{'.' if dot else ''}:{port}{tail}") == plain
    assert (origin_of(f"{scheme}://{host}{tail}") == plain) == (port == DEFAULT[scheme])
    assert declared_origin(str(plain)) == plain


@given(SCHEME, HOST, PORT, SCHEME, HOST, PORT)
def test_another_scheme_host_or_port_is_another_place(
    scheme: str, host: str, port: int, scheme2: str, host2: str, port2: int
) -> None:
    one, other = origin_of(f"{scheme}://{host}:{port}"), origin_of(f"{scheme2}://{host2}:{port2}")
    assert (one == other) == ((scheme, host, port) == (scheme2, host2, port2))
    assert (str(one) == str(other)) == (one == other)


PIECES = st.sampled_from(
    ["acme", ".example", "evil.example", "A", "xn--bcher-kva", "bücher", "ß", "ａ", "。", ".", "1", "127.0.0.1", "[::1]",
     ":", "443", ":443", "0", "@", "/", "\\", "?", "#", "%2e", "%40", "-", "_", " ", "\t", "\n", "\0", "x" * 64]
)  # fmt: skip


@settings(max_examples=100)
@given(SCHEME, st.lists(PIECES, min_size=1, max_size=6).map("".join))
@example("https", "acme.example\\@evil.example")
@example("https", "acme.example#@evil.example")
@example("https", "acme.example?@evil.example")
@example("https", "acme.example:443@evil.example")
@example("https", "acme.example。")
@example("https", "acme.example:0")
@example("http", "[::1]443")
def test_clients_read_every_accepted_address_alike(scheme: str, rest: str) -> None:
    """What a client would connect to is the origin that was looked at, or the client takes no such address."""
    url = f"{scheme}://{rest}"
    try:
        origin = origin_of(url)
    except ValueError:
        return
    with contextlib.suppress(httpx.InvalidURL):
        sent = httpx.URL(url)
        assert sent.raw_host.decode().strip("[]").removesuffix(".").lower() == origin.host
        assert (DEFAULT[sent.scheme] if sent.port is None else sent.port) == origin.port
    with contextlib.suppress(LocationParseError):
        parsed = parse_url(url)
        assert str(parsed.host).strip("[]").removesuffix(".").lower() == origin.host
        assert (DEFAULT[str(parsed.scheme)] if parsed.port is None else parsed.port) == origin.port
    assert urlsplit(url).username is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://ACME.Atlassian.net.:443/wiki", "https://acme.atlassian.net"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example:8443", "https://xn--bcher-kva.example:8443"),
        ("https://[0:0:0:0:0:0:0:1]:80", "https://[::1]:80"),
        ("http://my_host:80", "http://my_host"),
    ],
)
def test_one_spelling_of_each_origin(url: str, origin: str) -> None:
    assert str(origin_of(url)) == origin


@pytest.mark.parametrize(
    "url",
    [
        "", "acme.example", "//acme.example", "ftp://acme.example", "javascript:alert(1)", "https://", "https://.",
        "https://acme..example", "https://acme.example..", "https://acme%2eexample", "https://acme.example\\@evil.example",
        "https://acme.example@evil.example", "https://@evil.example", "https://:@evil.example", "https://a b.example",
        "https://acme.example\t", "https://127.1", "https://0x7f.0.0.1", "https://2130706433", "https://0177.0.0.1",
        "https://[::1", "https://[::1]8443", "https://[::1].evil.example", "https://[::1]@evil.example", "https://[fe80::1%25eth0]", "https://acme.example:port", "https://acme.example:70000",
        "https://acme.example:-1", f"https://{'a' * 64}.example", f"https://{'a.' * 130}example", "https://xn--\udc80.example",
    ],
)  # fmt: skip
def test_what_clients_could_read_otherwise_is_no_address(url: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the text is of no account
        origin_of(url)
    assert "example" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["https://acme.example/jira", "https://acme.example?x", "https://acme.example/#x"]
)
def test_what_is_declared_is_an_origin_and_no_more(text: str) -> None:
    with pytest.raises(ValueError, match="more than an origin"):
        declared_origin(text)


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True), ("db.localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("10.0.0.5", True),
        ("172.16.0.1", True), ("192.168.1.1", True), ("169.254.169.254", True), ("100.64.0.1", True), ("0.0.0.1", True),
        ("[::1]", True), ("[fe80::1]", True), ("[fd00::1]", True), ("[::ffff:10.0.0.1]", True), ("[::]", True),
        ("8.8.8.8", False), ("[2606:4700::1111]", False), ("acme.example", False), ("localhost.example", False),
    ],
)  # fmt: skip
def test_private_addresses_are_known(host: str, private: bool) -> None:
    assert origin_of(f"https://{host}").is_private is private


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("TRUENORTH_SOURCE_METRICS", True), ("TRUENORTH_SOURCE_A_TOKEN", True), ("TRUENORTH_SOURCE_1", True),
        ("TRUENORTH_SOURCE_", False), ("TRUENORTH_SOURCE", False), ("TRUENORTH_SOURCE__X", False),
        ("TRUENORTH_SOURCE_METRICS_ORIGIN", False), ("TRUENORTH_SOURCE_ORIGINS", False), ("TRUENORTH_SOURCE_ORIGIN", False),
        ("TRUENORTH_SINK_X", False), ("TRUENORTH_JIRA_TOKEN", False), ("METRICS", False), ("PATH", False),
        ("truenorth_source_metrics", False), ("TRUENORTH_SOURCE_METRICS\n", False), ("TRUENORTH_SOURCE_Ä", False),
    ],
)  # fmt: skip
def test_the_name_of_a_secret_says_what_it_is_for(name: str, good: bool) -> None:
    assert is_secret_name(name, "SOURCE") is good
    # No output shows what can be named; where it may go is no secret, and messages need it.
    assert SECRET_NAME.fullmatch(name) or not good
    assert not (SECRET_NAME.fullmatch(name) and name.endswith(("_ORIGIN", "_ORIGINS")))
    assert is_secret_name(name.replace("SOURCE", "SINK"), "SINK") is good or name == "TRUENORTH_SINK_X"


@pytest.mark.parametrize(
    ("stem", "reserved"),
    [
        ("SOURCE", True),
        ("SOURCE_METRICS", True),
        ("SINK", True),
        ("SINK_X", True),
        ("BRIEF", True),
        ("BRIEF_TEAM", True),
        ("BRIEFS", False),
        ("SOURCES", False),
        ("JIRA", False),
    ],
)
def test_no_tracker_may_be_called_like_a_source(stem: str, reserved: bool) -> None:
    assert is_reserved(f"TRUENORTH_{stem}") is reserved
