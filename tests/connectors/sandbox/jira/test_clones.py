"""A clone has what the issue says, and nothing of what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support import loopback
from tests.support.sandbox_jira_client import ANN, Jira, paragraph, running

KEPT = (
    "description", "issuetype", "priority", "labels", "components", "fixVersions", "duedate", "assignee",
    "parent", "timeoriginalestimate", "customfield_10101", "customfield_10102", "customfield_10016",
)  # fmt: skip


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running(120, seed=3) as client:
        yield client


def clone(jira: Jira, key: str, status: int = 201, **more: Any) -> str:
    reply = loopback.post(f"{jira.sandbox.url}/__clone", json={"key": key} | more)
    assert reply.status_code == status, reply.text
    return str(reply.json()["key" if status == 201 else "error"])


def marked(jira: Jira) -> str:
    """A started issue below an epic, with everything on it that a clone takes along or leaves."""
    key = next(
        one.key
        for one in jira.site.issues.values()
        if one.parent is not None and one.type.level == 0 and one.status.category == "indeterminate"
        and one.project.key == "WEB"
    )  # fmt: skip
    fields = {
        "customfield_10101": "GROWTH-KR2 · Live for everyone",
        "customfield_10102": 40,
        "duedate": "2026-12-01",
    }
    jira.put(
        f"issue/{key}",
        json={
            "fields": fields | {"description": paragraph("Why it matters")},
            "update": {"labels": [{"add": "okr-aligned"}]},
            "properties": [{"key": "truenorth", "value": {"owner": "acme", "of": [1]}}],
        },
    ).raise_for_status()
    jira.post(f"issue/{key}/comment", json={"body": paragraph("It counts")}).raise_for_status()
    jira.post(
        f"issue/{key}/remotelink", json={"object": {"url": "https://okr.example/A", "title": "A"}}
    ).raise_for_status()
    return key


@pytest.mark.parametrize("along", [False, True], ids=["without properties", "with properties"])
def test_a_clone_has_the_fields_and_starts_anew(jira: Jira, along: bool) -> None:
    key = marked(jira)
    new = clone(jira, key, properties=along)
    before, after = (jira.issue(one, fields="*all", properties="truenorth") for one in (key, new))
    old, got = before["fields"], after["fields"]
    assert {name: got.get(name) for name in KEPT} == {name: old.get(name) for name in KEPT}
    assert got["summary"] == f"CLONE - {old['summary']}"
    assert got["customfield_10102"] == 40
    assert (got["reporter"]["displayName"], got["project"]["key"]) == ("Ann Lee", "WEB")
    assert (got["status"]["statusCategory"]["key"], got["resolution"]) == ("new", None)
    assert got["comment"]["comments"] == []
    assert jira.get(f"issue/{new}/remotelink").json() == []
    assert after["properties"] == ({"truenorth": {"owner": "acme", "of": [1]}} if along else {})
    past = [item for one in jira.get(f"issue/{new}/changelog").json()["values"] for item in one["items"]]
    assert [one["toString"] for one in past] == [f"This issue clones {key}"]


def test_the_link_leads_from_the_clone_to_the_original(jira: Jira) -> None:
    key = marked(jira)
    new = clone(jira, key)
    ((there,), back) = (jira.issue(one, fields="issuelinks")["fields"]["issuelinks"] for one in (new, key))
    assert (there["type"]["outward"], there["outwardIssue"]["key"]) == ("clones", key)
    assert ("is cloned by", new) in [
        (one["type"]["inward"], one.get("inwardIssue", {}).get("key")) for one in back
    ]
    (kind,) = [one for one in jira.get("issueLinkType").json()["issueLinkTypes"] if one["name"] == "Cloners"]
    assert kind["id"] == there["type"]["id"]


def test_a_clone_and_its_original_share_nothing_that_can_be_written_to(jira: Jira) -> None:
    key = marked(jira)
    new = clone(jira, key, properties=True)
    jira.put(f"issue/{new}", json={"update": {"labels": [{"remove": "okr-aligned"}]}}).raise_for_status()
    jira.put(f"issue/{new}", json={"fields": {"customfield_10101": None}}).raise_for_status()
    jira.delete(f"issue/{new}/properties/truenorth").raise_for_status()
    left = jira.issue(key, properties="truenorth")
    assert "okr-aligned" in left["fields"]["labels"]
    assert left["fields"]["customfield_10101"]
    assert left["properties"]


def test_a_clone_is_a_child_and_bears_the_moment_of_the_sandboxs_clock(jira: Jira) -> None:
    key = marked(jira)
    jira.sandbox.call(lambda: jira.site.clock.advance(timedelta(days=3)))
    new = clone(jira, key)
    parent = jira.issue(key)["fields"]["parent"]["key"]
    assert new in jira.keys(f'parent = "{parent}" AND created >= "2026-11-19"')
    assert jira.issue(new)["fields"]["created"][:10] == "2026-11-19"


def test_search_finds_a_clone_after_its_lag_only(jira: Jira) -> None:
    key = marked(jira)
    jira.sandbox.call(lambda: setattr(jira.site, "lag", 30.0))
    new = clone(jira, key)
    assert jira.keys(f'key = "{new}"') == []
    jira.sandbox.call(lambda: jira.site.clock.advance(timedelta(seconds=31)))
    assert jira.keys(f'key = "{new}"') == [new]


def test_a_clone_is_on_data_center_and_in_the_dump_too(jira: Jira) -> None:
    new = clone(jira, marked(jira))
    url = f"{jira.sandbox.url}/jira-dc/rest/api/2/issue/{new}"
    reply = loopback.get(url, headers={"Authorization": "Bearer sandbox-dc-pat"})
    assert reply.json()["fields"]["customfield_10101"] == "GROWTH-KR2 · Live for everyone"
    assert f'"key":"{new}"' in loopback.get(f"{jira.sandbox.url}/__world").text


def test_a_restricted_issue_has_restricted_clones(jira: Jira) -> None:
    key = marked(jira)
    issue = jira.site.issues[jira.site.keys[key]]
    jira.sandbox.call(lambda: jira.site.restricted.update({issue.id: frozenset({ANN[0]})}))
    new = clone(jira, key)
    assert jira.get(f"issue/{new}").status_code == 404
    with jira.acting_as(ANN) as ann:
        assert ann.get(f"issue/{new}").status_code == 200
    assert "sees no issue" in clone(jira, key, 400, by="truenorth@acme.example")


def test_who_may_not_create_may_not_clone(jira: Jira) -> None:
    key = marked(jira)
    jira.sandbox.call(lambda: jira.site.permissions.take(ANN[0], "CREATE_ISSUES"))
    assert "permission to create" in clone(jira, key, 400)


def test_a_long_summary_is_cut_to_what_a_summary_may_have(jira: Jira) -> None:
    key = marked(jira)
    jira.put(f"issue/{key}", json={"fields": {"summary": "x" * 255}}).raise_for_status()
    assert jira.issue(clone(jira, key))["fields"]["summary"] == "CLONE - " + "x" * 247
