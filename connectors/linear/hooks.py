"""Deliveries of Linear's webhooks: who sent them, and of which items they tell. Pure.

Wire facts: contracts/linear.md, section 17. The header with the time is not signed; the time in the body is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.hooks.verdict import (
    Headers,
    Verdict,
    Worth,
    ids,
    is_signed,
    signed,
    unsigned,
)

SIGNATURE = "linear-signature"
DELIVERY = "linear-delivery"
FRESH = timedelta(minutes=1)
"""Linear's own helper takes nothing older. A retry comes after a minute at the earliest, and may bear its first time."""

_THEMSELVES = frozenset(("Issue", "Project", "Initiative"))
_OF_ANOTHER = ("issueId", "projectId", "initiativeId")


def verify(body: bytes, headers: Headers, secret: str | None, now: datetime) -> Verdict:
    """What a delivery is worth. `body`: as it came; `secret`: None for a hook without one."""
    delivery = headers.get(DELIVERY, "")
    if secret is None:
        return unsigned(body, delivery)
    if not is_signed(body, headers.get(SIGNATURE, ""), secret):
        return Verdict(Worth.FORGED, why="its signature is missing or false")
    return signed(body, delivery, now, sent="webhookTimestamp", window=FRESH, items_of=_items)


def _items(said: dict[str, object]) -> tuple[str, ...]:
    """Ids of what changed, or of that to which it belongs."""
    data = said.get("data")
    if not isinstance(data, dict):
        return ()
    if said.get("type") in _THEMSELVES:
        return ids(data.get("id"))
    return ids(*(data.get(name) for name in _OF_ANOTHER))
