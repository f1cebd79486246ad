"""Deliveries of Linear's webhooks, as pure values."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.hooks.verdict import Worth
from connectors.linear.hooks import verify

SECRET = "lin_wh_0123456789abcdef"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def body(sent: Any = None, **more: Any) -> bytes:
    stamp = {"webhookTimestamp": round(NOW.timestamp() * 1000) if sent is None else sent}
    return json.dumps({"type": "Issue", "action": "update", "data": {"id": "i-1"}} | stamp | more).encode()


def signed(raw: bytes, secret: str = SECRET, **headers: str) -> dict[str, str]:
    return {"linear-signature": hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(), **headers}


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ({}, ("i-1",)),
        ({"type": "Comment", "data": {"id": "c-1", "issueId": "i-2"}}, ("i-2",)),
        ({"type": "ProjectUpdate", "data": {"id": "u-1", "projectId": "p-1"}}, ("p-1",)),
        ({"type": "Initiative", "data": {"id": "n-1"}}, ("n-1",)),
        ({"type": "IssueLabel", "data": {"id": "l-1"}}, ()),
        ({"data": None}, ()),
        ({"data": {"id": True}}, ()),
        ({"data": {"id": "x" * 201}}, ()),
    ],
    ids=["issue", "comment", "update", "initiative", "label", "none", "flag", "long"],
)
def test_a_fresh_one_names_its_item(said: dict[str, Any], items: tuple[str, ...]) -> None:
    raw = body(**said)
    found = verify(raw, signed(raw, **{"linear-delivery": "d-1"}), SECRET, NOW)
    assert (found.worth, found.delivery, found.items) == (Worth.NEWS, "d-1", items)


@pytest.mark.parametrize(
    ("seconds", "worth"),
    [(-60, Worth.NEWS), (60, Worth.NEWS), (-61, Worth.HASTENS), (61, Worth.HASTENS), (-3600, Worth.HASTENS)],
)
def test_only_what_was_sent_within_a_minute_is_news(seconds: int, worth: Worth) -> None:
    raw = body(round((NOW + timedelta(seconds=seconds)).timestamp() * 1000))
    found = verify(raw, signed(raw), SECRET, NOW)
    assert found.worth is worth
    assert bool(found.items) is (worth is Worth.NEWS)


def test_the_time_in_the_header_counts_nothing() -> None:
    now = str(round(NOW.timestamp() * 1000))
    old = body(0)
    assert verify(old, signed(old, **{"linear-timestamp": now}), SECRET, NOW).worth is Worth.HASTENS
    fresh = body()
    assert verify(fresh, signed(fresh, **{"linear-timestamp": "0"}), SECRET, NOW).worth is Worth.NEWS


@pytest.mark.parametrize(
    "sent",
    [True, "1764504000000", [], {}, float("nan"), float("inf"), 10**400],
    ids=["flag", "text", "list", "object", "no number", "endless", "huge"],
)
def test_a_time_that_is_none_is_aged(sent: Any) -> None:
    raw = body(sent)
    assert verify(raw, signed(raw), SECRET, NOW).worth is Worth.HASTENS


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000])
def test_a_signed_body_that_cannot_be_read_hastens(raw: bytes) -> None:
    assert verify(raw, signed(raw), SECRET, NOW).worth is Worth.HASTENS


def forgeries() -> dict[str, dict[str, str]]:
    right = signed(body())["linear-signature"]
    return {
        "none": {},
        "empty": {"linear-signature": ""},
        "short": {"linear-signature": right[:-1]},
        "long": {"linear-signature": f"{right}0"},
        "upper": {"linear-signature": right.upper()},
        "of another secret": signed(body(), "another secret"),
        "of another body": signed(body(action="remove")),
        "no ASCII": {"linear-signature": "\u00e9" * 64},
        "with its method": {"linear-signature": f"sha256={right}"},
        "of Jira": {"x-hub-signature": f"sha256={right}"},
    }


@pytest.mark.parametrize("which", list(forgeries()))
def test_a_false_signature_is_forged(which: str) -> None:
    found = verify(body(), forgeries()[which], SECRET, NOW)
    assert (found.worth, found.items) == (Worth.FORGED, ())


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    raw = body()
    again = json.dumps(json.loads(raw), indent=1).encode()
    assert verify(again, signed(raw), SECRET, NOW).worth is Worth.FORGED


def test_without_a_secret_it_only_hastens() -> None:
    found = verify(body(), {}, None, NOW)
    assert (found.worth, found.items) == (Worth.HASTENS, ())


def test_a_delivery_without_an_id_is_known_by_what_it_says() -> None:
    raw, other = body(), body(action="remove")
    name = verify(raw, signed(raw), SECRET, NOW).delivery
    assert name == verify(raw, signed(raw, **{"linear-delivery": "x" * 201}), SECRET, NOW).delivery
    assert name != verify(other, signed(other), SECRET, NOW).delivery
