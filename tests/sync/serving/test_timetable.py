"""When runs are due, and what the loop does with news, on a clock of the test's own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from connectors.model import Ref
from sync.serving.loop import Loop
from sync.serving.nudge import MOST, Nudge
from sync.serving.served import Condition, Ran, Served
from sync.serving.timetable import due_by_news, next_tick, rested_at

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "after", "expected"),
    [
        (timedelta(minutes=10), "12:00:00", "12:10:00"),
        (timedelta(minutes=10), "12:03:17", "12:10:00"),
        (timedelta(minutes=10), "12:09:59.999999", "12:10:00"),
        (timedelta(minutes=15), "23:50:00", "00:00:00"),
        (timedelta(hours=1), "02:30:00", "03:00:00"),
        (timedelta(hours=24), "02:30:00", "00:00:00"),
        (timedelta(seconds=90), "12:00:00", "12:01:30"),
    ],
)
def test_the_timetable_is_the_multiples_of_the_interval(every: timedelta, after: str, expected: str) -> None:
    found = next_tick(every, datetime.fromisoformat(f"2026-11-30T{after}+00:00"))
    assert found.strftime("%H:%M:%S") == expected
    assert found.tzinfo is UTC


def test_no_clock_change_moves_the_timetable() -> None:
    # 2026-10-25, 02:00 to 03:00 comes twice in Berlin; 2026-03-29 it does not come.
    for day in ("2026-10-25T00:00:00+02:00", "2026-03-29T00:00:00+01:00"):
        ticks = list(itertools.islice(_ticks(datetime.fromisoformat(day)), 24))
        assert {two - one for one, two in itertools.pairwise(ticks)} == {timedelta(minutes=10)}


def _ticks(after: datetime) -> Iterator[datetime]:
    while True:
        yield (after := next_tick(timedelta(minutes=10), after))


@dataclass
class Clock:
    """Seconds since noon; the time is them, unless it was set."""

    at: float = 0.0
    set_by: float = 0.0

    def seconds(self) -> float:
        return self.at

    def time(self) -> datetime:
        return NOON + timedelta(seconds=self.at + self.set_by)


@dataclass
class Day:
    """A loop that runs on a clock which only waiting and running moves; `events`: what happens at a second."""

    every: timedelta = timedelta(minutes=10)
    until: float = 1800
    takes: float = 5
    events: list[tuple[float, Callable[[Day], None]]] = field(default_factory=list)
    not_run: frozenset[int] = frozenset()
    runs: list[tuple[float, str]] = field(default_factory=list)
    code: int = 0

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.nudge = _Waiting(self)
        self.served = Served(Path(), Path(), None, Condition(NOON, self.every))
        self.loop = Loop(
            self.every, self._run, self.nudge, self.served, now=self.clock.time, clock=self.clock.seconds
        )

    def play(self) -> list[tuple[float, str]]:
        self.events = sorted(
            [*self.events, (self.until, lambda day: day.loop.stop())], key=lambda one: one[0]
        )
        self.loop.serve()
        return self.runs

    def go_on(self, seconds: float) -> None:
        """Let so much time pass, up to and with the first thing that happens."""
        end = self.clock.at + seconds
        if self.events and self.events[0][0] <= end:
            at, happens = self.events.pop(0)
            self.clock.at = max(at, self.clock.at)
            happens(self)
        else:
            self.clock.at = end

    def _run(self, why: str) -> Ran:
        begun, number = self.clock.time(), len(self.runs)
        self.runs.append((self.clock.at, why))
        end = self.clock.at + self.takes
        while self.clock.at < end:
            self.go_on(end - self.clock.at)
        held = "another run is at work" if number in self.not_run else None
        return Ran(why, begun, self.clock.time(), self.code, held)


class _Waiting(Nudge):
    def __init__(self, day: Day) -> None:
        super().__init__(day.clock.seconds)
        self._day = day

    def wait(self, seconds: float, seen: int) -> None:
        if self.woken == seen:
            self._day.go_on(seconds)


def news(*seconds: float) -> list[tuple[float, Callable[[Day], None]]]:
    return [(one, lambda day: day.nudge.nudge("jira", [Ref("jira", "1")])) for one in seconds]


def test_runs_begin_at_the_start_and_then_by_the_timetable() -> None:
    day = Day()
    day.clock.at = 200
    assert day.play() == [(200, "start"), (600, "timetable"), (1200, "timetable")]
    assert not day.served.condition.alive


def test_a_run_that_takes_longer_lets_the_times_within_it_pass() -> None:
    assert Day(takes=700, until=3000).play() == [(0, "start"), (1200, "timetable"), (2400, "timetable")]


def test_news_are_collected_then_run_and_looked_at_once_more() -> None:
    # Quiet for a second after the last; the search of a tracker lags, so once more after twenty.
    ran = Day(until=200, events=news(100, 100.5, 101)).play()
    assert ran == [(0, "start"), (102, "news"), (121, "after news")]


def test_a_burst_that_does_not_end_is_run_after_three_seconds() -> None:
    ran = Day(until=104, events=news(*(100 + n / 4 for n in range(40)))).play()
    assert ran == [(0, "start"), (103, "news")]


def test_runs_by_news_rest_for_as_long_as_they_take() -> None:
    ran = Day(until=160, takes=10, events=news(*(100 + n / 2 for n in range(100)))).play()
    assert ran == [(0, "start"), (103, "news"), (123, "news"), (143, "news")]
    assert rested_at(50, 0.2) == 51


def test_news_that_come_during_a_run_are_news() -> None:
    ran = Day(until=40, events=news(1)).play()
    assert ran == [(0, "start"), (10, "news"), (21, "after news")]


def test_news_that_met_another_run_are_kept_for_the_next() -> None:
    ran = Day(until=150, events=news(100), not_run=frozenset({1})).play()
    assert ran == [(0, "start"), (101, "news"), (116, "news"), (126, "after news")]


def test_the_timetable_takes_the_news_along() -> None:
    day = Day(until=640, events=news(599.5))
    assert day.play() == [(0, "start"), (600, "timetable"), (619.5, "after news")]


@pytest.mark.parametrize(("by", "expected"), [(-7200, 600), (7200, 300)])
def test_a_clock_that_is_set_delays_no_run_by_more_than_the_interval(by: float, expected: float) -> None:
    def set_clock(day: Day) -> None:
        day.clock.set_by = by
        day.nudge.wake()

    runs = Day(until=900, events=[(300, set_clock)]).play()
    assert runs[:2] == [(0, "start"), (expected, "timetable")]


@pytest.fixture
def every_level() -> Iterator[None]:
    """Whatever level another test asked for."""
    config = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**config)


@pytest.mark.usefixtures("every_level")
def test_what_ended_well_and_what_did_not_is_known_and_logged() -> None:
    day = Day(until=700)
    day.events = [(300, lambda day: setattr(day, "code", 1))]
    with capture_logs() as logs:
        day.play()
    condition = day.served.condition
    assert condition.last is not None
    assert condition.last_good is not None
    assert (condition.last.code, condition.last.begun) == (1, NOON + timedelta(seconds=600))
    assert condition.last_good.begun == NOON
    assert condition.stopping
    ended = [(one["log_level"], one["exit_code"]) for one in logs if one["event"] == "run ended"]
    assert ended == [("info", 0), ("warning", 1)]


def test_a_run_that_another_one_did_is_no_good_run() -> None:
    day = Day(until=10, not_run=frozenset({0}))
    day.play()
    assert day.served.condition.last_good is None


def test_however_many_news_come_they_take_the_same_memory() -> None:
    nudge = Nudge(lambda: 0.0)
    for number in range(3 * MOST):
        nudge.nudge("jira", [Ref("jira", str(number))])
    nudge.nudge("linear")
    found = nudge.take()
    assert found is not None
    assert (found.deliveries, len(found.items), found.trackers) == (
        3 * MOST + 1,
        MOST,
        frozenset({"jira", "linear"}),
    )
    assert nudge.pending() is None
    assert due_by_news(found, 7) == 7
