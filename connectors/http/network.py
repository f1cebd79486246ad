"""Connections that keep a time limit as a whole, and that go only to addresses which were checked.

The HTTP library's own time-outs are for one read: a server that sends a byte now and then would never pass them.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar
from weakref import WeakSet

import httpcore
from httpcore import SOCKET_OPTION

from connectors.http.addresses import Address, is_public, literal

T = TypeVar("T")

_ENDS: ContextVar[float] = ContextVar("ends")
"""When the exchange of this thread has to be over, by the monotonic clock."""

_RECORD = 16 * 1024
"""Bytes of one TLS record at most. Source: RFC 8446, 5.1."""

_READ = 256 * 1024
"""Bytes that are read at once, as far as they are there."""

_UNKNOWN_NAME = tuple(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
)
"""What resolvers answer for a name that does not exist, or has no address; all else is trouble of the resolver's."""


class UnknownHost(Exception):
    """The host name does not exist."""


class RefusedAddress(Exception):
    """The host stands on no public address. `address` is the first of those it has."""

    def __init__(self, address: Address) -> None:
        super().__init__(str(address))
        self.address = address


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Whatever connections do in this thread ends within so many seconds, or raises a time-out of httpcore's."""
    token = _ENDS.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ENDS.reset(token)


@contextmanager
def wait_for(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock, as soon as it is free, or raise a time-out of httpcore's."""
    if not lock.acquire(timeout=_left(None, httpcore.ReadTimeout)):
        raise httpcore.ReadTimeout("the time for the whole exchange is over")
    try:
        yield
    finally:
        lock.release()


def _left(timeout: float | None, error: type[Exception]) -> float:
    left = _ENDS.get() - time.monotonic()
    if left <= 0:
        raise error("the time for the whole exchange is over")
    return left if timeout is None else min(timeout, left)


class Network(httpcore.NetworkBackend):
    """Connects to hosts. Unless `private_allowed`, only to those on public addresses."""

    def __init__(self, *, private_allowed: bool) -> None:
        self._private_allowed = private_allowed
        self._tcp = httpcore.SyncBackend()
        self._lock = threading.Lock()
        self._closed = False
        self._streams: WeakSet[_Bounded] = WeakSet()

    def close(self) -> None:
        """Close every connection, also those that threads wait at, and those that are being made once they are."""
        with self._lock:
            self._closed = True
            streams = list(self._streams)
        for one in streams:
            one.close()

    def keep(self, stream: httpcore.NetworkStream) -> _Bounded:
        """The stream within its limits, until all are closed. Raises httpcore's ConnectError where they are."""
        bounded = _Bounded(stream, self)
        with self._lock:
            self._streams.add(bounded)
            closed = self._closed
        if closed:
            bounded.close()
            raise httpcore.ConnectError("the connections were closed")
        return bounded

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that takes one. Raises UnknownHost, RefusedAddress or httpcore's errors."""
        addresses = resolve(host, timeout)
        allowed = [one for one in addresses if self._private_allowed or is_public(one)]
        if not allowed:
            raise RefusedAddress(addresses[0])
        failure: Exception | None = None
        for address in allowed:
            try:
                # An address, not the name: another question to the resolver could be answered otherwise.
                stream = self._tcp.connect_tcp(
                    str(address),
                    port,
                    _left(timeout, httpcore.ConnectTimeout),
                    local_address,
                    socket_options,
                )
                return self.keep(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = failure or error
        assert failure is not None  # noqa: S101  there was an address, and no connection to it
        raise failure


def resolve(host: str, timeout: float | None = None) -> list[Address]:
    """The addresses of a host, in the resolver's order; at least one.

    Raises UnknownHost, or httpcore's ConnectTimeout and ConnectError where the resolver gives no answer.
    """
    address = literal(host)
    if address is not None:
        return [address]
    try:
        rows = _in_thread(lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM), timeout)
    except socket.gaierror as error:
        if error.errno in _UNKNOWN_NAME:
            raise UnknownHost(host) from None
        raise httpcore.ConnectError(f"the resolver gave no answer ({error.errno})") from error
    except UnicodeError:
        raise UnknownHost(host) from None
    except OSError as error:
        raise httpcore.ConnectError("the resolver gave no answer") from error
    found = [
        ipaddress.ip_address(str(row[4][0])) for row in rows if row[0] in (socket.AF_INET, socket.AF_INET6)
    ]
    if not found:
        raise UnknownHost(host)
    return list(dict.fromkeys(found))


def _in_thread(work: Callable[[], T], timeout: float | None) -> T:
    """What `work` gives, within the limit: a resolver cannot be interrupted, only left behind."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def do() -> None:
        try:
            outcome.append(work())
        except Exception as error:  # noqa: BLE001  raised again by whoever waits
            failure.append(error)

    thread = threading.Thread(target=do, name="resolve", daemon=True)
    thread.start()
    thread.join(_left(timeout, httpcore.ConnectTimeout))
    if failure:
        raise failure[0]
    if not outcome:
        raise httpcore.ConnectTimeout("the resolver gave no answer")
    return outcome[0]


class _Bounded(httpcore.NetworkStream):
    """A stream of which every step ends with the exchange."""

    def __init__(self, stream: httpcore.NetworkStream, network: Network) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # The library asks for 64 kB at a time, and goes through its whole state machine for each.
        return self._stream.read(max(max_bytes, _READ), _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # In pieces, because the library's loop over what a slow reader takes has a time-out for each turn only.
        for start in range(0, len(buffer), _RECORD):
            self._stream.write(buffer[start : start + _RECORD], _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        # Closing alone does not wake a thread that waits at the socket: it would wait until its time is over.
        with suppress(OSError):
            socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if self.get_extra_info("ssl_object") is not None:
            return _TlsInTls(self, ssl_context, server_hostname, timeout)
        left = _left(timeout, httpcore.ConnectTimeout)
        return self._network.keep(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _TlsInTls(httpcore.NetworkStream):
    """TLS to a server through a proxy that is itself spoken to over TLS, on a bounded stream."""

    def __init__(
        self, outer: _Bounded, context: ssl.SSLContext, server_hostname: str | None, timeout: float | None
    ) -> None:
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        try:
            self._perform(self._tls.do_handshake, timeout)
        except ssl.SSLError as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from error

    def _perform(self, step: Callable[[], T], timeout: float | None) -> T:
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._flush(timeout)
                received = self._outer.read(_RECORD, timeout)
                self._incoming.write(received) if received else self._incoming.write_eof()
                continue
            self._flush(timeout)
            return done

    def _flush(self, timeout: float | None) -> None:
        if self._outgoing.pending:
            self._outer.write(self._outgoing.read(), timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._perform(partial(self._tls.read, max_bytes), timeout)
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            while buffer:
                sent = self._perform(partial(self._tls.write, buffer), timeout)
                buffer = buffer[sent:]
        except ssl.SSLError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._outer.close()

    def get_extra_info(self, info: str) -> Any:
        return self._tls if info == "ssl_object" else self._outer.get_extra_info(info)
