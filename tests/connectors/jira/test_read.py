"""Reading a Jira site: everything in scope as it is, with the marks of ours that really show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC

import pytest

from config.trackers import NativeQuery
from connectors.errors import QueryError
from connectors.model import KeyResultMark, Marks, WorkItem
from connectors.sandbox.jira.moves import move
from connectors.sandbox.jira.state import EPIC_LINK, STORY_POINT_ESTIMATE, STORY_POINTS
from tests.support.jira_site import (
    KEY_RESULT,
    KR_PROGRESS,
    Site,
    comment,
    connector,
    key_result,
    marks,
    running,
)
from tests.support.writing import write_one

KEY = "WEB-1"


@pytest.fixture(scope="module")
def still() -> Iterator[Site]:
    """A site that no test changes."""
    with running(240) as site:
        yield site


@pytest.fixture(scope="module")
def items(still: Site) -> dict[str, WorkItem]:
    return {item.key: item for item in still.truenorth.pull().items}


@pytest.fixture
def site() -> Iterator[Site]:
    with running(100) as site:
        yield site


# --- items ---------------------------------------------------------------------------------------


def test_every_issue_in_scope_and_no_other(still: Site, items: dict[str, WorkItem]) -> None:
    assert {item.key for item in items.values() if item.in_scope} == {issue.key for issue in still.in_scope()}
    # What stands above work in scope.
    assert {item.project for item in items.values() if not item.in_scope} == {"HR", "STRAT"}


def test_every_issue_is_as_the_site_has_it(still: Site, items: dict[str, WorkItem]) -> None:
    levels = {-1: "subtask", 0: "issue", 1: "epic", 2: "initiative"}
    for issue in still.in_scope():
        item = items[issue.key]
        assert item.ref.id == str(issue.id)
        assert (item.title, item.kind, item.status) == (issue.summary, issue.type.name, issue.status.name)
        assert (item.project, item.level) == (issue.project.key, levels[issue.type.level])
        assert item.labels == tuple(issue.labels)
        assert item.priority == issue.priority.name
        assert item.assignee == (issue.assignee.name if issue.assignee else None)
        assert item.due == issue.due
        assert abs((item.created - issue.created).total_seconds()) < 0.001
        assert item.created.tzinfo is UTC
        points = STORY_POINTS if issue.project.key == "WEB" else STORY_POINT_ESTIMATE
        assert item.estimate == issue.custom.get(points)
        assert {ref.id for ref in item.blocked_by} == {
            str(link.source) for link in issue.links if link.type.name == "Blocks" and link.target == issue.id
        }
    assert any(item.blocked_by for item in items.values())
    assert any(item.estimate for item in items.values() if item.project == "OPS")


def test_categories_come_from_the_category_not_the_name(still: Site, items: dict[str, WorkItem]) -> None:
    plain = {"new": "todo", "indeterminate": "doing", "done": "done"}
    seen = set()
    for issue in still.in_scope():
        dropped = issue.status.name == "Rejected" or (
            issue.resolution is not None and issue.resolution.name != "Done"
        )
        wanted = "dropped" if dropped and issue.status.category == "done" else plain[issue.status.category]
        item = items[issue.key]
        assert item.category == wanted
        assert (item.started is not None) == (wanted == "doing")
        assert (item.completed is not None) == (wanted == "done")
        seen.add(wanted)
    assert seen == {"todo", "doing", "done", "dropped"}


def test_parents_lead_from_subtask_to_initiative(still: Site, items: dict[str, WorkItem]) -> None:
    by_ref = {item.ref: item for item in items.values()}

    def path(item: WorkItem) -> list[str]:
        return [item.level, *(path(by_ref[item.parent]) if item.parent else [])]

    paths = [path(item) for item in items.values()]
    assert ["subtask", "issue", "epic", "initiative"] in paths
    linked = [issue for issue in still.in_scope() if issue.custom.get(EPIC_LINK) and issue.parent is None]
    assert linked, "the world has issues with an Epic Link only"
    for issue in linked:
        parent = items[issue.key].parent
        assert parent is not None
        assert by_ref[parent].key == issue.custom[EPIC_LINK]


def test_ancestors_out_of_scope_cannot_be_written(items: dict[str, WorkItem]) -> None:
    assert {item.writable for item in items.values() if not item.in_scope} == {frozenset()}
    assert all(len(item.writable) == 5 for item in items.values() if item.in_scope)


def test_links_lead_to_the_page(still: Site, items: dict[str, WorkItem]) -> None:
    assert items[KEY].url == f"{still.url}/browse/{KEY}"


def test_a_gateway_serves_no_pages() -> None:
    through = connector("https://api.atlassian.com/ex/jira/1234")
    try:
        assert through._reader._pages == "https://acme.atlassian.net"
    finally:
        through.close()


def test_the_read_says_when_and_how_dear_it_was(still: Site) -> None:
    still.sandbox.forget_requests()
    seen: list[tuple[str, int, int | None]] = []
    pull = still.truenorth.pull(lambda *step: seen.append(step))
    assert pull.requests == len(still.calls())
    assert abs((pull.as_of - still.jira.clock.now()).total_seconds()) < 60
    in_scope = len(still.in_scope())
    assert seen[0] == ("issues", 0, in_scope)
    assert seen[-1] == ("issues", in_scope, in_scope)
    assert pull.requests <= 8 + -(-in_scope // 100)


def test_two_reads_of_an_unchanged_site_are_equal(still: Site) -> None:
    first, second = still.truenorth.pull(), still.truenorth.pull()
    assert first.items == second.items


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("GROWTH-KR2", ("GROWTH-KR2",)),
        ("GROWTH-KR2, TRUST-KR1", ("GROWTH-KR2", "TRUST-KR1")),
        ("GROWTH-KR2 · It is live, TRUST-KR1 · It is safe", ("GROWTH-KR2", "TRUST-KR1")),
        ("GROWTH-KR2: It is live", ("GROWTH-KR2:",)),
        ("  GROWTH-KR2  because we said so", ("GROWTH-KR2",)),
        (None, ()),
    ],
)
def test_claims_in_the_field(site: Site, text: str | None, claims: tuple[str, ...]) -> None:
    site.ann_sets(KEY, **{KEY_RESULT: text})
    assert site.item(KEY).claims == claims


def test_claims_by_label(site: Site) -> None:
    site.ann_labels(KEY, {"add": "kr:GROWTH-KR2"}, {"add": "KR:TRUST-KR1"}, {"add": "kr:"})
    assert set(site.item(KEY).claims) == {"GROWTH-KR2", "TRUST-KR1"}


def test_a_moved_issue_keeps_its_identity(site: Site) -> None:
    before = site.item("OPS-1")
    issue = site.jira.issues[int(before.ref.id)]
    site.sandbox.call(lambda: move(site.jira, issue, site.jira.projects["WEB"]))
    after = {item.ref: item for item in site.truenorth.pull().items}[before.ref]
    assert after.project == "WEB"


def test_an_old_key_in_the_epic_link_still_leads_to_the_epic(site: Site) -> None:
    child = next(one for one in site.in_scope("OPS") if one.custom.get(EPIC_LINK) and one.parent is None)
    old = child.custom[EPIC_LINK]
    epic = site.jira.issues[site.jira.keys[old]]
    site.sandbox.call(lambda: move(site.jira, epic, site.jira.projects["WEB"]))
    site.sandbox.call(lambda: child.custom.update({EPIC_LINK: old}))
    parent = site.item(child.key).parent
    assert parent is not None
    assert parent.id == str(epic.id)


def test_a_hidden_ancestor_is_left_out(site: Site) -> None:
    site.sandbox.call(lambda: setattr(site.jira.projects["STRAT"], "browsers", frozenset()))
    items = site.truenorth.pull().items
    assert all(item.in_scope for item in items)
    assert KEY in {item.key for item in items}


def test_a_cycle_of_parents_ends(site: Site) -> None:
    epic = site.jira.issues[site.jira.keys[KEY]]
    above = site.jira.issues[epic.parent or 0]
    site.sandbox.call(lambda: setattr(above, "parent", epic.id))
    assert site.item(KEY).parent is not None


# --- marks ---------------------------------------------------------------------------------------


@pytest.fixture
def marked(site: Site) -> Site:
    wanted = marks(says=comment())
    assert write_one(site.truenorth, site.item(KEY), wanted).outcome == "written"
    assert site.item(KEY).shown == wanted
    return site


def clear_key_result(site: Site) -> None:
    site.ann_sets(KEY, **{KEY_RESULT: None})


def change_progress(site: Site) -> None:
    site.ann_sets(KEY, **{KR_PROGRESS: 90})


def clear_progress(site: Site) -> None:
    site.ann_sets(KEY, **{KR_PROGRESS: None})


def remove_label(site: Site) -> None:
    site.ann_labels(KEY, {"remove": "okr-aligned"})


def delete_comment(site: Site) -> None:
    (id_,) = [one["id"] for one in site.comments(KEY) if one["properties"]]
    site.ann("DELETE", f"issue/{KEY}/comment/{id_}")


def delete_stamp(site: Site) -> None:
    site.ann("DELETE", f"issue/{KEY}/properties/truenorth")


def spoil_stamp(site: Site) -> None:
    site.ann("PUT", f"issue/{KEY}/properties/truenorth", {"v": 1, "owner": 7})


SHOWN = marks(says=comment())
COPIED = Marks((KeyResultMark("GROWTH-KR2", "It is live", 40, "no_data", ""),), labels=("okr-aligned",))
"""Without a stamp the issue shows what its fields and labels say; its comment is found where it was read before."""


@pytest.mark.parametrize(
    ("act", "shown"),
    [
        (clear_key_result, replace(SHOWN, key_results=())),
        (change_progress, replace(SHOWN, key_results=(key_result(percent=90),))),
        (clear_progress, replace(SHOWN, key_results=(key_result(percent=None),))),
        (remove_label, replace(SHOWN, labels=(), alignment=None)),
        (delete_comment, replace(SHOWN, comment=None)),
        (delete_stamp, COPIED),
        (spoil_stamp, COPIED),
    ],
)
def test_a_mark_that_a_person_took_away_does_not_show(
    marked: Site, act: Callable[[Site], None], shown: Marks
) -> None:
    act(marked)
    assert marked.item(KEY).shown == shown


def test_a_mark_that_a_person_took_away_is_written_again(marked: Site) -> None:
    for act in (clear_key_result, change_progress, remove_label, delete_comment):
        act(marked)
        assert write_one(marked.truenorth, marked.item(KEY), SHOWN).outcome == "written"
        assert marked.item(KEY).shown == SHOWN


# --- counting ------------------------------------------------------------------------------------


def test_a_count_is_exact(still: Site) -> None:
    query = "project = OPS AND issuetype = Bug AND priority = Highest AND statusCategory != Done"
    wanted = [
        issue
        for issue in still.in_scope("OPS")
        if issue.type.name == "Bug" and issue.priority.name == "Highest" and issue.status.category != "done"
    ]
    assert still.truenorth.count(NativeQuery("jql", query)) == len(wanted) > 0


def test_a_query_finds_ids(still: Site) -> None:
    wanted = {str(issue.id) for issue in still.in_scope("OPS") if issue.type.name == "Bug"}
    assert (
        still.truenorth.find(NativeQuery("jql", "project = OPS AND issuetype = Bug ORDER BY key")) == wanted
    )


def test_a_saved_filter_finds_what_its_query_finds(site: Site) -> None:
    made = site.ann(
        "POST",
        "filter",
        {
            "name": "Bugs of OPS",
            "jql": "project = OPS AND type = Bug ORDER BY key",
            "sharePermissions": [{"type": "authenticated"}],
        },
    )
    wanted = site.truenorth.find(NativeQuery("jql", "project = OPS AND type = Bug"))
    assert site.truenorth.find(NativeQuery("saved_filter", str(made["id"]))) == wanted != frozenset()
    with pytest.raises(QueryError, match="99999"):
        site.truenorth.find(NativeQuery("saved_filter", "99999"))


@pytest.mark.parametrize("query", ["prioritee = Highest", "project = NOPE", "project =", "ORDER BY key", '"'])
def test_a_query_that_jira_does_not_accept(still: Site, query: str) -> None:
    with pytest.raises(QueryError) as caught:
        still.truenorth.count(NativeQuery("jql", query))
    assert repr(query) in str(caught.value)
