"""What moved the chance of a key result since a moment: time that passed, scope that changed, or work that was done. Pure.

The forecast is run four times with equal draws: with the work as it stood then, on that day; the same as of today, as if
nothing had happened since (time); with today's scope, of which nothing was done since (scope); and as it is (work). Each step is
the difference of two chances, so the three add up to the whole change exactly. Scope comes before work, as in movement: work
that was added and done since lowers the chance by the one and raises it by the other.

How the work stood is told by today's items, as `--as-of` tells it. What no tracker tells of then is as it is now: links,
estimates, weights, and the declaration itself. Values that no work makes have no scope, and stood as they were reported or kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from config.measures import FlowMeasure, MetricMeasure, MilestonesMeasure, QueryMeasure, WorkMeasure
from config.okrs import KeyResult
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.forecast.key_results import is_foretold
from sync.forecast.other_work import ForecastBasis
from sync.forecast.outlook import Outlooks, chance_percent
from sync.forecast.simulation import RUNS, Forecast
from sync.measure import (
    Bounds,
    EstimateBook,
    Piece,
    Reading,
    Scorecard,
    fold,
    milestone_pieces,
    pieces_of,
    progress_between,
    progress_of_milestones,
    standing,
    weighting_of,
)
from sync.measure.work import work
from sync.observation import Past

Cause = Literal["work", "scope", "time"]
CAUSES: tuple[Cause, ...] = ("work", "scope", "time")

Untold = Literal["cycle", "reading", "forecast_then", "forecast_now"]
"""Why it cannot be said: the cycle had not begun; no reading of then was kept; or there was, or is, no forecast."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The chance of a key result then and now, 0..1 and exact, and what it would be on the way from the one to the other.

    - `since`: the day of then. `held`: as of today, had nothing happened; `scoped`: with today's scope.
    - `is_value`: whether a value that no work makes moved, so that `work` is what it did, and no scope could change.
    """

    key_result: str
    since: date
    before: Fraction
    held: Fraction
    scoped: Fraction
    after: Fraction
    is_value: bool = False

    @property
    def time(self) -> Fraction:
        """What the days that passed did, had nothing been done in them."""
        return self.held - self.before

    @property
    def scope(self) -> Fraction:
        """What work did that was added or dropped."""
        return self.scoped - self.held

    @property
    def work(self) -> Fraction:
        """What was done or reopened did, or what the value did."""
        return self.after - self.scoped

    @property
    def change(self) -> Fraction:
        """All of it: time, scope and work together."""
        return self.after - self.before

    def points(self, cause: Cause) -> int:
        """The part of a cause in whole points of percent, as people read chances: they add up to what the two chances differ by."""
        chances = {
            "time": (self.before, self.held),
            "scope": (self.held, self.scoped),
            "work": (self.scoped, self.after),
        }[cause]
        before, after = (chance_percent(float(one)) for one in chances)
        return after - before

    @property
    def main(self) -> Cause:
        """What pushed it most in the direction in which it went; of equal ones what people can change most."""
        sign = -1 if self.change < 0 else 1
        return max(CAUSES, key=lambda cause: (sign * getattr(self, cause), -CAUSES.index(cause)))


def attribute(
    alignment: Alignment,
    card: Scorecard,
    workspace: Workspace,
    outlooks: Outlooks,
    recent: Mapping[str, Sequence[Past]],
    since: datetime,
) -> dict[str, Attribution | Untold]:
    """What moved the chance of every key result that has a forecast, or could have one, since a moment before that of the card.

    `recent`: readings of earlier days, oldest first, as the outlooks took them.
    """
    book = EstimateBook(alignment, workspace)
    found: dict[str, Attribution | Untold] = {}
    for objective, key_result in workspace.key_results():
        outlook, reading = outlooks.get(key_result.id), card.readings[key_result.id]
        if outlook is None or not is_foretold(key_result, reading):
            continue
        cycle, kept = workspace.cycles[objective.cycle], recent.get(key_result.id, ())
        basis = ForecastBasis(key_result, cycle, reading, outlook, (), kept)
        basis = ForecastBasis.of(key_result, cycle, reading, outlook, alignment, kept) or basis
        found[key_result.id] = _attributed(basis, alignment, book, since)
    return found


def _attributed(
    basis: ForecastBasis, alignment: Alignment, book: EstimateBook, since: datetime
) -> Attribution | Untold:
    outlook = basis.outlook
    day = basis.reading.bounds.day(since)
    if outlook.forecast is None:
        return "forecast_now"
    if day < basis.cycle.start:
        return "cycle"
    is_value = not isinstance(basis.key_result.measure, WorkMeasure | MilestonesMeasure)
    then = _value_then(basis, day) if is_value else _work_then(basis, alignment, book, since)
    if then is None:
        return "reading"
    before, held = then.forecast(then.reading, day), then.forecast(then.reading)
    scoped = held if is_value else then.forecast(_unworked(basis, book, since))
    if before is None or held is None or scoped is None:
        return "forecast_then"
    return Attribution(
        basis.key_result.id,
        day,
        _exact(before),
        _exact(held),
        _exact(scoped),
        _exact(outlook.forecast),
        is_value,
    )


def _exact(found: Forecast) -> Fraction:
    """A chance as what it is, a share of the runs."""
    return Fraction(round(found.chance * RUNS), RUNS)


def _until(basis: ForecastBasis, day: date) -> tuple[Past, ...]:
    return tuple(one for one in basis.kept if one.on <= day)


def _work_then(
    basis: ForecastBasis, alignment: Alignment, book: EstimateBook, since: datetime
) -> ForecastBasis:
    """The work as it stood then, by what today's items tell."""
    key_result, bounds = basis.key_result, replace(basis.reading.bounds, until=since)
    kept = _until(basis, bounds.day(since))
    how = key_result.measure
    if isinstance(how, MilestonesMeasure):
        pieces = milestone_pieces(key_result, how, alignment, bounds)
        reading = replace(basis.reading, progress=progress_of_milestones(pieces))
        return replace(basis, reading=reading, pieces=pieces, kept=kept)
    weighting = weighting_of(key_result)
    leaves, estimates = book.leaves(key_result.id, since), book.of(weighting, since)
    pieces = pieces_of(leaves, weighting, bounds, key_result.id, estimates)
    tally = fold(pieces, weighting)
    reading = replace(basis.reading, pieces=pieces, tally=tally, progress=work(tally, weighting).progress)
    return replace(basis, reading=reading, pieces=pieces, kept=kept)


def _unworked(basis: ForecastBasis, book: EstimateBook, since: datetime) -> Reading:
    """Today's scope, of which nothing was done since: what came later is not begun."""
    bounds = replace(basis.reading.bounds, until=since)
    pieces = _with_parents_open(basis, book, bounds)
    return basis.with_pieces(basis.pieces, (_as_then(piece, bounds) for piece in pieces))


def _with_parents_open(basis: ForecastBasis, book: EstimateBook, then: Bounds) -> tuple[Piece, ...]:
    """Today's pieces, with the leaves again in whose place a parent counts that was closed since."""
    estimates, id_ = basis.reading.estimates, basis.key_result.id
    reopened = {
        ref: replace(one, whole_in=frozenset())
        for ref, one in estimates.spreads.items()
        if id_ in one.whole_in and standing(one.parent, then).category != "done"
    }
    if not reopened or isinstance(basis.key_result.measure, MilestonesMeasure):
        return basis.pieces
    carried = {leaf: one for one in reopened.values() for leaf in one.over}
    whole = tuple(row for row in estimates.whole.get(id_, ()) if row[0].ref not in reopened)
    estimates = replace(
        estimates,
        spreads={**estimates.spreads, **reopened},
        carried={**estimates.carried, **carried},
        whole={id_: whole},
    )
    return pieces_of(book.leaves(id_), weighting_of(basis.key_result), basis.reading.bounds, id_, estimates)


def _as_then(piece: Piece, bounds: Bounds) -> Piece:
    if piece.left_out in ("before", "dropped", "later"):
        return piece
    then = standing(piece.item, bounds)
    if then.outside == "later" or then.category == "dropped":
        return replace(piece, category="todo", done_on=None)
    return replace(piece, category=then.category, done_on=then.done_on)


def _value_then(basis: ForecastBasis, day: date) -> ForecastBasis | None:
    """A value that no work makes as it stood on a day; None where nothing was reported or kept until then."""
    how, kept = basis.key_result.measure, _until(basis, day)
    if isinstance(how, MetricMeasure):
        key_result = _reported_until(basis.key_result, how, day)
        known = {one.on: one.value for one in how.checkins if one.on <= day}
        if how.file is not None or how.http is not None:
            known |= {one.on: one.value for one in kept if one.value is not None}
        value = known[max(known)] if known else how.start
        progress = progress_between(how.start, how.target, value)
        reading = replace(basis.reading, value=value, progress=progress)
        return replace(basis, key_result=key_result, reading=reading, kept=kept)
    if isinstance(how, QueryMeasure | FlowMeasure):
        kept_value = next((one for one in reversed(kept) if one.value is not None), None)
    else:
        kept_value = next((one for one in reversed(kept) if one.progress is not None), None)
    if kept_value is None:
        return None
    reading = replace(basis.reading, value=kept_value.value, progress=kept_value.progress or 0.0)
    return replace(basis, reading=reading, kept=kept)


def _reported_until(key_result: KeyResult, how: MetricMeasure, day: date) -> KeyResult:
    known = tuple(one for one in how.checkins if one.on <= day)
    return key_result.model_copy(update={"measure": how.model_copy(update={"checkins": known})})
