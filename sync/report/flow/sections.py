"""How work flows as sections: each stream and team in a row, the stages of each stream, the oldest work in progress. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from config.text.texts import Texts
from sync.flow.aging import Bands
from sync.flow.figures import FlowFigures, InProgress, PlaceFlow, StageFlow
from sync.flow.finished import in_days
from sync.measure.flow import ranked
from sync.report.flow.words import (
    a_week,
    bottleneck_words,
    efficiency_percent,
    kind_words,
    not_known,
    stream_name,
    window,
)
from sync.report.table import NOTHING, Cell, Section, Style, title_beside_name

OLDEST = 10
"""How much work in progress is listed; JSON has all of it."""


def sections(figures: FlowFigures, texts: Texts) -> list[Section]:
    """How work flows, in the language of the texts; where `flow` is not declared, one sentence that says what to do."""
    if not figures.declared:
        words = texts.text("flow.undeclared", declaration="flow: {}")
        return [Section(texts.text("flow.title"), (words,))]
    if not figures.places:
        return [Section(texts.text("flow.title"), (window(figures, texts), texts.text("flow.nothing")))]
    streams = [one for one in figures.places if not one.team]
    found = [_overview(figures, texts), *(_stages(one, texts) for one in streams)]
    oldest = sorted(
        (one for place in streams for one in place.in_progress),
        key=lambda one: (one.age is None, -(one.age or 0), one.ref),
    )
    return [*found, _in_progress(oldest, figures, texts)] if oldest else found


def _overview(figures: FlowFigures, texts: Texts) -> Section:
    names = ["place", "begun", "finished", "in_progress", "cycle", "efficiency", "blocked", "bottleneck"]
    columns = tuple(texts.text(f"flow.column.{name}") for name in names)
    return Section(
        texts.text("flow.title"),
        (window(figures, texts),),
        columns,
        tuple(_row(one, texts) for one in figures.places),
        columns[1:7],
        tail=tuple(not_known(figures, texts)),
    )


def _row(place: PlaceFlow, texts: Texts) -> tuple[Cell, ...]:
    cycle = place.cycle_time.days if place.cycle_time is not None else None
    return (
        Cell(place.team or stream_name(place.stream, texts), "plain" if place.team else "strong"),
        Cell(texts.figures.measured(a_week(place.arrivals))),
        Cell(texts.figures.measured(a_week(place.departures))),
        Cell(texts.figures.count(len(place.in_progress))),
        Cell(_pair(cycle, texts)),
        _efficiency(place, texts),
        Cell(texts.figures.measured(in_days(place.blocked.time)) if place.blocked.items else NOTHING[1]),
        _bottleneck(place, texts),
    )


def _efficiency(place: PlaceFlow, texts: Texts) -> Cell:
    share = place.efficiency.share
    if not place.knows_waiting:
        return Cell(texts.text("flow.not_known"), "dim")
    if share is None:
        return Cell(NOTHING[1])
    return Cell(texts.figures.percent(efficiency_percent(share)))


def _bottleneck(place: PlaceFlow, texts: Texts) -> Cell:
    one = place.bottleneck
    style: Style = "dim" if not one.known else "plain" if one.stage is None else "warn"
    return Cell(bottleneck_words(one, texts), style)


def _stages(place: PlaceFlow, texts: Texts) -> Section:
    names = ["stage", "kind", "now", "usual", "came", "item_days", "per_item", "left"]
    columns = tuple(texts.text(f"flow.column.{name}") for name in names)
    title = texts.text("flow.stages", stream=stream_name(place.stream, texts))
    rows = tuple(_stage_row(one, texts) for one in place.stages)
    lead = () if place.stream.declared else (texts.text("flow.derived"),)
    return Section(title, lead, columns, rows, columns[2:])


def _stage_row(one: StageFlow, texts: Texts) -> tuple[Cell, ...]:
    queue = sorted(one.queue[1:])
    is_doing = one.stage.category == "doing"
    return (
        Cell(one.stage.name),
        Cell(kind_words(one.stage, texts), "plain" if one.stage.waiting else "dim"),
        Cell(texts.figures.count(one.now)),
        Cell(texts.figures.count(int(ranked(queue, 50))) if is_doing and queue else ""),
        Cell(texts.figures.count(one.reached[-1] - one.reached[0])),
        Cell(texts.figures.measured(in_days(one.time)) if is_doing else ""),
        Cell(_pair(one.per_item if one.stage.category != "done" else None, texts)),
        Cell(texts.figures.measured(one.aging.p85) if one.aging is not None else NOTHING[1]),
    )


def _in_progress(oldest: Sequence[InProgress], figures: FlowFigures, texts: Texts) -> Section:
    names = ["item", "title", "stage", "age", "whole_days", "in_stage"]
    columns = tuple(texts.text(f"flow.column.{name}") for name in names)
    rows = []
    for one in oldest[:OLDEST]:
        item = figures.journeys[one.ref].item
        age = NOTHING[1] if one.age is None else texts.figures.measured(one.age)
        whole = NOTHING[1] if one.whole_days is None else texts.figures.count(one.whole_days)
        rows.append(
            (
                Cell(item.name),
                Cell(title_beside_name(item)),
                Cell(one.stage.name),
                Cell(age),
                Cell(whole),
                Cell(texts.figures.measured(one.days_in_stage)),
            )
        )
    rest = len(oldest) - OLDEST
    tail = (texts.counted("flow.more", rest),) if rest > 0 else ()
    title = texts.text("flow.oldest")
    return Section(title, (), columns, tuple(rows), columns[3:], tail, prose=(columns[1],))


def _pair(bands: Bands | None, texts: Texts) -> str:
    if bands is None:
        return NOTHING[1]
    return f"{texts.figures.measured(bands.p50)} / {texts.figures.measured(bands.p85)}"
