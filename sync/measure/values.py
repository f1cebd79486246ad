"""The value of one key result by each kind of measure, with its progress and the words for it. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import assert_never

from config.measures import (
    FIELDS,
    BinaryMeasure,
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
from config.text.figures import ENGLISH
from config.wording import counted
from connectors.model import WorkItem
from sync.measure.context import (
    DENOMINATOR,
    NOW_NOT_THEN,
    MeasureContext,
    MeasuredValue,
    as_value,
    latest,
    progress_between,
)
from sync.measure.field_values import aggregate
from sync.measure.flow import (
    Untold,
    dating_words,
    done_within,
    flow_of,
    nearest_rank,
    untold_words,
)
from sync.measure.pieces import Tally
from sync.measure.reading import Reading
from sync.measure.work import milestones, project, with_triage, work
from sync.observation import FieldValues, Observation

_NEARLY = 0.9999


def value_of(
    key_result: KeyResult, leaves: Sequence[tuple[WorkItem, Fraction]], tally: Tally, context: MeasureContext
) -> MeasuredValue:
    """The value by the declared measure. Raises KeyError when a tracker's answer is missing."""
    how = key_result.measure
    match how:
        case WorkMeasure():
            return with_triage(work(tally, how, context.bounds), key_result.id, context)
        case MilestonesMeasure():
            return milestones(key_result, how, context)
        case MetricMeasure():
            return _metric(key_result.id, how, context)
        case KeepMeasure():
            return _keep(key_result.id, how, context)
        case BinaryMeasure():
            return _binary(how, context.today)
        case QueryMeasure():
            value = _query(key_result.id, how, context.observation)
            return replace(value, evidence=value.evidence + NOW_NOT_THEN) if context.bounds.is_past else value
        case FlowMeasure():
            return _flow(how, (item for item, _ in leaves), context)
        case ProjectMeasure():
            return project(how, context)
        case CompositeMeasure():
            return _composite(how, context.others)
        case _:
            assert_never(how)


# --- Numbers from outside ------------------------------------------------------------------------


def _sampled(
    id_: str, how: MetricMeasure | KeepMeasure, context: MeasureContext
) -> tuple[float | None, bool, str, date | None]:
    """The latest value, whether it is too old to count, where it comes from, and the day to which it belongs."""
    found: list[tuple[date, int, float, str]] = []
    if checkin := latest(how.checkins, context.now, context.workspace):
        found.append((checkin.on, 0, checkin.value, f"check-in of {checkin.on}"))
    sample = context.observation.samples.get(id_)
    if sample is not None and sample.on <= context.today and math.isfinite(sample.value):
        # Of the same day, what was measured by a machine is the newer.
        found.append((sample.on, 1, sample.value, f"{sample.source or 'measured'}, {sample.on}"))
    if not found:
        words = "no check-in yet" if how.file is None and how.http is None else "no value yet"
        if how.checkins:
            first = min(one.on for one in how.checkins)
            words += f"; the first check-in is of {first}, after the time evaluated"
        return None, False, words, None
    on, _, value, evidence = max(found)
    age = (context.today - on).days
    if how.stale_days is not None and age > how.stale_days:
        return (
            value,
            True,
            f"{evidence} is {counted(age, 'day')} old; stale after {counted(how.stale_days, 'day')}",
            on,
        )
    return value, False, evidence, on


def _metric(id_: str, how: MetricMeasure, context: MeasureContext) -> MeasuredValue:
    value, stale, evidence, on = _sampled(id_, how, context)
    progress = None if value is None or stale else progress_between(how.start, how.target, value)
    return MeasuredValue(value, progress, evidence, how.unit, how.target, value_on=on)


def _keep(id_: str, how: KeepMeasure, context: MeasureContext) -> MeasuredValue:
    value, stale, evidence, on = _sampled(id_, how, context)
    limit = how.below if how.below is not None else how.above
    if value is None or stale:
        return MeasuredValue(
            value, None, evidence, how.unit, limit, counts=False, low=how.above, high=how.below, value_on=on
        )
    # A value exactly at a limit is inside.
    holds = (how.above is None or value >= how.above) and (how.below is None or value <= how.below)
    words = f"{'holds' if holds else 'broken'}: must stay {_limits(how)}; {evidence}"
    return MeasuredValue(
        value, float(holds), words, how.unit, limit, counts=False, low=how.above, high=how.below, value_on=on
    )


def _limits(how: KeepMeasure) -> str:
    if how.above is not None and how.below is not None:
        return f"between {ENGLISH.number(how.above)} and {ENGLISH.number(how.below)}, both included"
    if how.above is not None:
        return f"at or above {ENGLISH.number(how.above)}"
    return f"at or below {ENGLISH.number(how.below or 0)}"


def _binary(how: BinaryMeasure, today: date) -> MeasuredValue:
    done = how.done is not None and how.done <= today
    evidence = f"done on {how.done}" if done else "not done yet"
    return MeasuredValue(float(done), float(done), evidence, "", 1)


def _query(id_: str, how: QueryMeasure, observation: Observation) -> MeasuredValue:
    found = observation.counts[id_]
    by = "JQL" if how.jql else "the Linear filter"
    if how.of != "count":
        over = observation.field_values[id_ + DENOMINATOR] if how.over is not None else None
        return (
            _of_field(how, observation.field_values[id_], by)
            if over is None
            else _share(how, observation.field_values[id_], over, by)
        )
    if how.over is None:
        value = float(found)
        return MeasuredValue(
            value,
            progress_between(how.start, how.target, value),
            f"{ENGLISH.number(value)} found by {by}",
            how.unit,
            how.target,
        )
    whole = observation.counts[id_ + DENOMINATOR]
    evidence = f"{ENGLISH.count(found)} of {ENGLISH.count(whole)} found by {by}"
    if not whole:
        return MeasuredValue(None, None, evidence, how.unit or "%", how.target)
    value = round(100 * found / whole, 4)
    return MeasuredValue(
        value, progress_between(how.start, how.target, value), evidence, how.unit or "%", how.target
    )


def _of_field(how: QueryMeasure, collected: FieldValues, by: str) -> MeasuredValue:
    field = (how.field or "").replace("_", " ") if how.field in FIELDS else repr(how.field)
    unit = how.unit or {"points": "points", "hours": "hours"}.get(how.field or "", "")
    unit = unit or ("days" if how.field in FIELDS else "")
    number = len(collected.values) + collected.missing
    name = f"{how.percentile}th percentile" if how.of == "percentile" else how.of
    evidence = f"{name} of {field} of {counted(number, 'item')} found by {by}"
    evidence += f"; {collected.missing} without a value left out" if collected.missing else ""
    value = aggregate(collected, how)
    progress = None if value is None else progress_between(how.start, how.target, value)
    return MeasuredValue(value, progress, evidence, unit, how.target, coverage=collected.coverage)


def _share(how: QueryMeasure, part: FieldValues, whole: FieldValues, by: str) -> MeasuredValue:
    """One sum in percent of another; no data where either is unknown or the whole is not above 0."""
    field = (how.field or "").replace("_", " ") if how.field in FIELDS else repr(how.field)
    sums = aggregate(part, how), aggregate(whole, how)
    figures = " of ".join("no value" if one is None else ENGLISH.measured(one) for one in sums)
    missing, number = part.missing + whole.missing, len(part.values) + len(whole.values)
    evidence = f"{field}: {figures} found by {by}"
    evidence += f"; {counted(missing, 'item')} without a value left out" if missing else ""
    coverage = number / (number + missing) if number + missing else None
    if sums[0] is None or sums[1] is None or sums[1] <= 0:
        return MeasuredValue(None, None, evidence, how.unit or "%", how.target, coverage=coverage)
    value = round(100 * sums[0] / sums[1], 4)
    progress = progress_between(how.start, how.target, value)
    return MeasuredValue(value, progress, evidence, how.unit or "%", how.target, coverage=coverage)


# --- Flow ----------------------------------------------------------------------------------------


def _flow(how: FlowMeasure, leaves: Iterable[WorkItem], context: MeasureContext) -> MeasuredValue:
    """Times and efficiency by the nearest-rank percentile."""
    leaves = list(leaves)
    done = done_within(leaves, how, context.now)
    dating = dating_words(leaves, done)
    if how.lacks_waiting:
        dating += "; no waiting statuses declared, so all time in progress counts as active"
    unit = how.unit or {"throughput": "items a week", "efficiency": "%"}.get(how.of, "days")
    window = f"in the last {counted(how.window_days, 'day')}" if how.window_days > 1 else "in the last day"
    if how.of == "throughput":
        value = round(len(done) * 7 / how.window_days, 4)
        evidence = f"{counted(len(done), 'item')} done {window}{dating}"
        return MeasuredValue(
            value, progress_between(how.start, how.target, value), evidence, unit, how.target
        )
    if not done:
        return MeasuredValue(None, None, f"no items done {window}{dating}", unit, how.target)
    flows = [flow_of(item, how, context.observation.histories.get(item.ref, ())) for item in done]
    times = [one for one in flows if not isinstance(one, Untold)]
    coverage = len(times) / len(done)
    left_out = untold_words([one for one in flows if isinstance(one, Untold)]) + dating
    if not times:
        return MeasuredValue(
            None,
            None,
            f"{counted(len(done), 'item')} done {window}{left_out}",
            unit,
            how.target,
            coverage=coverage,
        )
    value = round(nearest_rank(times, how.percentile), 4)
    name = "median" if how.percentile == 50 else f"{how.percentile}th percentile"
    what = "flow efficiency" if how.of == "efficiency" else how.of.replace("_", " ")
    evidence = f"{name} {what} of {counted(len(times), 'item')} done {window}{left_out}"
    return MeasuredValue(
        value, progress_between(how.start, how.target, value), evidence, unit, how.target, coverage=coverage
    )


# --- Others --------------------------------------------------------------------------------------


def _composite(how: CompositeMeasure, others: Mapping[str, Reading]) -> MeasuredValue:
    """The weighted mean of its parts, without those whose cycle has not begun; guard-rails among them are no part of it, but
    a broken one spoils its health.
    """
    rails = [others[name] for name in how.of if not others[name].counts]
    broken = tuple(one.key_result for one in rails if one.health == "off_track")
    beside = _beside(rails, broken)
    known = [
        (name, others[name].progress, Fraction(weight).limit_denominator(1_000_000))
        for name, weight in how.of.items()
        if others[name].counts and others[name].phase != "planned"
    ]
    planned = sum(others[name].counts and others[name].phase == "planned" for name in how.of)
    beside = (f"; {planned} not begun" if planned else "") + beside
    with_data = [(name, part, weight) for name, part, weight in known if part is not None]
    if not with_data:
        names = ", ".join(name for name, *_ in known)
        bare = "no part with progress" if planned else "guard-rails alone have no progress"
        evidence = f"no data from {names}" if names else bare
        return MeasuredValue(None, None, evidence + beside, "%", 100, broken=broken)
    total = sum(weight for *_, weight in with_data)
    progress = float(sum(Fraction(part) * weight for _, part, weight in with_data) / total)
    if any(part < 1 for _, part, _ in with_data):
        progress = min(progress, _NEARLY)
    evidence = f"weighted mean of {', '.join(name for name, *_ in with_data)}"
    missing = len(known) - len(with_data)
    evidence += f"; {missing} without data" if missing else ""
    return MeasuredValue(as_value(progress), progress, evidence + beside, "%", 100, broken=broken)


def _beside(rails: Iterable[Reading], broken: Collection[str]) -> str:
    """What stands beside the mean without being a part of it."""
    holding = [one.key_result for one in rails if one.key_result not in broken]
    words = f"; broken guard-rail {', '.join(broken)}, so at risk at best" if broken else ""
    return words + (f"; guard-rail {', '.join(holding)} not counted" if holding else "")
