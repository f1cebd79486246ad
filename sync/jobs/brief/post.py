"""Post a brief to the webhook of a chat service: once for each week and place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from config.posting.webhooks import Webhook
from connectors.errors import (
    AddressRefused,
    HostNotFound,
    RateLimited,
    TrackerError,
    Transient,
    Untrusted,
)
from connectors.http.dates import parse_retry_after
from connectors.http.exchange import Exchange, Limits, Reply
from connectors.http.retry import RetryPolicy
from sync.jobs.brief.errors import BriefDelayed, BriefNotPosted
from sync.store.briefs import PostedBrief
from sync.store.store import Store

LIMITS = Limits(body=64 * 1024, whole=60.0, connect=10.0, silence=30.0)
"""What one post may take; replies are a word."""
_FAILED = b"delivery failed"
"""Connectors of Teams say so with status 200."""


@dataclass(frozen=True, slots=True)
class Posting:
    """What is posted: the `body`, of which week, under which configuration of which workspace."""

    body: Mapping[str, Any]
    week: str
    configuration: str
    workspace: str


def post(
    store: Store, place: Webhook, what: Posting, *, anew: bool = False, retry: RetryPolicy | None = None
) -> PostedBrief | None:
    """Post to a place, unless the brief of that week was posted there before, or may have been; then, when that was.

    It is remembered before it is sent. `anew`: post all the same. Raises BriefNotPosted where it was refused or not sent, and
    BriefDelayed where a later run may do better, or nobody knows whether it arrived.
    """
    where = _identity(place)
    run = store.briefs.begin(where, what.week, what.configuration, what.workspace, anew=anew)
    if isinstance(run, PostedBrief):
        return run
    try:
        _send(place, what.body, retry or RetryPolicy())
    except (RateLimited, AddressRefused, HostNotFound, Untrusted, _Declined) as error:
        store.briefs.end(run, where, what.week, "refused")
        kind = BriefDelayed if isinstance(error, Transient) else BriefNotPosted
        raise kind(f"the brief was not posted to {place.name}: {_said(error)}") from None
    except TrackerError as error:
        again = (
            f"look there, and post it with --again if it is not; without, it counts as posted for {what.week}"
        )
        raise BriefDelayed(
            f"the brief may be posted to {place.name}, or not: {_said(error)} So {again}."
        ) from None
    store.briefs.end(run, where, what.week, "posted")
    return None


class _Declined(TrackerError):
    """The service answered that it takes no such message."""


def _identity(place: Webhook) -> str:
    """The place by its name and a digest of its address: another channel under the same name is another place."""
    digest = hashlib.sha256(place.url.get_secret_value().encode()).hexdigest()
    return f"{place.name.casefold()} {digest[:12]}"


def _said(error: TrackerError) -> str:
    return f"{error.what} {error.remedy}".strip()


def _send(place: Webhook, body: Mapping[str, Any], retry: RetryPolicy) -> None:
    url = place.url.get_secret_value()
    headers = {"content-type": "application/json; charset=utf-8", "accept": "*/*"}
    content = json.dumps(body, ensure_ascii=False).encode()
    # Who sets the variable says where it goes, to this machine or a private network, too.
    exchange = Exchange(f"webhook {place.name}", url, private_allowed=True, limits=LIMITS)

    def send() -> None:
        _check(place, exchange.send("POST", url, headers, content, "the brief"))

    try:
        retry.call(send, repeatable=False)
    finally:
        exchange.close()


def _check(place: Webhook, reply: Reply) -> None:
    name, host, status = f"webhook {place.name}", place.origin.host, reply.status
    if status == 429:
        wait = parse_retry_after(reply.headers.get("retry-after"), datetime.now(UTC))
        raise RateLimited(name, f"{host} asks to wait (HTTP 429).", "Try again later.", retry_after=wait)
    if 300 <= status < 400:
        raise _Declined(
            name,
            f"{host} redirects (HTTP {status}), which is not followed.",
            "Set the address that it leads to.",
        )
    if 400 <= status < 500:
        raise _Declined(
            name,
            f"{host} refused it (HTTP {status}).",
            "Check that the webhook is still there, and of which kind it is.",
        )
    if status >= 500:
        raise Transient(name, f"{host} failed (HTTP {status}).")
    if place.service == "teams" and _FAILED in bytes(reply.content).lower():
        raise _Declined(name, f"{host} took it and could not deliver it.", "Check the webhook in Teams.")
