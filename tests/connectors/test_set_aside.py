"""One item that cannot be read is set aside by its key, on every tracker; many of them stop the read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

import pytest

from connectors.base import AnswersQueries, Connector
from connectors.errors import BadReply
from connectors.sandbox.jira.http import SERVER_TOKEN
from tests.support.jira_site import Site, connector, running
from tests.support.linear_workspace import LinearWorkspace


class FarDay(date):
    """A day beyond the year 9999, as JavaScript writes it."""

    def isoformat(self) -> str:
        return "+012026-11-16"


@dataclass
class Tracker:
    """A connector to a tracker, and how to spoil some of its issues; `spoil` gives their keys."""

    connector: Connector
    spoil: Callable[[int], list[str]]
    why: str


def jira(site: Site, deployment: str) -> Tracker:
    if deployment == "data_center":
        site.truenorth.close()
        url = f"{site.sandbox.url}/jira-dc"
        site.truenorth = connector(url, email=None, token=SERVER_TOKEN, deployment=deployment)

    def spoil(count: int) -> list[str]:
        issues = [one for one in site.in_scope() if one.type.level == 0][:count]
        for one in issues:
            site.sandbox.call(partial(setattr, one, "summary", ""))
        return [one.key for one in issues]

    return Tracker(site.truenorth, spoil, "it has no summary")


def linear(workspace: LinearWorkspace) -> Tracker:
    reader = workspace.connector()

    def spoil(count: int) -> list[str]:
        keys = {item.key for item in reader.pull().items if item.level == "issue" and item.in_scope}
        issues = [one for one in workspace.space.issues.values() if one.identifier in keys][:count]
        for one in issues:
            workspace.box.call(partial(setattr, one, "due_date", FarDay(2026, 11, 16)))
        return [one.identifier for one in issues]

    return Tracker(reader, spoil, "dueDate")


@pytest.fixture(params=["cloud", "data_center", "linear"])
def tracker(request: pytest.FixtureRequest) -> Iterator[Tracker]:
    if request.param == "linear":
        workspace = LinearWorkspace(600)
        yield linear(workspace)
        workspace.close()
        return
    with running(600) as site:
        yield jira(site, request.param)


def test_the_others_are_read_and_it_is_named(tracker: Tracker) -> None:
    whole = tracker.connector.pull()
    (key,) = tracker.spoil(1)
    pulled = tracker.connector.pull()
    assert {item.key for item in whole.items} - {item.key for item in pulled.items} == {key}
    (aside,) = pulled.set_aside
    assert (aside.key, tracker.why in aside.why) == (key, True)
    assert next(item.ref.id for item in whole.items if item.key == key) == aside.id
    assert not any("deleted or hidden" in note for note in pulled.notes)


def test_it_costs_no_request_more(tracker: Tracker) -> None:
    whole = tracker.connector.pull().requests
    tracker.spoil(1)
    assert tracker.connector.pull().requests <= whole


def test_above_one_in_a_hundred_the_read_stops_and_names_the_first(tracker: Tracker) -> None:
    count = len(tracker.connector.pull().items)
    keys = tracker.spoil(count // 100 + 1)
    assert 2 <= len(keys) < count
    with pytest.raises(BadReply) as stopped:
        tracker.connector.pull()
    told = str(stopped.value)
    assert f"cannot read {len(keys)} of " in told
    assert sum(key in told for key in keys) == min(3, len(keys))


def test_up_to_one_in_a_hundred_it_goes_on(tracker: Tracker) -> None:
    count = sum(item.in_scope for item in tracker.connector.pull().items)
    keys = tracker.spoil(count // 100)
    assert sorted(one.key for one in tracker.connector.pull().set_aside) == sorted(keys)


def test_a_query_that_finds_it_counts_it_and_goes_on(tracker: Tracker) -> None:
    items = tracker.connector.pull().items
    (key,) = tracker.spoil(1)
    assert isinstance(tracker.connector, AnswersQueries)
    chosen = [item for item in items if item.level == "issue" and item.in_scope][:5]
    found = tracker.connector.fetch([item.ref.id for item in chosen])
    assert {item.key for item in found} == {item.key for item in chosen} - {key}
