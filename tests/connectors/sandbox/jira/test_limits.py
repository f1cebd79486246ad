"""The rate limits of a Jira site over HTTP, in the site's own time, which stands still here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.sandbox_jira_client import Jira, paragraph, running


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running(200) as client:
        clock = client.sandbox.world.clock
        client.sandbox.call(lambda: clock.run_at(0))
        client.sandbox.call(lambda: clock.set(datetime(2026, 11, 16, 9, 30, tzinfo=UTC)))
        # A tenth of a second's worth: 10 requests for most, 15 to read an issue, 5 to change one.
        client.sandbox.call(lambda: setattr(client.site.limits, "depth", 0.1))
        yield client


def pass_seconds(jira: Jira, seconds: float) -> None:
    jira.sandbox.call(lambda: jira.sandbox.world.clock.advance(timedelta(seconds=seconds)))


@pytest.mark.parametrize(
    ("method", "path", "allowed", "limit"),
    [
        ("GET", "issue/WEB-1", 15, "150"),
        ("GET", "issue/WEB-1/changelog", 20, "200"),
        ("GET", "issue/WEB-1/comment", 10, "100"),
        ("PUT", "issue/WEB-1", 5, "50"),
    ],
)
def test_a_burst_is_counted_by_endpoint_and_method(
    jira: Jira, method: str, path: str, allowed: int, limit: str
) -> None:
    statuses = [jira.request(method, path, json={}).status_code for _ in range(allowed)]
    assert 429 not in statuses
    refused = jira.request(method, path, json={})
    assert refused.status_code == 429
    assert refused.headers["RateLimit-Reason"] == "jira-burst-based"
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["X-RateLimit-Limit"] == limit
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert refused.headers["X-RateLimit-NearLimit"] == "true"
    assert refused.headers["X-RateLimit-Reset"].startswith("2026-11-16T09:30")
    assert jira.get("myself").status_code == 200
    pass_seconds(jira, 1)
    assert jira.request(method, path, json={}).status_code != 429


def test_issues_share_the_limit_of_their_endpoint_and_versions_too(jira: Jira) -> None:
    for number in range(15):
        jira.get(f"issue/WEB-{number + 1}")
    old = f"{jira.sandbox.url}/jira/rest/api/2/issue/OPS-1"
    assert jira.get(old).status_code == 429


def test_the_remaining_burst_is_in_the_headers(jira: Jira) -> None:
    left = [jira.get("priority").headers["X-RateLimit-Remaining"] for _ in range(10)]
    assert left == [str(n) for n in range(9, -1, -1)]
    assert jira.get("priority").status_code == 429


def test_twenty_writes_to_one_issue_in_two_seconds_a_hundred_in_thirty(jira: Jira) -> None:
    jira.sandbox.call(lambda: setattr(jira.site.limits, "burst", False))

    def write(key: str = "WEB-1") -> int:
        return jira.post(f"issue/{key}/comment", json={"body": paragraph("x")}).status_code

    for _ in range(4):
        assert [write() for _ in range(20)] == [201] * 20
        assert jira.put("issue/WEB-1/properties/x", json=1).status_code == 429
        assert write("WEB-2") == 201
        pass_seconds(jira, 2)
    assert [write() for _ in range(20)] == [201] * 20
    pass_seconds(jira, 2)
    refused = jira.put("issue/WEB-1", json={"fields": {"summary": "one too many"}})
    assert refused.status_code == 429
    assert refused.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert refused.headers["Retry-After"] == "20"
    assert jira.issue("WEB-1")["fields"]["summary"] == "New onboarding"
    pass_seconds(jira, 20)
    assert write() == 201


def test_a_write_that_is_refused_anyway_is_not_counted(jira: Jira) -> None:
    jira.sandbox.call(lambda: setattr(jira.site.limits, "burst", False))
    bad = [jira.post("issue/WEB-1/comment", json={"body": "text"}).status_code for _ in range(25)]
    assert bad == [400] * 25


def quota(jira: Jira, points: int) -> None:
    jira.sandbox.call(lambda: setattr(jira.site.limits, "points_per_hour", points))


def test_points_are_spent_by_requests_and_objects_until_the_hour_is_over(jira: Jira) -> None:
    quota(jira, 60)
    page = jira.search(jql="project in (WEB, OPS)", fields=["summary"], maxResults=10)
    assert page.headers["X-RateLimit-Remaining"] == "49"
    assert page.headers["RateLimit-Policy"] == '"global-app-quota";q=60;w=3600'
    assert "RateLimit" not in page.headers
    assert jira.get("issue/WEB-1").headers["X-RateLimit-Remaining"] == "47"
    fetched = jira.post("issue/bulkfetch", json={"issueIdsOrKeys": ["WEB-1", "WEB-2", "OPS-1"]})
    assert fetched.headers["X-RateLimit-Remaining"] == "43"
    assert jira.put("issue/WEB-1/properties/x", json=1).headers["X-RateLimit-Remaining"] == "42"
    last = jira.search(jql="project in (WEB, OPS)", fields=["summary"], maxResults=41)
    assert last.headers["RateLimit"] == '"global-app-quota";r=0;t=1800'
    refused = jira.get("issue/WEB-1")
    assert refused.status_code == 429
    assert refused.headers["RateLimit-Reason"] == "jira-quota-global-based"
    assert refused.headers["Retry-After"] == "1800"
    assert refused.headers["X-RateLimit-Reset"] == "2026-11-16T10:00Z"
    pass_seconds(jira, 1800)
    assert jira.get("issue/WEB-1").status_code == 200


def test_a_quota_that_is_not_enforced_only_shows_in_headers(jira: Jira) -> None:
    quota(jira, 1)
    jira.sandbox.call(lambda: setattr(jira.site.limits, "enforced", False))
    assert [jira.get("issue/WEB-1").status_code for _ in range(5)] == [200] * 5
    headers = jira.get("issue/WEB-1").headers
    assert headers["Beta-X-RateLimit-Remaining"] == "0"
    assert "RateLimit" not in headers


def test_tokens_have_no_quota_by_default_and_all_can_be_switched_off(jira: Jira) -> None:
    assert "RateLimit-Policy" not in jira.get("issue/WEB-1").headers
    jira.sandbox.call(jira.site.limits.off)
    assert {jira.get("issue/WEB-1").status_code for _ in range(60)} == {200}
    assert "X-RateLimit-Limit" not in jira.get("issue/WEB-1").headers


def test_a_clock_set_back_does_not_stop_the_flow(jira: Jira) -> None:
    while jira.get("priority").status_code == 200:
        pass
    pass_seconds(jira, -3600)
    assert jira.get("priority").status_code == 429
    pass_seconds(jira, 1)
    assert jira.get("priority").status_code == 200
