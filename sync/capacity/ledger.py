"""Person-days as they add up, by day, person, team and what was served. Pure, and of use only within this package.

Each working day of a person is one day, split evenly over what that person has in progress on it. A day is worked where the
calendar of the item's place says so; of two places with different days off each has its own days.

With a sum over days of one over the number of items, each stretch of days costs one subtraction for each week: the time is
linear in stretches, and in persons times days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from connectors.model import Ref
from sync.capacity.in_progress import Held
from sync.capacity.serving import Serving
from sync.forecast.working_days import WorkPlace, place_of


@dataclass(slots=True)
class Entry:
    """The days of one team that went into what serves alike: in each stretch between two bounds, and of whom."""

    days: list[float]
    people: list[set[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries, by team and serving. `bounds`: numbers of days, ascending, from 0 to one after the last."""

    bounds: tuple[int, ...]
    rows: tuple[tuple[WorkPlace, Serving, Entry], ...]


def ledger(
    stretches: Iterable[Held],
    serving: Callable[[Ref], Serving | None],
    works: Callable[[WorkPlace], Sequence[bool]],
    bounds: Sequence[int],
) -> Ledger:
    """The ledger of these stretches. `works`: of a place for each day whether it is worked."""
    held = [(one, place_of(one.item)) for one in stretches]
    worth = _worth(held, works, bounds[-1])
    rows: dict[tuple[WorkPlace, int], tuple[Serving, Entry]] = {}
    for one, place in held:
        what = serving(one.item.ref)
        if what is None:
            continue
        known = rows.get((place, id(what)))
        if known is None:
            entry = Entry([0.0] * (len(bounds) - 1), [set() for _ in bounds[1:]])
            rows[place, id(what)] = known = what, entry
        _add(known[1], one, worth[one.person, place], bounds)
    return Ledger(tuple(bounds), tuple((place, what, entry) for (place, _), (what, entry) in rows.items()))


def _worth(
    held: Sequence[tuple[Held, WorkPlace]], works: Callable[[WorkPlace], Sequence[bool]], days: int
) -> dict[tuple[str, WorkPlace], list[float]]:
    """By person and place, up to each day, how many of the person's days one item of that place has got."""
    steps: defaultdict[str, dict[WorkPlace, list[int]]] = defaultdict(dict)
    for one, place in held:
        at = steps[one.person].setdefault(place, [0] * (days + 1))
        at[one.first] += 1
        at[one.last + 1] -= 1
    found: dict[tuple[str, WorkPlace], list[float]] = {}
    for person, places in steps.items():
        worked = {place: works(place) for place in places}
        counts = {place: list(accumulate(step)) for place, step in places.items()}
        items = [sum(counts[place][day] for place in places if worked[place][day]) for day in range(days)]
        for place, is_worked in worked.items():
            each = (1 / n if n and is_worked[day] else 0.0 for day, n in enumerate(items))
            found[person, place] = list(accumulate(each, initial=0.0))
    return found


def _add(entry: Entry, one: Held, worth: Sequence[float], bounds: Sequence[int]) -> None:
    place, end = bisect_right(bounds, one.first) - 1, one.last + 1
    while place < len(bounds) - 1 and bounds[place] < end:
        days = worth[min(end, bounds[place + 1])] - worth[max(one.first, bounds[place])]
        if days > 0:
            entry.days[place] += days
            entry.people[place].add(one.person)
        place += 1
