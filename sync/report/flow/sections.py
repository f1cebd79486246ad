"""How work flows as sections: each stream and team in a row, the stages of each stream, the oldest work in progress. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from config.text.texts import Texts
from sync.flow.aging import Bands
from sync.flow.figures import FlowFigures, InProgress, PlaceFlow, StageFlow
from sync.flow.finished import in_days
from sync.flow.journeys import Stage
from sync.measure.flow import ranked
from sync.report.table import NOTHING, Cell, Section, title_beside_name

OLDEST = 10
"""How much work in progress is listed; JSON has all of it."""


def sections(figures: FlowFigures, texts: Texts) -> list[Section]:
    """How work flows, in the language of the texts; where `flow` is not declared, one sentence that says what to do."""
    if not figures.declared:
        words = texts.text("flow.undeclared", declaration="flow: {}")
        return [Section(texts.text("flow.title"), (words,))]
    if not figures.places:
        return [Section(texts.text("flow.title"), (_window(figures, texts), texts.text("flow.nothing")))]
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
        (_window(figures, texts),),
        columns,
        tuple(_row(one, texts) for one in figures.places),
        columns[1:7],
        tail=tuple(_tail(figures, texts)),
    )


def _window(figures: FlowFigures, texts: Texts) -> str:
    weeks = figures.weeks
    return texts.counted(
        "flow.window",
        weeks.count,
        first=texts.figures.day(weeks.days[0], year=True),
        last=texts.figures.day(weeks.days[-1] - timedelta(days=1), year=True),
    )


def _row(place: PlaceFlow, texts: Texts) -> tuple[Cell, ...]:
    cycle = place.cycle_time.days if place.cycle_time is not None else None
    return (
        Cell(place.team or _stream_name(place, texts), "plain" if place.team else "strong"),
        Cell(_a_week(place.arrivals, texts)),
        Cell(_a_week(place.departures, texts)),
        Cell(texts.figures.count(len(place.in_progress))),
        Cell(_pair(cycle, texts)),
        _efficiency(place, texts),
        Cell(texts.figures.measured(in_days(place.blocked.time)) if place.blocked.items else NOTHING[1]),
        _bottleneck(place, texts),
    )


def _stream_name(place: PlaceFlow, texts: Texts) -> str:
    return place.stream.name or texts.text("flow.everything")


def _a_week(counts: Sequence[int], texts: Texts) -> str:
    return texts.figures.measured(sum(counts) / len(counts))


def _efficiency(place: PlaceFlow, texts: Texts) -> Cell:
    share = place.efficiency.share
    if not place.knows_waiting:
        return Cell(texts.text("flow.not_known"), "dim")
    if share is None:
        return Cell(NOTHING[1])
    # Rounded to the whole, and complete only where it is.
    percent = round(100 * share)
    return Cell(texts.figures.percent(min(percent, 99) if share < 1 else percent))


def _bottleneck(place: PlaceFlow, texts: Texts) -> Cell:
    one = place.bottleneck
    if not one.known:
        return Cell(texts.text("flow.not_known"), "dim")
    if one.stage is None:
        return Cell(texts.text("flow.none"))
    words = texts.text(
        "flow.bottleneck",
        stage=one.stage.name,
        queue=texts.figures.count(one.queue),
        usual=texts.figures.count(one.usual),
    )
    return Cell(words, "warn")


def _tail(figures: FlowFigures, texts: Texts) -> Iterator[str]:
    """What is not known of the figures above, and why."""
    streams = [one for one in figures.places if not one.team]
    if not any(one.knows_waiting for one in streams):
        yield texts.text("flow.no_waiting")
    elif lacking := [one.team or one.stream.name for one in figures.places if not one.knows_waiting]:
        yield texts.text("flow.no_waiting_in", places=", ".join(lacking))
    if any(not one.bottleneck.known for one in figures.places):
        yield texts.text("flow.short_history")
    for key, count in (
        ("unread", sum(one.unread for one in streams)),
        ("unknown", sum(one.efficiency.unknown for one in streams)),
        ("never", sum(one.efficiency.never for one in streams)),
        ("backwards", sum(sum(one.backwards) for one in streams)),
        ("blocked", sum(one.blocked.now for one in streams)),
    ):
        if count:
            yield texts.counted(f"flow.{key}", count)


def _stages(place: PlaceFlow, texts: Texts) -> Section:
    names = ["stage", "kind", "now", "usual", "came", "item_days", "per_item", "left"]
    columns = tuple(texts.text(f"flow.column.{name}") for name in names)
    title = texts.text("flow.stages", stream=_stream_name(place, texts))
    rows = tuple(_stage_row(one, texts) for one in place.stages)
    lead = () if place.stream.declared else (texts.text("flow.derived"),)
    return Section(title, lead, columns, rows, columns[2:])


def _stage_row(one: StageFlow, texts: Texts) -> tuple[Cell, ...]:
    queue = sorted(one.queue[1:])
    is_doing = one.stage.category == "doing"
    return (
        Cell(one.stage.name),
        Cell(_kind(one.stage, texts), "plain" if one.stage.waiting else "dim"),
        Cell(texts.figures.count(one.now)),
        Cell(texts.figures.count(int(ranked(queue, 50))) if is_doing and queue else ""),
        Cell(texts.figures.count(one.reached[-1] - one.reached[0])),
        Cell(texts.figures.measured(in_days(one.time)) if is_doing else ""),
        Cell(_pair(one.per_item if one.stage.category != "done" else None, texts)),
        Cell(texts.figures.measured(one.aging.p85) if one.aging is not None else NOTHING[1]),
    )


def _kind(stage: Stage, texts: Texts) -> str:
    if stage.category != "doing":
        return texts.text(f"flow.kind.{stage.category}")
    kinds = {True: "waits", False: "active", None: "undeclared"}
    return texts.text(f"flow.kind.{kinds[stage.waiting]}")


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
