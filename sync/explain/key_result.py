"""Where a key result's number comes from: which items, which weights, which formula, and the same sum by hand. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from config.measures import CompositeMeasure, MilestonesMeasure, WorkMeasure
from config.okrs import KeyResult, Objective
from config.text.figures import ENGLISH
from config.wording import counted, percent, sentence
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.decide import Decision
from sync.explain.arithmetic import MOST_TERMS, mean_words, ratio_words, sum_words, way_words
from sync.explain.estimates import ParentEstimate, origin_of, parent_estimates, sentences
from sync.explain.outlook import outlook_words
from sync.forecast.outlook import Outlook
from sync.marks.comments import health_words
from sync.measure import (
    LEFT_OUT,
    LeftOut,
    Piece,
    Reading,
    Spread,
    exact_percent,
    milestone_pieces,
    to_percent,
    weighting_of,
)
from sync.plan.plan import natural


@dataclass(frozen=True, slots=True)
class Counted:
    """One linked leaf: its weight, the share of it that counts here, what of that is done, and its fate.

    `known`: False where the weight is the declared default, for want of an estimate or a listed weight.
    `left_out`: why it counts nowhere; None where it counts. `origin`: which estimate the weight is a part of, in words; ""
    where it is the item's own. `spread`: the same in figures.
    """

    item: WorkItem
    weight: Fraction
    share: Fraction
    done: Fraction
    fate: str
    because: str
    known: bool = True
    left_out: LeftOut | None = None
    origin: str = ""
    spread: Spread | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """An epic, project or issue that is linked by itself: all or nothing.

    `weight`: the declared one, with its share; `state` in words, with why it counts nowhere where it does not; `on`: the day on
    which it was reached, or while it is open the day on which it is due, None where the tracker tells neither.
    """

    item: WorkItem
    weight: Fraction
    state: str
    reached: bool
    on: date | None
    because: str
    left_out: LeftOut | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is linked and counts nowhere, for one reason: its keys, and what it would weigh. `words` says the reason."""

    reason: LeftOut
    words: str
    keys: tuple[str, ...]
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Derivation:
    """A reading with everything that made it. `steps` are sentences: the formula with its numbers, then the result.

    `milestones`: of a measure of milestones these, which its work is not. `excluded`: what is linked and left out, reason by reason. `parents`: the estimates of parents of the work, and what
    becomes of them. `outlook`: what can be said of the end of its cycle, and the same in sentences; None where the cycle
    does not run.
    """

    reading: Reading
    objective: Objective
    rows: tuple[Counted, ...]
    steps: tuple[str, ...]
    excluded: tuple[Excluded, ...] = ()
    parents: tuple[ParentEstimate, ...] = ()
    outlook: Outlook | None = None
    outlook_words: tuple[str, ...] = ()
    milestones: tuple[Milestone, ...] = ()


def derive(key: str, run: Decision, workspace: Workspace) -> Derivation | None:
    """The derivation of the key result with that id, whatever its case; None when there is none."""
    wanted = key.strip().casefold()
    found = next((pair for pair in workspace.key_results() if pair[1].id.casefold() == wanted), None)
    if found is None:
        return None
    objective, key_result = found
    reading = run.scorecard.readings[key_result.id]
    rows = tuple(_rows(key_result, run))
    excluded = tuple(_excluded(key_result, reading, run))
    parents = parent_estimates(key_result.id, reading, weighting_of(key_result), run.alignment)
    steps = (
        *_steps(key_result, reading, rows, parents, run),
        *_excluded_words(weighting_of(key_result), excluded),
        *_summary(key_result, reading),
    )
    outlook = run.outlooks.get(key_result.id)
    words = tuple(outlook_words(reading, outlook)) if outlook is not None else ()
    milestones = tuple(_milestones(key_result, reading, run))
    return Derivation(reading, objective, rows, steps, excluded, parents, outlook, words, milestones)


def _milestones(key_result: KeyResult, reading: Reading, run: Decision) -> Iterator[Milestone]:
    if not isinstance(key_result.measure, MilestonesMeasure):
        return
    pieces = milestone_pieces(key_result, key_result.measure, run.alignment, reading.bounds)
    for piece in sorted(pieces, key=lambda one: (one.item.ref.tracker, natural(one.item.key))):
        if piece.left_out is not None:
            state = f"{reason_words(piece.left_out, weighting_of(key_result), reading)}, not counted"
        elif piece.category == "done":
            state = "done"
        else:
            # Of an earlier moment nobody knows its status.
            state = "open" if reading.bounds.is_past else piece.item.status
        reached = piece.category == "done"
        on = piece.done_on if reached else piece.item.due
        because = _because(piece.item, key_result, run)
        yield Milestone(piece.item, piece.part, state, reached, on, because, piece.left_out)


def _because(item: WorkItem, key_result: KeyResult, run: Decision) -> str:
    links = run.alignment.placements[item.ref].of_every_cycle
    return next((str(link.because) for link in links if link.key_result == key_result.id), "")


def _rows(key_result: KeyResult, run: Decision) -> Iterator[Counted]:
    how = weighting_of(key_result)
    reading = run.scorecard.readings[key_result.id]
    for piece in reading.pieces:
        fate = _fate(piece, how, reading)
        known = piece.known or how.weigh == "count"
        done = piece.credit(how)
        origin = origin_of(piece, reading.estimates.unit)
        yield Counted(
            piece.item,
            piece.weight,
            piece.share,
            done,
            fate,
            _because(piece.item, key_result, run),
            known,
            piece.left_out,
            origin,
            piece.spread,
        )


def _fate(piece: Piece, how: WorkMeasure, reading: Reading) -> str:
    """Where a piece stands. Of an earlier moment nobody knows what was in progress: such work was open, which is all."""
    if piece.left_out is not None:
        return f"{reason_words(piece.left_out, how, reading)}, not counted"
    return "open" if reading.bounds.is_past and piece.category == "todo" else piece.category


def reason_words(left_out: LeftOut, how: WorkMeasure, reading: Reading) -> str:
    """Why a piece of work counts nowhere."""
    bounds = reading.bounds
    match left_out:
        case "before":
            return f"finished before {bounds.first}"
        case "dropped":
            return "dropped"
        case "late":
            return f"added after {how.baseline}"
        case "later":
            last = "" if bounds.until is None else bounds.day(bounds.until) - timedelta(days=1)
            return f"created after {last}"


def _excluded(key_result: KeyResult, reading: Reading, run: Decision) -> Iterator[Excluded]:
    measure, pieces = key_result.measure, reading.pieces
    if isinstance(measure, MilestonesMeasure):
        pieces = milestone_pieces(key_result, measure, run.alignment, reading.bounds)
    for reason in LEFT_OUT:
        found = [piece for piece in pieces if piece.left_out == reason]
        if found:
            words = reason_words(reason, weighting_of(key_result), reading)
            weight = sum((piece.part for piece in found), Fraction(0))
            yield Excluded(reason, words, tuple(piece.item.name for piece in found), weight)


def _excluded_words(how: WorkMeasure, excluded: tuple[Excluded, ...]) -> Iterator[str]:
    """How much is left out and why, with the first keys."""
    for one in excluded:
        weighs = (
            ""
            if how.weigh == "count" and one.weight == len(one.keys)
            else f", weight {ENGLISH.number(one.weight)}"
        )
        keys = ", ".join(one.keys[:MOST_TERMS])
        more = f" and {len(one.keys) - MOST_TERMS} more" if len(one.keys) > MOST_TERMS else ""
        yield f"Not counted, {one.words}: {counted(len(one.keys), 'item')}{weighs}: {keys}{more}."


def _steps(
    key_result: KeyResult,
    reading: Reading,
    rows: tuple[Counted, ...],
    parents: tuple[ParentEstimate, ...],
    run: Decision,
) -> Iterator[str]:
    how = key_result.measure
    yield sentence(reading.evidence)
    if reading.stands_on is not None or reading.by_hand:
        return
    if reading.progress is None:
        yield from sentences(parents, reading.estimates.unit, run.alignment, MOST_TERMS)
        return
    if isinstance(how, WorkMeasure):
        yield from _sum_of_work(how, reading, rows)
        yield from sentences(parents, reading.estimates.unit, run.alignment, MOST_TERMS)
    elif isinstance(how, CompositeMeasure):
        yield from _mean_of(how, run)
    elif isinstance(how, MilestonesMeasure):
        yield ratio_words(reading.value or 0, reading.target or 0, reading.progress)
    elif (start := getattr(how, "start", None)) is not None and reading.value is not None:
        assert reading.target is not None  # noqa: S101  what has a start has a target
        yield way_words(start, reading.target, reading.value)


def _sum_of_work(how: WorkMeasure, reading: Reading, rows: tuple[Counted, ...]) -> Iterator[str]:
    counting = [row for row in rows if row.left_out is None]
    done = [row for row in counting if row.done]
    tally = reading.tally
    yield from _guessed(how, counting)
    yield f"Done: {sum_words([row.done for row in done], tally.done_weight)}."
    if how.target is not None:
        shown, of = ENGLISH.apart((tally.done_weight, how.target))
        yield f"{shown} / {of} (fixed target) = {percent(exact_percent(reading.progress or 0))}."
        return
    yield f"Scope: {sum_words([row.weight * row.share for row in counting], tally.weight)}."
    if not tally.weight:
        yield f"All weights are zero, so items are counted: {ENGLISH.count(tally.done)} / {ENGLISH.count(tally.leaves)}."
    elif tally.done_weight == tally.weight and tally.done < tally.leaves:
        yield "All of that weight is done, but open items with zero weight remain, so it shows 99 %."
    else:
        yield ratio_words(tally.done_weight, tally.weight, float(tally.done_weight / tally.weight))


def _guessed(how: WorkMeasure, counting: list[Counted]) -> Iterator[str]:
    """The items that nobody weighed, so that somebody can."""
    keys = [row.item.name for row in counting if not row.known]
    if not keys:
        return
    what = "estimate" if how.weigh in ("points", "time") else "weight"
    shown = ", ".join(keys[:MOST_TERMS])
    more = f" and {len(keys) - MOST_TERMS} more" if len(keys) > MOST_TERMS else ""
    yield f"No {what}, so the default of {ENGLISH.number(how.default_estimate)} is used: {shown}{more}."


def _mean_of(how: CompositeMeasure, run: Decision) -> Iterator[str]:
    readings = run.scorecard.readings
    parts = [(readings[name].progress, weight) for name, weight in how.of.items() if readings[name].counts]
    known = [(part, weight) for part, weight in parts if part is not None]
    yield mean_words([(weight, part) for part, weight in known])


def _summary(key_result: KeyResult, reading: Reading) -> Iterator[str]:
    if reading.mismatch is not None:
        yield sentence(str(reading.mismatch))
    if len(reading.teams) > 1:
        parts = (
            f"{team} {ENGLISH.count(tally.done)} of {ENGLISH.count(tally.leaves)}"
            for team, tally in reading.teams
        )
        yield f"By team: {', '.join(parts)}."
    if reading.phase == "planned":
        yield "Its cycle has not begun: nothing is expected yet."
    elif reading.phase == "ended" and reading.progress is not None and reading.counts:
        yield f"Shown as {percent(to_percent(reading.progress))}, as it ended. Health then: {health_words(reading)}."
    elif reading.progress is not None and reading.counts:
        curve = {"linear": "linear pace", "back_loaded": "back-loaded pace", "step": "step pace"}[
            key_result.pace
        ]
        yield (
            f"Shown as {percent(to_percent(reading.progress))}; expected by now: "
            f"{percent(to_percent(reading.expected))} ({curve}). Health: {health_words(reading)}."
        )
