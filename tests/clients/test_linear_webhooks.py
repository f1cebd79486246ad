"""Linear's own verification of deliveries, `@linear/sdk/webhooks`, and ours: the same word on each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

from connectors.linear.hooks import verify
from tests.support.clients import node

SECRET = "lin_wh_0123456789abcdef"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MS = round(NOW.timestamp() * 1000)


def signed(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def body(sent: object) -> bytes:
    return json.dumps({"type": "Issue", "data": {"id": "i"}, "webhookTimestamp": sent}).encode()


FRESH = body(MS)
DELIVERIES = [
    *((raw, signed(raw)) for raw in map(body, [MS, MS - 60_000, MS + 60_000, MS - 59_999.5])),
    *((raw, signed(raw)) for raw in map(body, [MS - 60_001, MS + 60_001, MS - 3_600_000, 0, -1, 10**400])),
    *((raw, signed(raw)) for raw in map(body, [None, str(MS), True, [MS], {"ms": MS}])),
    *((raw, signed(raw)) for raw in (b"{}", b"", b"null", b"[]", b'"text"', b"no JSON", b"\xff\xfe")),
    (FRESH, signed(FRESH, "another secret")),
    (FRESH, signed(FRESH)[:-1]),
    (FRESH, signed(FRESH).upper()),
    (FRESH, ""),
    (FRESH + b" ", signed(FRESH)),
    (body(0), signed(FRESH)),
]


def test_it_and_ours_judge_alike() -> None:
    given = [(base64.b64encode(raw).decode(), signature) for raw, signature in DELIVERIES]
    theirs = json.loads(node.run("webhook_verify.mjs", SECRET, str(MS), json.dumps(given)))
    ours = [
        str(verify(raw, {"linear-signature": signature}, SECRET, NOW).worth) for raw, signature in DELIVERIES
    ]
    assert ours == theirs
    assert {*ours} == {"news", "hastens", "forged"}
