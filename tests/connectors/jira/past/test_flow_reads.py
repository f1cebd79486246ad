"""What a Jira site tells of how its work flowed, over real HTTP, in how many requests; Cloud and Data Center alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.jira import JiraConnector
from connectors.model import FlagSpan, GivenHealth, Ref, WorkItem
from connectors.sandbox.company import DIRECTORY
from connectors.sandbox.flow.jira_deeds import FLAGGED, HEALTH
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.server_show import user_key
from connectors.sandbox.jira.state import Issue
from tests.support.jira_changes import Watched, watched

FLOW: dict[str, Any] = {"history_weeks": 26, "health_field": "Health"}
WORDS = {"Green": "on_track", "Yellow": "at_risk", "Red": "off_track"}


@pytest.fixture(scope="module")
def site() -> Iterator[Watched]:
    with watched(260, flow=True, **FLOW) as found:
        yield found


@pytest.fixture(scope="module")
def server(site: Watched) -> Iterator[JiraConnector]:
    there = Watched(site.sandbox, server=True, **FLOW)
    yield there.truenorth
    there.close()


def leaves(items: tuple[WorkItem, ...]) -> list[WorkItem]:
    return [one for one in items if one.in_scope and one.level in ("issue", "subtask")]


def by_id(site: Watched) -> dict[str, Issue]:
    return {str(one.id): one for one in site.jira.issues.values()}


def flags_in(issue: Issue) -> tuple[FlagSpan, ...]:
    """When an issue was flagged, counted by hand."""
    spans: list[FlagSpan] = []
    for entry in history_of(issue):
        for change in entry.items:
            if change.field_id == FLAGGED and change.after:
                spans.append(FlagSpan(entry.created))
            elif change.field_id == FLAGGED:
                spans[-1] = FlagSpan(spans[-1].begin, entry.created)
    return tuple(spans)


def handed_in(issue: Issue) -> list[str | None]:
    """Who had an issue one after the other, counted by hand."""
    changes = [one for entry in history_of(issue) for one in entry.items if one.field_id == "assignee"]
    now = issue.assignee.account_id if issue.assignee else None
    return [one.before for one in changes[:1]] + [one.after for one in changes] if changes else [now]


def test_all_of_it_comes_with_the_changes_of_the_status(site: Watched) -> None:
    items = leaves(site.truenorth.pull().items)
    site.asked()
    found = site.truenorth.histories(items, everything=True)
    assert site.asked() == ["POST changelog/bulkfetch"], "the statuses of the site are known from the pull"
    assert len(found) == len(items) > 100
    issues = by_id(site)
    for ref, history in found.items():
        issue = issues[ref.id]
        assert history.flags == flags_in(issue), issue.key
        assert [one.person for one in history.assignees or ()] == handed_in(issue), issue.key
    assert any(one.flags for one in found.values())
    assert any(one.flags and one.flags[-1].end is None for one in found.values())
    assert any(len(one.assignees or ()) > 2 for one in found.values())


def test_a_data_center_tells_the_same_with_the_issues_themselves(
    site: Watched, server: JiraConnector
) -> None:
    cloud = {one.key: one for one in leaves(site.truenorth.pull().items)}
    told = site.truenorth.histories(tuple(cloud.values()), everything=True)
    since = site.jira.clock.now() - timedelta(weeks=26)
    items = [one for one in leaves(server.pull(owned_ids=()).items) if one.is_open or one.updated >= since]
    assert len(items) > 100
    site.asked()
    found = server.histories(items, everything=True)
    assert site.asked() == []
    keys = {person.account_id: user_key(person) for person in DIRECTORY.values()}
    for item in items:
        here, there = found[item.ref], told[cloud[item.key].ref]
        assert (here.statuses, here.flags) == (there.statuses, there.flags), item.key
        people = [(keys.get(one.person or ""), one.begin, one.end) for one in there.assignees or ()]
        assert [(one.person, one.begin, one.end) for one in here.assignees or ()] == people, item.key


def test_what_ended_long_ago_is_not_kept_but_asked_for(site: Watched, server: JiraConnector) -> None:
    items = leaves(server.pull(owned_ids=()).items)
    old = [
        one for one in items if not one.is_open and (site.jira.clock.now() - one.updated).days > 26 * 7 + 3
    ]
    site.asked()
    assert {*server.histories(old, everything=True)} <= {one.ref for one in old}
    assert len(old) > 0
    assert site.asked() == ["POST search"]


def test_given_health_has_its_day(site: Watched, server: JiraConnector) -> None:
    issues = by_id(site)
    for connector in (site.truenorth, server):
        pulled = connector.pull()
        given = {one.ref.id: one.given_health for one in pulled.items if one.given_health is not None}
        expected: dict[str, GivenHealth] = {}
        for id_, issue in issues.items():
            said = [
                (entry.created, one.after_text)
                for entry in history_of(issue)
                for one in entry.items
                if one.field_id == HEALTH
            ]
            if said and any(one.ref.id == id_ for one in pulled.items):
                expected[id_] = GivenHealth(WORDS[said[-1][1] or ""], said[-1][0])  # type: ignore[arg-type]
        assert given == expected != {}
        assert not any("understood as no health" in note for note in pulled.notes)


def test_what_changed_costs_one_request_more() -> None:
    with watched(260, flow=True, **FLOW) as site:
        keys = sorted(one.key for one in leaves(tuple(site.known.by_id.values())))[:100]
        for key in keys:
            site.ann_labels(key, {"add": "hot"})
        site.later()
        site.asked()
        changed = site.look()
        plain = len(site.asked())
        found = site.truenorth.histories(leaves(changed.items), everything=True)
        assert (len(found), plain <= 6, site.asked()) == (100, True, ["POST changelog/bulkfetch"])
        # And where nothing changed nobody asks.
        site.later(1200)
        assert site.look().items == ()
        assert len(site.asked()) <= 5


def test_a_word_that_says_no_health_is_a_note(site: Watched) -> None:
    epic = next(one for one in site.jira.issues.values() if HEALTH in one.custom and one.project.key == "WEB")
    option = epic.custom[HEALTH]
    was, option.value = option.value, "Splendid"
    try:
        pulled = site.truenorth.pull()
        (note,) = [one for one in pulled.notes if "understood as no health" in one]
        assert note.startswith('The field "Health" says "Splendid" on ')
        assert next(one for one in pulled.items if one.ref == Ref("jira", str(epic.id))).given_health is None
    finally:
        option.value = was


@pytest.mark.parametrize("whole_alone", [True, False])
def test_a_changelog_that_the_search_cuts_is_asked_for_alone(
    site: Watched, server: JiraConnector, whole_alone: bool
) -> None:
    peculiar = site.jira.peculiar
    peculiar.most_histories, peculiar.whole_alone = 2, whole_alone
    try:
        items = leaves(server.pull(owned_ids=()).items)
        cut = [one for one in items if len(history_of(by_id(site)[one.ref.id])) > 2 and one.is_open]
        site.asked()
        found = server.histories(cut, everything=True)
        alone = [f"GET issue/{one.ref.id}" for one in cut]
        assert sorted(site.asked()) == sorted([*alone, "POST search"])
        assert len(cut) > 3
        assert found.keys() == ({one.ref for one in cut} if whole_alone else set())
    finally:
        peculiar.most_histories, peculiar.whole_alone = None, False


def test_check_says_whether_the_field_of_given_health_is_there(site: Watched) -> None:
    (found,) = [one for one in site.truenorth.preflight(()) if one.about == 'field "Health"']
    assert (found.verdict, found.found) == ("ok", f"found as {HEALTH}: the health that people give")
    *_, wrong = site.connect(health_field="Healht").preflight(())
    assert (wrong.verdict, "Did you mean" in wrong.remedy) == ("wrong", True)
    assert 'health_field "Healht" is not a custom field of this site' in wrong.found
