"""The share of person-days that each objective gets, beside the share that its declared weight says. Pure.

Objectives are compared with their siblings: those of the same cycle below the same objective. What serves an objective below
one serves that one, too. Days that serve none of the siblings are no part of the sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from config.okrs import Objective
from config.workspace import Workspace
from sync.align.terms import phase_of
from sync.capacity.ledger import Ledger
from sync.capacity.serving import Serving
from sync.capacity.suppression import TOTAL, hidden

WEEK = 7
LEAST_WEEKS = 2
"""Shares of the first weeks of a cycle, in which work of the last one ends, tell nothing."""


@dataclass(frozen=True, slots=True)
class ObjectiveShare:
    """An objective of a running cycle, from the first day of that on.

    - `declared`: its weight by that of all siblings, 0..1; `is_declared`: whether people declared any of these weights.
    - `share`: of the person-days that went into them, 0..1; None where it is hidden, or there are no such days.
    - `under`: by how many points of percent it lies below what is declared, less than 0 where above; None without any days.
      It is not for the eyes of people where the share is hidden.
    - `weeks`: the same at the end of each whole week back from now, the latest first: what base rates are reckoned with.
    """

    objective: str
    cycle: str
    declared: float
    is_declared: bool
    share: float | None
    under: float | None = field(repr=False)
    weeks: tuple[float, ...] = field(default=(), repr=False)


def shares(
    book: Ledger, workspace: Workspace, begin: date, today: date, covered: Collection[str] = ()
) -> tuple[ObjectiveShare, ...]:
    """The shares of all objectives of running cycles that have open siblings, in declared order; none before `LEAST_WEEKS`.

    `covered`: the objectives that are hidden anyway.
    """
    found: dict[str, ObjectiveShare] = {}
    for siblings in _siblings(workspace, today):
        start = max(workspace.cycles[siblings[0].cycle].start, begin)
        if (today - start).days + 1 >= LEAST_WEEKS * WEEK:
            for one in _group(book, siblings, workspace, (start - begin).days, covered):
                found[one.objective] = one
    return tuple(found[one.id] for one in workspace.objectives if one.id in found)


def _siblings(workspace: Workspace, today: date) -> Iterator[Sequence[Objective]]:
    groups: defaultdict[tuple[str, str | None], list[Objective]] = defaultdict(list)
    for one in workspace.objectives:
        is_open = one.closed is None or one.closed > today
        if is_open and phase_of(workspace.cycles[one.cycle], today) == "running":
            groups[one.cycle, one.parent].append(one)
    yield from (some for some in groups.values() if len(some) > 1)


def _group(
    book: Ledger,
    siblings: Sequence[Objective],
    workspace: Workspace,
    since: int,
    besides: Collection[str],
) -> Iterator[ObjectiveShare]:
    below = {one.id: _below(one.id, workspace) for one in siblings}
    days = {one.id: [0.0] * (len(book.bounds) - 1) for one in siblings}
    people: defaultdict[str, set[str]] = defaultdict(set)
    first = next(place for place, bound in enumerate(book.bounds) if bound >= since)
    for _, serving, entry in book.rows:
        for name, inside in below.items():
            share = _part_in(serving, inside)
            if not share:
                continue
            for place in range(first, len(entry.days)):
                days[name][place] += share * entry.days[place]
                people[name] |= entry.people[place]
    covered = hidden(
        {(0, name): some for name, some in people.items() if some}, [(0, name) for name in besides]
    )
    weights = sum(one.weight for one in siblings)
    is_declared = any("weight" in one.model_fields_set for one in siblings)
    ends = [place for place in range(len(book.bounds) - 1, first, -1) if _is_week_end(book, place, since)]
    for one in siblings:
        declared = one.weight / weights
        gaps = [_under(days, one.id, declared, first, place) for place in ends]
        whole = sum(sum(some[first:]) for some in days.values())
        under = _under(days, one.id, declared, first, len(book.bounds) - 1)
        is_shown = whole > 0 and (0, one.id) not in covered and (0, TOTAL) not in covered
        yield ObjectiveShare(
            one.id,
            one.cycle,
            declared,
            is_declared,
            sum(days[one.id][first:]) / whole if is_shown else None,
            under,
            tuple(gap for gap in gaps if gap is not None),
        )


def _is_week_end(book: Ledger, place: int, since: int) -> bool:
    """Whether a bound ends a whole week back from now that is late enough in the cycle."""
    bound, last = book.bounds[place], book.bounds[-1]
    return (last - bound) % WEEK == 0 and bound - since >= LEAST_WEEKS * WEEK


def _under(
    days: Mapping[str, Sequence[float]], name: str, declared: float, first: int, until: int
) -> float | None:
    whole = sum(sum(some[first:until]) for some in days.values())
    return 100 * (declared - sum(days[name][first:until]) / whole) if whole else None


def _below(name: str, workspace: Workspace) -> Collection[str]:
    """An objective and all below it."""
    found = [name]
    for above in found:
        found += [one.id for one in workspace.objectives if one.parent == above and one.id not in found]
    return frozenset(found)


def _part_in(serving: Serving, inside: Collection[str]) -> float:
    """How much of a piece of work serves any of these: by the cycle in which most of it does."""
    return max(
        (
            float(sum(share for name, share in some.items() if name in inside))
            for some in serving.by_cycle.values()
        ),
        default=0.0,
    )
