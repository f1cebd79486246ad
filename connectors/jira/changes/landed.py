"""Reads of issues whose replies are kept until the whole read is complete (`connectors.changes.Landing`).

A reply is known again by what was asked for. Only what reads ids and issues is kept: who we are, what there is, and comments are asked
for each time.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import msgspec

from connectors.changes import Landing
from connectors.jira.api.client import JiraClient
from connectors.set_aside import Reply

T = TypeVar("T")

KEPT = ("search/jql", "search", "issue/bulkfetch")
"""Paths that are posted to."""

GOOD_FOR = timedelta(days=5)
"""How long pages are gone on from: the tokens in them live for seven days (contracts/jira.md, section 1)."""


class LandedReads:
    """A client's calls, of which those that read ids and issues are answered by what an earlier attempt kept.

    Has the calls of a `JiraClient`; all that is not `call` is the client's own. Threads may call it side by side.
    """

    def __init__(self, client: JiraClient, landing: Landing) -> None:
        self._client = client
        self._landing = landing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def call(self, method: str, path: str, reply: Reply[T], *, body: object = None, **rest: Any) -> T:
        """See `JiraClient.call`."""
        if method != "POST" or path not in KEPT or rest:
            return self._client.call(method, path, reply, body=body, **rest)
        name = _name(path, body)
        kept = self._landing.page(name)
        if kept is not None:
            try:
                return reply.decode(kept)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass  # of another version: read again
        noted = _Noted(reply)
        found = self._client.call(method, path, noted, body=body)
        self._landing.keep(name, noted.body)
        return found


class _Noted(Reply[T]):
    """Decodes as another does, and notes the last body that it could decode."""

    def __init__(self, reply: Reply[T]) -> None:
        self._reply = reply
        self.body = b""

    def decode(self, body: Any, /) -> T:
        """The value."""
        found = self._reply.decode(body)
        self.body = bytes(body)
        return found


def landed(client: JiraClient, landing: Landing) -> JiraClient:
    """The client, with what was read of issues kept and found again."""
    return cast("JiraClient", LandedReads(client, landing))


def begin(landing: Landing, at: datetime, about: str) -> datetime:
    """Begin a read at the tracker's time `at`, or go on with one that was cut short; when it began.

    What is too old is begun anew.
    """
    landing.begin(at, about)
    begun = landing.begun or at
    if at - begun > GOOD_FOR:
        landing.begin(at, f"{about} of {at.isoformat()}")
        begun = landing.begun or at
    return begun


def _name(path: str, body: object) -> str:
    return f"{path}/{hashlib.sha256(msgspec.json.encode(body, order='sorted')).hexdigest()[:40]}"
