"""How much work was in progress for each key result on each day, and how much for none. Pure.

- Work counts that flows (`sync.flow.building.flowing`) and whose history is known, where it stood in a stage of the category
  "doing" at the end of the day; on the last day, now. Each piece counts one.
- It counts for what it serves today: nobody knows what it was linked to then. What serves several key results of the cycle is
  split by its shares, which add up to one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import accumulate
from operator import add
from typing import Literal

from config.workspace import Workspace
from connectors.model import Ref
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.align.terms import phase_of
from sync.flow.building import flowing, place_name
from sync.flow.figures import FlowFigures
from sync.flow.journeys import Journey

PurposeKind = Literal["none", "key_result", "elsewhere", "unknown", "exempt"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What work is in progress for: a key result of the cycle by its id; no key result at all; one of another cycle only; what
    cannot be told, since what is above it could not be read; or an exempt category, by its name.
    """

    kind: PurposeKind
    name: str = ""


NONE, ELSEWHERE, UNKNOWN = Purpose("none"), Purpose("elsewhere"), Purpose("unknown")


@dataclass(frozen=True, slots=True)
class WipBand:
    """How much work was in progress for one purpose on each day; `now`: the items that are, whole or in part."""

    purpose: Purpose
    values: tuple[Fraction, ...]
    now: tuple[Ref, ...]

    @property
    def is_whole(self) -> bool:
        """Whether each of its items now counts whole, so that they are as many as its last value."""
        return self.values[-1] == len(self.now)


@dataclass(frozen=True, slots=True)
class Wip:
    """The work in progress of all, or of a team.

    `bands`: what serves no key result first, then the key results in declared order, then what serves another cycle or cannot
    be told, and exempt work last; those alone in which anything ever was.
    """

    bands: tuple[WipBand, ...]

    def total(self, day: int) -> Fraction:
        """All that was in progress on a day, by its number."""
        return sum((band.values[day] for band in self.bands), Fraction(0))


@dataclass(frozen=True, slots=True)
class WipByKeyResult:
    """The work in progress of a running cycle, from its first day to today as far as histories are read: `days`.

    `teams`: by "tracker/TEAM". `unread`: open work whose history is not known.
    """

    cycle: str
    days: tuple[date, ...]
    whole: Wip
    teams: Mapping[str, Wip]
    unread: int

    def of_key_results(self, names: Iterable[str]) -> Wip:
        """Of these key results alone."""
        wanted = frozenset(names)
        return Wip(
            tuple(
                one
                for one in self.whole.bands
                if one.purpose.kind == "key_result" and one.purpose.name in wanted
            )
        )


def wip_by_key_result(
    figures: FlowFigures, alignment: Alignment, workspace: Workspace
) -> tuple[WipByKeyResult, ...]:
    """The work in progress of each running cycle that has key results; none where `flow` is not declared."""
    if not figures.declared:
        return ()
    today = figures.as_of.astimezone(workspace.zone).date()
    named = {objective.cycle for objective, _ in workspace.key_results()}
    running = [
        name
        for name in workspace.cycles
        if name in named and phase_of(workspace.cycles[name], today) == "running"
    ]
    return tuple(_of_cycle(name, figures, alignment, workspace, today) for name in running)


def _of_cycle(
    cycle: str, figures: FlowFigures, alignment: Alignment, workspace: Workspace, today: date
) -> WipByKeyResult:
    first = max(workspace.cycles[cycle].start, figures.weeks.days[0])
    days = tuple(first + timedelta(days=one) for one in range((today - first).days + 1))
    ends = _ends(days, workspace, figures.as_of)
    order = [one.id for objective, one in workspace.key_results() if objective.cycle == cycle]
    book: dict[str, _Ledger] = defaultdict(lambda: _Ledger(len(days)))
    for ref, journey in figures.journeys.items():
        if not (held := list(_held(journey, ends))):
            continue
        split = _split(alignment.placements[ref], cycle)
        book[place_name(journey.item)].add(ref, split, held)
    unread = [
        one
        for one in flowing(alignment)
        if one.is_open and one.ref not in figures.journeys and one.created <= figures.as_of
    ]
    teams = {name: _wip([ledger], order, len(days)) for name, ledger in sorted(book.items())}
    return WipByKeyResult(cycle, days, _wip(list(book.values()), order, len(days)), teams, len(unread))


def _ends(days: Sequence[date], workspace: Workspace, now: datetime) -> list[datetime]:
    """The end of each day in the workspace's zone, which is the beginning of the next; of the last one, now."""
    return [datetime.combine(day, time.min, workspace.zone) for day in days[1:]] + [now]


def _held(journey: Journey, ends: Sequence[datetime]) -> Iterator[tuple[int, int]]:
    """From which of the days to before which other one work stood in progress at their ends."""
    for visit in journey.visits:
        if visit.stage is not None and visit.stage.category == "doing":
            first = bisect_left(ends, visit.begin)
            last = len(ends) if visit.end is None else bisect_left(ends, visit.end)
            if first < last:
                yield first, last


_Split = tuple[tuple[Purpose, Fraction], ...]


def _split(placement: ItemAlignment, cycle: str) -> _Split:
    """What the work is for, in parts that add up to one."""
    found: defaultdict[str, Fraction] = defaultdict(Fraction)
    for link in _links(placement):
        if link.cycle == cycle:
            found[link.key_result] += link.share
    if whole := sum(found.values()):
        return tuple((Purpose("key_result", name), share / whole) for name, share in found.items())
    return ((_other(placement), Fraction(1)),)


def _links(placement: ItemAlignment) -> Sequence[Link]:
    """Those in force; of work that rests those that it had last."""
    return placement.past if placement.state == "rested" else placement.links


def _other(placement: ItemAlignment) -> Purpose:
    match placement.state:
        case "exempt":
            return Purpose("exempt", placement.category or "")
        case "unknown":
            return UNKNOWN
        case "unaligned":
            return NONE
        case _:
            return ELSEWHERE


class _Ledger:
    """What of one place was in progress, by how it is split: how many more on each day than on the one before."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._steps: defaultdict[_Split, list[int]] = defaultdict(lambda: [0] * (days + 1))
        self.now: list[tuple[Ref, _Split]] = []

    def add(self, ref: Ref, split: _Split, held: Iterable[tuple[int, int]]) -> None:
        steps = self._steps[split]
        for first, last in held:
            steps[first] += 1
            steps[last] -= 1
            if last == self._days:
                self.now.append((ref, split))

    def counts(self) -> Iterator[tuple[_Split, list[int]]]:
        """How many were in progress on each day, by their split."""
        for split, steps in self._steps.items():
            yield split, list(accumulate(steps[:-1]))


def _wip(ledgers: Sequence[_Ledger], order: Sequence[str], days: int) -> Wip:
    # Whole numbers are added up for each part that is met, of which there are few: fractions are slow.
    parts: defaultdict[tuple[Purpose, Fraction], list[int]] = defaultdict(lambda: [0] * days)
    now: defaultdict[Purpose, list[Ref]] = defaultdict(list)
    for ledger in ledgers:
        for split, counts in ledger.counts():
            for part in split:
                parts[part] = list(map(add, parts[part], counts))
        for ref, split in ledger.now:
            for purpose, _ in split:
                now[purpose].append(ref)
    values: defaultdict[Purpose, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * days)
    for (purpose, share), counts in parts.items():
        values[purpose] = [sum_ + share * count for sum_, count in zip(values[purpose], counts, strict=True)]
    place = {name: at for at, name in enumerate(order)}

    def rank(one: Purpose) -> tuple[int, int, str]:
        return _KINDS.index(one.kind), place.get(one.name, len(place)), one.name

    bands = (WipBand(one, tuple(values[one]), tuple(sorted(now[one]))) for one in sorted(values, key=rank))
    return Wip(tuple(bands))


_KINDS: tuple[PurposeKind, ...] = ("none", "key_result", "elsewhere", "unknown", "exempt")
