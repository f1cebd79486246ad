"""Whose work counts: what was finished from the first day on, as it stood at the moment that is judged. Pure.

Progress belongs to its cycle. By default what was finished before the cycle's first day is in neither numerator nor
denominator. A moment before the read is told by today's items as far as they tell: what was finished or dropped later was
open then, what was created later was not there, and what was in progress is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from config.okrs import Cycle, KeyResult
from connectors.model import Category, WorkItem

Unbounded = Literal["before", "later"]
"""Why work is no part of the cycle: finished before its first day, or created after its end."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The days whose work counts for a key result.

    - `first`: what was finished before this day counts nowhere; None: all that was ever finished counts.
    - `until`: the moment that is judged where that lies before the read, as the end of a cycle that is over; what happened
      from then on had not happened. None: as it was read.
    - `is_past`: whether the moment that is judged lies before the read, so that what was in progress then is not known.
    - `zone`: that of the workspace, which says where a day begins.
    """

    zone: tzinfo
    first: date | None = None
    until: datetime | None = None
    is_past: bool = False

    def day(self, moment: datetime) -> date:
        """The day of a moment."""
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a piece of work stands at the moment that is judged.

    `done_on`: the day on which it was done by then; None where it was not, or no tracker tells. `outside`: why it is no part
    of the cycle; None where it is.
    """

    category: Category
    done_on: date | None = None
    outside: Unbounded | None = None


def bounds_of(
    key_result: KeyResult, cycle: Cycle, zone: tzinfo, until: datetime | None = None, *, is_past: bool = False
) -> Bounds:
    """The bounds of a key result by its cycle and its `since`."""
    return Bounds(zone, first_day(key_result, cycle), until, is_past or until is not None)


def first_day(key_result: KeyResult, cycle: Cycle) -> date | None:
    """The first day on which finished work counts; None where all does."""
    # What a tracker computes and what is made of other key results has no `since`; their work is that of the cycle.
    since = getattr(key_result.measure, "since", "cycle")
    if isinstance(since, date):
        return since
    return None if since == "ever" else cycle.start


def standing(item: WorkItem, bounds: Bounds) -> Standing:
    """Where the item stands within the bounds.

    Of work that is done on an unknown day only the day is known by which it was done, that of its last change: where that
    lies before the first day, so does the other. All other such work counts.
    """
    then = item if bounds.until is None else as_it_was(item, bounds.until)
    if then is None:
        return Standing("todo", outside="later")
    if then.category != "done":
        unknown = bounds.is_past and then.category == "doing"
        return Standing("todo" if unknown else then.category)
    done_on = None if then.completed is None else bounds.day(then.completed)
    by = bounds.day(then.updated) if done_on is None else done_on
    before = bounds.first is not None and by < bounds.first
    return Standing("done", done_on, "before" if before else None)


def as_it_was(item: WorkItem, moment: datetime) -> WorkItem | None:
    """The item as it was just before a moment, as far as it tells; None where it was not there yet.

    What ended later was open, and so was what is done on an unknown day, unless it was not changed since the moment. It was
    in progress where it is known to have begun before, which not every tracker keeps.
    """
    if item.created >= moment:
        return None
    has_begun = item.started is None or item.started < moment
    # Of what is done on an unknown day only its last change is known: by then it was done.
    ended = (item.completed or item.updated) if item.category == "done" else item.dropped
    if item.category in ("done", "dropped") and ended is not None and ended >= moment:
        is_known = item.started is not None and has_begun
        return replace(
            item,
            category="doing" if is_known else "todo",
            started=item.started if has_begun else None,
            completed=None,
            dropped=None,
        )
    if item.category == "doing" and not has_begun:
        return replace(item, category="todo", started=None)
    return item


def category_at(item: WorkItem, moment: datetime | None) -> Category | None:
    """The category of an item at a moment, None: as it was read. None where it was not there yet."""
    then = item if moment is None else as_it_was(item, moment)
    return None if then is None else then.category


def end_of(day: date, zone: tzinfo) -> datetime:
    """The moment at which the day is over, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
