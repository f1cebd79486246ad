"""The key-result work that each team finishes a week, against the team's own natural limits. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import Alignment
from sync.capacity.natural_limits import NaturalLimits, natural_limits
from sync.capacity.teams import team_name
from sync.capacity.weeks import WEEK, Finished, finished, is_worked, week_of
from sync.forecast.working_days import WorkCalendar, WorkPlace

BEHIND = 26
"""How many weeks before the one that is judged give the limits, at most."""


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """What a team finished in the whole week from `monday` on, and the limits of the weeks before it."""

    team: WorkPlace
    monday: date
    items: tuple[WorkItem, ...]
    limits: NaturalLimits
    weeks: int

    @property
    def side(self) -> int:
        """-1 below the limits, 1 above them, 0 within."""
        return self.limits.side(len(self.items))


class KeyResultThroughput:
    """The weeks of every team in which work that serves a key result was finished, by today's links."""

    def __init__(self, alignment: Alignment, workspace: Workspace, now: datetime, weeks: int) -> None:
        """`weeks`: how many before the one of `now` will be judged."""
        first = week_of(now.astimezone(workspace.zone).date()) - (weeks + BEHIND) * WEEK
        self._calendar = WorkCalendar(alignment.items.values(), workspace, now)
        self._finished: Finished = finished(
            alignment, workspace, first, lambda item: bool(alignment.placements[item.ref].of_every_cycle)
        )

    @property
    def first_weeks(self) -> Mapping[str, date]:
        """The first week that is known of each team, by its name."""
        return {team_name(team): min(weeks) for team, weeks in self._finished.weeks.items()}

    def judged(self, today: date) -> tuple[TeamWeek, ...]:
        """The last whole week before a day, of every team that has limits, by team.

        Weeks with hardly a working day are left out, and so are those before the team finished any such work.
        """
        monday = week_of(today) - WEEK
        found = []
        for team, weeks in self._finished.weeks.items():
            days = self._calendar.of(team)
            begin = max(min(weeks), monday - BEHIND * WEEK)
            before = [
                begin + n * WEEK
                for n in range((monday - begin).days // 7)
                if is_worked(begin + n * WEEK, days)
            ]
            limits = natural_limits([self._finished.count(team, one) for one in before])
            if limits is not None and is_worked(monday, days):
                found.append(TeamWeek(team, monday, weeks.get(monday, ()), limits, len(before)))
        return tuple(found)
