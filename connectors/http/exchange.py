"""One request and its whole reply: what Jira, Linear and the sources of values are all asked through.

An exchange ends within its time, whatever the server does; its reply is decompressed up to a cap; it goes to one
origin, follows no redirect, and connects only to addresses that were checked.
"""

from __future__ import annotations

import math
import os
import ssl
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache

import httpcore
import httpx
import structlog

from connectors.errors import AddressRefused, BadReply, HostNotFound, TrackerError, Unreachable, Untrusted
from connectors.http.addresses import is_public, literal
from connectors.http.bodies import CODING, BodyError, Buffer, read_body
from connectors.http.network import Network, RefusedAddress, UnknownHost, time_limit, wait_for
from connectors.http.proxies import proxy_for
from connectors.http.user_agent import user_agent

log = structlog.get_logger(__name__)

_KEPT_ALIVE = 30.0
"""Seconds for which an idle connection is kept; gateways give theirs up after a minute."""

_LARGE = threading.Lock()
"""Held while a large reply is read: eight threads that each take one would fill the memory together."""

_AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name a file of certificates to trust, as the tools around us read them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may take: the plain body in bytes, all else in seconds.

    - `whole`: from the first question to the resolver to the last byte of the reply.
    - `connect`: to a connection; `silence`: between two bytes of the reply.
    """

    body: int = 64 * 1024 * 1024
    whole: float = 120.0
    connect: float = 10.0
    silence: float = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, whatever its status; `content` is decompressed."""

    status: int
    headers: httpx.Headers
    content: Buffer


class Exchange:
    """Requests to the origin of one URL; safe to use from several threads, which share its connections.

    `name` stands in errors. `private_allowed`: the environment declared this origin, so it may be this machine or one
    in a private network. `time_left`: seconds until the run's deadline, which cuts every limit. Nothing is looked up,
    read or connected to before the first request.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        private_allowed: bool,
        limits: Limits | None = None,
        time_left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self.limits = limits or Limits()
        self._name = name
        self._origin = _origin(httpx.URL(url))
        self._host = httpx.URL(url).netloc.decode("ascii")
        self._time_left = time_left
        self._private_allowed = private_allowed
        self._proxy = proxy_for(url, urllib.request.getproxies())
        self._lock = threading.Lock()
        self._idle: deque[tuple[float, httpcore.ConnectionPool]] = deque()
        self._closed = False
        # Behind a proxy, whoever sets the variables decides where it stands; it resolves the names.
        self._network = Network(private_allowed=private_allowed or self._proxy is not None)

    def close(self) -> None:
        """Close the connections: whoever waits for a reply is told at once, and no call succeeds afterwards."""
        with self._lock:
            self._closed = True
            idle = [pool for _, pool in self._idle]
            self._idle.clear()
        self._network.close()
        for pool in idle:
            pool.close()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        what: str = "",
    ) -> Reply:
        """Send one request and read its whole reply. `what` says in errors which call it is.

        Raises Unreachable where no whole reply came in time, HostNotFound, AddressRefused, and BadReply for a body
        that is too large or in a coding that was not asked for.
        """
        target = httpx.URL(url)
        if _origin(target) != self._origin:
            raise TrackerError(
                self._name, f"refused to send a request to {target.host}: it belongs to {self._host}."
            )
        self._check_literal()
        limits, left = self.limits, self._time_left()
        timeouts = {"connect": limits.connect, "read": limits.silence, "write": limits.silence, "pool": None}
        sent = httpx.Headers({"user-agent": user_agent()})
        sent.update(headers)
        sent["accept-encoding"] = CODING
        began = time.monotonic()
        try:
            with (
                ExitStack() as held,
                time_limit(min(limits.whole, left)),
                self._connection() as connection,
                connection.stream(
                    method,
                    _raw(target),
                    headers=sent.raw,
                    content=content,
                    extensions={"timeout": timeouts},
                ) as response,
            ):
                replied = httpx.Headers(response.headers)
                coding = ",".join(replied.get_list("content-encoding"))
                body = read_body(
                    response.iter_stream(), coding, limits.body, lambda: held.enter_context(wait_for(_LARGE))
                )
                log.debug(
                    "request",
                    to=self._name,
                    call=what or f"{method} {target.path}",
                    status=response.status,
                    seconds=round(time.monotonic() - began, 3),
                )
                return Reply(response.status, replied, body)
        except BodyError as error:
            raise BadReply(self._name, f"the reply{f' to {what}' if what else ''} {error}.") from None
        except UnknownHost as error:
            raise HostNotFound(
                self._name, f"the host name {error} does not exist.", "Check the URL and the resolver."
            ) from None
        except RefusedAddress:
            raise self._refused() from None
        except httpcore.TimeoutException as error:
            raise self._late(error, what, left) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError) as error:
            raise self._failed(error, what) from None

    def _late(self, error: httpcore.TimeoutException, what: str, left: float) -> TrackerError:
        asked = f" {what}" if what else ""
        if self._closed:
            return self._gone()
        if self._time_left() <= 0 < left:
            return Unreachable(
                self._name,
                f"{self._host} did not answer{asked} before the run's deadline.",
                "The next run continues.",
            )
        return Unreachable(
            self._name,
            f"{self._host} did not answer{asked} in time ({type(error).__name__}).",
            "Check the URL and the network.",
        )

    def _failed(self, error: Exception, what: str) -> TrackerError:
        if self._closed:
            return self._gone()
        # Names of errors only: their texts quote what the server sent.
        cause = _innermost(error)
        if issubclass(cause, ssl.SSLCertVerificationError):
            return Untrusted(
                self._name,
                f"the certificate of {self._host} is not trusted ({cause.__name__}).",
                "Check the URL and the certificates of this machine.",
            )
        if isinstance(error, httpcore.ProxyError) or issubclass(cause, ssl.SSLError):
            return Unreachable(
                self._name,
                f"cannot open a secure connection to {self._host} ({cause.__name__}).",
                "Check the proxy and the certificates of this machine.",
            )
        failed = f"the connection to {self._host} failed" + (f" during {what}" if what else "")
        return Unreachable(self._name, f"{failed} ({cause.__name__}).", "Check the URL and the network.")

    def _gone(self) -> TrackerError:
        # Of no kind that is tried again.
        return TrackerError(self._name, "the connection was closed.")

    def _refused(self) -> TrackerError:
        return AddressRefused(
            self._name,
            f"refused to connect to {self._host}: it is this machine or in a private network.",
            "Such addresses are only for origins that the environment declares.",
        )

    def _check_literal(self) -> None:
        """Behind a proxy nobody here resolves the name; an address that the URL spells out is judged all the same."""
        address = literal(self._origin[1]) if self._proxy else None
        if address is not None and not self._private_allowed and not is_public(address):
            raise self._refused()

    @contextmanager
    def _connection(self) -> Iterator[httpcore.ConnectionPool]:
        """A pool of one connection, which this thread has for itself: the one that was used last, or a new one.

        A pool of all would look at each of its connections twice a request, which lets another thread go first each time.
        """
        with self._lock:
            if self._closed:
                raise self._gone()
            pool = self._idle.pop()[1] if self._idle else None
        pool = pool or self._pool_of_one()
        try:
            yield pool
        finally:
            for one in self._given_back(pool):
                one.close()

    def _given_back(self, pool: httpcore.ConnectionPool) -> list[httpcore.ConnectionPool]:
        """Keep it for the next request; those that are kept no longer."""
        now = time.monotonic()
        with self._lock:
            if self._closed:
                return [pool]
            self._idle.append((now, pool))
            expired = []
            while self._idle[0][0] < now - _KEPT_ALIVE:
                expired.append(self._idle.popleft()[1])
            return expired

    def _pool_of_one(self) -> httpcore.ConnectionPool:
        if self._proxy is None:
            return httpcore.ConnectionPool(
                ssl_context=self._authorities(self._origin[0]),
                max_connections=1,
                keepalive_expiry=_KEPT_ALIVE,
                network_backend=self._network,
            )
        try:
            proxy = httpx.Proxy(self._proxy)
        except (ValueError, httpx.InvalidURL):
            proxy = None
        if proxy is None or proxy.url.scheme not in ("http", "https"):
            raise TrackerError(
                self._name,
                "the proxy that the environment declares cannot be used.",
                "Use the URL of an HTTP proxy, such as http://proxy.example:3128.",
            )
        return httpcore.HTTPProxy(
            _raw(proxy.url),
            proxy_auth=proxy.raw_auth,
            ssl_context=self._authorities(self._origin[0]),
            proxy_ssl_context=self._authorities(proxy.url.scheme) if proxy.url.scheme == "https" else None,
            max_connections=1,
            keepalive_expiry=_KEPT_ALIVE,
            network_backend=self._network,
        )

    def _authorities(self, scheme: str) -> ssl.SSLContext | None:
        if scheme != "https":
            return None
        variable = next((name for name in _AUTHORITIES if os.environ.get(name)), "")
        try:
            return _trusted(os.environ.get(variable, ""))
        except OSError:
            raise TrackerError(
                self._name, f"cannot read the certificates that {variable} names.", "Correct the variable."
            ) from None


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _raw(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


@cache
def _trusted(file: str) -> ssl.SSLContext:
    """Whom a server's certificate must come from. Reading them takes longer than a request, so it is done once."""
    return ssl.create_default_context(cafile=file) if file else httpx.create_ssl_context()


def _innermost(error: BaseException) -> type[BaseException]:
    """The kind of the root cause; its text may hold what the server sent, so it is left out."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return type(error)
