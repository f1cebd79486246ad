"""The review of a cycle as blocks: effort, wins, what was missed and why, decisions, and the OKRs that are proposed. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.phrases import say
from config.text.texts import Texts
from sync.report.html.cells import NOTHING, measured_cell, percent_cell
from sync.report.html.page import Block, Cell, Choice, Link, Paragraph, Row, Table, Text
from sync.report.review.blocks import standing_of
from sync.report.review.cells import (
    HrefOf,
    choices_of,
    columns,
    day_words,
    grade_words,
    item_link,
    name_cell,
)
from sync.review.contents import Review, ReviewedKeyResult
from sync.review.effort import Effort, EffortRow
from sync.review.wins import DoneWork
from sync.signals.subjects import short_team

MOST_WORK = 5
"""Pieces of work that are named behind a win."""


class ConclusionBlocks:
    """The blocks that say what came of it and what to do."""

    def __init__(self, review: Review, texts: Texts, href_of: HrefOf) -> None:
        self._review, self._texts, self._href_of = review, texts, href_of

    def all(self) -> Iterator[Block]:
        """In the order in which people read them."""
        yield effort_block(self._review.effort, self._texts)
        yield self._wins()
        yield self._missed()
        yield self._decisions()
        yield from self._next()

    # --- Wins and misses -------------------------------------------------------------------------

    def _wins(self) -> Text:
        texts = self._texts
        rows = tuple(map(self._win, self._review.wins))
        title = texts.text("review.wins")
        return (
            Text(rows, listed=True, title=title)
            if rows
            else Text(((texts.text("review.wins.none"),),), title=title)
        )

    def _win(self, one: ReviewedKeyResult) -> Paragraph:
        reading, texts = one.reading, self._texts
        key = "review.win.with" if one.done.pieces else "review.win.alone"
        grade = grade_words(one.grade, texts)
        said = texts.text(key, name=reading.key_result, title=reading.title, grade=grade)
        return (f"{said} ", *work_words(one.done, texts)) if one.done.pieces else (said,)

    def _missed(self) -> Text:
        texts, review = self._texts, self._review
        title = texts.text("review.missed" if review.phase == "ended" else "review.missed.running")
        rows = tuple(map(self._miss, review.missed))
        if not rows:
            return Text(((texts.text("review.missed.none"),),), title=title)
        return Text(rows, listed=True, title=title)

    def _miss(self, one: ReviewedKeyResult) -> Paragraph:
        reading, texts, is_over = one.reading, self._texts, self._review.phase == "ended"
        standing = texts.text(f"review.reached.{standing_of(one, is_over=is_over)}")
        if reading.percent is not None and reading.counts:
            standing = texts.figures.percent(reading.percent)
        said = texts.text("review.miss", name=reading.key_result, title=reading.title, standing=standing)
        why = "; ".join(say(each.said, texts) for each in one.why)
        return (f"{said} {why or NOTHING.text}.",)

    # --- Decisions -------------------------------------------------------------------------------

    def _decisions(self) -> Table:
        texts = self._texts
        rows = tuple(
            Row(
                (
                    name_cell(one.reading, self._href_of),
                    Cell(one.reading.title, one.reading.title),
                    Cell(
                        texts.text(f"review.choice.{one.suggestion.choice}"),
                        one.suggestion.choice,
                        tone="quiet" if one.suggestion.choice == "done" else "",
                    ),
                    Cell(say(one.suggestion.because, texts), one.suggestion.because.key),
                    # For people to fill in.
                    Cell("…" if one.suggestion.choice != "done" else NOTHING.text, None, tone="quiet"),
                ),
                choices_of(one.reading),
            )
            for one in self._review.key_results
        )
        names = ("key_result", "title", "suggested", "because", "decided")
        note = texts.text("review.decisions.note")
        return Table("decisions", texts.text("review.decisions"), columns(texts, *names), rows, note)

    # --- The next cycle --------------------------------------------------------------------------

    def _next(self) -> Iterator[Block]:
        texts, review = self._texts, self._review
        after = review.successor
        if after is None:
            yield Text(((texts.text("review.next.unnamed"),),))
            return
        title = texts.text("review.next", cycle=after.name)
        if not after.objectives:
            yield Text(((texts.text("review.next.nothing", before=after.before),),), title=title)
            return
        rows = tuple(
            Row(
                (
                    Cell(part.id, part.id),
                    Cell(str(part.declared.get("title", "")), str(part.declared.get("title", ""))),
                    Cell(str(part.declared.get("continues", "")), part.declared.get("continues")),
                    Cell("; ".join(part.notes), "; ".join(part.notes)),
                ),
                frozenset({Choice("objective", self._objective_of(str(part.declared.get("continues", ""))))}),
            )
            for one in after.objectives
            for part in one.parts
        )
        note = texts.text("review.next.note", before=after.before, cycle=after.name)
        yield Table("next", title, columns(texts, "key_result", "title", "continues", "notes"), rows, note)
        if after.left_out:
            left = tuple((f"{name}: {why}",) for name, why in after.left_out)
            yield Text(left, listed=True, title=texts.text("review.left_out"))

    def _objective_of(self, key_result: str) -> str:
        readings = (one.reading for one in self._review.key_results)
        return next((one.objective for one in readings if one.key_result == key_result), "")


def work_words(found: DoneWork, texts: Texts) -> Paragraph:
    """How much was done by which teams, and the heaviest of it by name."""
    teams = ", ".join(short_team(team) for team in found.teams)
    lead = texts.counted("review.win.work", found.pieces, teams=teams)
    named = found.items[:MOST_WORK]
    words: list[str | Link] = [f"{lead}{texts.text('review.colon')}" if named else f"{lead}."]
    for at, item in enumerate(named):
        words += [", "] * bool(at) + [item_link(item)]
    if named:
        more = found.pieces - len(named)
        words.append(f" {texts.text('review.work.more', count=texts.figures.count(more))}." if more else ".")
    return tuple(words)


def effort_block(found: Effort | None, texts: Texts) -> Block:
    """Person-days by what they went into."""
    title = texts.text("review.effort")
    if found is None:
        return Text(((texts.text("review.effort.none"),),), title=title)
    names = ("what", "days", "of_all", "share", "declared")
    rows = tuple(
        Row(
            _effort_cells(one, texts),
            frozenset({Choice("objective", one.part.name)} if one.part.kind == "objective" else ()),
        )
        for one in found.rows
    )
    note = texts.text(
        "review.effort.note", first=day_words(found.begin, texts), last=day_words(found.end, texts)
    )
    if found.is_hidden:
        note = f"{note} {texts.text('indicators.hidden.why')}"
    return Table("effort", title, columns(texts, *names), rows, note)


def _effort_cells(one: EffortRow, texts: Texts) -> tuple[Cell, ...]:
    hidden = Cell(texts.text("indicators.hidden"), None, tone="quiet")
    name = one.part.name or texts.text(f"indicators.part.{one.part.kind}")
    is_known = one.days is not None
    share = NOTHING if one.declared is None or is_known else hidden
    return (
        Cell(name, name),
        measured_cell(one.days, texts) if is_known else hidden,
        hidden if one.of_all is None and not is_known else _percent(one.of_all, texts),
        _percent(one.share, texts) if one.share is not None else share,
        _percent(one.declared, texts),
    )


def _percent(share: float | None, texts: Texts) -> Cell:
    return NOTHING if share is None else percent_cell(round(100 * share), texts)
