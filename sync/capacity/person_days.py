"""Person-days by team and by what they went into, without a figure about a person. Pure.

ADR 53 says why days of assignees are split, and what is hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.capacity.in_progress import held
from sync.capacity.ledger import Ledger, ledger
from sync.capacity.serving import NONE, UNKNOWN, Part, Servings
from sync.capacity.shares import ObjectiveShare, shares
from sync.capacity.suppression import TOTAL, Cell, hidden
from sync.flow.journeys import Journeys
from sync.forecast.working_days import WorkCalendar, WorkPlace
from sync.observation import Assigned

WEEK = 7


@dataclass(frozen=True, slots=True)
class PersonDays:
    """The person-days from the day `begin` to the day `end`, both included.

    - `teams`, `parts`: those that have any, teams by name, objectives and categories in declared order.
    - `cells`: by team and part, `TOTAL` for all of them; None where the figure is hidden. What is not in it has none.
    - `shares`: of each objective of a running cycle, beside what is declared.
    """

    begin: date
    end: date
    teams: tuple[WorkPlace, ...]
    parts: tuple[Part, ...]
    cells: Mapping[tuple[WorkPlace | None, Part | None], float | None]
    shares: tuple[ObjectiveShare, ...]

    def of(self, part: Part) -> float | None:
        """The days of all teams that went into a part; None where they are hidden."""
        return self.cells.get((TOTAL, part), 0.0)


def window(workspace: Workspace, now: datetime) -> date | None:
    """The first day of the running cycles, as far as histories are read; None while none runs, or none are read."""
    if workspace.flow is None:
        return None
    today = now.astimezone(workspace.zone).date()
    starts = [one.start for one in workspace.cycles.values() if one.start <= today <= one.end]
    if not starts:
        return None
    return max(min(starts), today - timedelta(weeks=workspace.flow.window_weeks))


def person_days(
    journeys: Journeys,
    assigned: Assigned,
    alignment: Alignment,
    workspace: Workspace,
    begin: date,
    end: datetime,
) -> PersonDays:
    """The person-days from a day to a moment, by today's links. Work in progress that nobody has takes no day of anybody."""
    last = end.astimezone(workspace.zone).date()
    days = (last - begin).days + 1
    starts = [one.start for one in workspace.cycles.values() if begin < one.start <= last]
    weeks = range(days, 0, -WEEK)
    bounds = sorted({0, *weeks, *((start - begin).days for start in starts)})
    calendar = WorkCalendar(alignment.items.values(), workspace, end)
    known: dict[WorkPlace, list[bool]] = {}

    def works(place: WorkPlace) -> list[bool]:
        if place not in known:
            there = calendar.of(place)
            known[place] = [there.holds(begin + timedelta(days=day)) for day in range(days)]
        return known[place]

    rows = held(alignment, journeys, assigned, workspace.zone, begin, end)
    book = ledger(rows, Servings(alignment, workspace).of, works, bounds)
    sums, people = _folded(book)
    parts = _parts(sums, workspace)
    covered = hidden(people)
    while True:
        found = shares(book, workspace, begin, last, _sums_in(covered))
        # A share says what a sum says: where one is hidden, the other is.
        more = {
            (TOTAL, part)
            for one in found
            if one.share is None and (part := Part("objective", one.objective)) in parts
        }
        if more <= covered:
            break
        covered = hidden(people, covered | more)
    cells = {cell: None if cell in covered else days for cell, days in sums.items()}
    return PersonDays(begin, last, _teams(sums), parts, cells, found)


_Cells = dict[tuple[WorkPlace | None, Part | None], float]


def _folded(book: Ledger) -> tuple[_Cells, dict[tuple[WorkPlace | None, Part | None], set[str]]]:
    """The days of each cell and of each sum, and who contributed to each cell."""
    sums: defaultdict[tuple[WorkPlace | None, Part | None], float] = defaultdict(float)
    people: defaultdict[tuple[WorkPlace | None, Part | None], set[str]] = defaultdict(set)
    for team, serving, entry in book.rows:
        days, persons = sum(entry.days), set().union(*entry.people)
        if not persons:
            continue
        for part, share in serving.parts:
            people[team, part] |= persons
            for cell in ((team, part), (team, TOTAL), (TOTAL, part), (TOTAL, TOTAL)):
                sums[cell] += days * float(share)
    return dict(sums), dict(people)


def _sums_in(covered: Collection[Cell]) -> frozenset[str]:
    """The objectives whose sum is hidden."""
    return frozenset(part.name for team, part in covered if team is TOTAL and part is not TOTAL)


def _teams(sums: _Cells) -> tuple[WorkPlace, ...]:
    return tuple(sorted({team for team, _ in sums if team is not TOTAL}))


def _parts(sums: _Cells, workspace: Workspace) -> tuple[Part, ...]:
    there = {part for _, part in sums if part is not TOTAL}
    objectives = [Part("objective", one.id) for one in workspace.objectives]
    categories = [Part("category", one.name) for one in workspace.exempt]
    return tuple(part for part in dict.fromkeys((*objectives, *categories, UNKNOWN, NONE)) if part in there)
