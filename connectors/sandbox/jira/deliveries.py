"""Webhooks on their way: signed, sent to this machine only, tried again by the world's clock.

Wire facts: contracts/jira.md, section 7.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import aiohttp
import msgspec

from connectors.sandbox.hook_tricks import is_this_machine, signature
from connectors.sandbox.jira.jql import parse
from connectors.sandbox.jira.jql_context import JqlContext
from connectors.sandbox.jira.jql_match import prepare
from connectors.sandbox.jira.server_show import ServerShow
from connectors.sandbox.jira.show import Show, chosen
from connectors.sandbox.jira.state import HookEvent, JiraSite, Webhook

RETRY_AFTER = timedelta(minutes=5)
MOST_RETRIES = 5
RETRIED = frozenset({408, 409, 425, 429})
"""Statuses, with those from 500 on, after which a delivery is repeated; any other of an error is its end."""
ANSWER_WITHIN = 20.0
_LOOKED_AGAIN = 0.02
_MOST_AT_ONCE = 16
_TYPES = {"jira:issue_created": "issue_created", "jira:issue_updated": "issue_generic"}


@dataclass(order=True)
class _Delivery:
    due: datetime
    order: int
    id: str = field(compare=False)
    hook: Webhook = field(compare=False)
    body: bytes = field(compare=False)
    retries: int = field(compare=False, default=0)


class Deliveries:
    """Sends what a site announces. Lives in the server's event loop."""

    def __init__(self, site: JiraSite) -> None:
        self._site = site
        self._waiting: list[_Delivery] = []
        self._numbers = count()
        self._task: asyncio.Task[None] | None = None

    def hear(self, event: HookEvent) -> None:
        """Send a change to all webhooks that asked for it; returns at once."""
        tricks, now = self._site.hook_tricks, self._site.clock.now()
        for hook in self._site.webhooks.values() if not tricks.lost else ():
            if hook.enabled and event.name in hook.events and self._is_meant(hook, event):
                body, id_ = self._body(hook, event), str(uuid.uuid4())
                for _ in range(tricks.copies):
                    heapq.heappush(self._waiting, _Delivery(now, next(self._numbers), id_, hook, body))
        if self._waiting and (self._task is None or self._task.done()):
            # Of its own context: a fault of the request being served must not follow the delivery.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())

    def _is_meant(self, hook: Webhook, event: HookEvent) -> bool:
        if not hook.jql:
            return True
        context = JqlContext(self._site, hook.creator, self._site.clock.now(), by_user_name=hook.is_server)
        return bool(prepare(parse(hook.jql), context).test(event.issue))

    def _body(self, hook: Webhook, event: HookEvent) -> bytes:
        """What is sent: texts as wiki markup, as version 2 has them."""
        if hook.excludes_body:
            return b""
        show = (ServerShow if hook.is_server else Show)(self._site, hook.base, hook.creator, "2")
        sent = self._site.clock.now() - self._site.hook_tricks.aged
        said: dict[str, Any] = {
            "timestamp": round(sent.timestamp() * 1000),
            "webhookEvent": event.name,
            "user": show.user(event.person),
            "issue": show.issue(event.issue, chosen(["*navigable"], (), self._site)),
        }
        if event.name in _TYPES:
            said["issue_event_type_name"] = _TYPES[event.name]
        if event.history is not None:
            entry = show.history(event.history)
            said["changelog"] = {"id": entry["id"], "items": entry["items"]}
        if event.comment is not None:
            said["comment"] = show.comment(event.issue, event.comment, properties=False)
        return msgspec.json.encode(said)

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while self._waiting and self._site.listener is not None:
                now = self._site.clock.now()
                due: list[_Delivery] = []
                while self._waiting and self._waiting[0].due <= now and len(due) < _MOST_AT_ONCE:
                    due.append(heapq.heappop(self._waiting))
                if due:
                    await asyncio.gather(*(self._attempt(session, one) for one in due))
                else:
                    # The clock may be moved at any moment, so nobody knows how long to sleep.
                    await asyncio.sleep(_LOOKED_AGAIN)

    async def _attempt(self, session: aiohttp.ClientSession, delivery: _Delivery) -> None:
        hook = delivery.hook
        if not hook.enabled or self._site.webhooks.get(hook.id) is not hook:
            return
        status = await self._send(session, delivery)
        self._site.hook_tricks.count(status)
        again = status is None or status >= 500 or status in RETRIED
        if again and delivery.retries < MOST_RETRIES:
            delivery.retries += 1
            delivery.due = self._site.clock.now() + RETRY_AFTER
            heapq.heappush(self._waiting, delivery)

    async def _send(self, session: aiohttp.ClientSession, delivery: _Delivery) -> int | None:
        """The status of the answer; None where there was none."""
        hook = delivery.hook
        if not is_this_machine(hook.url):
            return None
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "User-Agent": "Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Identifier": delivery.id,
            "X-Atlassian-Webhook-Flow": "Primary",
        }
        if delivery.retries:
            headers["X-Atlassian-Webhook-Retry"] = str(delivery.retries)
        if hook.secret is not None:
            headers["X-Hub-Signature"] = f"sha256={signature(hook.secret, delivery.body)}"
        try:
            async with session.post(
                hook.url, data=delivery.body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None
