"""Whether a team can finish all of its open key-result work by the end of the cycle, at its own pace. Pure.

One forecast: that of the key results (`sync/forecast/simulation.py`), of all the team's work together: what one key result gets
another one lacks, and forecasts of single key results do not know of each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.align.terms import phase_of
from sync.capacity.in_progress import CONTAINERS
from sync.capacity.teams import LEAST_PEOPLE, crowds
from sync.forecast.simulation import FARTHEST_DAYS, Forecast, forecast
from sync.forecast.working_days import WorkCalendar, WorkPlace, place_of
from sync.measure import as_it_was


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


class Commitments:
    """The key-result work of every team, and what becomes of it."""

    def __init__(self, alignment: Alignment, workspace: Workspace, now: datetime) -> None:
        self._workspace = workspace
        self._calendar = WorkCalendar(alignment.items.values(), workspace, now)
        self._work: defaultdict[WorkPlace, list[tuple[WorkItem, frozenset[str]]]] = defaultdict(list)
        for ref, item in alignment.items.items():
            if not item.in_scope or item.level in CONTAINERS or not alignment.is_leaf(ref):
                continue
            if links := alignment.placements[ref].of_every_cycle:
                self._work[place_of(item)].append((item, frozenset(link.cycle for link in links)))
        self._people: Mapping[WorkPlace, int] = crowds(
            item for some in self._work.values() for item, _ in some
        )

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
                if (one := self._of(team, work, names, end, now)) is not None:
                    found.append(one)
        return tuple(found)

    def _of(
        self,
        team: WorkPlace,
        work: list[tuple[WorkItem, frozenset[str]]],
        names: set[str],
        end: date,
        now: datetime,
    ) -> Commitment | None:
        zone = self._workspace.zone
        today = now.astimezone(zone).date()
        begin = today - timedelta(days=FARTHEST_DAYS)
        brought: Counter[date] = Counter()
        open_: list[Ref] = []
        for item, cycles in work:
            then = as_it_was(item, now)
            if then is None:
                continue
            if then.is_open and cycles & names:
                open_.append(item.ref)
            # The pace is that of all key-result work, also of the cycle before.
            elif then.category == "done" and then.completed is not None:
                day = then.completed.astimezone(zone).date()
                if begin < day:
                    brought[day] += 1
        if not open_:
            return None
        rows, total = [(max(begin, min(brought, default=today) - timedelta(days=1)), 0.0)], 0
        for day in sorted(brought):
            total += brought[day]
            rows.append((day, float(total)))
        if rows[-1][0] < today:
            rows.append((today, float(total)))
        days = self._calendar.of(team)
        return Commitment(team, end, tuple(open_), total, forecast(rows, end, total + len(open_), days))
