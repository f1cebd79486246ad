"""What Linear tells of issues elsewhere: what its sync keeps equal, and addresses that are attached; over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.issue_pages import IssuePages
from connectors.model import Mirror, WorkItem
from connectors.sandbox.linear.entities import Attachment, SyncedWith
from connectors.sandbox.planted_pairs import FORMER_SITE, JIRA_SITE
from tests.support.linear_workspace import EVERYTHING, LinearWorkspace
from tests.support.writing import write_one

CLOUD = IssuePages(JIRA_SITE, ("/browse/", "/issues/"), ("selectedIssue",))
SERVER = IssuePages(FORMER_SITE, ("/browse/",))


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace()
    yield one
    one.close()


def read(workspace: LinearWorkspace, *elsewhere: IssuePages) -> dict[str, WorkItem]:
    pulled = workspace.connector(elsewhere=elsewhere).pull()
    return {item.ref.id: item for item in pulled.items}


def attach(workspace: LinearWorkspace, issue: str, *urls: str) -> None:
    def change() -> None:
        row = workspace.space.issues[issue]
        for url in urls:
            made = Attachment(
                id=workspace.space.new_id(),
                created_at=row.created_at,
                updated_at=row.created_at,
                issue=row,
                title="x",
                url=url,
            )
            row.attachments.append(made)
            workspace.space.attachments[made.id] = made

    workspace.box.call(change)


def test_mirrors_and_links_come_with_the_issues_at_no_further_request(workspace: LinearWorkspace) -> None:
    before = workspace.connector().pull().requests
    told = workspace.connector(elsewhere=(CLOUD,)).pull()
    assert told.requests == before
    found = {item.ref.id: item for item in told.items}
    for pair in workspace.box.world.pairs:
        item, theirs = found[pair.linear[1]], pair.keys[1]
        assert [CLOUD.key_at(url) for url in item.issue_links] == [theirs]
        mirrored = (Mirror("jira", pair.jira[1], theirs),)
        assert item.mirrors == (mirrored if pair.plan.kind == "mirrored" else ())
    linked = {pair.linear[1] for pair in workspace.box.world.pairs}
    assert not any(one.mirrors or one.issue_links for id_, one in found.items() if id_ not in linked)


def test_only_addresses_of_declared_sites_are_kept(workspace: LinearWorkspace) -> None:
    mirrored = next(pair for pair in workspace.box.world.pairs if pair.plan.kind == "mirrored")
    assert read(workspace)[mirrored.linear[1]].issue_links == ()
    both = read(workspace, CLOUD, SERVER)[mirrored.linear[1]].issue_links
    assert sorted(both) == [
        f"{JIRA_SITE}/browse/{mirrored.keys[1]}",
        f"{FORMER_SITE}/browse/{mirrored.keys[1]}",
    ]


def test_an_issue_may_have_many_links_and_no_link_that_is_none(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    links = [f"{JIRA_SITE}/browse/WEB-{number}" for number in range(1, 300)]
    beside = f"{JIRA_SITE}/jira/software/projects/WEB/boards/1?selectedIssue=WEB-400"
    no_link = [
        f"{JIRA_SITE}/wiki/browse/x",
        f"{JIRA_SITE}/issues/?jql=key%3DWEB-1",
        "https://else.example/browse/WEB-1",
    ]
    attach(workspace, issue.id, *links, beside, *no_link)
    assert read(workspace, CLOUD)[issue.id].issue_links == tuple(sorted([*links, beside]))


def test_our_own_attachments_are_no_links(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    connector = workspace.connector(elsewhere=(IssuePages("https://okrs.example.com", ("/kr/",)),))
    item = next(one for one in connector.pull().items if one.ref.id == issue.id)
    assert write_one(connector, item, EVERYTHING).outcome == "written"
    again = next(one for one in connector.pull().items if one.ref.id == issue.id)
    assert again.shown == EVERYTHING
    assert again.issue_links == ()


def test_what_linear_syncs_with_chats_and_code_is_told_apart(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()

    def change() -> None:
        row = workspace.space.issues[issue.id]
        row.synced_with = [
            SyncedWith("slack", "171.2", "", "", ""),
            SyncedWith("jira", "10001", "WEB-9", "1", "1"),
        ]

    workspace.box.call(change)
    assert read(workspace)[issue.id].mirrors == (Mirror("jira", "10001", "WEB-9"),)
