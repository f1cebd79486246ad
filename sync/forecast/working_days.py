"""Which days are worked: as declared, else as the days tell on which work was finished. Pure.

Only forecasts, and how many working days are left, know of it; expected progress, ages and cycle times are calendar time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from config.calendar import WEEKDAYS, DaysOff
from config.workspace import Workspace
from connectors.model import WorkItem

Basis = Literal["declared", "finishings", "unknown"]

LOOKBACK = timedelta(weeks=26)
"""How far back finishings tell which weekdays are worked."""
RARE = 0.02
"""A weekday with less than this share of the finishings is a day off."""
LEAST_FINISHINGS = 50
"""Fewer tell nothing. Of 50, a weekday that gets half of an even share (7 % of the finishings) has none, and is taken for a
day off, in 3 of 100 cases, and one with an even share (14 %) in 1 of 2,000 (binomial). More would leave small teams without.
"""
WEEK = 7

_NOWHERE: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days that are worked somewhere.

    - `weekend`: weekdays off, 0 is Monday; `basis`: how they are known, and `place`, `finishings`: whose and how many
      finishings told it, by weekday. `unknown`: too few tell, so that every day of the week counts as worked.
    - `closed`: first and last days of what is declared closed.
    """

    weekend: frozenset[int] = frozenset()
    closed: tuple[tuple[date, date], ...] = ()
    basis: Basis = "declared"
    place: str = ""
    finishings: Mapping[int, int] = field(default_factory=dict)

    def holds(self, day: date) -> bool:
        """Whether the day is worked."""
        if day.weekday() in self.weekend:
            return False
        return not any(first <= day <= last for first, last in self.closed)

    def between(self, after: date, until: date) -> int:
        """How many days are worked after a day, up to another one, which is included."""
        return sum(self.holds(after + timedelta(days=ahead + 1)) for ahead in range((until - after).days))

    @property
    def per_week(self) -> int:
        """How many days of an ordinary week are worked."""
        return max(1, WEEK - len(self.weekend))


EVERY_DAY = WorkingDays()
"""A week of seven working days."""


def days_off(finishings: Mapping[int, int]) -> frozenset[int] | None:
    """Weekdays on which hardly any work is finished, by finishings of each weekday; None where too few tell."""
    total = sum(finishings.values())
    if total < LEAST_FINISHINGS:
        return None
    return frozenset(day for day in range(WEEK) if finishings.get(day, 0) < RARE * total)


@dataclass(frozen=True, slots=True, order=True)
class WorkPlace:
    """Where work lies: a tracker, and in it a Linear team or Jira project; "" where it lies nowhere."""

    tracker: str = ""
    team: str = ""


def place_of(item: WorkItem) -> WorkPlace:
    """Where an item lies."""
    return WorkPlace(item.ref.tracker, item.team or item.project or "")


class WorkCalendar:
    """The working days of every place of a workspace, as of a moment."""

    def __init__(self, items: Iterable[WorkItem], workspace: Workspace, now: datetime) -> None:
        self._declared = workspace.calendar
        self._teams = {key.casefold(): one for key, one in workspace.calendar.teams.items()}
        self._finishings: defaultdict[WorkPlace, Counter[int]] = defaultdict(Counter)
        for item in items:
            if item.category != "done" or item.completed is None or not item.in_scope:
                continue
            if now - LOOKBACK < item.completed <= now:
                weekday = item.completed.astimezone(workspace.zone).weekday()
                self._finishings[place_of(item)][weekday] += 1
        # Taken together for a tracker, and for all: where one of its places has too few.
        for place, counts in list(self._finishings.items()):
            for wider in {WorkPlace(place.tracker), WorkPlace()} - {place}:
                self._finishings[wider].update(counts)

    def of(self, place: WorkPlace) -> WorkingDays:
        """What holds at a place: of days closed and of weekdays each what is declared nearest to it."""
        nearest = self._nearest(place)
        closed = next((spans for one in nearest if (spans := one.spans) is not None), ())
        weekend = next((one.weekend for one in nearest if one.weekend is not None), None)
        if weekend is not None:
            return WorkingDays(frozenset(map(WEEKDAYS.index, weekend)), closed)
        for known in (place, WorkPlace(place.tracker), WorkPlace()):
            finishings = self._finishings.get(known, _NOWHERE)
            off = days_off(finishings)
            if off is not None:
                return WorkingDays(off, closed, "finishings", known.team or known.tracker, dict(finishings))
        return WorkingDays(closed=closed, basis="unknown")

    def _nearest(self, place: WorkPlace) -> list[DaysOff]:
        """What is declared, from the place outwards."""
        found = [self._teams.get(place.team.casefold()), self._declared.trackers.get(place.tracker)]
        return [one for one in (*found, self._declared) if one is not None]
