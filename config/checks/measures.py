"""Checks of measures and objectives across the declaration: names that must exist, circles, days, addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from config.checks.finding import ConfigFinding, Path
from config.checks.urls import unsafe_address
from config.errors import did_you_mean, quoted
from config.measures import CompositeMeasure, KeepMeasure, Measure, MetricMeasure
from config.workspace import Workspace

LATEST_CHECK_IN = timedelta(days=90)
"""After the end of its cycle a key result may be measured once more; later than this is a slip of the pen."""


def check_measures(workspace: Workspace) -> Iterator[ConfigFinding]:
    """Every fault of a measure, or between objectives, that no single entry shows by itself."""
    made_of: dict[str, tuple[str, ...]] = {}
    places: dict[str, Path] = {}
    known = {key_result.id for _, key_result in workspace.key_results()}
    for at, objective in enumerate(workspace.objectives):
        for nr, key_result in enumerate(objective.key_results):
            path: Path = ("objectives", at, "key_results", nr, "measure")
            measure = key_result.measure
            places[key_result.id] = path
            yield from _since(path, measure, objective.cycle, workspace)
            if isinstance(measure, CompositeMeasure):
                made_of[key_result.id] = tuple(measure.of)
                for name in measure.of:
                    if name not in known:
                        message = f"unknown key result {quoted(name)}"
                        yield ConfigFinding(
                            (*path, "of", name),
                            message,
                            did_you_mean(name, known - {key_result.id}),
                            at_key=True,
                        )
            if isinstance(measure, MetricMeasure | KeepMeasure):
                yield from _numbers(path, measure, objective.cycle, workspace)
    for name in _in_circles(made_of):
        message = f"{quoted(name)} depends on itself through other key results"
        yield ConfigFinding((*places[name], "of"), message, "remove the circular reference")
    yield from _parents(workspace)


def _since(path: Path, measure: Measure, name: str, workspace: Workspace) -> Iterator[ConfigFinding]:
    since, cycle = getattr(measure, "since", None), workspace.cycles.get(name)
    if isinstance(since, date) and cycle is not None and since > cycle.end:
        message = f"{since} is after the end of cycle {quoted(name)} on {cycle.end}, so no work would count"
        yield ConfigFinding((*path, "since"), message, "check the year")


def _numbers(
    path: Path, measure: MetricMeasure | KeepMeasure, name: str, workspace: Workspace
) -> Iterator[ConfigFinding]:
    if measure.http is not None and (fault := unsafe_address(measure.http.url)):
        yield ConfigFinding((*path, "http", "url"), *fault)
    cycle = workspace.cycles.get(name)
    if cycle is None:
        return
    for count, checkin in enumerate(measure.checkins):
        if checkin.on > cycle.end + LATEST_CHECK_IN:
            message = f"{checkin.on} is long after the end of cycle {quoted(name)} on {cycle.end}"
            yield ConfigFinding((*path, "checkins", count, "on"), message, "check the year")
    for count, phase in enumerate(measure.phases if isinstance(measure, MetricMeasure) else ()):
        if not cycle.start <= phase.by <= cycle.end:
            message = f"{phase.by} is outside cycle {quoted(name)}, {cycle.start} to {cycle.end}"
            yield ConfigFinding((*path, "phases", count, "by"), message, "check the year")


def _parents(workspace: Workspace) -> Iterator[ConfigFinding]:
    known = {objective.id for objective in workspace.objectives}
    above: dict[str, tuple[str, ...]] = {}
    for at, objective in enumerate(workspace.objectives):
        if objective.parent is None:
            continue
        if objective.parent not in known:
            message = f"unknown objective {quoted(objective.parent)}"
            yield ConfigFinding(("objectives", at, "parent"), message, did_you_mean(objective.parent, known))
        above[objective.id] = (objective.parent,)
    circles = _in_circles(above)
    for at, objective in enumerate(workspace.objectives):
        if objective.id in circles:
            message = f"{quoted(objective.id)} is its own ancestor through other objectives"
            yield ConfigFinding(("objectives", at, "parent"), message, "remove the circular reference")


def _in_circles(edges: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Names from which one comes back to them, in their order."""
    found = []
    for name in edges:
        seen: set[str] = set()
        ahead = list(edges[name])
        while ahead:
            step = ahead.pop()
            if step not in seen:
                seen.add(step)
                ahead += edges.get(step, ())
        if name in seen:
            found.append(name)
    return found
