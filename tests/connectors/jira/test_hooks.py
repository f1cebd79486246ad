"""Deliveries of Jira's webhooks, as pure values."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.hooks.verdict import Worth
from connectors.jira.hooks import verify

SECRET = "a secret of the site"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def body(ago: timedelta = timedelta(), **more: Any) -> bytes:
    said = {"timestamp": round((NOW - ago).timestamp() * 1000), "webhookEvent": "jira:issue_updated"}
    return json.dumps(said | {"issue": {"id": "10001", "key": "WEB-1"}} | more).encode()


def signed(raw: bytes, method: str = "sha256", **headers: str) -> dict[str, str]:
    return {"x-hub-signature": f"{method}={hmac.new(SECRET.encode(), raw, method).hexdigest()}", **headers}


def test_the_signature_is_that_of_the_vendor() -> None:
    """Atlassian's own example, "Secure admin webhooks": this text with this secret."""
    raw, secret = b"Hello World!", "It's a Secret to Everybody"
    given = {"x-hub-signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"}
    assert verify(raw, given, secret, NOW).worth is Worth.HASTENS


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ({}, ("10001",)),
        ({"webhookEvent": "comment_created", "comment": {"id": "7"}}, ("10001",)),
        ({"issue": None, "issueLink": {"sourceIssueId": 1, "destinationIssueId": 2}}, ("1", "2")),
        ({"issue": None, "issueLink": {"sourceIssueId": 1, "destinationIssueId": 1}}, ("1",)),
        ({"issue": "WEB-1"}, ()),
        ({"issue": {"id": [1]}}, ()),
    ],
    ids=["issue", "comment", "link", "link to itself", "text", "list"],
)
def test_a_fresh_one_names_its_issues(said: dict[str, Any], items: tuple[str, ...]) -> None:
    raw = body(**said)
    found = verify(raw, signed(raw, **{"x-atlassian-webhook-identifier": "w-1"}), SECRET, NOW)
    assert (found.worth, found.delivery, found.items) == (Worth.NEWS, "w-1", items)


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_the_method_can_change(method: str) -> None:
    raw = body()
    assert verify(raw, signed(raw, method), SECRET, NOW).worth is Worth.NEWS


@pytest.mark.parametrize(
    ("minutes", "worth"),
    [(0, Worth.NEWS), (5, Worth.NEWS), (-5, Worth.NEWS), (6, Worth.HASTENS), (-6, Worth.HASTENS)],
)
def test_an_aged_one_is_no_news(minutes: int, worth: Worth) -> None:
    raw = body(timedelta(minutes=minutes))
    assert verify(raw, signed(raw), SECRET, NOW).worth is worth


def forgeries() -> dict[str, dict[str, str]]:
    right = signed(body())["x-hub-signature"]
    return {
        "none": {},
        "without its method": {"x-hub-signature": right.removeprefix("sha256=")},
        "weak method": signed(body(), "sha1"),
        "method of none": {"x-hub-signature": f"none={right.removeprefix('sha256=')}"},
        "another method's": {"x-hub-signature": right.replace("sha256", "sha512")},
        "not -256": {"x-hub-signature-256": right},
        "of another body": signed(body(issue=None)),
        "upper": {"x-hub-signature": f"sha256={right.removeprefix('sha256=').upper()}"},
        "of Linear": {"linear-signature": right.removeprefix("sha256=")},
    }


@pytest.mark.parametrize("which", list(forgeries()))
def test_a_false_signature_is_forged(which: str) -> None:
    found = verify(body(), forgeries()[which], SECRET, NOW)
    assert (found.worth, found.items) == (Worth.FORGED, ())


def test_without_a_secret_it_only_hastens() -> None:
    raw = body()
    found = verify(raw, signed(raw, **{"x-atlassian-webhook-identifier": "w-1"}), None, NOW)
    assert (found.worth, found.delivery, found.items) == (Worth.HASTENS, "w-1", ())
