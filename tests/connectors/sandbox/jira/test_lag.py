"""Search runs behind writes: what it still knows, what reconciling mends, and what reads the store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.sandbox_jira_client import ANN, Jira, paragraph, running

LAG = 60.0


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running(60) as client:
        client.sandbox.call(lambda: setattr(client.site, "lag", LAG))
        yield client


def number_of(jira: Jira, key: str) -> int:
    return jira.site.keys[key]


def label(jira: Jira, key: str, name: str) -> None:
    assert jira.put(f"issue/{key}", json={"update": {"labels": [{"add": name}]}}).status_code == 204


def catch_up(jira: Jira) -> None:
    jira.sandbox.call(lambda: jira.sandbox.world.clock.advance(timedelta(seconds=LAG + 1)))


def test_a_write_is_found_only_after_the_lag(jira: Jira) -> None:
    label(jira, "WEB-1", "fresh")
    assert jira.keys("labels = fresh") == []
    assert jira.issue("WEB-1")["fields"]["labels"][-1] == "fresh"
    row = jira.search(jql="key = WEB-1", fields=["labels"]).json()["issues"][0]
    assert "fresh" not in row["fields"]["labels"]
    catch_up(jira)
    assert jira.keys("labels = fresh") == ["WEB-1"]


def test_reconciling_makes_the_named_issues_right_and_no_others(jira: Jira) -> None:
    label(jira, "WEB-1", "fresh")
    label(jira, "WEB-2", "fresh")
    reply = jira.search(jql="labels = fresh", reconcileIssues=[number_of(jira, "WEB-2")]).json()
    assert [row["id"] for row in reply["issues"]] == [str(number_of(jira, "WEB-2"))]


def test_reconciling_also_takes_away_what_no_longer_matches(jira: Jira) -> None:
    jira.put("issue/WEB-1", json={"fields": {"summary": "Zebra crossing"}})
    number = number_of(jira, "WEB-1")
    old = "summary ~ onboarding and key = WEB-1"
    assert jira.ids(old) == [str(number)]
    assert jira.search(jql=old, reconcileIssues=[number]).json()["issues"] == []


def test_the_store_is_never_behind(jira: Jira) -> None:
    label(jira, "WEB-1", "fresh")
    fetched = jira.post("issue/bulkfetch", json={"issueIdsOrKeys": ["WEB-1"], "fields": ["labels"]}).json()
    assert "fresh" in fetched["issues"][0]["fields"]["labels"]


def test_a_new_issue_is_not_found_yet_and_a_deleted_one_still_is(jira: Jira) -> None:
    fields = {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "Quokka"}
    made = jira.post("issue", json={"fields": fields}).json()
    assert jira.ids("summary ~ Quokka") == []
    assert jira.search(jql="summary ~ Quokka", reconcileIssues=[int(made["id"])]).json()["issues"]
    catch_up(jira)
    assert jira.delete(f"issue/{made['key']}").status_code == 204
    assert jira.ids("summary ~ Quokka") == [made["id"]]
    assert jira.get(f"issue/{made['id']}").status_code == 404
    catch_up(jira)
    assert jira.ids("summary ~ Quokka") == []


def test_comments_and_counts_lag_too_but_permissions_do_not(jira: Jira) -> None:
    jira.post("issue/WEB-1/comment", json={"body": paragraph("wombat")})
    assert jira.ids("comment ~ wombat") == []
    assert jira.post("search/approximate-count", json={"jql": "comment ~ wombat"}).json() == {"count": 0}
    jira.sandbox.call(lambda: setattr(jira.site.projects["WEB"], "browsers", frozenset({ANN[0]})))
    assert jira.search(jql="key = WEB-1").status_code == 400


def test_the_list_to_reconcile_is_the_same_on_every_page(jira: Jira) -> None:
    ids = [number_of(jira, "WEB-1")]
    page = jira.search(jql="project = WEB", maxResults=2, reconcileIssues=ids).json()
    token = page["nextPageToken"]
    further = jira.search(jql="project = WEB", maxResults=2, reconcileIssues=ids, nextPageToken=token)
    assert further.status_code == 200
    assert jira.search(jql="project = WEB", maxResults=2, nextPageToken=token).status_code == 400


@pytest.mark.parametrize("ids", [list(range(51)), ["WEB-1"]])
def test_at_most_fifty_ids_and_no_keys_can_be_reconciled(jira: Jira, ids: list[object]) -> None:
    assert jira.search(jql="project = WEB", reconcileIssues=ids).status_code == 400


def test_without_lag_everything_is_found_at_once(jira: Jira) -> None:
    label(jira, "WEB-1", "fresh")
    jira.sandbox.call(lambda: setattr(jira.site, "lag", 0.0))
    assert jira.keys("labels = fresh") == ["WEB-1"]
