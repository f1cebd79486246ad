"""Where a key result's number comes from: which items, which weights, which formula, and the same sum by hand. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from config.measures import CompositeMeasure, MilestonesMeasure, WorkMeasure
from config.okrs import KeyResult, Objective
from config.wording import percent, sentence
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.decide import Decision
from sync.marks.comments import HEALTH_WORDS
from sync.measure import Reading, to_percent, weighting_of

_MOST_TERMS = 12
"""Terms of a sum that are written out; the rows hold them all."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One linked leaf: its weight, the share of it that counts here, what of that is done, and its fate.

    `known`: False where the weight is the declared default, for want of an estimate or a listed weight.
    `late`: whether it came after the baseline.
    """

    item: WorkItem
    weight: Fraction
    share: Fraction
    done: Fraction
    fate: str
    because: str
    known: bool = True
    late: bool = False


@dataclass(frozen=True, slots=True)
class Derivation:
    """A reading with everything that made it. `steps` are sentences: the formula with its numbers, then the result."""

    reading: Reading
    objective: Objective
    rows: tuple[Counted, ...]
    steps: tuple[str, ...]


def derive(key: str, run: Decision, workspace: Workspace) -> Derivation | None:
    """The derivation of the key result with that id, whatever its case; None when there is none."""
    wanted = key.strip().casefold()
    found = next((pair for pair in workspace.key_results() if pair[1].id.casefold() == wanted), None)
    if found is None:
        return None
    objective, key_result = found
    reading = run.scorecard.readings[key_result.id]
    rows = tuple(_rows(key_result, run))
    steps = (*_steps(key_result, reading, rows, run), *_summary(key_result, reading))
    return Derivation(reading, objective, rows, steps)


def _rows(key_result: KeyResult, run: Decision) -> Iterator[Counted]:
    how = weighting_of(key_result)
    for piece in run.scorecard.readings[key_result.id].pieces:
        placement = run.alignment.placements[piece.item.ref]
        because = next(
            (str(link.because) for link in placement.of_every_cycle if link.key_result == key_result.id), ""
        )
        late = piece.left_out == "late"
        fate: str = "dropped, not counted" if piece.left_out == "dropped" else piece.category
        fate = f"added after {how.baseline}" if late else fate
        known = piece.known or how.weigh == "count"
        done = piece.credit(how)
        yield Counted(piece.item, piece.weight, piece.share, done, fate, because, known, late)


def _steps(
    key_result: KeyResult, reading: Reading, rows: tuple[Counted, ...], run: Decision
) -> Iterator[str]:
    how = key_result.measure
    yield sentence(reading.evidence)
    if reading.closed is not None or reading.by_hand or reading.progress is None:
        return
    if isinstance(how, WorkMeasure):
        yield from _sum_of_work(how, reading, rows)
    elif isinstance(how, CompositeMeasure):
        yield from _mean_of(how, run)
    elif isinstance(how, MilestonesMeasure):
        yield f"{reading.value:g} / {reading.target:g} = {percent(100 * reading.progress)}."
    elif (start := getattr(how, "start", None)) is not None and reading.value is not None:
        assert reading.target is not None  # noqa: S101  what has a start has a target
        way = f"({reading.value:g} − {start:g}) / ({reading.target:g} − {start:g})"
        yield f"{way} = {percent(100 * (reading.value - start) / (reading.target - start))}."


def _sum_of_work(how: WorkMeasure, reading: Reading, rows: tuple[Counted, ...]) -> Iterator[str]:
    counting = [row for row in rows if row.item.category != "dropped" and not row.late]
    done = [row for row in counting if row.done]
    tally = reading.tally
    yield from _guessed(how, counting)
    if late := [row.weight * row.share for row in rows if row.late]:
        yield f"Added after the baseline of {how.baseline}; not counted: {_added(late)} = {_plain(sum(late, Fraction()))}."
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
    parts = [(run.scorecard.readings[name].progress, weight) for name, weight in how.of.items()]
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
    if reading.progress is not None and reading.counts:
        curve = {"linear": "linear pace", "back_loaded": "back-loaded pace", "step": "step pace"}[
            key_result.pace
        ]
        yield (
            f"Shown as {percent(to_percent(reading.progress))}; expected by now: "
            f"{percent(to_percent(reading.expected))} ({curve}). Health: {HEALTH_WORDS[reading.health]}."
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
