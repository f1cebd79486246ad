"""How far each key result and each objective has come. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from config.measures import CompositeMeasure
from config.okrs import KeyResult, Objective
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.measure.bounds import bounds_of, end_of
from sync.measure.context import MeasureContext
from sync.measure.estimates import EstimateBook
from sync.measure.expected import expected
from sync.measure.key_results import measure_key_result
from sync.measure.objectives import roll_up
from sync.measure.reading import ObjectiveReading, Reading, Scorecard
from sync.observation import Observation, Past


def measure(
    alignment: Alignment,
    observation: Observation,
    workspace: Workspace,
    now: datetime,
    past: Mapping[str, Past] = MappingProxyType({}),
) -> Scorecard:
    """Read every key result. `past`: of those whose time is over, the last reading that was kept.

    Raises KeyError when the answer to a query measure is missing: a failed read must not look like zero.
    """
    readings: dict[str, Reading] = {}
    estimates = EstimateBook(alignment, workspace)
    for objective, key_result in _composites_last(workspace):
        bounds = bounds_of(key_result, workspace.cycles[objective.cycle], workspace.zone)
        context = MeasureContext(alignment, observation, past, workspace, now, readings, bounds, estimates)
        readings[key_result.id] = measure_key_result(key_result, objective, context)
    return roll_up_all(readings, workspace, now)


def roll_up_all(readings: Mapping[str, Reading], workspace: Workspace, now: datetime) -> Scorecard:
    """The scorecard of readings of every key result, taken at `now`."""
    rolled: dict[str, ObjectiveReading] = {}
    for objective in _children_first(workspace):
        below = [
            rolled[one.id] for one in workspace.objectives if one.parent == objective.id and one.id in rolled
        ]
        rolled[objective.id] = roll_up(objective, readings, below, workspace, now)
    objectives = tuple(rolled[objective.id] for objective in workspace.objectives)
    return Scorecard(now, objectives, workspace.zone)


def read_later(readings: Mapping[str, Reading], workspace: Workspace, now: datetime) -> Scorecard:
    """The scorecard at `now` of readings of an earlier moment since which nothing changed but what is expected by now.

    As `measure` would give it wherever it is still the same day, and no key result has another health by then.
    """
    moved = {
        key_result.id: replace(
            one, expected=expected(key_result, workspace.cycles[objective.cycle], at, zone)
        )
        for zone in (workspace.zone,)
        for objective, key_result in workspace.key_results()
        for one in (readings[key_result.id],)
        for at in (now if one.stands_on is None else min(now, end_of(one.stands_on, zone)),)
    }
    return roll_up_all(moved, workspace, now)


def _composites_last(workspace: Workspace) -> Iterator[tuple[Objective, KeyResult]]:
    """Every key result after those that it is made of; the configuration refuses circles."""
    waiting = list(workspace.key_results())
    read: set[str] = set()
    names = {key_result.id for _, key_result in waiting}
    while waiting:
        ready = [one for one in waiting if _parts(one[1]) & names <= read] or waiting
        yield from ready
        read |= {key_result.id for _, key_result in ready}
        waiting = [one for one in waiting if one[1].id not in read]


def _parts(key_result: KeyResult) -> set[str]:
    how = key_result.measure
    return set(how.of) if isinstance(how, CompositeMeasure) else set()


def _children_first(workspace: Workspace) -> Iterator[Objective]:
    waiting = list(workspace.objectives)
    while waiting:
        above = {one.parent for one in waiting}
        ready = [one for one in waiting if one.id not in above] or waiting
        yield from ready
        waiting = [one for one in waiting if one not in ready]
