"""Worlds with a past of assignees, flags, health and dated links: believable, the same each time, and otherwise as they were."""

from __future__ import annotations

from itertools import pairwise

import pytest

from connectors.sandbox.company import NOW
from connectors.sandbox.flow.jira_deeds import FLAGGED, HEALTH
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.state import BLOCKS
from connectors.sandbox.linear.history import entries_of
from connectors.sandbox.world import World, generate
from tests.support.world_digest import digest


@pytest.fixture(scope="module")
def plain() -> World:
    return generate(500, 5)


@pytest.fixture(scope="module")
def world() -> World:
    return generate(500, 5, flow=True)


def test_it_is_added_once_and_is_the_same_each_time(world: World, plain: World) -> None:
    before = digest(plain)
    other = generate(500, 5)
    assert digest(other) == before != digest(world)
    other.add_flow()
    other.add_flow()
    assert digest(other) == digest(world)


def test_the_truth_stays_as_it_was(world: World, plain: World) -> None:
    assert b"".join(world.truth.written()) == b"".join(plain.truth.written())


def test_hands_in_jira_lead_to_who_has_it_now(world: World) -> None:
    handed = 0
    for issue in world.jira.issues.values():
        changes = [
            (entry.created, one)
            for entry in history_of(issue)
            for one in entry.items
            if one.field == "assignee"
        ]
        for (_, one), (_, after) in pairwise(changes):
            assert one.after == after.before, issue.key
        if changes:
            last = changes[-1][1].after
            assert last == (issue.assignee.account_id if issue.assignee else None), issue.key
            handed += len(changes)
        assert all(issue.created <= at <= NOW for at, _ in changes)
        assert all(at <= issue.updated for at, _ in changes)
    assert handed > 60


def test_flags_begin_and_end(world: World) -> None:
    open_flags = 0
    for issue in world.jira.issues.values():
        changes = [one for entry in history_of(issue) for one in entry.items if one.field_id == FLAGGED]
        for place, one in enumerate(changes):
            assert bool(one.after) == (place % 2 == 0), issue.key
        assert (FLAGGED in issue.custom) == (len(changes) % 2 == 1)
        open_flags += len(changes) % 2
    assert open_flags > 0


def test_links_that_block_have_a_day_in_both_changelogs(world: World) -> None:
    links = {
        link.id: link for issue in world.jira.issues.values() for link in issue.links if link.type is BLOCKS
    }
    for link in links.values():
        ends = [world.jira.issues[one] for one in (link.source, link.target)]
        days = [
            {
                entry.created
                for entry in history_of(issue)
                for one in entry.items
                if one.after == other.key and one.field == "Link"
            }
            for issue, other in (ends, ends[::-1])
        ]
        assert days[0] & days[1], link.id
        assert min(days[0] & days[1]) >= max(one.created for one in ends)
    assert len(links) > 5


def test_people_say_how_it_goes(world: World) -> None:
    assert sum(HEALTH in issue.custom for issue in world.jira.issues.values()) > 5
    assert all(issue.type.level > 0 for issue in world.jira.issues.values() if HEALTH in issue.custom)
    assert len(world.linear.status_updates) > 3


def test_hands_in_linear_lead_to_who_has_it_now(world: World) -> None:
    handed = 0
    for issue in world.linear.issues.values():
        rows = [one for one in entries_of(world.linear, issue) if "to_assignee" in one.changes]
        for one, after in pairwise(rows):
            assert one.changes["to_assignee"] is after.changes["from_assignee"], issue.identifier
        if rows:
            assert rows[-1].changes["to_assignee"] is issue.assignee
            handed += len(rows)
    assert handed > 10
