"""Saved filters inside JQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.sandbox_jira_client import ANN, Jira, running


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with running() as client:
        yield client


def save(jira: Jira, name: str, jql: str) -> str:
    reply = jira.post("filter", json={"name": name, "jql": jql})
    assert reply.status_code == 200, reply.text
    return str(reply.json()["id"])


def refusal(jira: Jira, jql: str) -> str:
    reply = jira.search(jql=jql)
    assert reply.status_code == 400
    (message,) = reply.json()["errorMessages"]
    return str(message)


def test_a_filter_stands_for_what_it_asks_whatever_its_own_order(jira: Jira) -> None:
    saved = save(jira, "All of the web", "project = WEB or key = OPS-1 order by key desc")
    everything = set(jira.keys("project in (WEB, OPS)"))
    wanted = set(jira.keys("project = WEB or key = OPS-1"))
    assert set(jira.keys(f"filter = {saved}")) == wanted
    assert set(jira.keys('filter = "all of the WEB"')) == wanted
    assert set(jira.keys(f"filter != {saved} and project in (WEB, OPS)")) == everything - wanted
    # Its "or" does not leak into what stands around it.
    assert set(jira.keys(f"filter = {saved} and project = OPS")) == {"OPS-1"}
    inner = save(jira, "Of those, the first", f"filter = {saved} and key = WEB-1")
    assert jira.keys(f"filter in ({inner})") == ["WEB-1"]


def test_a_filter_that_is_absent_or_another_persons_does_not_exist(jira: Jira) -> None:
    private = save(jira, "Mine alone", "project = WEB")
    assert refusal(jira, "filter = 1") == "The value '1' does not exist for the field 'filter'."
    with jira.acting_as(ANN) as ann:
        assert "does not exist" in refusal(ann, f"filter = {private}")
    assert "not supported" in refusal(jira, f"filter ~ {private}")


def test_a_filter_that_leads_back_to_itself_is_refused_when_it_is_asked(jira: Jira) -> None:
    saved = save(jira, "Ring", "project = WEB")
    other = save(jira, "Other half", f"filter = {saved}")
    assert jira.put(f"filter/{saved}", json={"name": "Ring", "jql": f"filter = {other}"}).status_code == 200
    assert "cyclical reference" in refusal(jira, f"filter = {saved}")
