"""A sandboxed Jira site of which the changes are read: what is known of it, and what a whole read would give."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from connectors.changes import Changes
from connectors.jira import JiraConnector
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.jira_site import Site, connector
from tests.support.known_items import Known, differences


class Watched(Site):
    """A site, with what was read of it when it was first looked at."""

    def __init__(self, sandbox: Sandbox, *, server: bool = False, **declared: Any) -> None:
        super().__init__(sandbox)
        self._declared = declared
        self._server = server
        self._others: list[JiraConnector] = []
        self._fresh: JiraConnector | None = None
        self.truenorth.close()
        self.truenorth = self.connect()
        self.later(60)
        self.start()

    def connect(self, **declared: Any) -> JiraConnector:
        """Another connector of the site, declared alike but for what is given; closed with the site."""
        signs_in: dict[str, Any] = {}
        if self._server:
            signs_in = {"email": None, "token": SERVER_TOKEN, "deployment": "data_center"}
        url = f"{self.sandbox.url}/jira-dc" if self._server else self.url
        made = connector(url, **(signs_in | self._declared | declared))
        self._others.append(made)
        return made

    def close(self) -> None:
        for one in self._others:
            one.close()
        super().close()

    def start(self) -> None:
        """Read everything."""
        pulled = self.truenorth.pull()
        self.known, self.bookmark = Known(pulled.items), pulled.bookmark

    def later(self, seconds: float = 60) -> None:
        self.sandbox.call(lambda: self.sandbox.world.clock.advance(timedelta(seconds=seconds)))

    def look(self, *, sweep: bool = False, doubtful: Collection[str] = ()) -> Changes:
        """What changed since the last look, which is known from now on."""
        changes = self.truenorth.changes(self.bookmark, self.known, sweep=sweep, doubtful=doubtful)
        self.known.take(changes)
        self.bookmark = changes.bookmark
        return changes

    def missed(self) -> list[str]:
        """What a whole read would give otherwise than it is known, in words."""
        items = self.known.by_id.values()
        owned = [item.ref.id for item in items if item.shown.stamp is not None]
        commented = [item.ref.id for item in items if item.shown.comment is not None]
        self._fresh = self._fresh or self.connect()
        return differences(self.known, self._fresh.pull(owned_ids=owned, commented_ids=commented).items)

    def control(self, path: str, body: object) -> Any:
        """What nobody can do through Jira's own API; the decoded reply."""
        reply = loopback.post(f"{self.sandbox.url}{path}", json=body)
        assert reply.is_success, reply.text
        return reply.json() if reply.content else None

    def admin(self, act: str, **options: Any) -> None:
        """An administrator does something on a screen."""
        self.control("/__jira", {"act": act, **options})

    def asked(self) -> list[str]:
        """The requests since this was last called, as "METHOD path-below-the-API"."""
        found = [
            f"{one.method} {one.path.partition('/rest/api/')[2].partition('/')[2]}"
            for one in self.sandbox.requests
        ]
        self.sandbox.forget_requests()
        return found


@contextmanager
def watched(
    items: int = 100, *, server: bool = False, flow: bool = False, **declared: Any
) -> Iterator[Watched]:
    with Sandbox(generate(items, 1, flow=flow)) as sandbox:
        site = Watched(sandbox, server=server, **declared)
        try:
            site.asked()
            yield site
        finally:
            site.close()
