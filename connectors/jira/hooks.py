"""Deliveries of Jira's webhooks, Cloud and Data Center: who sent them, and of which issues they tell. Pure.

Wire facts: contracts/jira.md, section 7.
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

SIGNATURE = "x-hub-signature"
DELIVERY = "x-atlassian-webhook-identifier"
METHODS = ("sha256", "sha384", "sha512")
"""Of HMAC, as the prefix of the signature names them; the prefix can change."""
FRESH = timedelta(minutes=5)
"""An older one is a repetition, or of a bulk change that came late."""


def verify(body: bytes, headers: Headers, secret: str | None, now: datetime) -> Verdict:
    """What a delivery is worth. `body`: as it came; `secret`: None for a hook without one."""
    delivery = headers.get(DELIVERY, "")
    if secret is None:
        return unsigned(body, delivery)
    method, _, given = headers.get(SIGNATURE, "").partition("=")
    if method not in METHODS or not is_signed(body, given, secret, method):
        return Verdict(Worth.FORGED, why="its signature is missing or false")
    return signed(body, delivery, now, sent="timestamp", window=FRESH, items_of=_issues)


def _issues(said: dict[str, object]) -> tuple[str, ...]:
    """Ids of the issue that changed, or of both ends of a link."""
    issue, link = said.get("issue"), said.get("issueLink")
    return ids(
        issue.get("id") if isinstance(issue, dict) else None,
        *((link.get("sourceIssueId"), link.get("destinationIssueId")) if isinstance(link, dict) else ()),
    )
