"""How well forecasts are calibrated: two years of the sandbox's history are replayed, quarter by quarter.

    python benchmarks/forecasts.py [--items 6000] [--seeds 1 2 3]

For every Jira project and Linear team, at a quarter, half and three quarters of each of eight quarters, the work done so
far foretells the work done by its end, against targets of 70, 100 and 130 % of the quarter before. Printed: how often the
80 % range held, and the Brier score of the chance to reach the target (0 is perfect), against the straight line
through the quarter so far, which is sure of itself.
"""

from __future__ import annotations

import argparse
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from config.load import load
from connectors.model import WorkItem
from connectors.sandbox.company import NOW
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.collect.pull import pull
from sync.forecast.simulation import forecast
from sync.jobs.sandbox import examples, sandbox_session

QUARTERS = [(year, month) for year in (2024, 2025, 2026) for month in (1, 4, 7, 10)]
LEAST = 8
"""Items done in the quarter before: fewer are no throughput to speak of."""


@dataclass
class Score:
    """What was foretold, against what came."""

    held: list[bool] = field(default_factory=list)
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
                (day, float(until(day))) for day in (today - timedelta(days=n) for n in range(84, -1, -1))
            ]
            yield part, past, after - timedelta(days=1), at_start, until(after - timedelta(days=1)), last


def replay(items: Sequence[WorkItem], scores: Mapping[float, Score]) -> None:
    """Foretell every moment of every group."""
    for name, days in sorted(done_days(items).items()):
        for part, past, end, at_start, came, last in moments(days):
            straight = at_start + (past[-1][1] - at_start) / part
            for factor in (0.7, 1.0, 1.3):
                goal = at_start + factor * last
                told = forecast(past, end, goal, name)
                if told is None or past[-1][1] >= goal:
                    continue
                score = scores[part]
                score.held.append(told.low <= came <= told.high)
                score.ours.append((told.chance - (came >= goal)) ** 2)
                score.naive.append(((straight >= goal) - (came >= goal)) ** 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=6000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    given = parser.parse_args()
    scores = {part: Score() for part in (0.25, 0.5, 0.75)}
    workspace = load(examples())
    for seed in given.seeds:
        with (
            Sandbox(generate(given.items, seed)) as sandbox,
            sandbox_session(sandbox, workspace) as session,
        ):
            replay(pull(workspace, session.connectors, NOW).items, scores)
    sys.stdout.write("quarter gone  forecasts  80 % range held  Brier ours  Brier straight line\n")
    whole = Score()
    for part, score in scores.items():
        show(f"{part:.0%}", score)
        whole.held += score.held
        whole.ours += score.ours
        whole.naive += score.naive
    show("all", whole)


def show(name: str, score: Score) -> None:
    """One line of the table."""
    count = len(score.held)
    if count:
        held, ours, naive = (sum(one) / count for one in (score.held, score.ours, score.naive))
        sys.stdout.write(f"{name:>12}  {count:>9}  {held:>15.0%}  {ours:>10.3f}  {naive:>19.3f}\n")


if __name__ == "__main__":
    main()
