"""How a key result is measured, and the sum with its numbers: where the percent comes from. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from config.measures import (
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
from sync.marks.texts.phrases import one_stop
from sync.measure import LEFT_OUT, LeftOut, exact_percent, milestone_pieces, to_percent, weighting_of
from sync.report.html.cells import (
    NOTHING,
    count_cell,
    day_cell,
    day_words,
    health_cell,
    item_cell,
    measured_cell,
    percent_cell,
    status_cell,
    title_cell,
)
from sync.report.html.key_result.subject import MOST_ROWS, Subject
from sync.report.html.page import Block, Cell, Column, Paragraph, Row, Section, Table, Text

_Ends = MetricMeasure | QueryMeasure | FlowMeasure


def section(subject: Subject) -> Section:
    """Its measure in words, the sum, the values reported, and what is linked and does not count."""
    return Section("measure", subject.say("measure"), (subject.say("measure.lead"),), tuple(_blocks(subject)))


def _blocks(subject: Subject) -> Iterator[Block]:
    sentences: tuple[Paragraph, ...] = tuple((one_stop(one),) for one in _sentences(subject))
    yield Text(sentences, listed=True)
    how = subject.key_result.measure
    if isinstance(how, CompositeMeasure):
        yield _parts(how, subject)
    if isinstance(how, MilestonesMeasure):
        yield _milestones(how, subject)
    if isinstance(how, MetricMeasure | KeepMeasure) and how.checkins:
        yield _checkins(how, subject)
    if table := _left_out(subject):
        yield table


def _sentences(subject: Subject) -> Iterator[str]:
    reading, key_result, texts = subject.reading, subject.key_result, subject.texts
    yield _kind(subject)
    if isinstance(how := key_result.measure, WorkMeasure):
        yield from _weighing(how, subject)
    if reading.by_hand and key_result.override is not None:
        override = key_result.override
        key = "by_hand.note" if override.note else "by_hand"
        until = day_words(override.until, texts, near=subject.today)
        yield subject.say(key, percent=texts.figures.percent(override.percent), day=until, note=override.note)
    elif reading.stands_on is not None:
        yield subject.say("stands_on", day=day_words(reading.stands_on, texts, near=subject.today))
    elif reading.progress is None:
        is_stale = reading.value is not None and reading.value_on is not None
        on = day_words(reading.value_on, texts, near=subject.today) if reading.value_on else ""
        yield subject.say("stale", day=on) if is_stale else subject.say("no_data")
    else:
        yield from _sum(subject)
    if reading.coverage is not None and reading.coverage < 1:
        yield subject.say("coverage", percent=texts.figures.percent(to_percent(reading.coverage) or 0))
    if reading.creep is not None and reading.creep.items and isinstance(how, WorkMeasure) and how.baseline:
        day = day_words(how.baseline, texts, near=subject.today)
        yield texts.counted("report_key_result.creep", reading.creep.items, day=day)
    if reading.phase == "running" and reading.counts:
        expected = texts.figures.percent(to_percent(reading.expected) or 0)
        yield subject.say(f"pace.{key_result.pace}", percent=expected)


def _kind(subject: Subject) -> str:
    how, number = subject.key_result.measure, subject.texts.figures.number
    match how:
        case MetricMeasure() | QueryMeasure() | FlowMeasure():
            unit = subject.reading.unit
            ends = {"start": number(how.start, unit), "target": number(how.target, unit)}
            return subject.say(f"kind.{how.kind}", **ends)
        case ProjectMeasure():
            return subject.say("kind.project", project=how.project)
        case CompositeMeasure():
            return subject.say("kind.composite", key_results=", ".join(how.of))
        case KeepMeasure() | BinaryMeasure() | WorkMeasure() | MilestonesMeasure():
            return subject.say(f"kind.{how.kind}")


def _weighing(how: WorkMeasure, subject: Subject) -> Iterator[str]:
    figures = subject.texts.figures
    yield subject.say(f"weigh.{how.weigh}", default=figures.number(how.default_estimate), field=how.field)
    if how.started:
        yield subject.say("started", percent=figures.percent(to_percent(how.started) or 0))
    if how.target is not None:
        yield subject.say("sum.target", target=figures.number(how.target))


def _sum(subject: Subject) -> Iterator[str]:
    """The formula with its numbers."""
    reading, how, figures = subject.reading, subject.key_result.measure, subject.texts.figures
    assert reading.progress is not None  # noqa: S101  the caller's condition
    if isinstance(how, WorkMeasure) and how.target is None:
        tally = reading.tally
        if not tally.weight:
            yield subject.say("no_weight", done=figures.count(tally.done), total=figures.count(tally.leaves))
            return
        if tally.done_weight == tally.weight and tally.done < tally.leaves:
            yield subject.say("zero_weight")
            return
        yield _ratio(tally.done_weight, tally.weight, reading.progress, subject)
    elif isinstance(how, WorkMeasure | MilestonesMeasure) and reading.value is not None and reading.target:
        yield _ratio(Fraction(reading.value), Fraction(reading.target), reading.progress, subject)
    elif isinstance(how, _Ends) and reading.value is not None:
        value, start, target = figures.apart((reading.value, how.start, how.target))
        is_beyond = not 0 <= (reading.value - how.start) / (how.target - how.start) <= 1
        yield subject.say(
            "sum.clamped" if is_beyond else "sum.between",
            value=value,
            start=start,
            target=target,
            percent=figures.percent(exact_percent(reading.progress)),
        )


def _ratio(done: Fraction, total: Fraction, progress: float, subject: Subject) -> str:
    shown, of = subject.texts.figures.apart((done, total))
    percent = subject.texts.figures.percent(exact_percent(progress))
    return subject.say("sum.work", done=shown, total=of, percent=percent)


def _parts(how: CompositeMeasure, subject: Subject) -> Table:
    texts, readings = subject.texts, subject.source.run.scorecard.readings
    rows = tuple(
        Row(
            (
                Cell(f"{name} · {readings[name].title}", name, href=f"../{name}/index.html"),
                Cell(texts.figures.number(weight), weight),
                health_cell(readings[name], texts),
                percent_cell(readings[name].percent, texts),
                percent_cell(to_percent(readings[name].expected), texts),
            )
        )
        for name, weight in how.of.items()
    )
    columns = subject.columns("key_result", "weight", "health", "reached", "expected")
    return Table("parts", subject.say("parts"), columns, rows)


def _milestones(how: MilestonesMeasure, subject: Subject) -> Table:
    reading, texts = subject.reading, subject.texts
    pieces = milestone_pieces(subject.key_result, how, subject.source.run.alignment, reading.bounds)
    rows = tuple(
        Row(
            (
                item_cell(piece.item),
                title_cell(piece.item, texts),
                status_cell(piece.item),
                measured_cell(piece.part, texts),
                counts_cell(piece.left_out, subject),
                day_cell(piece.done_on, texts, near=subject.today),
                NOTHING if piece.item.private else day_cell(piece.item.due, texts, near=subject.today),
            )
        )
        for piece in pieces[:MOST_ROWS]
    )
    columns = subject.columns("ticket", "title", "status", "weight", "counts", "done_on", "due")
    return Table("milestones", texts.text("unit.milestones.other"), columns, rows)


def _checkins(how: MetricMeasure | KeepMeasure, subject: Subject) -> Table:
    texts = subject.texts
    known = sorted(how.checkins, key=lambda one: one.on, reverse=True)
    rows = tuple(
        Row(
            (
                day_cell(one.on, texts, near=subject.today),
                Cell(texts.figures.number(one.value, how.unit), one.value),
                Cell(one.note, one.note) if one.note else NOTHING,
            )
        )
        for one in known[:MOST_ROWS]
    )
    columns: tuple[Column, ...] = subject.columns("day", "value", "note")
    return Table("checkins", subject.say("checkins"), columns, rows, subject.say("checkins.note"))


def _left_out(subject: Subject) -> Table | None:
    """What is linked and counts nowhere, for each reason how much of it."""
    rows = []
    for reason in LEFT_OUT:
        found = [piece for piece in subject.reading.pieces if piece.left_out == reason]
        if found:
            page = subject.links.page_of(piece.item.ref for piece in found)
            weight = sum((piece.part for piece in found), Fraction(0))
            rows.append(
                Row(
                    (
                        Cell(_reason(reason, subject), reason),
                        count_cell(len(found), subject.texts, href=page),
                        measured_cell(weight, subject.texts),
                    )
                )
            )
    columns = subject.columns("reason", "tickets", "weight")
    return Table("left_out", subject.say("left_out"), columns, tuple(rows)) if rows else None


def counts_cell(left_out: LeftOut | None, subject: Subject) -> Cell:
    """Whether a piece of work counts, and if not, why."""
    if left_out is None:
        return Cell(subject.say("counts"), "counts")
    return Cell(_reason(left_out, subject), left_out, tone="quiet")


def _reason(left_out: LeftOut, subject: Subject) -> str:
    bounds, day = subject.reading.bounds, None
    match left_out:
        case "before":
            day = bounds.first
        case "late":
            day = weighting_of(subject.key_result).baseline
        case "later" if bounds.until is not None:
            day = bounds.day(bounds.until) - timedelta(days=1)
    words = day_words(day, subject.texts, near=subject.today) if day is not None else ""
    return subject.say(f"left_out.{left_out}", day=words)
