"""The Jira connector on a Data Center, over real HTTP: what it reads, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from config.trackers import NativeQuery
from connectors.errors import CredentialError, QueryError, TrackerError
from connectors.jira import JiraConnector
from connectors.jira.api import comment_limit, data_center
from connectors.jira.api.comment_limit import truncate_wiki
from connectors.model import NOTHING, WorkItem
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from connectors.text.document import Doc, para
from tests.support import loopback
from tests.support.jira_site import ANN, Site, comment, connector, marks
from tests.support.rich_text import everywhere, words_meant, words_read
from tests.support.writing import write_one

ONLY_CLOUD = ("url", "started", "completed", "shown", "assignee_id")
"""What a Data Center does not tell, or otherwise: when a status category changed; accounts have other ids."""


def server(sandbox: Sandbox, token: str = SERVER_TOKEN) -> JiraConnector:
    return connector(f"{sandbox.url}/jira-dc", email=None, token=token, deployment="data_center")


@pytest.fixture
def site() -> Iterator[Site]:
    with Sandbox(generate(items=120, seed=3)) as sandbox:
        made = Site(sandbox)
        made.truenorth.close()
        made.truenorth = server(sandbox)
        yield made
        made.close()


def test_it_reads_what_the_cloud_reads(site: Site) -> None:
    cloud = connector(f"{site.sandbox.url}/jira")
    there = {item.key: item for item in cloud.pull().items}
    cloud.close()
    here = {item.key: item for item in site.truenorth.pull().items}
    assert here.keys() == there.keys()
    for key, item in here.items():
        same = {name: getattr(there[key], name) for name in ONLY_CLOUD}
        assert replace(item, **same) == there[key]
    above = [item for item in here.values() if item.level == "initiative"]
    assert above, "the world has epics under initiatives, out of scope"
    assert not any(item.in_scope for item in above)


def test_pages_as_small_as_the_site_gives_them(site: Site) -> None:
    whole = site.truenorth.pull()
    site.sandbox.call(lambda: setattr(site.jira.limits, "server_page", 7))
    assert {item.key for item in site.truenorth.pull().items} == {item.key for item in whole.items}


def test_a_scope_larger_than_the_window_is_read_whole(site: Site) -> None:
    whole = {item.key for item in site.truenorth.pull().items}
    site.sandbox.call(lambda: setattr(site.jira.limits, "server_page", 7))
    site.sandbox.call(lambda: setattr(site.jira.limits, "server_window", 1000))
    assert {item.key for item in site.truenorth.pull().items} == whole


def test_a_query_beyond_the_window_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_center, "WINDOW", 10)
    with pytest.raises(QueryError, match="Narrow the query"):
        site.truenorth.count(NativeQuery("jql", "project in (WEB, OPS)"))
    assert site.truenorth.count(NativeQuery("jql", "key in (WEB-1, WEB-2)")) == 2
    with pytest.raises(QueryError, match="rejected the query"):
        site.truenorth.find(NativeQuery("jql", "project = NOWHERE"))


def test_stamps_are_asked_for_where_they_may_be(site: Site) -> None:
    item = site.item("WEB-1")
    assert write_one(site.truenorth, item, marks()).outcome == "written"

    def asked(known: tuple[str, ...] | None) -> int:
        site.sandbox.forget_requests()
        items = {one.key: one for one in site.truenorth.pull(owned_ids=known).items}
        assert items["WEB-1"].shown.stamp is not None
        return sum(one.path.endswith("/properties/truenorth") for one in site.sandbox.requests)

    every = asked(None)
    assert every == len(site.in_scope())
    # Its fields of ours hold something, as do those in which people claim.
    assert asked(()) == asked((item.ref.id,)) < every / 4


def test_an_edit_by_a_person_makes_the_comment_theirs(site: Site) -> None:
    write_one(site.truenorth, site.item("WEB-1"), marks(says=comment()))
    written = site.item("WEB-1")
    assert written.shown.stamp is not None
    id_ = written.shown.stamp.comment_id
    url = f"{site.sandbox.url}/jira-dc/rest/api/2/issue/WEB-1/comment/{id_}"
    mine = "Ann says *no*."
    assert loopback.put(url, auth=("ann.lee", ANN[1]), json={"body": mine}).status_code == 200
    assert "comment" not in site.item("WEB-1").writable
    assert write_one(site.truenorth, site.item("WEB-1"), NOTHING).outcome == "written"
    left = loopback.get(url, auth=("ann.lee", ANN[1])).json()
    assert left["body"] == mine
    assert site.properties("WEB-1") == {}


def test_an_epic_linked_by_an_old_key(site: Site) -> None:
    child = next(item for item in site.truenorth.pull().items if item.parent and item.level == "issue")
    assert child.parent is not None
    site.ann_labels(child.key, {"add": "seen"})
    again = {item.key: item for item in site.truenorth.pull().items}[child.key]
    assert (again.parent, "seen" in again.labels) == (child.parent, True)


def test_a_token_that_is_refused(site: Site) -> None:
    bad = server(site.sandbox, "wrong")
    try:
        with pytest.raises(CredentialError, match="personal access token"):
            bad.pull()
    finally:
        bad.close()


def test_a_cloud_declared_as_data_center(site: Site) -> None:
    wrong = connector(f"{site.sandbox.url}/jira", email=None, token=SERVER_TOKEN, deployment="data_center")
    try:
        with pytest.raises(TrackerError, match=r"credential|Jira Cloud|context path"):
            wrong.pull()
    finally:
        wrong.close()


def test_a_long_comment_is_cut_at_rows() -> None:
    doc = Doc(tuple(para(f"line {number} " + "x" * 100) for number in range(500)))
    text = truncate_wiki(doc, 10_000)
    assert len(text.encode()) <= 10_000
    assert text.endswith("more")
    assert truncate_wiki(Doc((para("short"),))) == "short"


def test_a_new_notation_of_the_same_comment_is_no_change(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = marks(says=comment())
    with monkeypatch.context() as before:
        before.setattr(comment_limit, "to_wiki", lambda _: "Serves *GROWTH\\-KR2*, 40 %")
        write_one(site.truenorth, site.item("WEB-1"), wanted)
    assert site.item("WEB-1").shown.comment == wanted.comment


TITLE = r"R&D | move C:\temp :) to *x* https://x.example/a_b"


def test_a_difficult_title_stands_on_the_ticket_as_it_was_meant(site: Site) -> None:
    doc = everywhere(TITLE)
    write_one(site.truenorth, site.item("WEB-1"), marks(says=replace(comment(), doc=doc)))
    (body,) = [one["body"] for one in site.comments("WEB-1") if one["properties"]]
    assert words_read(body) == words_meant(doc)


def _named(items: tuple[WorkItem, ...]) -> set[str]:
    return {item.key for item in items}


def test_undo_finds_what_was_written_and_moved_out_of_scope(site: Site) -> None:
    item = site.item("OPS-2")
    write_one(site.truenorth, item, marks())
    assert "OPS-2" in _named(site.truenorth.owned_items([item.ref.id]).items)
    narrow = connector(
        f"{site.sandbox.url}/jira-dc",
        email=None,
        token=SERVER_TOKEN,
        deployment="data_center",
        projects=("WEB",),
    )
    try:
        found = narrow.owned_items([item.ref.id]).items
        assert "OPS-2" in _named(found)
    finally:
        narrow.close()


def test_histories_are_those_of_the_cloud(site: Site) -> None:
    cloud = connector(f"{site.sandbox.url}/jira")
    items = [item for item in site.truenorth.pull().items if item.level == "issue"]
    site.sandbox.call(lambda: setattr(site.jira.limits, "server_page", 9))
    try:
        assert site.truenorth.histories(items) == cloud.histories(items) != {}
    finally:
        cloud.close()


def test_issues_by_id_without_marks(site: Site) -> None:
    item = site.item("WEB-1")
    found = site.truenorth.fetch([item.ref.id, "999999999"])
    assert [one.key for one in found] == ["WEB-1"]
