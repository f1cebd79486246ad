"""Linear's GraphQL endpoint, spoken to by one credential.

Every reply's body is read before its status, and errors that stand beside data make the whole reply an
error: a part is never taken for the whole.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import httpx
import msgspec
from msgspec.json import Decoder
from pydantic import SecretStr

from config.text.redaction import shorten
from connectors.changes import Landing
from connectors.errors import BadReply, CredentialError, TrackerError, Transient
from connectors.http.bodies import Buffer
from connectors.http.exchange import Exchange
from connectors.http.in_flight import Kind
from connectors.http.rate_limits import Allowance
from connectors.http.throttle import Throttle
from connectors.linear.api.complexity import POINTS, points
from connectors.linear.api.errors import (
    MAX_WORDS,
    ErrorMapper,
    GraphError,
    Quota,
    TooComplex,
    quotas_in,
    server_time_in,
)
from connectors.linear.api.mutations import Write, alias, document, variables
from connectors.linear.api.operation import Operation
from connectors.linear.api.side_by_side import go_on, side_by_side
from connectors.linear.api.wire import Connection, Success
from connectors.model import SetAside
from connectors.set_aside import Reply, named

T = TypeVar("T")


class _Envelope(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[GraphError] | None = None


_ENVELOPE = Decoder(_Envelope)
_AS_IT_IS = Decoder(msgspec.Raw)
_SUCCESSES = Decoder(dict[str, Success])
_SOME_SUCCESSES: Decoder[dict[str, Success | None] | None] = Decoder(dict[str, Success | None] | None)


class _Node(Protocol):
    @property
    def id(self) -> str: ...


Node = TypeVar("Node", bound=_Node)
N = TypeVar("N")


class LinearClient:
    """Speaks GraphQL with one Linear workspace; safe to use from several threads. `requests` counts what was sent, retries
    included.

    `quotas` holds the last reading of the limits by name ("Requests", "Complexity", "Endpoint-Requests");
    `server_time` the `Date` of the last reply. `private_allowed`: see `Exchange`.
    """

    def __init__(
        self,
        tracker: str,
        url: str,
        token: SecretStr,
        throttle: Throttle,
        *,
        private_allowed: bool = True,
    ) -> None:
        self.tracker = tracker
        self._lock = threading.Lock()
        self.requests = 0
        self.quotas: dict[str, Quota] = {}
        self.server_time: datetime | None = None
        self._url = url
        self.throttle = throttle
        self._retry = throttle.retry
        self._errors = ErrorMapper(tracker, httpx.URL(url).host)
        self._token = token
        self.exchange = Exchange(tracker, url, private_allowed=private_allowed, time_left=throttle.time_left)

    @property
    def in_flight(self) -> int:
        """How many reads may be under way at a time, as it is now."""
        return self.throttle.in_flight.limit("read")

    def close(self) -> None:
        """Close the connections, and end all waits."""
        self.throttle.close()
        self.exchange.close()

    def execute(self, operation: Operation[T], **variables: Any) -> T:
        """The typed reply to one document; waits and tries again as the retry policy says.

        Raises a TrackerError of the kinds in connectors.errors, or NotFound, Conflict, TooComplex; GivenUp where a read beside
        it has failed.
        """
        body = msgspec.json.encode({"query": operation.document, "variables": variables})
        kind: Kind = "write" if operation.document.lstrip().startswith("mutation") else "read"
        costs = {POINTS: points(operation.document, variables)}

        def once() -> T:
            go_on()
            return self._once(body, operation.reply, kind, costs)

        return self._retry.call(once, repeatable=True)

    def together(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """What each of several reads gives, side by side; see `side_by_side`."""
        return side_by_side(calls, self.in_flight)

    def attempt(self, writes: Sequence[Write]) -> list[TrackerError | bool | None]:
        """Carry out several mutations in one request; what each came to, None where nobody knows.

        An error is of that one alone; False is a write that Linear reports no success for. Raises as `execute`
        does where an error names none of them.
        """
        text = document([one.mutation for one in writes])
        body = msgspec.json.encode({"query": text, "variables": variables(writes)})
        costs = {POINTS: points(text, {})}
        return self._retry.call(lambda: self._attempt(body, costs, len(writes)), repeatable=True)

    def _attempt(
        self, body: bytes, costs: Mapping[str, float], count: int
    ) -> list[TrackerError | bool | None]:
        with self.throttle.request(self.tracker, "write", costs) as readings:
            return self._attempted(body, count, readings)

    def _attempted(
        self, body: bytes, count: int, readings: list[Allowance]
    ) -> list[TrackerError | bool | None]:
        status, headers, content = self._reply(body, readings)
        envelope = _decode_envelope(content)
        if envelope is None or not envelope.errors:
            done = self._data(envelope, status, headers, content, _SUCCESSES)
            return [done[alias(at)].success if alias(at) in done else None for at in range(count)]
        failed: dict[object, TrackerError] = {}
        for error in envelope.errors:
            failure = self._errors.from_errors([error], status, headers)
            name = error.path[0] if isinstance(error.path, list) and error.path else None
            if name is None or isinstance(failure, (CredentialError, Transient)):
                raise self._errors.from_errors(envelope.errors, status, headers)
            failed.setdefault(name, failure)
        successes = _partial(envelope.data)
        first = next((at for at in range(count) if alias(at) in failed), 0)
        # Linear voids all the data when one fails. Mutations are carried out in order (GraphQL specification,
        # section 6.2.2), so those before the first that failed are done.
        carried = {alias(at): True for at in range(first)} | successes
        return [failed.get(alias(at), carried.get(alias(at))) for at in range(count)]

    def walk(
        self,
        operation: Operation[T],
        pick: Callable[[T], Connection[Node]],
        aside: list[SetAside] | None = None,
        **variables: Any,
    ) -> Iterator[Node]:
        """Every node of a paged list, each once; see `pages`.

        Nodes that do not decode are put into `aside`. Raises BadReply for them where there is no such list.
        """
        seen: set[str] = set()
        for page in self.pages(operation, pick, **variables):
            if page.set_aside:
                if aside is None:
                    raise BadReply(self.tracker, f"cannot read {named(page.set_aside)}.")
                aside += page.set_aside
            for node in page.nodes:
                if node.id not in seen:
                    seen.add(node.id)
                    yield node

    def pages(
        self,
        operation: Operation[T],
        pick: Callable[[T], Connection[N]],
        landing: Landing | None = None,
        name: str = "",
        **variables: Any,
    ) -> Iterator[Connection[N]]:
        """The pages of a list, one after another. A page that is too complex is halved.

        With a `landing` pages are taken from it where it has them, and kept there; `name` says which list it is.

        Raises BadReply when the paging cannot come to an end.
        """
        first, after = operation.page, None
        seen_cursors: set[str] = set()
        while True:
            try:
                given = {"first": first, "after": after, **variables}
                page = pick(self._landed(operation, landing, f"{name} {first} {after or ''}", given))
            except TooComplex:
                if first == 1:
                    raise
                first //= 2
                continue
            yield page
            if not page.page_info.has_next_page:
                return
            after = page.page_info.end_cursor
            if after is None or after in seen_cursors:
                why = "without a cursor" if after is None else "with a cursor that it gave before"
                raise BadReply(self.tracker, f"Linear announced another page of results {why}.")
            seen_cursors.add(after)

    def _landed(
        self, operation: Operation[T], landing: Landing | None, name: str, given: Mapping[str, Any]
    ) -> T:
        if landing is None:
            return self.execute(operation, **given)
        kept = landing.page(name)
        if kept is not None:
            return operation.reply.decode(kept)
        raw = self.execute(Operation(operation.document, _AS_IT_IS), **given)
        page = self._decoded(operation.reply, raw)
        landing.keep(name, bytes(raw))
        return page

    # --- One request -----------------------------------------------------------------------------

    def _once(self, body: bytes, reply: Reply[T], kind: Kind, costs: Mapping[str, float]) -> T:
        with self.throttle.request(self.tracker, kind, costs) as readings:
            status, headers, content = self._reply(body, readings)
            envelope = _decode_envelope(content)
            if envelope is not None and envelope.errors:
                raise self._errors.from_errors(envelope.errors, status, headers)
            return self._data(envelope, status, headers, content, reply)

    def _reply(self, body: bytes, readings: list[Allowance]) -> tuple[int, httpx.Headers, Buffer]:
        """Status, headers and content; what they say is left goes into `readings`."""
        status, headers, content = self._send(body)
        now = quotas_in(headers)
        if status == 200 or all(quota.remaining > 0 for quota in now.values()):
            # A refusal for a spent quota is the retry policy's: it waits as asked.
            readings += [quota.allowance(kind) for kind, quota in now.items()]
        with self._lock:
            self.quotas |= now
            self.server_time = server_time_in(headers) or self.server_time
        return status, headers, content

    def _data(
        self,
        envelope: _Envelope | None,
        status: int,
        headers: httpx.Headers,
        content: Buffer,
        reply: Reply[T],
    ) -> T:
        """The data of a reply without errors."""
        if status != 200:
            raise self._errors.from_status(status, headers)
        if envelope is None:
            raise BadReply(self.tracker, f"Linear returned {_what_came(content)} instead of a GraphQL reply.")
        return self._decoded(reply, envelope.data)

    def _decoded(self, reply: Reply[T], data: msgspec.Raw) -> T:
        try:
            return reply.decode(data)
        except msgspec.ValidationError as error:
            raise BadReply(
                self.tracker, f"Linear's reply does not match its schema: {shorten(str(error), MAX_WORDS)}."
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadReply(self.tracker, "cannot decode Linear's reply.") from error

    def _send(self, body: bytes) -> tuple[int, httpx.Headers, Buffer]:
        with self._lock:
            self.requests += 1
        headers = {"content-type": "application/json", "authorization": self._authorization()}
        reply = self.exchange.send("POST", self._url, headers, body)
        return reply.status, reply.headers, reply.content

    def _authorization(self) -> str:
        """API keys go bare, OAuth tokens with a scheme; Linear refuses a key behind `Bearer`."""
        token = self._token.get_secret_value()
        if not token.isascii() or not token.isprintable() or " " in token:
            # Before the HTTP library sees it: its own error would quote the token.
            raise CredentialError(
                self.tracker, "the token contains invalid characters.", "Copy the whole token again."
            )
        return f"Bearer {token}" if token.startswith("lin_oauth_") else token


def _decode_envelope(content: Buffer) -> _Envelope | None:
    try:
        return _ENVELOPE.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _partial(data: msgspec.Raw) -> dict[str, bool]:
    """What a reply with errors says of those mutations that have none; it may say nothing."""
    try:
        successes = _SOME_SUCCESSES.decode(data)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {name: one.success for name, one in (successes or {}).items() if one is not None}


def _what_came(content: Buffer) -> str:
    if not content:
        return "an empty reply"
    if content[:1000].lstrip()[:1] == b"<":
        return "a web page"
    return "invalid or incomplete JSON"
