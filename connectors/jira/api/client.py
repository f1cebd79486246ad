"""Jira's REST API over the `jira` package's session: typed replies, our errors, our retries.

The package signs in and prepares requests; our HTTP layer sends them (connectors.http.exchange). Its retries are off (it repeats a POST after a dropped connection), its
`Resource` objects are not used (they cost most of a bulk read), and no address from a reply is ever called.
"""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeVar

import jira
import msgspec
import requests

from config.text.redaction import shorten
from config.trackers import GATEWAY, is_gateway
from connectors.errors import BadReply, CredentialError, TrackerError, Transient
from connectors.http.dates import http_date
from connectors.http.exchange import Exchange
from connectors.http.user_agent import user_agent
from connectors.jira.api import replies
from connectors.jira.api.errors import MAX_WORDS, Elsewhere, Rejected, check_reply
from connectors.jira.api.introduction import Introduction
from connectors.jira.api.quotas import quotas_in
from connectors.jira.api.transport import ExchangeAdapter
from connectors.jira.api.wire import ServerInfo
from connectors.jira.scopes import is_read
from connectors.set_aside import Reply

if TYPE_CHECKING:
    from config.settings import Credentials
    from connectors.http.rate_limits import Allowance
    from connectors.http.throttle import Throttle

T = TypeVar("T")

# The package logs whole replies of failed requests; ours says what matters of them.
logging.getLogger("jira").setLevel(logging.CRITICAL)

RESOURCES = "/oauth/token/accessible-resources"
"""Where the gateway lists the sites of an OAuth token, and its scopes on each."""

ELDER_INFO = "/rest/api/2/serverInfo"
"""What both Cloud and Data Center answer."""

IN_ENGLISH = {"Accept-Language": "en", "X-Force-Accept-Language": "true"}
"""Makes the Cloud name types, statuses, priorities and resolutions in English, whatever language the account reads.
Source: Jira Cloud REST v3, "Special headers". Data Center has no such header."""


class JiraClient:
    """Calls to one Jira site with one credential; safe to use from several threads.

    - `requests`: how many requests were sent so far, repeated ones included.
    - `retry`: the one policy by which calls are repeated; the throttle's.
    - `server_time`: the `Date` of the last reply.
    - `bearer`: the token goes without an e-mail address, as one of OAuth, a service account or a Data Center does.
    """

    def __init__(
        self,
        name: str,
        api: str,
        credentials: Credentials,
        throttle: Throttle,
        *,
        version: Literal["2", "3"] = "3",
    ) -> None:
        self.name = name
        self.api = api.rstrip("/")
        self.version = version
        self.throttle = throttle
        self.retry = throttle.retry
        self.requests = 0
        self.server_time: datetime | None = None
        self.bearer = credentials.email is None
        self._introduction: Introduction | None = None
        self._closing = threading.Event()
        self._base = f"{self.api}/rest/api/{version}/"
        self._credentials = credentials
        self.exchange = Exchange(
            name, self.api, private_allowed=credentials.private_allowed, time_left=throttle.time_left
        )
        self._lock = threading.Lock()
        self._local = threading.local()
        self._clients: list[jira.JIRA] = []

    def introduce(self, check: Callable[[ServerInfo], None], hint: str) -> None:
        """Before the first request with the credential, ask the site without it what it is; see `Introduction`.

        Through the gateway everything is Cloud, and nothing can be asked without a credential.
        """
        if not is_gateway(self.api):
            nothing = TrackerError(self.name, f"no Jira site found at {self.api} (HTTP 404).", hint)
            self._introduction = Introduction(self._unsigned_info, check, nothing)

    def token_scopes(self) -> frozenset[str] | None:
        """The scopes of the token on this site, as far as anything tells them: of OAuth tokens at the gateway alone.

        Source: developer.atlassian.com, "Making calls to API", accessible-resources. Raises Transient.
        """
        root, gateway, site = self.api.partition(GATEWAY)
        if not gateway or not self.bearer:
            return None
        try:
            found = self.retry.call(
                lambda: self._decoded(
                    "GET",
                    RESOURCES,
                    replies.RESOURCES,
                    self._exchange("GET", RESOURCES, None, None, base=root),
                ),
                repeatable=True,
            )
        except Transient:
            raise
        except TrackerError:
            return None
        return next((frozenset(one.scopes) for one in found if one.id == site), None)

    def site_info(self) -> ServerInfo | None:
        """What the site says of itself now; None where it says so to nobody without a credential. Raises as `call` does."""
        self.introduced()
        if self._introduction is not None:
            fresh, info = self._introduction.take()
            if fresh:
                return info
        return self.call("GET", "serverInfo", replies.SERVER_INFO)

    def _unsigned_info(self) -> ServerInfo:
        """What the site says of itself to anybody. A Data Center has no version 3, which is asked for where Cloud is declared."""
        try:
            return self.call("GET", "serverInfo", replies.SERVER_INFO, signed_in=False)
        except Rejected as error:
            if error.status != 404 or self.version == "2":
                raise
        return self.retry.call(
            lambda: self._decoded(
                "GET",
                ELDER_INFO,
                replies.SERVER_INFO,
                self._exchange("GET", ELDER_INFO, None, None, signed_in=False, base=self.api),
            ),
            repeatable=True,
        )

    def introduced(self) -> None:
        """Make sure that the site said what it is, see `introduce`: once, before several threads would. Raises as `call` does."""
        if self._introduction is not None:
            self._introduction.make()

    def call(
        self,
        method: str,
        path: str,
        reply: Reply[T],
        *,
        params: dict[str, str] | None = None,
        body: object = None,
        repeatable: bool = True,
        headers: dict[str, str] | None = None,
        signed_in: bool = True,
        base: str | None = None,
    ) -> T:
        """Send a request to `path` below `/rest/api/VERSION/`, or below another `base`, and decode its reply by `reply`.

        Raises the errors of `connectors.errors`; `repeatable` says whether the call may be sent again when
        nobody knows if it took effect. Not `signed_in`: without the credential.
        """
        if signed_in:
            self.introduced()
        return self.retry.call(
            lambda: self._decoded(
                method,
                path,
                reply,
                self._exchange(method, path, params, body, headers, signed_in=signed_in, base=base),
            ),
            repeatable=repeatable,
        )

    def _decoded(self, method: str, path: str, reply: Reply[T], response: requests.Response) -> T:
        try:
            return reply.decode(response.content)
        except msgspec.ValidationError as error:
            raise BadReply(
                self.name, f"unexpected reply to {method} {path}: {shorten(str(error), MAX_WORDS)}."
            ) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            kind = shorten(response.headers.get("Content-Type", "no content type"), 80)
            is_page = "html" in kind.lower() or response.content.lstrip().startswith(b"<")
            raise (Elsewhere if is_page else BadReply)(
                self.name,
                f"the reply to {method} {path} is not JSON ({len(response.content)} bytes, {kind}).",
                f"Check that {self.api} is the URL of a Jira site, and that no proxy or login page "
                "answers instead.",
            ) from None

    def send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: object = None,
        base: str | None = None,
    ) -> None:
        """Send a request that may be sent again, and take no notice of what its reply says. Raises as `call` does."""
        self.introduced()
        self.retry.call(lambda: self._exchange(method, path, params, body, base=base), repeatable=True)

    def submit(self, method: str, path: str, body: object) -> str:
        """Start a job that Jira announces with 303, and give its id. The address itself is never called.

        For jobs that may run twice. Raises as `call` does.
        """
        self.introduced()
        response = self.retry.call(lambda: self._exchange(method, path, None, body), repeatable=True)
        id_ = response.headers.get("Location", "").rstrip("/").rpartition("/")[2]
        if response.status_code != 303 or not (id_.isascii() and id_.isalnum()):
            raise BadReply(self.name, f"{method} {path} started a job but did not return its id.")
        return id_

    def close(self) -> None:
        """Give all connections back, and end all waits; no call succeeds afterwards."""
        self._closing.set()
        self.throttle.close()
        with self._lock:
            clients, self._clients = self._clients, []
        for client in clients:
            client.close()  # type: ignore[no-untyped-call]
        self.exchange.close()
        self._local = threading.local()

    def pause(self) -> None:
        """Wait for the policy's base time, before looking whether a lost request landed after all."""
        self.retry.sleep(self.retry.base)

    def _session(self) -> requests.Session:
        """This thread's session: the package's sessions are not made to be shared."""
        client: jira.JIRA | None = getattr(self._local, "client", None)
        if client is None:
            secret = self._credentials.token.get_secret_value()
            email = self._credentials.email
            if not all(part.isascii() and part.isprintable() for part in (secret, email or "")):
                # The HTTP library's own complaint would quote it.
                raise CredentialError(self.name, "the e-mail address or token contains invalid characters.")
            client = jira.JIRA(
                self.api,
                options={"rest_api_version": self.version},
                # A service account's scoped token goes as bearer, through the gateway address; so does a Data Center's.
                basic_auth=(email, secret) if email else None,
                token_auth=None if email else secret,
                get_server_info=False,
                max_retries=0,
            )
            adapter = ExchangeAdapter(self.exchange, self._base)
            session: requests.Session = client._session  # noqa: SLF001  the package offers no public way
            # Proxies and certificates are the exchange's, and a .netrc is nobody's.
            session.trust_env = False
            session.headers["User-Agent"] = user_agent()
            session.headers.update(IN_ENGLISH if self.version == "3" else {})
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            self._local.client = client
            with self._lock:
                self._clients.append(client)
        return client._session  # noqa: SLF001  likewise

    def _exchange(
        self,
        method: str,
        path: str,
        params: dict[str, str] | None,
        body: object,
        headers: dict[str, str] | None = None,
        *,
        signed_in: bool = True,
        base: str | None = None,
    ) -> requests.Response:
        with self.throttle.request(self.name, "read" if is_read(method, path) else "write") as readings:
            return self._transport(
                method, path, params, body, readings, headers, signed_in=signed_in, base=base
            )

    def _transport(
        self,
        method: str,
        path: str,
        params: dict[str, str] | None,
        body: object,
        readings: list[Allowance],
        headers: dict[str, str] | None = None,
        *,
        signed_in: bool = True,
        base: str | None = None,
    ) -> requests.Response:
        """One request and its reply; `readings` gets what the reply says is left, whatever its status."""
        if self._closing.is_set():
            raise TrackerError(self.name, "the connection was closed.")
        with self._lock:
            self.requests += 1
        what = f"{method} {path}"
        try:
            return self._session().request(
                method,
                f"{self._base if base is None else base}{path}",
                params=params,
                headers=headers or {},
                data=None if body is None else msgspec.json.encode(body),
                # The package signs every request of its session; one of its own goes before that.
                auth=None if signed_in else _unsigned,
                # A redirect would carry the request to an address that nobody configured.
                allow_redirects=False,
                # In a hook, so before the package logs, or raises by rules of its own.
                hooks={"response": functools.partial(self._receive, what, readings)},
            )
        except requests.exceptions.RequestException as error:
            raise TrackerError(self.name, f"cannot prepare {what} ({type(error).__name__}).") from None

    def _receive(
        self, what: str, readings: list[Allowance], response: requests.Response, **_: object
    ) -> None:
        """Note what the reply says is left, and the site's time; raise what it means."""
        self.server_time = http_date(response.headers.get("Date")) or self.server_time
        if response.status_code != 429:
            # A refusal for a spent quota is the retry policy's, which waits as asked.
            readings.extend(quotas_in(response.headers, what))
        check_reply(response, what, self.name, self.version, self.throttle)


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The request as it is, without the session's credential."""
    return request
