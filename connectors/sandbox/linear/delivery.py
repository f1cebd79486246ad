"""Webhooks on their way: signed, sent to this machine only, tried again by the world's clock.

Wire facts: contracts/linear.md, section 17.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import aiohttp
import msgspec

from connectors.sandbox.hook_tricks import is_this_machine, signature
from connectors.sandbox.linear.payloads import WebhookEvent
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.linear.surrounding_entities import Webhook, WebhookFailure

RETRIES = (timedelta(minutes=1), timedelta(hours=1), timedelta(hours=6))
ANSWER_WITHIN = 5.0
"""Seconds, real ones, in which the receiver has to answer with HTTP 200."""
_LOOKED_AGAIN = 0.02
_MOST_AT_ONCE = 16


@dataclass(order=True)
class _Delivery:
    """One event for one webhook, due at a moment of the world's clock."""

    due: datetime
    order: int
    id: str = field(compare=False)
    hook: Webhook = field(compare=False)
    event: WebhookEvent = field(compare=False)
    first_sent: datetime = field(compare=False)
    failed: int = field(compare=False, default=0)


class Deliverer:
    """Sends what the workspace has put into its outbox. Lives in the server's event loop."""

    def __init__(self, space: LinearSpace) -> None:
        self._space = space
        self._waiting: list[_Delivery] = []
        self._numbers = count()
        self._task: asyncio.Task[None] | None = None

    def collect(self) -> None:
        """Take the outbox, and see that it is sent; returns at once."""
        events, self._space.outbox = self._space.outbox, []
        now, tricks = self._space.now(), self._space.hook_tricks
        for event in events if not tricks.lost else ():
            for hook in self._space.webhooks.values():
                if hook.enabled and subscribes(hook, event):
                    id_ = self._space.new_id()
                    for _ in range(tricks.copies):
                        delivery = _Delivery(now, next(self._numbers), id_, hook, event, now)
                        heapq.heappush(self._waiting, delivery)
        if self._waiting and (self._task is None or self._task.done()):
            # Of its own context: a fault of the request being served must not follow the delivery.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while self._waiting and not self._space.closed:
                now = self._space.now()
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
        if not hook.enabled or self._space.webhooks.get(hook.id) is not hook:
            return
        url = hook.url
        status, answer = await self._send(session, delivery)
        self._space.hook_tricks.count(status)
        if status == 200:
            hook.given_up = 0
            return
        now = self._space.now()
        failure = WebhookFailure(
            id=self._space.new_id(),
            created_at=now,
            updated_at=now,
            webhook=hook,
            url=url,
            execution_id=delivery.id,
            http_status=status,
            response_or_error=answer,
        )
        hook.failures.append(failure)
        if delivery.failed < len(RETRIES):
            delivery.due = now + RETRIES[delivery.failed]
            delivery.failed += 1
            heapq.heappush(self._waiting, delivery)
            return
        hook.given_up += 1
        if hook.given_up >= self._space.patience:
            hook.enabled = False

    async def _send(self, session: aiohttp.ClientSession, delivery: _Delivery) -> tuple[int | None, str]:
        """The status of the answer and its text, or None and why there was none."""
        if not is_this_machine(delivery.hook.url):
            return None, "The sandbox sends to this machine only."
        sent = self._space.now() if self._space.retries_restamped else delivery.first_sent
        sent -= self._space.hook_tricks.aged
        body = msgspec.json.encode(delivery.event.body(self._space.organization_id, delivery.hook.id, sent))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Linear-Webhook",
            "Linear-Delivery": delivery.id,
            "Linear-Event": delivery.event.type,
            "Linear-Signature": signature(delivery.hook.secret, body),
            "Linear-Timestamp": str(round(sent.timestamp() * 1000)),
        }
        try:
            async with session.post(
                delivery.hook.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                text = (await answer.content.read(1000)).decode(errors="replace")
                return answer.status, text
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return None, str(error) or type(error).__name__


def subscribes(hook: Webhook, event: WebhookEvent) -> bool:
    """Whether the webhook receives the event: by its type, and by its team or for all public teams."""
    if event.type not in hook.resource_types:
        return False
    if hook.team is not None:
        return hook.team in event.teams
    return not event.teams or any(team.visibility == "public" for team in event.teams)
