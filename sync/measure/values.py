"""The value of one key result by each kind of measure, with its progress and the words for it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import assert_never

from config.measures import (
    FIELDS,
    BinaryMeasure,
    CheckIn,
    CompositeMeasure,
    FlowMeasure,
    KeepMeasure,
    MetricMeasure,
    MilestonesMeasure,
    ProjectMeasure,
    QueryMeasure,
    WorkMeasure,
)
from config.okrs import KeyResult
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align import Alignment
from sync.measure.drawn import Drawn, combined
from sync.measure.flow import Histories, done_within, flow_of, nearest_rank
from sync.measure.reading import Creep, Past, Reading, Sample, to_percent
from sync.measure.tally import Tally

OVER = "/over"
"""Behind a key result's id: the name of the answer to the second query of a ratio."""
_NEARLY = 0.9999


@dataclass(frozen=True, slots=True)
class Told:
    """What was asked of the world beside the items.

    - `counts`: the trackers' answers by key result id; that to the second query of a ratio under id + OVER.
    - `samples`: values from files and endpoints by key result id.
    - `past`: for closed key results, the last reading that was kept.
    - `drawn`: values of a field on what a query found, by key result id.
    - `histories`: of the items whose flow only their history tells.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    past: Mapping[str, Past] = field(default_factory=dict)
    drawn: Mapping[str, Drawn] = field(default_factory=dict)
    histories: Histories = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Value:
    """What a measure gives; see Reading."""

    value: float | None
    progress: float | None
    evidence: str
    unit: str = ""
    target: float | None = None
    counts: bool = True
    coverage: float | None = None
    creep: Creep | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a value can come from. `others`: readings that were taken before this one."""

    alignment: Alignment
    told: Told
    workspace: Workspace
    now: datetime
    others: Mapping[str, Reading]

    @property
    def today(self) -> date:
        return self.now.astimezone(self.workspace.zone).date()


def value_of(
    key_result: KeyResult, leaves: Sequence[tuple[WorkItem, Fraction]], tally: Tally, scene: Scene
) -> Value:
    """The value by the declared measure. Raises KeyError when a tracker's answer is missing."""
    how = key_result.measure
    match how:
        case WorkMeasure():
            return _work(tally, how)
        case MilestonesMeasure():
            return _milestones(key_result, how, scene)
        case MetricMeasure():
            return _metric(key_result.id, how, scene)
        case KeepMeasure():
            return _keep(key_result.id, how, scene)
        case BinaryMeasure():
            return _binary(how, scene.today)
        case QueryMeasure():
            return _query(key_result.id, how, scene.told)
        case FlowMeasure():
            return _flow(how, (item for item, _ in leaves), scene)
        case ProjectMeasure():
            return _project(how, scene.alignment)
        case CompositeMeasure():
            return _composite(how, scene.others)
        case _:
            assert_never(how)


def way(start: float, target: float, value: float) -> float:
    """Share of the way from start to target, up or down alike: (value - start) / (target - start), 0..1.

    `start` and `target` differ; the configuration refuses equal ones.
    """
    return min(1.0, max(0.0, (value - start) / (target - start)))


def latest(checkins: Iterable[CheckIn], now: datetime, workspace: Workspace) -> CheckIn | None:
    """The latest check-in that is not in the future, or None."""
    today = now.astimezone(workspace.zone).date()
    past = [checkin for checkin in checkins if checkin.on <= today]
    return max(past, key=lambda checkin: checkin.on, default=None)


# --- Work ----------------------------------------------------------------------------------------


def _work(tally: Tally, how: WorkMeasure) -> Value:
    unit = {"points": "points", "time": "hours", "count": "items"}.get(how.weigh, "weighted items")
    if tally.leaves == 0:
        left_out = [f"{tally.dropped} dropped"] if tally.dropped else []
        left_out += [f"{tally.late} came after {how.baseline}"] if tally.late else []
        return Value(None, None, ", ".join(["no work is linked", *left_out]), unit)
    done = float(tally.done_weight)
    coverage = None if how.weigh in ("count", "type") else 1 - tally.unestimated / tally.leaves
    if how.target is not None:
        progress = min(Fraction(1), tally.done_weight / Fraction(how.target).limit_denominator(1_000_000))
        evidence = f"{tally.done} items done, {done:g} of a fixed {how.target:g} {unit}"
        evidence += _coverage_words(how, coverage)
        return Value(done, float(progress), evidence, unit, how.target, coverage=coverage)
    # Where every weight is zero, weights say nothing: count instead.
    progress = tally.done_weight / tally.weight if tally.weight else Fraction(tally.done, tally.leaves)
    if tally.done < tally.leaves:
        # Open work of zero points is still open: only what is complete may read 100 %.
        progress = min(progress, Fraction(9999, 10000))
    evidence = f"{tally.done} of {tally.leaves} items done"
    if how.weigh != "count":
        evidence += f", {done:g} of {float(tally.weight):g} {unit}"
    if how.started and tally.doing:
        evidence += f", {tally.doing} started count {how.started:g}"
    creep = _creep(tally, how)
    evidence += _coverage_words(how, coverage) + _creep_words(creep, how, unit)
    return Value(done, float(progress), evidence, unit, float(tally.weight), coverage=coverage, creep=creep)


def _coverage_words(how: WorkMeasure, coverage: float | None) -> str:
    if coverage is None:
        return ""
    return f", {to_percent(coverage)} % {'estimated' if how.weigh in ('points', 'time') else 'with a weight'}"


def _creep(tally: Tally, how: WorkMeasure) -> Creep | None:
    if how.baseline is None:
        return None
    return Creep(tally.late, float(tally.late_weight), _share(tally.late_weight, tally.weight))


def _share(part: Fraction, whole: Fraction) -> float | None:
    return float(part / whole) if whole else None


def _creep_words(creep: Creep | None, how: WorkMeasure, unit: str) -> str:
    if creep is None or not creep.items:
        return ""
    grown = f" (+{round(100 * creep.share)} %)" if creep.share is not None else ""
    return f"; since {how.baseline} came {creep.items} more, {creep.weight:g} {unit}{grown}"


def _milestones(key_result: KeyResult, how: MilestonesMeasure, scene: Scene) -> Value:
    weights = {key.casefold(): weight for key, weight in how.weights.items()}
    total = done = Fraction(0)
    counted = reached = 0
    for ref, placement in scene.alignment.placements.items():
        item = scene.alignment.items[ref]
        if item.category == "dropped" or not item.in_scope:
            continue
        if not any(link.key_result == key_result.id for link in placement.carries):
            continue
        weight = Fraction(weights.get(item.key.casefold(), 1.0)).limit_denominator(1_000_000)
        counted, total = counted + 1, total + weight
        if item.category == "done":
            reached, done = reached + 1, done + weight
    if not counted:
        return Value(None, None, "no milestone is linked", "milestones")
    evidence = f"{reached} of {counted} milestones reached"
    return Value(float(done), float(done / total), evidence, "milestones", float(total))


def _project(how: ProjectMeasure, alignment: Alignment) -> Value:
    wanted = how.project.casefold()
    found = [
        item
        for item in alignment.items.values()
        if item.level == "project" and item.title.casefold() == wanted and item.progress is not None
    ]
    if not found:
        return Value(None, None, f"no project {how.project!r} was read", "%", 100)
    first = min(found, key=lambda item: item.ref)
    progress = min(1.0, max(0.0, first.progress or 0.0))
    return Value(round(100 * progress, 1), progress, f"the tracker's own progress of {first.title}", "%", 100)


# --- Numbers from outside ------------------------------------------------------------------------


def _sampled(id_: str, how: MetricMeasure | KeepMeasure, scene: Scene) -> tuple[float | None, bool, str]:
    """The latest value, whether it is too old to count, and where it comes from."""
    found: list[tuple[date, int, float, str]] = []
    if checkin := latest(how.checkins, scene.now, scene.workspace):
        found.append((checkin.on, 0, checkin.value, f"check-in of {checkin.on}"))
    sample = scene.told.samples.get(id_)
    if sample is not None and sample.on <= scene.today and math.isfinite(sample.value):
        # Of the same day, what was measured by a machine is the newer.
        found.append((sample.on, 1, sample.value, f"{sample.source or 'measured'}, {sample.on}"))
    if not found:
        return None, False, "no check-in yet" if how.file is None and how.http is None else "no value yet"
    on, _, value, evidence = max(found)
    age = (scene.today - on).days
    if how.stale_days is not None and age > how.stale_days:
        return value, True, f"{evidence} is {age} days old; it counts for {how.stale_days}"
    return value, False, evidence


def _metric(id_: str, how: MetricMeasure, scene: Scene) -> Value:
    value, stale, evidence = _sampled(id_, how, scene)
    progress = None if value is None or stale else way(how.start, how.target, value)
    return Value(value, progress, evidence, how.unit, how.target)


def _keep(id_: str, how: KeepMeasure, scene: Scene) -> Value:
    value, stale, evidence = _sampled(id_, how, scene)
    limit = how.below if how.below is not None else how.above
    if value is None or stale:
        return Value(value, None, evidence, how.unit, limit, counts=False)
    bounds = [f"above {how.above:g}"] if how.above is not None else []
    bounds += [f"below {how.below:g}"] if how.below is not None else []
    holds = (how.above is None or value >= how.above) and (how.below is None or value <= how.below)
    words = f"{'holds' if holds else 'broken'}: must stay {' and '.join(bounds)}; {evidence}"
    return Value(value, float(holds), words, how.unit, limit, counts=False)


def _binary(how: BinaryMeasure, today: date) -> Value:
    done = how.done is not None and how.done <= today
    evidence = f"done on {how.done}" if done else "not done yet"
    return Value(float(done), float(done), evidence, "", 1)


def _query(id_: str, how: QueryMeasure, told: Told) -> Value:
    found = told.counts[id_]
    by = "JQL" if how.jql else "the Linear filter"
    if how.of != "count":
        return _drawn(how, told.drawn[id_], by)
    if how.over is None:
        value = float(found)
        return Value(
            value, way(how.start, how.target, value), f"{value:g} found by {by}", how.unit, how.target
        )
    whole = told.counts[id_ + OVER]
    evidence = f"{found} of {whole} found by {by}"
    if not whole:
        return Value(None, None, evidence, how.unit or "%", how.target)
    value = round(100 * found / whole, 4)
    return Value(value, way(how.start, how.target, value), evidence, how.unit or "%", how.target)


def _drawn(how: QueryMeasure, drawn: Drawn, by: str) -> Value:
    field = (how.field or "").replace("_", " ") if how.field in FIELDS else repr(how.field)
    unit = how.unit or {"points": "points", "hours": "hours"}.get(how.field or "", "")
    unit = unit or ("days" if how.field in FIELDS else "")
    number = len(drawn.values) + drawn.missing
    name = f"{how.percentile}th percentile" if how.of == "percentile" else how.of
    evidence = f"{name} of {field} of {number} items found by {by}"
    evidence += f"; {drawn.missing} without it left out" if drawn.missing else ""
    value = combined(drawn, how)
    progress = None if value is None else way(how.start, how.target, value)
    return Value(value, progress, evidence, unit, how.target, coverage=drawn.coverage)


# --- Flow ----------------------------------------------------------------------------------------


def _flow(how: FlowMeasure, leaves: Iterable[WorkItem], scene: Scene) -> Value:
    """Times and efficiency by the nearest-rank percentile."""
    done = done_within(leaves, how, scene.now)
    unit = how.unit or {"throughput": "items a week", "efficiency": "%"}.get(how.of, "days")
    window = f"in the last {how.window_days} days"
    if how.of == "throughput":
        value = round(len(done) * 7 / how.window_days, 4)
        evidence = f"{len(done)} items done {window}"
        return Value(value, way(how.start, how.target, value), evidence, unit, how.target)
    if not done:
        return Value(None, None, f"nothing was done {window}", unit, how.target)
    told = [flow_of(item, how, scene.told.histories.get(item.ref, ())) for item in done]
    times = [one for one in told if one is not None]
    coverage = len(times) / len(done)
    untold = f"; {len(done) - len(times)} without a history that tells it" if len(times) < len(done) else ""
    if not times:
        return Value(
            None, None, f"{len(done)} items done {window}{untold}", unit, how.target, coverage=coverage
        )
    value = round(nearest_rank(times, how.percentile), 4)
    name = "median" if how.percentile == 50 else f"{how.percentile}th percentile"
    what = "flow efficiency" if how.of == "efficiency" else how.of.replace("_", " ")
    evidence = f"{name} {what} of {len(times)} items done {window}{untold}"
    return Value(value, way(how.start, how.target, value), evidence, unit, how.target, coverage=coverage)


# --- Others --------------------------------------------------------------------------------------


def _composite(how: CompositeMeasure, others: Mapping[str, Reading]) -> Value:
    known = [
        (name, others[name].progress, Fraction(weight).limit_denominator(1_000_000))
        for name, weight in how.of.items()
        if name in others
    ]
    with_data = [(name, part, weight) for name, part, weight in known if part is not None]
    if not with_data:
        return Value(None, None, f"no data from {', '.join(how.of)}", "%", 100)
    total = sum(weight for *_, weight in with_data)
    progress = float(sum(Fraction(part) * weight for _, part, weight in with_data) / total)
    if any(part < 1 for _, part, _ in with_data):
        progress = min(progress, _NEARLY)
    evidence = f"weighted mean of {', '.join(name for name, *_ in with_data)}"
    missing = len(how.of) - len(with_data)
    evidence += f"; {missing} without data" if missing else ""
    return Value(round(100 * progress, 1), progress, evidence, "%", 100)
