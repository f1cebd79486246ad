"""Where a key result's number comes from: which items, which weights, which formula, and the same sum by hand. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from config.measures import CompositeMeasure, MilestonesMeasure, WorkMeasure
from config.okrs import KeyResult, Objective
from config.wording import counted, percent, sentence
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.decide import Decision
from sync.explain.estimates import ParentEstimate, origin_of, parent_estimates, sentences
from sync.explain.outlook import outlook_words
from sync.forecast.outlook import Outlook
from sync.marks.comments import health_words
from sync.measure import LEFT_OUT, LeftOut, Piece, Reading, Spread, milestone_pieces, to_percent, weighting_of

_MOST_TERMS = 12
"""Terms of a sum that are written out; the rows hold them all."""


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
class Excluded:
    """What is linked and counts nowhere, for one reason: its keys, and what it would weigh. `words` says the reason."""

    reason: LeftOut
    words: str
    keys: tuple[str, ...]
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Derivation:
    """A reading with everything that made it. `steps` are sentences: the formula with its numbers, then the result.

    `excluded`: what is linked and left out, reason by reason. `parents`: the estimates of parents of the work, and what
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
    return Derivation(reading, objective, rows, steps, excluded, parents, outlook, words)


def _rows(key_result: KeyResult, run: Decision) -> Iterator[Counted]:
    how = weighting_of(key_result)
    reading = run.scorecard.readings[key_result.id]
    for piece in reading.pieces:
        placement = run.alignment.placements[piece.item.ref]
        because = next(
            (str(link.because) for link in placement.of_every_cycle if link.key_result == key_result.id), ""
        )
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
            because,
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
            "" if how.weigh == "count" and one.weight == len(one.keys) else f", weight {_plain(one.weight)}"
        )
        keys = ", ".join(one.keys[:_MOST_TERMS])
        more = f" and {len(one.keys) - _MOST_TERMS} more" if len(one.keys) > _MOST_TERMS else ""
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
        yield from sentences(parents, reading.estimates.unit, run.alignment, _MOST_TERMS)
        return
    if isinstance(how, WorkMeasure):
        yield from _sum_of_work(how, reading, rows)
        yield from sentences(parents, reading.estimates.unit, run.alignment, _MOST_TERMS)
    elif isinstance(how, CompositeMeasure):
        yield from _mean_of(how, run)
    elif isinstance(how, MilestonesMeasure):
        yield f"{reading.value:g} / {reading.target:g} = {percent(100 * reading.progress)}."
    elif (start := getattr(how, "start", None)) is not None and reading.value is not None:
        assert reading.target is not None  # noqa: S101  what has a start has a target
        way = f"({reading.value:g} − {start:g}) / ({reading.target:g} − {start:g})"
        yield f"{way} = {percent(100 * (reading.value - start) / (reading.target - start))}."


def _sum_of_work(how: WorkMeasure, reading: Reading, rows: tuple[Counted, ...]) -> Iterator[str]:
    counting = [row for row in rows if row.left_out is None]
    done = [row for row in counting if row.done]
    tally = reading.tally
    yield from _guessed(how, counting)
    yield f"Done: {_added([row.done for row in done])} = {_plain(tally.done_weight)}."
    if how.target is not None:
        yield f"{_plain(tally.done_weight)} / {how.target:g} (fixed target) = {percent(100 * (reading.progress or 0))}."
        return
    yield f"Scope: {_added([row.weight * row.share for row in counting])} = {_plain(tally.weight)}."
    if tally.weight:
        ratio = float(tally.done_weight / tally.weight)
        yield f"{_plain(tally.done_weight)} / {_plain(tally.weight)} = {percent(100 * ratio)}."
    else:
        yield f"All weights are zero, so items are counted: {tally.done} / {tally.leaves}."
    if to_percent(reading.progress) == 99 and tally.done_weight == tally.weight:
        yield "Open items with zero weight remain, so it shows 99 %."


def _guessed(how: WorkMeasure, counting: list[Counted]) -> Iterator[str]:
    """The items that nobody weighed, so that somebody can."""
    keys = [row.item.name for row in counting if not row.known]
    if not keys:
        return
    what = "estimate" if how.weigh in ("points", "time") else "weight"
    shown = ", ".join(keys[:_MOST_TERMS])
    more = f" and {len(keys) - _MOST_TERMS} more" if len(keys) > _MOST_TERMS else ""
    yield f"No {what}, so the default of {how.default_estimate:g} is used: {shown}{more}."


def _mean_of(how: CompositeMeasure, run: Decision) -> Iterator[str]:
    readings = run.scorecard.readings
    parts = [(readings[name].progress, weight) for name, weight in how.of.items() if readings[name].counts]
    known = [(part, weight) for part, weight in parts if part is not None]
    terms = " + ".join(f"{weight:g} × {percent(100 * part)}" for part, weight in known)
    total = sum(weight for _, weight in known)
    yield f"({terms}) / {total:g} = {percent(100 * sum(part * weight for part, weight in known) / total)}."


def _summary(key_result: KeyResult, reading: Reading) -> Iterator[str]:
    if reading.mismatch is not None:
        yield sentence(str(reading.mismatch))
    if len(reading.teams) > 1:
        parts = (f"{team} {tally.done} of {tally.leaves}" for team, tally in reading.teams)
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


def _added(terms: list[Fraction]) -> str:
    if not terms:
        return "none"
    shown = [_plain(term) for term in terms[:_MOST_TERMS]]
    if len(terms) > _MOST_TERMS:
        shown.append(f"{len(terms) - _MOST_TERMS} more")
    return " + ".join(shown)


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"
