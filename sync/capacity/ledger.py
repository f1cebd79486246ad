"""Person-days as they add up, by day, person, team and what was served. Pure, and of use only within this package.

Each working day of a person is one day, split evenly over what that person has in progress on it. A day is worked where the
calendar of the item's place says so; of two places with different days off each has its own days.

With a sum over days of one over the number of items, each stretch of days costs one subtraction for each week: the time is
linear in stretches, and in persons times days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add

from connectors.model import Ref, WorkItem
from sync.capacity.in_progress import Stretch
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


Held = Iterable[tuple[WorkItem, Sequence[Stretch]]]
"""Items, with who had them in progress when."""


def ledger(
    held: Held,
    serving: Callable[[Ref], Serving | None],
    works: Callable[[WorkPlace], Sequence[bool]],
    bounds: Sequence[int],
) -> Ledger:
    """The ledger of all that was held. `works`: of a place for each day whether it is worked."""
    by_place: dict[tuple[str, str], _There] = {}
    for item, stretches in held:
        there = item.ref.tracker, item.team or item.project or ""
        if (rows := by_place.get(there)) is None:
            by_place[there] = rows = _There(place_of(item), [])
        rows.held.append((serving(item.ref), stretches))
    worth = _worth(by_place.values(), works, bounds[-1])
    found: list[tuple[WorkPlace, Serving, Entry]] = []
    for rows, mine in zip(by_place.values(), worth, strict=True):
        entries: dict[int, tuple[Serving, Entry]] = {}
        for what, stretches in rows.held:
            if what is None:
                continue
            if (known := entries.get(id(what))) is None:
                entry = Entry([0.0] * (len(bounds) - 1), [set() for _ in bounds[1:]])
                entries[id(what)] = known = what, entry
            for stretch in stretches:
                _add(known[1], stretch, mine[stretch[0]], bounds)
        found += ((rows.place, what, entry) for what, entry in entries.values())
    return Ledger(tuple(bounds), tuple(found))


@dataclass(frozen=True, slots=True)
class _There:
    """What was held in a place."""

    place: WorkPlace
    held: list[tuple[Serving | None, Sequence[Stretch]]]


def _worth(
    places: Collection[_There], works: Callable[[WorkPlace], Sequence[bool]], days: int
) -> list[dict[str, list[float]]]:
    """For each place by person, up to each day, how many of the person's days one item of that place has got."""
    counts: list[dict[str, list[int]]] = []
    everywhere: dict[str, list[int]] = {}
    for there in places:
        steps: dict[str, list[int]] = {}
        for _, stretches in there.held:
            for person, first, last in stretches:
                if (step := steps.get(person)) is None:
                    steps[person] = step = [0] * (days + 1)
                step[first] += 1
                step[last + 1] -= 1
        worked = works(there.place)
        for person, step in steps.items():
            each = [n if is_worked else 0 for n, is_worked in zip(accumulate(step), worked, strict=False)]
            steps[person] = each
            before = everywhere.get(person)
            everywhere[person] = each if before is None else list(map(add, before, each))
        counts.append(steps)
    return [
        {
            person: list(
                accumulate(
                    (1 / all_ if own else 0.0 for own, all_ in zip(each, everywhere[person], strict=True)),
                    initial=0.0,
                )
            )
            for person, each in some.items()
        }
        for some in counts
    ]


def _add(entry: Entry, stretch: Stretch, worth: Sequence[float], bounds: Sequence[int]) -> None:
    person, first, last = stretch
    place, end = bisect_right(bounds, first) - 1, last + 1
    while place < len(bounds) - 1 and bounds[place] < end:
        days = worth[min(end, bounds[place + 1])] - worth[max(first, bounds[place])]
        if days > 0:
            entry.days[place] += days
            entry.people[place].add(person)
        place += 1
