"""Values made of linked work: its done share, milestones, a project's own progress. Pure."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from config.measures import MilestonesMeasure, ProjectMeasure, WorkMeasure
from config.names import folded
from config.okrs import KeyResult
from config.wording import counted, percent
from sync.align.alignment import Alignment
from sync.measure.context import MeasureContext, MeasuredValue
from sync.measure.reading import Creep, to_percent
from sync.measure.tally import Tally


def with_triage(value: MeasuredValue, key_result: str, context: MeasureContext) -> MeasuredValue:
    """The value, with words on what linked work counts as that nobody has accepted yet."""
    counted_, left_out = context.alignment.triage.get(key_result, (0, 0))
    words = f"; {counted_} in triage counted as not started" if counted_ else ""
    words += f"; {left_out} in triage not counted" if left_out else ""
    return replace(value, evidence=value.evidence + words) if words else value


def work(tally: Tally, how: WorkMeasure) -> MeasuredValue:
    unit = {"points": "points", "time": "hours", "count": "items"}.get(how.weigh, "weighted items")
    if tally.leaves == 0:
        left_out = [f"{tally.dropped} dropped"] if tally.dropped else []
        left_out += [f"{tally.late} added after {how.baseline}"] if tally.late else []
        evidence = ", ".join(["no linked work", *left_out])
        return MeasuredValue(None, None, evidence, unit, creep=_creep(tally, how))
    done = float(tally.done_weight)
    coverage = None if how.weigh in ("count", "type") else 1 - tally.unestimated / tally.leaves
    if how.target is not None:
        progress = min(Fraction(1), tally.done_weight / Fraction(how.target).limit_denominator(1_000_000))
        evidence = f"{counted(tally.done, 'item')} done, {done:g} of a fixed {how.target:g} {unit}"
        evidence += _coverage_words(how, coverage)
        return MeasuredValue(done, float(progress), evidence, unit, how.target, coverage=coverage)
    # Where every weight is zero, weights say nothing: count instead.
    progress = tally.done_weight / tally.weight if tally.weight else Fraction(tally.done, tally.leaves)
    if tally.done < tally.leaves:
        # Open work of zero points is still open: only what is complete may read 100 %.
        progress = min(progress, Fraction(9999, 10000))
    evidence = f"{tally.done} of {counted(tally.leaves, 'item')} done"
    if how.weigh != "count":
        evidence += f", {done:g} of {float(tally.weight):g} {unit}"
    if how.started and tally.doing:
        evidence += f", {tally.doing} in progress counted as {how.started:g}"
    creep = _creep(tally, how)
    evidence += _coverage_words(how, coverage) + _creep_words(creep, how, unit)
    return MeasuredValue(
        done, float(progress), evidence, unit, float(tally.weight), coverage=coverage, creep=creep
    )


def _coverage_words(how: WorkMeasure, coverage: float | None) -> str:
    if coverage is None:
        return ""
    return f", {percent(to_percent(coverage))} {'estimated' if how.weigh in ('points', 'time') else 'with a weight'}"


def _creep(tally: Tally, how: WorkMeasure) -> Creep | None:
    if how.baseline is None:
        return None
    return Creep(tally.late, float(tally.late_weight), _share(tally.late_weight, tally.weight))


def _share(part: Fraction, whole: Fraction) -> float | None:
    return float(part / whole) if whole else None


def _creep_words(creep: Creep | None, how: WorkMeasure, unit: str) -> str:
    if creep is None or not creep.items:
        return ""
    grown = f" (+{percent(round(100 * creep.share))})" if creep.share is not None else ""
    weight = f", {creep.weight:g} {unit}" if how.weigh != "count" else ""
    return f"; {creep.items} added since {how.baseline}{weight}{grown}"


def milestones(key_result: KeyResult, how: MilestonesMeasure, context: MeasureContext) -> MeasuredValue:
    """The reached share of what is linked by itself."""
    weights = {folded(key): weight for key, weight in how.weights.items()}
    total = done = Fraction(0)
    linked = reached = 0
    for ref, placement in context.alignment.placements.items():
        item = context.alignment.items[ref]
        if item.category == "dropped" or not item.in_scope or context.alignment.counts_elsewhere(ref):
            continue
        if not any(
            link.key_result == key_result.id and not link.because.inherited
            for link in placement.of_every_cycle
        ):
            continue
        names = [folded(name) for side in context.alignment.sides(ref) for name in side.names]
        declared = next((weights[name] for name in names if name in weights), 1.0)
        weight = Fraction(declared).limit_denominator(1_000_000)
        linked, total = linked + 1, total + weight
        if item.category == "done":
            reached, done = reached + 1, done + weight
    if not linked:
        return MeasuredValue(None, None, "no linked milestones", "milestones")
    evidence = f"{reached} of {counted(linked, 'milestone')} reached"
    return MeasuredValue(float(done), float(done / total), evidence, "milestones", float(total))


def project(how: ProjectMeasure, alignment: Alignment) -> MeasuredValue:
    """What the tracker itself says of a project; of several with that name the one that is still open, if it is one."""
    wanted = folded(how.project)
    found = [
        item
        for item in alignment.items.values()
        if item.level == "project" and folded(item.title) == wanted and item.progress is not None
    ]
    if not found:
        return MeasuredValue(None, None, f'project "{how.project}" not found', "%", 100)
    found = [item for item in found if item.is_open] or found
    if len(found) > 1:
        places = ", ".join(sorted(item.url for item in found))
        evidence = f'{len(found)} projects are named "{how.project}" ({places}); rename one'
        return MeasuredValue(None, None, evidence, "%", 100)
    (first,) = found
    progress = min(1.0, max(0.0, first.progress or 0.0))
    return MeasuredValue(round(100 * progress, 1), progress, f"progress of {first.title} in Linear", "%", 100)
