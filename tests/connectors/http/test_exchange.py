"""One exchange: where it may go, how long it may take, and what its failures mean. Over real connections."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import AddressRefused, BadReply, HostNotFound, TrackerError, Unreachable, Untrusted
from connectors.http import exchange as exchange_module
from connectors.http import network as network_module
from connectors.http.addresses import Address
from connectors.http.bodies import LARGE
from connectors.http.exchange import Exchange, Limits
from tests.support.hostile_server import (
    HostileServer,
    Part,
    Script,
    again_and_again,
    dripping,
    in_turn,
    reply,
)

SHORT = Limits(body=1 << 20, whole=0.6, connect=0.5, silence=0.5)
OK = b"HTTP/1.1 200 OK\r\n"
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")

pytestmark = pytest.mark.needs_server


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no certificates but those that a test sets."""
    for name in (*PROXY_VARIABLES, *map(str.upper, PROXY_VARIABLES), *exchange_module._AUTHORITIES):
        monkeypatch.delenv(name, raising=False)
    exchange_module._trusted.cache_clear()


@pytest.fixture
def serve() -> Iterator[Callable[[Script], HostileServer]]:
    with ExitStack() as stack:

        def start(script: Script) -> HostileServer:
            server = HostileServer(script)
            stack.callback(server.close)
            return server

        yield start


@contextmanager
def asking(url: str, **options: Any) -> Iterator[Exchange]:
    made = Exchange("jira", url, **{"private_allowed": True, **options})
    try:
        yield made
    finally:
        made.close()


def get(url: str, **options: Any) -> bytes:
    with asking(url, **options) as made:
        return bytes(made.send("GET", url, {"Authorization": "Bearer planted"}).content)


# --- What is asked, and what comes back ----------------------------------------------------------


def test_one_coding_is_asked_for_whatever_the_caller_wants(serve: Callable[[Script], HostileServer]) -> None:
    server = serve(reply(gzip.compress(b"[1]"), "Content-Encoding: gzip"))
    with asking(server.url) as made:
        found = made.send("GET", server.url, {"Accept-Encoding": "br, zstd"})
    assert (found.status, found.content) == (200, b"[1]")
    (head,) = server.heads
    assert [line for line in head.lower().splitlines() if line.startswith(b"accept-enc")] == [
        b"accept-encoding: gzip"
    ]


def test_connections_are_kept_and_shared(serve: Callable[[Script], HostileServer]) -> None:
    server = serve(reply())
    with asking(server.url) as made:
        for _ in range(20):
            made.send("GET", server.url, {})
    assert len(server.heads) == 20
    assert server.connections == 1


def test_no_other_origin_is_asked(serve: Callable[[Script], HostileServer]) -> None:
    own, other = serve(reply()), serve(reply())
    with asking(own.url) as made, pytest.raises(TrackerError, match="belongs to"):
        made.send("GET", other.url, {"Authorization": "Bearer planted"})
    assert (own.heads, other.heads) == ([], [])


def test_a_redirect_is_a_reply_like_others(serve: Callable[[Script], HostileServer]) -> None:
    elsewhere = serve(reply())
    server = serve(reply(b"", f"Location: {elsewhere.url}", status="302 Found"))
    with asking(server.url) as made:
        assert made.send("GET", server.url, {}).status == 302
    assert elsewhere.heads == []


@pytest.mark.parametrize("over", [0, 1])
def test_large_replies_come_one_at_a_time(serve: Callable[[Script], HostileServer], over: int) -> None:
    body = b" " * (LARGE + over)
    url = serve(reply(body)).url
    with exchange_module._LARGE:
        if over:
            with pytest.raises(Unreachable, match="did not answer in time"):
                get(url, limits=replace(SHORT, body=1 << 23))
        else:
            assert get(url, limits=replace(SHORT, body=1 << 23)) == body
    assert get(url, limits=Limits()) == body


# --- Connections ---------------------------------------------------------------------------------


def test_connections_are_used_again_and_each_by_one_thread_at_a_time(
    serve: Callable[[Script], HostileServer],
) -> None:
    together = threading.Barrier(3)

    def all_at_once(request: bytes) -> Iterator[Part]:
        together.wait(30)
        yield from reply()(request)

    server = serve(all_at_once)
    with asking(server.url) as made, ThreadPoolExecutor(3) as pool:
        for _ in range(2):
            sent = [pool.submit(made.send, "GET", server.url, {}) for _ in range(3)]
            assert [one.result().status for one in sent] == [200] * 3
    assert (server.connections, len(server.heads)) == (3, 6)


def test_a_connection_that_was_idle_for_long_is_closed_and_not_used(
    serve: Callable[[Script], HostileServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(reply())
    with asking(server.url) as made:
        monkeypatch.setattr(exchange_module, "_KEPT_ALIVE", 0.0)
        for _ in range(3):
            assert made.send("GET", server.url, {}).status == 200
        assert len(made._idle) == 1
    assert server.connections == 3


# --- Time ----------------------------------------------------------------------------------------

SOON = 20
"""Seconds: less than any of these would take if nobody ended it, and a slow machine's time for what takes one."""


@pytest.mark.parametrize(
    "script",
    [
        in_turn(30.0),
        dripping(OK, b"X: " + b"x" * 4000, 0.05),
        dripping(OK + b"Content-Length: 4000\r\n\r\n", b" " * 4000, 0.05),
        again_and_again(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
        again_and_again(b"", b"HTTP/1.1 103 Early Hints\r\nX: " + b"x" * 60_000 + b"\r\n\r\n"),
        again_and_again(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.05),
    ],
    ids=["silence", "headers", "body", "interim", "interim at full speed", "chunks"],
)
def test_an_exchange_ends_in_time(serve: Callable[[Script], HostileServer], script: Script) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="did not answer in time"):
        get(serve(script).url, limits=SHORT)
    assert time.monotonic() - begun < SOON


def test_the_deadline_of_the_run_cuts_it_short(serve: Callable[[Script], HostileServer]) -> None:
    ends = time.monotonic() + 0.3
    with pytest.raises(Unreachable, match="before the run's deadline"):
        get(serve(in_turn(30.0)).url, time_left=lambda: ends - time.monotonic())
    assert time.monotonic() - ends < SOON


@pytest.mark.parametrize("reads", [False, True])
def test_a_reader_that_is_too_slow_ends_it(reads: bool) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def read_slowly() -> None:
        connection, _ = listener.accept()
        with connection:
            while not ended.wait(0.02) and (not reads or connection.recv(100_000)):
                pass

    thread = threading.Thread(target=read_slowly)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    begun = time.monotonic()
    try:
        with asking(url, limits=SHORT) as made, pytest.raises(Unreachable, match="did not answer in time"):
            made.send("POST", url, {}, b" " * (64 << 20))
    finally:
        ended.set()
        thread.join()
        listener.close()
    assert time.monotonic() - begun < SOON


@pytest.mark.parametrize("script", [b"", OK + b"Content-Length: 10\r\n\r\n"], ids=["the head", "the body"])
def test_who_waits_for_a_reply_is_told_of_the_close_at_once(script: bytes) -> None:
    """A thread that waited until its minute was over kept the command from ending for as long."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        made = Exchange("jira", url, private_allowed=True)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(made.send, "GET", url, {})
            connection, _ = listener.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(script)
                # Until it waits; sooner, it would hear of the close whatever is done.
                time.sleep(0.1)
                made.close()
                # Far below the minute of silence, far above what a slow machine takes.
                error = waiting.exception(30)
    # Of no kind that is tried again.
    assert (type(error), str(error)) == (TrackerError, "jira: the connection was closed.")


def test_nothing_is_connected_to_after_the_close(
    serve: Callable[[Script], HostileServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not by a thread that was about to connect."""
    server = serve(reply(b"[]"))
    made = Exchange("jira", server.url, private_allowed=True)
    resolved = network_module.resolve

    def closed_meanwhile(host: str, timeout: float | None = None) -> list[Address]:
        made.close()
        return resolved(host, timeout)

    monkeypatch.setattr(network_module, "resolve", closed_meanwhile)
    for _ in range(2):
        with pytest.raises(TrackerError, match="the connection was closed"):
            made.send("GET", server.url, {})
    assert server.heads == []


def test_a_resolver_that_does_not_answer_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: gate.wait(30))
    begun = time.monotonic()
    try:
        with pytest.raises(Unreachable, match="did not answer in time"):
            get("http://tracker.example/", limits=SHORT)
    finally:
        gate.set()
    assert time.monotonic() - begun < SOON


# --- Where it may go -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), HostNotFound),
        (socket.gaierror(socket.EAI_NODATA, "no address"), HostNotFound),
        (UnicodeError("label too long"), HostNotFound),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), Unreachable),
        (socket.gaierror(socket.EAI_FAIL, "failure"), Unreachable),
        (OSError("no more files"), Unreachable),
    ],
)
def test_a_name_that_does_not_exist_is_told_from_a_resolver_in_trouble(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[TrackerError]
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(TrackerError) as caught:
        get("http://tracker.example/")
    assert type(caught.value) is kind


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name stand on these addresses; the names that are asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host in addresses:
            return real(host, port, *more, **named)
        asked.append(host)
        family = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in addresses]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (one, 0)) for kind, one in zip(family, addresses, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_private_addresses_are_refused_unless_declared(
    serve: Callable[[Script], HostileServer], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    server = serve(reply())
    resolving(monkeypatch, address)
    url = server.url.replace("127.0.0.1", "tracker.example")
    with pytest.raises(AddressRefused, match="this machine or in a private network") as caught:
        get(url, private_allowed=False)
    assert address not in str(caught.value)
    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "[::ffff:127.0.0.1]"])
def test_so_are_those_that_a_url_spells_out(serve: Callable[[Script], HostileServer], host: str) -> None:
    server = serve(reply())
    with pytest.raises(AddressRefused):
        get(server.url.replace("127.0.0.1", host), private_allowed=False)
    assert server.connections == 0


def test_the_connection_goes_to_the_address_that_was_checked(
    serve: Callable[[Script], HostileServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(reply())
    asked = resolving(monkeypatch, "127.0.0.1")
    get(server.url.replace("127.0.0.1", "tracker.example"))
    assert asked == ["tracker.example"]
    assert b"Host: tracker.example:" in server.heads[0]


# --- Proxies -------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1"])
def test_this_machine_is_never_asked_through_a_proxy(
    serve: Callable[[Script], HostileServer], monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    server, proxy = serve(reply()), serve(reply())
    for name in PROXY_VARIABLES[:3]:
        monkeypatch.setenv(name, proxy.url)
    get(server.url.replace("127.0.0.1", host))
    assert (len(server.heads), proxy.heads) == (1, [])


def test_the_world_outside_is_and_no_credential_is_shown_to_the_proxy(
    serve: Callable[[Script], HostileServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(reply(status="407 Proxy Authentication Required"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://user:pass@"))
    with pytest.raises(Unreachable, match="Check the proxy") as caught:
        get("https://tracker.example/")
    (head,) = proxy.heads
    assert head.startswith(b"CONNECT tracker.example:443 ")
    assert b"Proxy-Authorization: Basic" in head
    assert b"planted" not in head
    assert "pass" not in str(caught.value)


def test_an_address_that_is_spelled_out_is_refused_behind_a_proxy_too(
    serve: Callable[[Script], HostileServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(reply())
    monkeypatch.setenv("https_proxy", proxy.url)
    with pytest.raises(AddressRefused):
        get("https://169.254.169.254/latest", private_allowed=False)
    assert proxy.heads == []


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "ftp://127.0.0.1:1", "http://[::1", "://"])
def test_a_proxy_that_cannot_be_used_is_named_as_such(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(TrackerError, match="the proxy that the environment declares"):
        get("https://tracker.example/")


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of its own for tracker.example and this machine, with its key."""
    tool = shutil.which("openssl")
    if tool is None:
        pytest.skip("openssl is not installed")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    names = "subjectAltName=DNS:tracker.example,DNS:localhost,IP:127.0.0.1"
    asked = (
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=tracker.example",
        "-addext",
    )
    made = subprocess.run(  # noqa: S603  nothing of it comes from outside
        [tool, *asked, names, "-keyout", "-", "-out", "-"], capture_output=True, check=True
    )
    file.write_bytes(made.stdout)
    return file


class TlsServer:
    """A server behind TLS. As a proxy, it passes tunnels on to `beyond`."""

    def __init__(self, certificate: Path, script: Script, beyond: int | None = None) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._script, self._beyond = script, beyond
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()
            except OSError:
                return

    def _serve(self, plain: socket.socket) -> None:
        try:
            with self._context.wrap_socket(plain, server_side=True) as connection:
                head = connection.recv(65536)
                if self._beyond is None:
                    for part in self._script(head):
                        time.sleep(part) if isinstance(part, float) else connection.sendall(part)
                    return
                with socket.create_connection(("127.0.0.1", self._beyond)) as other:
                    connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                    threading.Thread(target=self._pass_on, args=(other, connection), daemon=True).start()
                    self._pass_on(connection, other)
        except OSError:
            return

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_is_checked_by_what_the_environment_trusts(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = TlsServer(certificate, reply(b"[1]"))
    try:
        url = f"https://localhost:{server.port}/"
        if trusted:
            assert get(url) == b"[1]"
        else:
            with pytest.raises(
                Untrusted, match=r"certificate of localhost.* not trusted .SSLCertVerificationError"
            ):
                get(url)
    finally:
        server.close()


def test_certificates_that_cannot_be_read_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    with pytest.raises(TrackerError, match="that SSL_CERT_FILE names"):
        get("https://localhost:9/")


@pytest.mark.parametrize("drips", [False, True])
def test_a_tunnel_through_a_proxy_behind_tls(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, drips: bool
) -> None:
    script = dripping(OK, b"X: " + b"x" * 4000, 0.05) if drips else reply(b"[1]")
    server = TlsServer(certificate, script)
    proxy = TlsServer(certificate, reply(), beyond=server.port)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("https_proxy", f"https://127.0.0.1:{proxy.port}")
    begun = time.monotonic()
    try:
        url = f"https://tracker.example:{server.port}/"
        if drips:
            with pytest.raises(Unreachable, match="did not answer in time"):
                get(url, limits=SHORT, private_allowed=False)
        else:
            assert get(url, private_allowed=False) == b"[1]"
    finally:
        server.close()
        proxy.close()
    assert time.monotonic() - begun < SOON


def test_a_body_in_another_coding_is_refused(serve: Callable[[Script], HostileServer]) -> None:
    server = serve(reply(b"{}", "Content-Encoding: br"))
    with pytest.raises(BadReply, match="only gzip is accepted"):
        get(server.url)
