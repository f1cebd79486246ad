"""Links between issues, accounts, and the site's lists, as a client meets them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.company import DIRECTORY
from tests.support.sandbox_jira_client import ANN, Jira, paragraph, running


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running() as client:
        yield client


def link(jira: Jira, inward: str, outward: str, kind: str = "Blocks") -> int:
    ends = {"inwardIssue": {"key": inward}, "outwardIssue": {"key": outward}}
    return jira.post("issueLink", json={"type": {"name": kind}, **ends}).status_code


def test_a_link_reads_from_its_inward_issue_to_its_outward_one_and_is_in_both_histories(jira: Jira) -> None:
    first, second = "WEB-1", "WEB-2"
    before = {key: len(jira.issue(key)["fields"]["issuelinks"]) for key in (first, second)}
    assert link(jira, first, second) == 201
    seen = jira.issue(first)["fields"]["issuelinks"][before[first] :]
    assert [(one["type"]["outward"], one["outwardIssue"]["key"]) for one in seen] == [("blocks", second)]
    back = jira.issue(second)["fields"]["issuelinks"][before[second] :]
    assert [(one["type"]["inward"], one["inwardIssue"]["key"]) for one in back] == [("is blocked by", first)]
    changes = jira.get(f"issue/{second}/changelog").json()["values"][-1]["items"]
    assert [(item["field"], item["toString"]) for item in changes] == [
        ("Link", f"This issue is blocked by {first}")
    ]
    # The same link again is no second one.
    assert link(jira, first, second) == 201
    assert len(jira.issue(first)["fields"]["issuelinks"]) == before[first] + 1
    assert jira.delete(f"issueLink/{seen[0]['id']}").status_code == 204
    assert len(jira.issue(second)["fields"]["issuelinks"]) == before[second]
    assert jira.get(f"issueLink/{seen[0]['id']}").status_code == 404


@pytest.mark.parametrize(
    ("inward", "outward", "kind", "status"),
    [
        ("WEB-1", "WEB-9999", "Blocks", 404),
        ("WEB-1", "WEB-1", "Blocks", 400),
        ("WEB-1", "WEB-2", "Admires", 404),
    ],
    ids=["absent", "itself", "type"],
)
def test_a_link_that_cannot_be_is_refused(
    jira: Jira, inward: str, outward: str, kind: str, status: int
) -> None:
    before = jira.issue("WEB-1")["fields"]["issuelinks"]
    assert link(jira, inward, outward, kind) == status
    assert jira.issue("WEB-1")["fields"]["issuelinks"] == before


def test_a_comment_may_come_along_with_an_edit_and_a_bad_one_stops_the_edit(jira: Jira) -> None:
    def edit(comment: object) -> int:
        update = {"comment": [{"add": {"body": comment}}], "labels": [{"set": ["along"]}]}
        return jira.put("issue/WEB-1", json={"update": update}).status_code

    before = jira.issue("WEB-1")["fields"]
    assert edit("no document") == 400
    assert jira.issue("WEB-1")["fields"] == before
    assert edit(paragraph("Along it comes")) == 204
    after = jira.issue("WEB-1")["fields"]
    assert after["labels"] == ["along"]
    assert after["comment"]["total"] == before["comment"]["total"] + 1


def test_accounts_are_found_by_words_and_by_id(jira: Jira) -> None:
    ann = DIRECTORY[ANN[0]]
    assert [one["displayName"] for one in jira.get("user/search?query=ann.lee").json()] == ["Ann Lee"]
    assert jira.get("user", params={"accountId": ann.account_id}).json()["displayName"] == "Ann Lee"
    assert jira.get("user/search").status_code == 400
    assert jira.get("user?accountId=nobody").status_code == 404
    with jira.acting_as(None) as nobody:
        assert nobody.get("user/search?query=ann").status_code == 401
    assert jira.get("user/assignable/search?project=NOPE&query=a").status_code == 404


def test_only_admins_list_application_links(jira: Jira) -> None:
    path = "../../applinks/latest/listApplicationlinks"
    assert jira.get(path).json() == {"list": []}
    with jira.acting_as(ANN) as ann:
        assert ann.get(path).status_code == 403


def test_the_sites_lists_have_their_entries_one_by_one(jira: Jira) -> None:
    for name in ("status", "resolution", "priority", "issuetype"):
        first = jira.get(name).json()[0]
        assert jira.get(f"{name}/{first['id']}").json() == first
        assert jira.get(f"{name}/99999").status_code == 404
    assert jira.get("status/done").json()["name"] == "Done"
    assert {"WEB", "OPS"} <= {project["key"] for project in jira.get("project").json()}
    with jira.acting_as(None) as nobody:
        assert nobody.get("project").json() == []
