"""Whether a team can finish all of its open key-result work by the end of the cycle, at its own pace. Pure.

One forecast: that of the key results (`sync/forecast/simulation.py`), of all the team's work together: what one key result gets
another one lacks, and forecasts of single key results do not know of each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.align.terms import phase_of
from sync.capacity.teams import LEAST_PEOPLE, crowds
from sync.flow.building import CONTAINERS
from sync.forecast.simulation import FARTHEST_DAYS, Forecast, forecast
from sync.forecast.working_days import WorkCalendar, WorkPlace, place_of


@dataclass(frozen=True, slots=True)
class Commitment:
    """A team's open work for key results whose cycle ends by `end`, and the forecast of how much of all will be finished.

    `forecast`: in items, those that were finished among them; None where the team finished too little to tell.
    """

    team: WorkPlace
    end: date
    open: tuple[Ref, ...]
    done: int
    forecast: Forecast | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Key-result work, and when it came and ended, as `as_it_was` of sync/measure/bounds.py has it.

    `ended`: None while it is open, and of what was dropped nobody knows when; `done_on`: the day on which it was finished.
    """

    ref: Ref
    cycles: frozenset[str]
    created: datetime
    is_over: bool
    ended: datetime | None
    done_on: date | None

    def is_open(self, moment: datetime) -> bool:
        """Whether it was there and not ended just before a moment."""
        if self.created >= moment:
            return False
        return not self.is_over or (self.ended is not None and self.ended >= moment)


class Commitments:
    """The key-result work of every team, and what becomes of it."""

    def __init__(self, alignment: Alignment, workspace: Workspace, now: datetime) -> None:
        self._workspace = workspace
        self._calendar = WorkCalendar(alignment.items.values(), workspace, now)
        self._work: defaultdict[WorkPlace, list[_Piece]] = defaultdict(list)
        items: list[WorkItem] = []
        for ref, item in alignment.items.items():
            if not item.in_scope or item.level in CONTAINERS or not alignment.is_leaf(ref):
                continue
            if links := alignment.placements[ref].of_every_cycle:
                cycles = frozenset(link.cycle for link in links)
                self._work[place_of(item)].append(_piece(item, cycles, workspace))
                items.append(item)
        self._people: Mapping[WorkPlace, int] = crowds(items)

    def at(self, now: datetime) -> tuple[Commitment, ...]:
        """For every team of enough people and every end of a cycle that runs at a moment, by team and end.

        Of an earlier moment by today's links: what was finished or dropped later was open then, and what was created later
        was not there.
        """
        today = now.astimezone(self._workspace.zone).date()
        cycles = self._workspace.cycles
        running = {name: one.end for name, one in cycles.items() if phase_of(one, today) == "running"}
        found = []
        for team, work in sorted(self._work.items(), key=lambda row: row[0]):
            if self._people.get(team, 0) < LEAST_PEOPLE:
                continue
            for end in sorted(set(running.values())):
                names = {name for name, one in running.items() if one <= end}
                open_ = tuple(one.ref for one in work if one.is_open(now) and one.cycles & names)
                if open_:
                    found.append(self._of(team, work, open_, end, today))
        return tuple(found)

    def _of(
        self, team: WorkPlace, work: Iterable[_Piece], open_: tuple[Ref, ...], end: date, today: date
    ) -> Commitment:
        """By the pace of all key-result work, also of the cycle before."""
        begin = today - timedelta(days=FARTHEST_DAYS)
        brought = Counter(one.done_on for one in work if one.done_on and begin < one.done_on <= today)
        rows, total = [(max(begin, min(brought, default=today) - timedelta(days=1)), 0.0)], 0
        for day in sorted(brought):
            total += brought[day]
            rows.append((day, float(total)))
        if rows[-1][0] < today:
            rows.append((today, float(total)))
        foretold = forecast(rows, end, total + len(open_), self._calendar.of(team))
        return Commitment(team, end, open_, total, foretold)


def _piece(item: WorkItem, cycles: frozenset[str], workspace: Workspace) -> _Piece:
    is_done = item.category == "done"
    ended = (item.completed or item.updated) if is_done else item.dropped
    done_on = item.completed.astimezone(workspace.zone).date() if is_done and item.completed else None
    return _Piece(item.ref, cycles, item.created, not item.is_open, ended, done_on)
