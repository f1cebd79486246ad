"""Reading what changed on a Jira site, over real HTTP: what is told, what it costs, and what only a sweep finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from connectors.changes import NeedsWholeRead, ReadsChanges
from connectors.errors import CredentialError, ScopeError
from connectors.model import NOTHING, Stamp, WorkItem
from connectors.sandbox.jira.fields import SPRINT, Sprint
from connectors.sandbox.jira.layout import add_field
from connectors.sandbox.jira.state import STORY_POINTS
from connectors.stamp import to_property
from tests.support.jira_changes import Watched, watched
from tests.support.jira_site import OWNER, comment, marks
from tests.support.writing import write_one

UNCHANGED = ["GET myself", "GET serverInfo", "POST search/approximate-count", "POST search/jql"]


@pytest.fixture(params=[False, True], ids=["cloud", "data-center"])
def site(request: pytest.FixtureRequest) -> Iterator[Watched]:
    with watched(server=request.param) as found:
        yield found


@pytest.fixture
def cloud() -> Iterator[Watched]:
    with watched() as found:
        yield found


def first(site: Watched, level: str = "issue", **more: object) -> WorkItem:
    """The first open item in scope of that level with these facts."""
    return next(
        one
        for one in site.known.by_id.values()
        if one.level == level
        and one.in_scope
        and one.is_open
        and all(getattr(one, name) == value for name, value in more.items())
    )


# --- What it costs -------------------------------------------------------------------------------


def test_an_unchanged_site_costs_four_requests(site: Watched) -> None:
    assert isinstance(site.truenorth, ReadsChanges)
    first_look = site.look()
    assert sorted(site.asked()) == (
        ["GET myself", "GET serverInfo", "POST search", "POST search"]
        if "jira-dc" in site.truenorth._client.api
        else UNCHANGED
    )
    assert (first_look.items, first_look.gone, first_look.swept, first_look.requests) == (
        (),
        frozenset(),
        False,
        4,
    )
    site.later(600)
    assert site.look().items == ()
    assert len(site.asked()) == 4


def test_a_hundred_changes_cost_few_requests() -> None:
    with watched(250) as site:
        keys = sorted(one.key for one in site.known.by_id.values() if one.in_scope)[:100]
        for key in keys:
            site.ann_labels(key, {"add": "hot"})
        site.later()
        site.asked()
        found = site.look()
        assert {one.key for one in found.items} == set(keys)
        assert found.requests == len(site.asked()) <= 6
        assert site.missed() == []
        site.asked()
        # They are listed once more, and not read.
        site.later()
        assert site.look().items == ()
        assert len(site.asked()) <= 5


def test_marks_on_what_changed_cost_a_request_more() -> None:
    with watched(250) as site:
        chosen = [one for one in site.known.by_id.values() if one.in_scope and one.is_open][:30]
        for one in chosen:
            assert write_one(site.truenorth, one, marks(says=comment())).outcome == "written"
        site.later()
        site.asked()
        found = site.look()
        assert {one.ref for one in found.items} == {one.ref for one in chosen}
        assert all(one.shown.comment is not None for one in found.items)
        assert len(site.asked()) <= 14
        for one in chosen:
            site.ann_labels(one.key, {"add": "hot"})
        site.later()
        site.asked()
        assert len(site.look().items) == 30
        assert len(site.asked()) <= 7
        assert site.missed() == []


def test_what_is_beyond_the_lean_pages_is_read_by_id(cloud: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.jira.changes.windows.LEAN_PAGES", 0)
    cloud.ann_sets("WEB-3", summary="Another title")
    cloud.later()
    assert [one.title for one in cloud.look().items if one.key == "WEB-3"] == ["Another title"]
    assert cloud.missed() == []
    # Listed once more, by the change that is known.
    cloud.later()
    assert cloud.look().items == ()
    cloud.ann_sets("WEB-3", summary="A third title")
    cloud.later()
    assert len(cloud.look().items) == 1
    assert cloud.missed() == []


# --- What is told at once ------------------------------------------------------------------------


def test_edits_are_told_and_nothing_else_is_read(site: Watched) -> None:
    issue, epic = first(site), first(site, "epic")
    site.ann_sets(issue.key, summary="Another title", priority={"name": "High"})
    site.ann_comments(epic.key, "I had a look")
    site.later()
    found = site.look()
    # On Data Center links upwards tell the levels of types, so what an epic hangs on is read with it.
    assert {one.key for one in found.items if one.in_scope} == {issue.key, epic.key}
    assert site.missed() == []


def test_two_edits_in_one_instant_are_both_told(cloud: Watched) -> None:
    """A clock that tells whole seconds gives both the same `updated`."""
    cloud.ann_sets("WEB-3", summary="One title")
    cloud.look()
    cloud.ann_sets("WEB-3", summary="Another title")
    cloud.look()
    assert cloud.missed() == []
    cloud.later()
    cloud.look()
    cloud.later()
    assert cloud.look().items == ()


def test_new_work_comes_with_what_stands_above_it(site: Watched) -> None:
    epic = site.jira.issues[site.jira.keys["HR-2"]] if "HR-2" in site.jira.keys else None
    assert epic is not None
    made = site.ann(
        "POST",
        "issue",
        {"fields": {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "New"}},
    )
    above = next(
        one
        for one in site.jira.issues.values()
        if one.type.level == 1 and str(one.id) not in site.known.by_id
    )
    site.ann_sets(made["key"], parent={"key": above.key})
    site.later()
    found = {one.key: one for one in site.look().items}
    assert {made["key"], above.key} <= found.keys()
    assert not found[above.key].in_scope
    assert site.missed() == []
    # It goes again with the last of what hangs below it.
    site.ann_sets(made["key"], parent=None)
    site.later()
    assert str(above.id) in site.look().gone
    assert site.missed() == []


def test_what_stands_above_and_out_of_scope_is_told(cloud: Watched) -> None:
    outside = next(one for one in cloud.known.by_id.values() if not one.in_scope)
    cloud.ann_sets(outside.key, summary="Another strategy")
    cloud.later()
    assert [one.title for one in cloud.look().items] == ["Another strategy"]
    assert cloud.missed() == []


def test_one_above_that_is_hidden_is_no_fault_and_goes_by_the_sweep(site: Watched) -> None:
    outside = next(one for one in site.known.by_id.values() if not one.in_scope)
    site.admin("security", key=outside.key, level="Board", seen=False)
    site.ann_sets("WEB-3", summary="Another title")
    site.later()
    found = site.look()
    assert "WEB-3" in {one.key for one in found.items}
    assert found.gone == frozenset()
    assert site.look(sweep=True).gone == {outside.ref.id}
    assert site.missed() == []


def test_a_moved_epic_brings_its_children_along(site: Watched) -> None:
    epic = next(
        one
        for one in site.known.by_id.values()
        if one.level == "epic" and one.in_scope and site.known.children([one.ref.id])
    )
    site.admin("move", key=epic.key, project="OPS" if epic.project == "WEB" else "WEB")
    site.later()
    found = {one.ref.id: one for one in site.look().items}
    assert found[epic.ref.id].key != epic.key
    assert site.missed() == []


def test_a_moved_issue_leaves_the_scope_by_the_sweep(cloud: Watched) -> None:
    issue = next(
        one
        for one in cloud.known.by_id.values()
        if one.level == "issue" and not cloud.known.children([one.ref.id])
    )
    cloud.admin("move", key=issue.key, project="HR")
    cloud.later()
    assert cloud.look().gone == frozenset()
    assert cloud.look(sweep=True).gone == {issue.ref.id}
    assert cloud.missed() == []


def test_sub_tasks_follow_their_parent_into_a_sprint() -> None:
    with watched() as site:
        site.sandbox.call(lambda: add_field(site.jira, SPRINT))
        site.truenorth.close()
        site.truenorth = site.connect(commitments=True)
        site.start()
        task = next(one for one in site.known.by_id.values() if one.level == "subtask" and one.in_scope)
        assert task.parent is not None
        assert task.committed is False
        parent = site.jira.issues[int(task.parent.id)]
        for sprints, wanted in (([Sprint(7, "Now")], True), (None, False)):
            site.sandbox.call(partial(parent.custom.update, {SPRINT.id: sprints}))
            site.ann_comments(parent.key, "Planned anew")
            site.later()
            site.look()
            assert site.known.by_id[task.ref.id].committed is wanted


# --- What search knows late ----------------------------------------------------------------------


def test_what_the_index_knew_late_is_told_later(cloud: Watched) -> None:
    with_lag = cloud.sandbox.fault("", "search_lag", seconds=300.0)
    cloud.ann_sets("WEB-3", summary="Another title")
    cloud.later(60)
    assert cloud.look().items == ()
    for _ in range(5):
        cloud.later(60)
        cloud.look()
    assert with_lag.id
    assert cloud.missed() == []


def test_what_was_behind_by_hours_is_told_by_the_sweep(cloud: Watched) -> None:
    cloud.sandbox.fault("", "search_lag", seconds=6 * 3600.0)
    cloud.ann_sets("WEB-3", summary="Another title")
    for _ in range(7):
        cloud.later(3600)
        cloud.look()
    assert cloud.missed() != []
    cloud.look(sweep=True)
    assert cloud.missed() == []


def test_what_came_into_the_index_behind_the_newest_is_told(cloud: Watched) -> None:
    cloud.ann_sets("WEB-3", summary="The newest")
    cloud.look()
    late = cloud.jira.issues[cloud.jira.keys["WEB-5"]]
    cloud.later(1)

    def come_late() -> None:
        late.summary, late.updated = "Late", cloud.jira.clock.now() - timedelta(minutes=10)

    cloud.sandbox.call(come_late)
    cloud.look()
    assert cloud.missed() == []


# --- Sweeps --------------------------------------------------------------------------------------


def test_a_deletion_is_found_by_the_sweep_alone(site: Watched) -> None:
    issue = first(site)
    site.sandbox.call(lambda: site.jira.delete(site.jira.issues[int(issue.ref.id)]))
    site.later()
    assert site.look().gone == frozenset()
    found = site.look(sweep=True)
    assert found.swept
    assert issue.ref.id in found.gone
    assert site.missed() == []


def test_a_count_that_differs_twice_sweeps_by_itself(site: Watched) -> None:
    site.look()
    site.later(3700)
    issue = first(site)
    site.sandbox.call(lambda: site.jira.delete(site.jira.issues[int(issue.ref.id)]))
    looks = []
    for _ in range(4):
        site.later()
        looks.append(site.look())
    assert [one.swept for one in looks] == [False, False, True, False]
    assert issue.ref.id in looks[2].gone
    assert site.missed() == []


def test_lost_permission_is_given_as_it_was_found(cloud: Watched) -> None:
    lost = {one.ref.id for one in cloud.known.by_id.values() if one.in_scope and one.project == "WEB"}
    cloud.sandbox.call(lambda: cloud.jira.restricted.update({int(id_): frozenset() for id_ in lost}))
    cloud.later()
    assert cloud.look().gone == frozenset()
    assert lost <= cloud.look(sweep=True).gone


def test_a_sweep_costs_little_more(cloud: Watched) -> None:
    cloud.look(sweep=True)
    cloud.asked()
    cloud.later(3600)
    found = cloud.look(sweep=True)
    assert cloud.known.asked > 0
    # Who, when, count and changes; four lists, fields and two projects; a page of ids and one of those above.
    assert len(cloud.asked()) == found.requests <= 14


# --- What only a whole read can tell -------------------------------------------------------------


def test_a_name_that_issues_share_needs_a_whole_read_by_the_sweep_at_the_latest(site: Watched) -> None:
    site.admin("status", status="In Progress", category="done")
    site.later()
    assert site.look().items == ()
    with pytest.raises(NeedsWholeRead, match="the status In Progress"):
        site.look(sweep=True)


def test_a_changed_issue_tells_of_it_at_once(cloud: Watched) -> None:
    issue = first(cloud, status="In Progress")
    cloud.admin("status", status="In Progress", to="Working")
    cloud.ann_sets(issue.key, summary="Another title")
    cloud.later()
    with pytest.raises(NeedsWholeRead, match="the status In Progress"):
        cloud.look()
    cloud.start()
    assert cloud.look().items == ()


def test_another_key_of_a_project_needs_a_whole_read(cloud: Watched) -> None:
    cloud.admin("project_key", project="OPS", to="OPSX")
    cloud.later()
    with pytest.raises(NeedsWholeRead, match="the project OPS"):
        cloud.look(sweep=True)


def test_a_renamed_field_needs_a_whole_read_and_a_new_one_does_not(cloud: Watched) -> None:
    cloud.sandbox.call(lambda: add_field(cloud.jira, replace(SPRINT, id="customfield_10777", name="Other", schema=SPRINT.schema | {"custom": "x:y"})))  # fmt: skip
    cloud.later()
    cloud.look(sweep=True)
    cloud.admin("field", field=STORY_POINTS, to="Effort")
    cloud.later()
    with pytest.raises(NeedsWholeRead, match="fields"):
        cloud.look(sweep=True)


def test_facts_are_read_anew_when_they_are_a_day_old(cloud: Watched) -> None:
    cloud.later(86_400)
    cloud.look()
    assert "GET field" in cloud.asked()
    cloud.look()
    assert "GET field" not in cloud.asked()


def test_a_bookmark_of_another_declaration_or_version_is_refused(cloud: Watched) -> None:
    other = cloud.connect(projects=("WEB",))
    for bookmark in (cloud.bookmark, "{}", "nonsense", ""):
        with pytest.raises(NeedsWholeRead):
            other.changes(bookmark, cloud.known)


def test_another_account_needs_a_whole_read(cloud: Watched) -> None:
    other = cloud.connect(email="ann.lee@acme.example", token="sandbox-person-token")
    with pytest.raises(NeedsWholeRead, match="account"):
        other.changes(cloud.bookmark, cloud.known)


def test_a_bad_credential_is_one_and_a_lost_project_too(site: Watched) -> None:
    other = site.connect(token="wrong-one")
    with pytest.raises(CredentialError):
        other.changes(site.bookmark, site.known)
    site.sandbox.fault(".", "lost_access", keys=["OPS"])
    with pytest.raises(ScopeError):
        site.look(sweep=True)


# --- Marks ---------------------------------------------------------------------------------------


def test_marks_on_what_changed_are_read_again(site: Watched) -> None:
    issue = first(site)
    write_one(site.truenorth, issue, marks(says=comment()))
    site.later()
    site.look()
    shown = site.known.by_id[issue.ref.id].shown
    assert shown.comment is not None
    # Nobody tells of a property; it is read again with the next change, and by a whole read.
    site.ann("DELETE", f"issue/{issue.key}/properties/truenorth")
    site.later()
    site.look()
    assert site.known.by_id[issue.ref.id].shown == shown
    site.ann_labels(issue.key, {"add": "hot"})
    site.later()
    site.look()
    assert site.known.by_id[issue.ref.id].shown != shown
    assert site.missed() == []


def test_what_is_doubtful_is_read_again_whatever_is_told(site: Watched) -> None:
    issue = first(site)
    write_one(site.truenorth, issue, marks(says=comment()))
    site.later()
    site.look()
    # As after a run that was killed: the marks stand there, and nobody knows of them.
    written = site.known.by_id[issue.ref.id]
    site.known.by_id[issue.ref.id] = replace(written, shown=NOTHING)
    site.later()
    site.look()
    assert site.known.by_id[issue.ref.id].shown == NOTHING
    found = site.look(doubtful=[issue.ref.id, "99999999"])
    assert [one.ref for one in found.items] == [issue.ref]
    assert site.known.by_id[issue.ref.id] == written
    assert site.missed() == []


def test_a_stamp_that_nobody_knows_of_is_found_on_what_is_doubtful(site: Watched) -> None:
    # As after a run that was killed once the stamp was put: a Data Center tells stamps only of issues that are asked about.
    issue = first(site, shown=NOTHING)
    body = to_property(Stamp(OWNER, labels=("okr-aligned",), item=issue.ref.id))
    site.ann("PUT", f"issue/{issue.key}/properties/truenorth", body)
    site.later()
    site.look(doubtful=[issue.ref.id])
    stamp = site.known.by_id[issue.ref.id].shown.stamp
    assert stamp is not None
    assert stamp.labels == ("okr-aligned",)


def test_what_is_written_by_another_is_told_by_a_change(cloud: Watched) -> None:
    other = cloud.connect()
    issue = first(cloud, shown=NOTHING)
    write_one(other, issue, marks(says=comment()))
    cloud.later()
    cloud.look()
    assert cloud.missed() == []


@pytest.mark.parametrize("told", [False, True])
def test_properties_are_told_where_the_site_tells_them(cloud: Watched, told: bool) -> None:
    issue = first(cloud)
    write_one(cloud.truenorth, issue, marks())
    cloud.later()
    cloud.look()
    if told:
        cloud.control("/__faults", {"kind": "updated", "tells": ["properties"]})
    cloud.ann("DELETE", f"issue/{issue.key}/properties/truenorth")
    cloud.later()
    assert [one.key for one in cloud.look().items] == ([issue.key] if told else [])
    assert (cloud.missed() == []) is told
