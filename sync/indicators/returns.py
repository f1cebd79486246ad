"""Return of initiatives: what an objective gained, against the person-days that went into it. Pure.

An initiative is an objective with all of its work: there goals and values are declared, and nothing tells which of several
pieces of work moved a metric. Both are proxies: work and gain happened in the same weeks, which does not make one the cause of
the other, and value is what people declared. So both numbers are shown, and few of them are not ranked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from config.measures import MetricMeasure
from config.okrs import Objective
from config.workspace import Workspace
from sync.capacity.person_days import PersonDays
from sync.capacity.serving import Part
from sync.measure import ObjectiveReading, Scorecard

LEAST_RANKED = 5
"""Fewer initiatives are not ranked."""


@dataclass(frozen=True, slots=True)
class Gain:
    """How far a metric moved from its start towards its target, in its unit; less than 0 where it moved away."""

    key_result: str
    title: str
    unit: str
    amount: float


@dataclass(frozen=True, slots=True)
class Return:
    """An objective of a running cycle.

    - `effort`: person-days since its cycle began, or since the day from which histories are known; None where that figure is
      hidden, 0 where nobody worked on it.
    - `value`: as declared; `attainment`: its progress, 0..1. `rank`: by `proxy`, 1 the highest; None of fewer than five.
    """

    objective: str
    title: str
    effort: float | None
    gains: tuple[Gain, ...]
    value: float | None
    attainment: float | None
    rank: int | None = None

    @property
    def proxy(self) -> float | None:
        """Declared value × attainment for each person-day; None where one of them is not known."""
        if self.value is None or self.attainment is None or not self.effort:
            return None
        return self.value * self.attainment / self.effort

    def per_day(self, gain: Gain) -> float | None:
        """A gain for each person-day; None where the effort is not known or nothing."""
        return gain.amount / self.effort if self.effort else None


def returns(card: Scorecard, workspace: Workspace, days: PersonDays | None) -> tuple[Return, ...]:
    """Of the objectives of running cycles that have a metric or a declared value, in declared order; () without person-days."""
    if days is None:
        return ()
    declared = {one.id: one for one in workspace.objectives}
    found = []
    for row in card.objectives:
        objective = declared[row.objective]
        gains = tuple(_gains(objective, row))
        if row.phase == "running" and (gains or objective.value is not None):
            effort = _effort(objective.id, workspace, days)
            found.append(Return(row.objective, row.title, effort, gains, objective.value, row.progress))
    return _ranked(found)


def _gains(objective: Objective, row: ObjectiveReading) -> Iterator[Gain]:
    readings = {one.key_result: one for one in row.readings}
    for key_result in objective.key_results:
        how, reading = key_result.measure, readings[key_result.id]
        if isinstance(how, MetricMeasure) and reading.value is not None:
            amount = reading.value - how.start if how.target > how.start else how.start - reading.value
            yield Gain(key_result.id, key_result.title, how.unit, amount)


def _effort(name: str, workspace: Workspace, days: PersonDays) -> float | None:
    """The person-days of an objective and of those below it."""
    known = [days.of(Part("objective", one)) for one in _below(name, workspace)]
    shown = [one for one in known if one is not None]
    return sum(shown) if len(shown) == len(known) else None


def _below(name: str, workspace: Workspace) -> Collection[str]:
    found = [name]
    for above in found:
        found += [one.id for one in workspace.objectives if one.parent == above and one.id not in found]
    return found


def _ranked(found: list[Return]) -> tuple[Return, ...]:
    proxies = sorted((one.proxy for one in found if one.proxy is not None), reverse=True)
    if len(proxies) < LEAST_RANKED:
        return tuple(found)
    return tuple(
        one if one.proxy is None else replace(one, rank=1 + proxies.index(one.proxy)) for one in found
    )
