"""How well forecasts are calibrated: two years of the sandbox's history are replayed, quarter by quarter.

    python benchmarks/forecasts.py [--items 6000] [--seeds 1 2 3 7 8 9] [--every-day]

For every Jira project and Linear team, at a quarter, half and three quarters of each of eight quarters, the work done so
far foretells the work done by its end, against targets of 70, 100 and 130 % of the quarter before. Printed, by how much of the
quarter is gone and by the health that the progress has then: how often the 80 % range held, and the Brier score of the chance
to reach the target (0 is perfect), against the straight line through the quarter so far, which is sure of itself. Working
days are those that the finishings of 26 weeks tell, as in the product; --every-day counts all seven days of the week, to compare.

    python benchmarks/forecasts.py --fit --seeds 4 5 6

The same for several spreads of the pace, to choose PACE_CHANGE; with other seeds than those that are reported.
"""

from __future__ import annotations

import argparse
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from config.load import load
from config.policy import HealthPolicy
from connectors.model import WorkItem
from connectors.sandbox.company import NOW
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.collect.pull import pull
from sync.forecast import simulation
from sync.forecast.simulation import forecast
from sync.forecast.working_days import EVERY_DAY, LOOKBACK, WorkingDays, days_off
from sync.jobs.sandbox import examples, sandbox_session
from sync.measure import health

QUARTERS = [(year, month) for year in (2024, 2025, 2026) for month in (1, 4, 7, 10)]
LEAST = 8
"""Items done in the quarter before: fewer are no throughput to speak of."""


@dataclass
class Score:
    """What was foretold, against what came."""

    held: list[bool] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    came: list[bool] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    naive: list[float] = field(default_factory=list)


def bounds(year: int, month: int) -> tuple[date, date]:
    """The first day of a quarter, and that of the next one."""
    return date(year, month, 1), date(year + month // 10, (month + 3) % 12 or 12, 1)


def done_days(items: Sequence[WorkItem]) -> Mapping[str, list[date]]:
    """By group, the days on which work was done, in order."""
    groups: defaultdict[str, list[date]] = defaultdict(list)
    for item in items:
        if item.completed is not None and item.category == "done" and item.level in ("issue", "subtask"):
            groups[item.team or item.project or ""].append(item.completed.date())
    return {name: sorted(days) for name, days in groups.items()}


def moments(
    days: Sequence[date],
) -> Iterator[tuple[float, list[tuple[date, float]], date, float, float, float]]:
    """Part of the quarter gone, the past until then, the last day, done before, done by the end, done the quarter before."""

    def until(day: date) -> int:
        return bisect_right(days, day)

    for year, month in QUARTERS:
        first, after = bounds(year, month)
        before = first - timedelta(days=91)
        if after > NOW.date() or before < days[0]:
            continue
        at_start, last = until(first - timedelta(days=1)), until(first - timedelta(days=1)) - until(before)
        if last < LEAST:
            continue
        for part in (0.25, 0.5, 0.75):
            today = first + timedelta(days=round((after - first).days * part))
            past = [
                (day, float(until(day))) for day in (today - timedelta(days=n) for n in range(168, -1, -1))
            ]
            yield part, past, after - timedelta(days=1), at_start, until(after - timedelta(days=1)), last


def days_before(today: date, days: Sequence[date], everything: Sequence[date]) -> WorkingDays:
    """The working days of a group, as its finishings tell them, or those of all where it has too few."""
    for some in (days, everything):
        lately = some[bisect_right(some, today - LOOKBACK) : bisect_right(some, today)]
        off = days_off(Counter(day.weekday() for day in lately))
        if off is not None:
            return WorkingDays(off)
    return EVERY_DAY


def replay(items: Sequence[WorkItem], scores: Mapping[str, Score], *, every_day: bool) -> None:
    """Foretell every moment of every group."""
    groups = done_days(items)
    everything = sorted(day for days in groups.values() for day in days)
    for _, days in sorted(groups.items()):
        for part, past, end, at_start, came, last in moments(days):
            today, now = past[-1]
            working = EVERY_DAY if every_day else days_before(today, days, everything)
            straight = at_start + (now - at_start) / part
            for factor in (0.7, 1.0, 1.3):
                goal = at_start + factor * last
                told = forecast(past, end, goal, working)
                if told is None or now >= goal:
                    continue
                by_now = health((now - at_start) / (goal - at_start), part, HealthPolicy())
                is_unlikely = by_now == "on_track" and told.chance < HealthPolicy().chance
                rows = (f"{part:.0%}", by_now, *([UNLIKELY] if is_unlikely else []), "all")
                for score in (scores[row] for row in rows):
                    score.held.append(told.low <= came <= told.high)
                    score.chances.append(told.chance)
                    score.came.append(came >= goal)
                    score.ours.append((told.chance - (came >= goal)) ** 2)
                    score.naive.append(((straight >= goal) - (came >= goal)) ** 2)


UNLIKELY = "on_track, unlikely"
"""What is on track by its progress, and at risk by its chance."""
ROWS = ("25%", "50%", "75%", "on_track", UNLIKELY, "at_risk", "off_track", "all")
SPREADS = (0.15, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=6000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 7, 8, 9])
    parser.add_argument("--every-day", action="store_true", help="count all seven days of the week as worked")
    parser.add_argument("--fit", action="store_true", help="try several spreads of the pace")
    given = parser.parse_args()
    worlds = [history(given.items, seed) for seed in given.seeds]
    if given.fit:
        for spread in SPREADS:
            simulation.PACES = simulation.paces(spread)
            show(f"{spread:g}", scored(worlds, every_day=given.every_day)["all"])
        return
    head = "quarter gone, health  forecasts  80 % range held  chance  came  Brier ours  Brier straight line\n"
    sys.stdout.write(head)
    scores = scored(worlds, every_day=given.every_day)
    for row in ROWS:
        show(row, scores[row])


def history(items: int, seed: int) -> Sequence[WorkItem]:
    """Everything in one world of the sandbox."""
    workspace = load(examples())
    with Sandbox(generate(items, seed)) as sandbox, sandbox_session(sandbox, workspace) as session:
        return pull(workspace, session.connectors, NOW).items


def scored(worlds: Sequence[Sequence[WorkItem]], *, every_day: bool) -> Mapping[str, Score]:
    """The score of every row over all worlds."""
    scores = {row: Score() for row in ROWS}
    for items in worlds:
        replay(items, scores, every_day=every_day)
    return scores


def show(name: str, score: Score) -> None:
    """One line of the table."""
    count = len(score.held)
    if count:
        rows = (score.held, score.chances, score.came, score.ours, score.naive)
        held, chance, came, ours, naive = (sum(one) / count for one in rows)
        sys.stdout.write(
            f"{name:>20}  {count:>9}  {held:>15.0%}  {chance:>6.0%}  {came:>4.0%}  {ours:>10.3f}  {naive:>19.3f}\n"
        )


if __name__ == "__main__":
    main()
