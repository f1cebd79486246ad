"""The review of a cycle as blocks: grades, outcome beside output, promise against scope, forecast against what came. Pure.

The same blocks become HTML in the report, Markdown to paste, and tables on a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.text.texts import Texts
from sync.measure import Reading, to_percent
from sync.report.html.cells import (
    NOTHING,
    chance_cell,
    day_cell,
    health_cell,
    measured_cell,
    percent_cell,
)
from sync.report.html.page import Block, Cell, Choice, Fact, Facts, Row, Table, Text, Tone
from sync.report.review.cells import (
    HrefOf,
    choices_of,
    columns,
    day_words,
    grade_cell,
    name_cell,
    unaligned_words,
)
from sync.review.contents import Review, ReviewedKeyResult, ReviewedObjective
from sync.review.forecasts import ForecastCheck
from sync.review.promise import Amount, Promise


class ResultBlocks:
    """The blocks that say what came."""

    def __init__(self, review: Review, texts: Texts, href_of: HrefOf) -> None:
        self._review, self._texts, self._href_of = review, texts, href_of

    def all(self) -> Iterator[Block]:
        """Facts, then the tables."""
        yield Facts(tuple(self._facts()))
        yield self._grades()
        if table := self._promises():
            yield table
        yield self._forecasts()

    # --- Facts -----------------------------------------------------------------------------------

    def _facts(self) -> Iterator[Fact]:
        review, texts = self._review, self._texts
        if (found := review.attainment) is not None:
            yield Fact(
                "attainment",
                texts.text("review.fact.attainment"),
                self._of(found.attained, found.graded),
                texts.text("review.fact.attainment.note"),
            )
        now = review.unaligned.now
        cell = NOTHING if now is None else percent_cell(round(100 * now.share), texts)
        if now is not None:
            # Programs get it exact.
            cell = Cell(cell.text, now.share)
        note = (
            texts.text("review.unaligned.none") if now is None else unaligned_words(review.unaligned, texts)
        )
        yield Fact("unaligned", texts.text("review.fact.unaligned"), cell, note)
        for one in review.calibrations:
            yield Fact(
                f"held_{one.week}",
                texts.text("review.fact.held", week=one.week),
                self._of(one.held, one.of),
                texts.text(
                    "review.fact.held.note",
                    expected=texts.figures.measured(one.expected),
                    succeeded=texts.figures.count(one.succeeded),
                ),
            )
        effort = review.effort
        if effort is not None and effort.whole is not None:
            span = {"first": day_words(effort.begin, texts), "last": day_words(effort.end, texts)}
            note = texts.text("review.fact.days.note", **span)
            yield Fact("days", texts.text("review.fact.days"), measured_cell(effort.whole, texts), note)

    def _of(self, part: int, whole: int) -> Cell:
        count = self._texts.figures.count
        return Cell(self._texts.text("review.of", part=count(part), whole=count(whole)), part)

    # --- Grades ----------------------------------------------------------------------------------

    def _grades(self) -> Table:
        texts = self._texts
        rows: list[Row] = []
        for objective in self._review.objectives:
            rows.append(self._objective(objective))
            rows += [self._key_result(one) for one in objective.key_results]
        names = (
            "result",
            "title",
            "grade",
            "progress",
            "reached",
            "outcome",
            "output",
            "health",
        )
        return Table(
            "grades",
            texts.text("review.grades"),
            columns(texts, *names),
            tuple(rows),
            texts.text("review.grades.note"),
        )

    def _objective(self, one: ReviewedObjective) -> Row:
        reading, texts = one.reading, self._texts
        reached = NOTHING
        if reading.succeeds is not None:
            reached = self._reached("yes" if reading.succeeds else self._not())
        cells = (
            Cell(reading.objective, reading.objective),
            Cell(reading.title, reading.title),
            grade_cell(one.grade, texts),
            percent_cell(reading.percent, texts),
            reached,
            NOTHING,
            NOTHING,
            health_cell(reading, texts),
        )
        shown = {choice for each in one.key_results for choice in choices_of(each.reading)}
        return Row(cells, frozenset({Choice("objective", reading.objective), *shown}))

    def _key_result(self, one: ReviewedKeyResult) -> Row:
        reading, texts = one.reading, self._texts
        cells = (
            name_cell(reading, self._href_of),
            Cell(reading.title, reading.title),
            grade_cell(one.grade, texts),
            percent_cell(reading.percent, texts) if reading.counts else NOTHING,
            self._reached(standing_of(one, is_over=self._review.phase == "ended")),
            _outcome(reading, texts),
            _output(reading, texts),
            health_cell(reading, texts),
        )
        return Row(cells, choices_of(reading))

    def _reached(self, how: str) -> Cell:
        tone: Tone = "good" if how in ("yes", "holds") else "bad" if how in ("no", "broken") else "quiet"
        return Cell(self._texts.text(f"review.reached.{how}"), how, tone=tone)

    def _not(self) -> str:
        return "no" if self._review.phase == "ended" else "not_yet"

    # --- Promise against scope -------------------------------------------------------------------

    def _promises(self) -> Table | None:
        texts = self._texts
        rows = tuple(
            Row((name_cell(one.reading, self._href_of), *self._promise(one.promise)), choices_of(one.reading))
            for one in self._review.key_results
            if one.promise is not None
        )
        names = ("key_result", "day", "promised", "kept", "dropped", "added", "growth")
        note = texts.text("review.promise.note")
        return (
            Table("promise", texts.text("review.promise"), columns(texts, *names), rows, note)
            if rows
            else None
        )

    def _promise(self, found: Promise) -> tuple[Cell, ...]:
        texts = self._texts
        return (
            day_cell(found.day, texts),
            self._amount(found.promised),
            _share(found.kept, texts),
            self._amount(found.dropped),
            self._amount(found.added),
            _share(found.growth, texts),
        )

    def _amount(self, found: Amount) -> Cell:
        texts, weight = self._texts, _weight(found, self._texts)
        key = "review.amount.same" if found.items == found.weight else "review.amount"
        values = {} if key.endswith("same") else {"weight": weight}
        return Cell(texts.counted(key, found.items, **values), found.items)

    # --- Forecast against what came --------------------------------------------------------------

    def _forecasts(self) -> Block:
        texts = self._texts
        rows = tuple(
            Row(self._forecast(one, each), choices_of(one.reading))
            for one in self._review.key_results
            for each in one.forecasts
        )
        if not rows:
            return Text(((texts.text("review.forecasts.none"),),), title=texts.text("review.forecasts"))
        names = ("key_result", "week", "day", "range", "chance", "came", "held")
        note = texts.text("review.forecasts.note")
        return Table("forecasts", texts.text("review.forecasts"), columns(texts, *names), rows, note)

    def _forecast(self, one: ReviewedKeyResult, found: ForecastCheck) -> tuple[Cell, ...]:
        texts, made = self._texts, found.made
        low, high = (texts.figures.percent(to_percent(at) or 0) for at in (made.low, made.high))
        held = NOTHING
        if found.held is not None:
            held = Cell(
                texts.text("review.held.yes" if found.held else "review.held.no"),
                found.held,
                tone="good" if found.held else "warn",
            )
        return (
            name_cell(one.reading, self._href_of),
            Cell(texts.figures.count(found.week), found.week),
            day_cell(made.day, texts),
            Cell(texts.text("review.range.is", low=low, high=high), round(made.middle, 4)),
            chance_cell(made.chance, texts),
            percent_cell(one.reading.percent, texts),
            held,
        )


def standing_of(one: ReviewedKeyResult, *, is_over: bool) -> str:
    """Where a key result stands towards its goal, as the last part of `review.reached.…`."""
    if one.is_reached is None or (not one.reading.counts and one.reading.value is None):
        return "no_data"
    if not one.reading.counts:
        return "holds" if one.is_reached else "broken"
    return "yes" if one.is_reached else "no" if is_over else "not_yet"


def _weight(found: Amount, texts: Texts) -> str:
    """A weight with the digits that it means."""
    return texts.figures.measured(float(found.weight))


def _share(found: float | None, texts: Texts) -> Cell:
    if found is None:
        return NOTHING
    return Cell(texts.figures.percent(int(100 * found + 1e-9)), found)


def _outcome(reading: Reading, texts: Texts) -> Cell:
    """The value against its target; of what is made of work that is its output."""
    if reading.output is None and reading.counts and reading.pieces:
        return NOTHING
    if reading.value is None:
        return NOTHING
    if reading.target is None:
        return Cell(texts.figures.number(reading.value, reading.unit), reading.value)
    value, target = texts.figures.ratio(
        reading.value, reading.target, reading.unit, measured=reading.is_computed
    )
    return Cell(texts.text("review.value_of", value=value, target=target), reading.value)


def _output(reading: Reading, texts: Texts) -> Cell:
    tally, figures = reading.tally, texts.figures
    if not tally.leaves:
        return NOTHING
    share = to_percent(float(tally.done_weight / tally.weight) if tally.weight else None)
    said = texts.text(
        "review.output_of",
        done=figures.count(tally.done),
        items=figures.count(tally.leaves),
        percent=figures.percent(share or 0),
    )
    return Cell(said, tally.done)
