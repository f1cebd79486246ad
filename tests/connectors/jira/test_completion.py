"""When work was done, on both deployments over real HTTP: where the day comes from, and where it is not to be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectors.jira import JiraConnector
from connectors.model import Pull, WorkItem
from connectors.sandbox.company import PEOPLE
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.state import RESOLUTIONS, History, HistoryItem, Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.jira_site import connector

LATER = timedelta(days=21)


class World:
    """One site under both its addresses, and a done issue of it that went through a status in progress."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.jira = sandbox.world.jira
        self.cloud = connector(f"{sandbox.url}/jira")
        dc = f"{sandbox.url}/jira-dc"
        self.server = connector(dc, email=None, token=SERVER_TOKEN, deployment="data_center")
        self.issue = next(one for one in self.jira.issues.values() if self._is_plain(one))
        self.done_at = self.moves()[-1][0]

    def _is_plain(self, issue: Issue) -> bool:
        done = issue.project.key == "WEB" and issue.status.name == "Done"
        return done and issue.resolution is not None and issue.resolution.name == "Done"

    def moves(self) -> list[tuple[datetime, HistoryItem]]:
        entries = history_of(self.issue)
        return [(entry.created, one) for entry in entries for one in entry.items if one.field == "status"]

    def change(self, what: Callable[[], object]) -> None:
        self.sandbox.call(what)

    def set(self, **values: object) -> None:
        def change() -> None:
            for name, value in values.items():
                setattr(self.issue, name, value)

        self.change(change)

    def move_later(self, before: tuple[str, str], after: tuple[str, str]) -> None:
        """A further change of status, by ids and names, three weeks later."""
        item = HistoryItem("status", "status", *before, *after)
        entry = History(self.jira.next_id(), PEOPLE[0], self.done_at + LATER, (item,))
        self.change(lambda: self.issue.history.append(entry))

    def pulled(self, tracker: JiraConnector) -> Pull:
        return tracker.pull()

    def read(self, tracker: JiraConnector) -> WorkItem:
        return next(one for one in self.pulled(tracker).items if one.key == self.issue.key)


@pytest.fixture
def world() -> Iterator[World]:
    with Sandbox(generate(120, 3)) as sandbox:
        made = World(sandbox)
        yield made
        made.cloud.close()
        made.server.close()


def dated(item: WorkItem) -> tuple[datetime | None, bool]:
    return item.completed, item.dated_by_resolution


def test_a_resolution_that_is_filled_in_later_redates_nothing(world: World) -> None:
    changed = world.issue.category_changed
    world.set(resolved=world.done_at + LATER)
    assert dated(world.read(world.cloud)) == (changed, False)
    assert dated(world.read(world.server)) == (world.done_at, False)


def test_what_is_dropped_has_the_day_on_which_it_was(world: World) -> None:
    will_not = next(one for one in RESOLUTIONS if one.name == "Won't Do")
    world.set(resolution=will_not)
    for tracker, day in ((world.cloud, world.issue.category_changed), (world.server, world.done_at)):
        item = world.read(tracker)
        assert (item.category, item.completed, item.dropped) == ("dropped", None, day)
    world.change(lambda: world.jira.peculiar.lost_histories.add(world.issue.id))
    item = world.read(world.server)
    assert (item.dropped, item.dated_by_resolution) == (world.issue.resolved, True)


def test_nor_does_one_that_is_missing(world: World) -> None:
    world.set(resolved=None, resolution=None)
    assert dated(world.read(world.cloud)) == (world.issue.category_changed, False)
    assert dated(world.read(world.server)) == (world.done_at, False)


def test_a_sweep_from_one_done_status_to_another_redates_nothing(world: World) -> None:
    done = next(status for status in world.issue.project.statuses if status.name == "Done")
    closed = replace(done, id=10_999, name="Closed")
    world.move_later((str(done.id), "Done"), ("10999", "Closed"))
    world.set(status=closed)
    for tracker in (world.cloud, world.server):
        item = world.read(tracker)
        assert item.status == "Closed"
        assert item.completed is not None
        assert abs(item.completed - world.done_at) < timedelta(seconds=1)


def test_a_status_that_is_no_longer_listed_may_have_been_a_done_one(world: World) -> None:
    # The old done status is gone with its name; what is left of the day is the resolution's.
    world.move_later(("10998", "Shipped"), (str(world.issue.status.id), "Done"))
    resolved = world.done_at + timedelta(hours=3)
    world.set(resolved=resolved)
    assert dated(world.read(world.server)) == (resolved, True)
    world.set(resolved=None)
    assert dated(world.read(world.server)) == (None, False)


@pytest.mark.parametrize("how", ["lost", "cut"])
def test_without_the_whole_changelog_the_resolution_dates(world: World, how: str) -> None:
    resolved = world.done_at + LATER
    world.set(resolved=resolved)
    if how == "lost":
        world.change(lambda: world.jira.peculiar.lost_histories.add(world.issue.id))
    else:
        world.change(lambda: setattr(world.jira.peculiar, "most_histories", 1))
    pulled = world.pulled(world.server)
    item = next(one for one in pulled.items if one.key == world.issue.key)
    assert dated(item) == (resolved, True)
    cut = [note for note in pulled.notes if "a part of the changelog" in note]
    assert len(cut) == (how == "cut")
    assert dated(world.read(world.cloud)) == (world.issue.category_changed, False)


def test_changes_without_ids_date_by_their_names(world: World) -> None:
    world.set(resolved=None)
    world.change(lambda: world.jira.peculiar.idless_histories.add(world.issue.id))
    assert dated(world.read(world.server)) == (world.done_at, False)


@pytest.mark.parametrize("deployment", ["cloud", "server"])
def test_a_retired_status_hides_itself_alone(world: World, deployment: str) -> None:
    tracker: JiraConnector = getattr(world, deployment)
    item = world.read(tracker)
    whole = tracker.histories([item])[item.ref].statuses
    doing = next(one.before for _, one in world.moves()[-1:])
    assert doing is not None
    world.change(lambda: world.jira.peculiar.retired_statuses.add(int(doing)))
    told = tracker.histories([item])[item.ref].statuses
    retired = {status.name for status in world.issue.project.statuses if str(status.id) == doing}
    assert [(one.status, one.begin, one.end) for one in told] == [(o.status, o.begin, o.end) for o in whole]
    assert [one.category for one in told] == [
        None if one.status in retired else one.category for one in whole
    ]


@pytest.mark.parametrize("deployment", ["cloud", "server"])
def test_a_history_by_names_alone_is_the_same_history(world: World, deployment: str) -> None:
    tracker: JiraConnector = getattr(world, deployment)
    item = world.read(tracker)
    whole = tracker.histories([item])[item.ref].statuses
    world.change(lambda: world.jira.peculiar.idless_histories.add(world.issue.id))
    assert tracker.histories([item])[item.ref].statuses == whole
    world.change(lambda: world.jira.peculiar.lost_histories.add(world.issue.id))
    assert tracker.histories([item]) == {}


def test_a_history_of_which_a_part_came_tells_nothing(world: World) -> None:
    item = world.read(world.server)
    world.change(lambda: setattr(world.jira.peculiar, "most_histories", 1))
    assert world.server.histories([item]) == {}
