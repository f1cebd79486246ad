"""A long list read in windows side by side: the rows and the order of one walk, in hardly more requests."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest

from connectors.http.dates import EARLIEST, LATEST
from connectors.linear.api import queries
from connectors.linear.api.wire import Connection, PageInfo
from connectors.linear.read.windowed import WindowedList
from connectors.linear.read.windows import PAGE, Sample, Window, numbers_to_sample, packed, wire_time
from tests.support.linear_workspace import LinearWorkspace

DAY = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 5200


@dataclass(frozen=True)
class Row:
    id: str
    created_at: datetime
    wire: str


class Shelf:
    """Stands for a client: rows in memory, newest first, and how often a page of them was asked for."""

    tracker, in_flight = "linear", 16

    def __init__(self, moments: Iterable[datetime]) -> None:
        rows = [Row(f"{place:05d}", at, wire_time(at)) for place, at in enumerate(moments)]
        self.rows = sorted(rows, key=lambda one: (one.created_at, one.id), reverse=True)
        self.asked = 0

    def pages(self, *_asked: Any, **given: Any) -> Iterator[Connection[Row]]:
        found = [one for one in self.rows if passes(given["filter"], one)]
        for start in range(0, max(1, len(found)), PAGE):
            self.asked += 1
            more = start + PAGE < len(found)
            yield Connection(found[start : start + PAGE], PageInfo(has_next_page=more))

    def together(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        return [call() for call in calls]


def passes(given: Mapping[str, Any], row: Row) -> bool:
    bounds = given.get("createdAt", {})
    return (
        all(passes(one, row) for one in given.get("and", ()))
        and ("or" not in given or any(passes(one, row) for one in given["or"]))
        and bounds.get("gte", "") <= row.wire < bounds.get("lt", "9")
    )


def read(shelf: Shelf, sample: Sample) -> list[str]:
    listed = WindowedList(shelf, queries.ISSUES, lambda reply: reply.issues, {})  # type: ignore[arg-type]
    listed.begin()
    return list(listed.finish(sample))


def evenly(place: int) -> datetime:
    return DAY + timedelta(hours=place)


def more_of_late(place: int) -> datetime:
    return DAY + timedelta(days=900 * (place / ROWS) ** 0.3)


def in_bursts(place: int) -> datetime:
    """Imports: hundreds in a few moments, years apart."""
    return DAY + timedelta(days=200 * (place // 700), milliseconds=place % 3)


def at_random(place: int) -> datetime:
    """The order of rows tells nothing of their times."""
    return DAY + timedelta(seconds=random.Random(place).randrange(10**8))  # noqa: S311


@pytest.mark.parametrize(("spread", "more"), [(evenly, 1), (more_of_late, 1), (in_bursts, 2), (at_random, 3)])
def test_all_rows_in_the_order_of_one_cursor_in_hardly_more_pages(
    spread: Callable[[int], datetime], more: int
) -> None:
    shelf = Shelf(map(spread, range(ROWS)))
    numbers, step = numbers_to_sample({"t": ROWS})
    assert read(shelf, Sample.of((spread(one) for one in numbers["t"]), step)) == [
        one.id for one in shelf.rows
    ]
    assert shelf.asked <= -(-ROWS // PAGE) + more


@pytest.mark.parametrize("seed", range(8))
def test_a_sample_that_misleads_loses_nothing(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    moments = [DAY + timedelta(milliseconds=chance.randrange(4000)) for _ in range(1700)]
    told = [DAY + timedelta(milliseconds=chance.randrange(-100, 5000)) for _ in range(chance.randrange(90))]
    shelf = Shelf(moments)
    assert read(shelf, Sample.of(told, chance.randrange(1, 200))) == [one.id for one in shelf.rows]


def test_a_pull_reads_a_long_list_so() -> None:
    workspace = LinearWorkspace(3000)
    try:
        connector = workspace.connector()
        only = {"team": {"key": {"in": ["ENG", "MOB"]}}}
        client = connector._client
        walk = client.walk(queries.ISSUES, lambda reply: reply.issues, filter=only)
        order = {one.id: place for place, one in enumerate(walk)}
        workspace.box.forget_requests()
        items = connector.pull().items
        asked = Counter(row.operation_name for row in workspace.box.requests)
    finally:
        workspace.close()
    found = [order[one.ref.id] for one in items if one.in_scope and one.level in ("issue", "subtask")]
    assert found == sorted(found)
    assert len(order) > 4 * PAGE
    assert len(order) * 0.9 < len(found) <= len(order)
    # One more asks for parents in other teams.
    assert -(-len(order) // PAGE) < asked["Issues"] + asked["Sample"] <= -(-len(order) // PAGE) + 4


def test_windows_hold_equally_much_and_leave_nothing_out() -> None:
    sample = Sample.of((DAY + timedelta(minutes=n * n) for n in range(200)), 50)
    whole = Window(None, DAY + timedelta(days=99))
    parts = sample.cut(whole, 16)
    assert (parts[0].before, parts[-1].since, len(parts)) == (whole.before, None, 13)
    assert all(upper.since == lower.before for upper, lower in pairwise(parts))
    assert {sample.rows_in(one) for one in parts} <= {750.0, 800.0}
    assert len(sample.cut(whole, 1000)) == 40  # none that is less than a page


def test_many_rows_of_one_moment_stand_in_one_window() -> None:
    sample = Sample.of([DAY] * 100, 50)
    parts = sample.cut(Window(), 16)
    assert [sample.rows_in(one) for one in parts if sample.rows_in(one)] == [5000.0]


def test_leftovers_are_packed_into_pages() -> None:
    sample = Sample.of((DAY + timedelta(days=n) for n in range(40)), 25)
    left = [Window(DAY + timedelta(days=10 * n), DAY + timedelta(days=10 * n + 4)) for n in range(4)]
    assert [len(one) for one in packed(left, sample)] == [2, 2]
    assert packed([], sample) == []


def test_every_so_many_th_number_is_sampled_and_no_two_teams_at_the_same() -> None:
    numbers, step = numbers_to_sample({"a": 10_000, "b": 2_000, "c": 12})
    assert step == 61
    assert [numbers[team][:2] for team in "abc"] == [[11, 72], [31, 92], []]
    assert sum(map(len, numbers.values())) == 197
    assert numbers_to_sample({"a": 3}) == ({"a": [1, 2, 3]}, 1)
    assert numbers_to_sample({}) == ({}, 1)


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=23, minutes=59)), timezone(timedelta(hours=-23))]
)
def test_a_moment_at_the_ends_of_the_calendar_cuts_no_row_off(zone: timezone) -> None:
    within = Window(before=DAY)
    first, last = datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone)
    assert within.below(last) == within
    left = within.below(first).before
    assert left is not None
    assert first < left < DAY
    assert Sample.of([last, DAY, first], 1).moments == (EARLIEST, DAY, LATEST)
