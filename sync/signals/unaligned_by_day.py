"""How much work serves no key result, by team, on the days that were read, as it is kept for charts over time. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from connectors.model import Ref, WorkItem
from sync.signals.orphans import Signals
from sync.signals.subjects import team_of


@dataclass(frozen=True, slots=True)
class UnalignedDay:
    """A team on a day: how many orphans it has, work in its grace, and work that is not started. `team`: "" where items have none."""

    day: date
    tracker: str
    team: str
    orphans: int
    in_grace: int
    not_started: int


def to_keep(signals: Signals, items: Mapping[Ref, WorkItem], day: date) -> tuple[UnalignedDay, ...]:
    """Every team that has work in scope, also where nothing of it is unaligned: a line that ends is not one at zero."""
    orphans = _by_team(signals.orphans, items)
    in_grace = _by_team(signals.in_grace, items)
    not_started = _by_team(signals.not_started, items)
    teams = {_place(item) for item in items.values() if item.in_scope}
    places = sorted(teams | orphans.keys() | in_grace.keys() | not_started.keys())
    return tuple(UnalignedDay(day, *one, orphans[one], in_grace[one], not_started[one]) for one in places)


def _by_team(refs: Iterable[Ref], items: Mapping[Ref, WorkItem]) -> Counter[tuple[str, str]]:
    return Counter(_place(items[ref]) for ref in refs)


def _place(item: WorkItem) -> tuple[str, str]:
    return item.ref.tracker, team_of(item).partition("/")[2]
