"""Which names a tracker has, over HTTP: what its items bear is among them, and what nobody made is not."""

from __future__ import annotations

import pytest

from config.load import load
from config.trackers import NativeQuery
from connectors.base import HasCatalog
from connectors.preflight import Catalog
from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples, sandbox_session
from tests.support import loopback
from tests.support.cli import Cli

VIEW = "mutation V($input: CustomViewCreateInput!) { customViewCreate(input: $input) { customView { id } } }"


def catalog_of(sandbox: Sandbox, tracker: str, *saved: NativeQuery) -> Catalog:
    with sandbox_session(sandbox, load(examples())) as session:
        connector = session.connectors[tracker]
        assert isinstance(connector, HasCatalog)
        return connector.catalog(saved)


def test_what_items_bear_is_in_the_catalog(sandbox: Sandbox) -> None:
    with sandbox_session(sandbox, load(examples())) as session:
        for name, connector in session.connectors.items():
            assert isinstance(connector, HasCatalog)
            names, items = connector.catalog(()).names, connector.pull().items
            assert {item.kind for item in items} <= names["type"]
            assert {label for item in items for label in item.labels} <= names["label"]
            assert {item.project for item in items if item.project} <= names["project"]
            assert {item.team for item in items if item.team} <= names["team"]
            assert names["team"] or name == "jira"


def test_many_labels_and_projects_come_in_pages(sandbox: Sandbox) -> None:
    def many() -> None:
        issue = next(iter(sandbox.world.jira.issues.values()))
        issue.labels += [f"label-{number}" for number in range(1100)]

    sandbox.call(many)
    assert (
        len([one for one in catalog_of(sandbox, "jira").names["label"] if one.startswith("label-")]) == 1100
    )


def test_saved_queries_that_are_not_there(sandbox: Sandbox) -> None:
    site = f"{sandbox.url}/jira/rest/api/3/filter"
    auth = ("truenorth@acme.example", "sandbox-jira-token")
    made = loopback.post(site, json={"name": "Ours", "jql": "project = WEB"}, auth=auth).json()["id"]
    given = {"name": "Ours", "filterData": {}}
    reply = loopback.post(
        f"{sandbox.url}/linear/graphql",
        headers={"Authorization": "sandbox-linear-token"},
        json={"query": VIEW, "variables": {"input": given}},
    ).json()
    view = reply["data"]["customViewCreate"]["customView"]["id"]
    gone = NativeQuery("saved_filter", "987654")
    assert catalog_of(sandbox, "jira", NativeQuery("saved_filter", made), gone).absent == {gone}
    nowhere = NativeQuery("view", "none")
    assert catalog_of(sandbox, "linear", NativeQuery("view", view), nowhere).absent == {nowhere}


@pytest.mark.usefixtures("server")
def test_a_data_center_lists_no_labels(run: Cli) -> None:
    """So nothing is said of labels that it may have."""
    from config.settings import Settings
    from sync.jobs.session import open_session

    assert run("check").code == 0
    with open_session(Settings()) as session:
        connector = session.connectors["jira"]
        assert isinstance(connector, HasCatalog)
        assert set(connector.catalog(()).names) == {"type", "project", "team"}
