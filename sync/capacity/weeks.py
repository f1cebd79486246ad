"""Whole weeks, from Monday to Sunday, and what each team finished in them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import Alignment
from sync.capacity.teams import LEAST_PEOPLE, crowds
from sync.flow.building import CONTAINERS
from sync.forecast.working_days import WorkingDays, WorkPlace, place_of

WEEK = timedelta(weeks=1)


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Finished:
    """What teams with enough people finished, by team and by the Monday of the week; in order of ref."""

    weeks: Mapping[WorkPlace, Mapping[date, tuple[WorkItem, ...]]]

    def count(self, team: WorkPlace, monday: date) -> int:
        """How many pieces of work a team finished in a week."""
        return len(self.weeks.get(team, {}).get(monday, ()))


def finished(
    alignment: Alignment,
    workspace: Workspace,
    first: date,
    counts: Callable[[WorkItem], bool] = lambda _: True,
) -> Finished:
    """What was finished since the week of a day: leaves in scope, mirrored work once, of the kind that `counts`.

    Teams of fewer than `LEAST_PEOPLE` people, by the assignees of this work, are left out: their pace is that of a person.
    """
    since, zone = week_of(first), workspace.zone
    found: defaultdict[WorkPlace, defaultdict[date, list[WorkItem]]]
    found = defaultdict(lambda: defaultdict(list))
    every: list[WorkItem] = []
    for ref, item in alignment.items.items():
        if item.category != "done" or item.completed is None or not item.in_scope:
            continue
        day = item.completed.astimezone(zone).date()
        if day < since or item.level in CONTAINERS or not alignment.is_leaf(ref) or not counts(item):
            continue
        found[place_of(item)][week_of(day)].append(item)
        every.append(item)
    people = crowds(every)
    return Finished(
        {
            team: {monday: tuple(some) for monday, some in sorted(weeks.items())}
            for team, weeks in sorted(found.items())
            if people.get(team, 0) >= LEAST_PEOPLE
        }
    )


def is_worked(monday: date, days: WorkingDays) -> bool:
    """Whether at least half of an ordinary week's days are worked in it: holidays are no lack of throughput."""
    return 2 * days.between(monday - timedelta(days=1), monday + timedelta(days=6)) >= days.per_week
