"""Values made of linked work: its done share, milestones, a project's own progress. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from config.measures import MilestonesMeasure, ProjectMeasure, WorkMeasure
from config.names import folded
from config.okrs import KeyResult
from config.text.figures import ENGLISH
from config.wording import amount, counted, part_of, percent
from sync.align.alignment import Alignment
from sync.measure.bounds import Bounds, standing
from sync.measure.context import NOW_NOT_THEN, MeasureContext, MeasuredValue, as_value
from sync.measure.pieces import LeftOut, Piece, Tally
from sync.measure.reading import Creep, to_percent


def with_triage(value: MeasuredValue, key_result: str, context: MeasureContext) -> MeasuredValue:
    """The value, with words on what linked work counts as that nobody has accepted yet."""
    counted_, left_out = context.alignment.triage.get(key_result, (0, 0))
    words = f"; {ENGLISH.count(counted_)} in triage counted as not started" if counted_ else ""
    words += f"; {ENGLISH.count(left_out)} in triage not counted" if left_out else ""
    return replace(value, evidence=value.evidence + words) if words else value


def work(tally: Tally, how: WorkMeasure, bounds: Bounds | None = None) -> MeasuredValue:
    """The done share of the pieces. `bounds`: those by which they were judged, for the words on what they leave out."""
    unit = {"points": "points", "time": "hours", "count": "items"}.get(how.weigh, "weighted items")
    if tally.leaves == 0:
        left_out = [*_outside(tally, bounds)]
        left_out += [f"{ENGLISH.count(tally.dropped)} dropped"] if tally.dropped else []
        left_out += [f"{ENGLISH.count(tally.late)} added after {how.baseline}"] if tally.late else []
        evidence = ", ".join(["no linked work", *left_out])
        return MeasuredValue(None, None, evidence, unit, creep=_creep(tally, how))
    done = float(tally.done_weight)
    coverage = None if how.weigh in ("count", "type") else 1 - tally.unestimated / tally.leaves
    progress = progress_of(tally, how)
    if how.target is not None:
        done_of, target_of = ENGLISH.apart((done, how.target), measured=True)
        evidence = f"{counted(tally.done, 'item')} done, {done_of} of a fixed {target_of} {unit}"
        evidence += _coverage_words(how, coverage) + _bounds_words(tally, how, bounds)
        return MeasuredValue(done, float(progress), evidence, unit, how.target, coverage=coverage)
    evidence = f"{part_of(tally.done, tally.leaves, 'item')} done"
    if how.weigh != "count":
        done_of, whole_of = ENGLISH.apart((done, float(tally.weight)), measured=True)
        evidence += f", {done_of} of {whole_of} {unit}"
    if how.started and tally.doing:
        evidence += f", {ENGLISH.count(tally.doing)} in progress counted as {ENGLISH.number(how.started)}"
    creep = _creep(tally, how)
    evidence += (
        _coverage_words(how, coverage) + _creep_words(creep, how, unit) + _bounds_words(tally, how, bounds)
    )
    return MeasuredValue(
        done, float(progress), evidence, unit, float(tally.weight), coverage=coverage, creep=creep
    )


def progress_of(tally: Tally, how: WorkMeasure) -> Fraction:
    """The done share of at least one piece of work, 0..1: of the fixed amount where one is declared."""
    if how.target is not None:
        return min(Fraction(1), tally.done_weight / Fraction(how.target).limit_denominator(1_000_000))
    # Where every weight is zero, weights say nothing: count instead.
    progress = tally.done_weight / tally.weight if tally.weight else Fraction(tally.done, tally.leaves)
    # Open work of zero points is still open: only what is complete may read 100 %.
    return progress if tally.done == tally.leaves else min(progress, Fraction(9999, 10000))


def _outside(tally: Tally, bounds: Bounds | None) -> Iterator[str]:
    """What the bounds leave out, in words."""
    if bounds is not None and tally.before:
        yield f"{ENGLISH.count(tally.before)} finished before {bounds.first}"
    if bounds is not None and tally.later and bounds.until is not None:
        # The moment is the end of a day: it belongs to the next one.
        yield f"{ENGLISH.count(tally.later)} created after {bounds.day(bounds.until) - timedelta(days=1)}"


def _bounds_words(tally: Tally, how: WorkMeasure, bounds: Bounds | None) -> str:
    words = "".join(f"; {one} not counted" for one in _outside(tally, bounds))
    if bounds is None:
        return words
    if tally.undated and (bounds.first is not None or bounds.is_past):
        words += f"; {ENGLISH.count(tally.undated)} done at an unknown time counted"
    if bounds.is_past and how.started:
        words += "; what was in progress then is not known and counts as not started"
    return words


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
    weight = f", {amount(creep.weight)} {unit}" if how.weigh != "count" else ""
    return f"; {creep.items} added since {how.baseline}{weight}{grown}"


def milestones(key_result: KeyResult, how: MilestonesMeasure, context: MeasureContext) -> MeasuredValue:
    """The reached share of what is linked by itself."""
    pieces = milestone_pieces(key_result, how, context.alignment, context.bounds)
    counting = [piece for piece in pieces if piece.left_out is None]
    reached = [piece for piece in counting if piece.category == "done"]
    total = sum((piece.part for piece in counting), Fraction(0))
    done = sum((piece.part for piece in reached), Fraction(0))
    progress = progress_of_milestones(pieces)
    tally = Tally(
        before=sum(piece.left_out == "before" for piece in pieces),
        later=sum(piece.left_out == "later" for piece in pieces),
        undated=sum(piece.done_on is None for piece in reached),
    )
    if progress is None:
        evidence = ", ".join(["no linked milestones", *_outside(tally, context.bounds)])
        return MeasuredValue(None, None, evidence, "milestones")
    evidence = f"{part_of(len(reached), len(counting), 'milestone')} reached"
    evidence += _bounds_words(tally, WorkMeasure(kind="work"), context.bounds)
    return MeasuredValue(float(done), progress, evidence, "milestones", float(total))


def progress_of_milestones(pieces: Iterable[Piece]) -> float | None:
    """The reached share of milestones, 0..1; None where none counts."""
    counting = [piece for piece in pieces if piece.left_out is None]
    total = sum((piece.part for piece in counting), Fraction(0))
    done = sum((piece.part for piece in counting if piece.category == "done"), Fraction(0))
    return float(done / total) if counting else None


def milestone_pieces(
    key_result: KeyResult, how: MilestonesMeasure, alignment: Alignment, bounds: Bounds
) -> tuple[Piece, ...]:
    """What is linked to the key result by itself, each by its own day, with its share and its declared weight."""
    weights = {folded(key): weight for key, weight in how.weights.items()}
    found = []
    for link in alignment.carried.get(key_result.id, ()):
        item = alignment.items[link.item]
        if not item.in_scope or alignment.counts_elsewhere(link.item):
            continue
        names = [folded(name) for side in alignment.sides(link.item) for name in side.names]
        weight = Fraction(next((weights[name] for name in names if name in weights), 1.0))
        now = standing(item, bounds)
        left_out: LeftOut | None = now.outside or ("dropped" if now.category == "dropped" else None)
        part = weight.limit_denominator(1_000_000)
        found.append(Piece(item, link.share, part, True, now.category, now.done_on, left_out))
    return tuple(found)


def project(how: ProjectMeasure, context: MeasureContext) -> MeasuredValue:
    """What the tracker itself says of a project; of several with that name the one that is still open, if it is one."""
    wanted = folded(how.project)
    found = [
        item
        for item in context.alignment.items.values()
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
    evidence = f"progress of {first.title} in Linear, which counts all of its work, whenever it was done"
    evidence += NOW_NOT_THEN if context.bounds.is_past else ""
    return MeasuredValue(as_value(progress), progress, evidence, "%", 100)
