"""The stages of each value stream: the map as a picture, the cumulative flow, and how long work is in each stage. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

from connectors.model import Ref
from sync.flow.aging import Bands
from sync.flow.figures import PlaceFlow, StageFlow
from sync.flow.finished import in_days
from sync.measure.flow import ranked
from sync.report.flow.words import kind_words
from sync.report.html.cells import NOTHING, count_cell, measured_cell
from sync.report.html.charts import Band, Bar, StageBox, bars, cumulative, value_stream
from sync.report.html.page import Cell, Chart, Column, Row, Table, Tone
from sync.report.html.sections.flow.drawing import Studio
from sync.report.html.sections.flow.views import View


def value_streams(studio: Studio) -> Iterable[Chart]:
    """The value-stream map: each stage with what stands in it, and the median time of finished work in it."""

    def draw(view: View) -> tuple[Markup, Table] | None:
        places = studio.drawn(view, (one for one in view.places if one.stages))
        if not places:
            return None
        picture = studio.by_stream(view, places, lambda place, name: _map(studio, place, name))
        return picture, _stages(studio, view, places)

    return studio.chart("value_stream", draw)


def _map(studio: Studio, place: PlaceFlow, name: str) -> Markup:
    say, count = studio.say, studio.texts.figures.count
    boxes = []
    for one in place.stages:
        days = one.per_item.p50 if one.per_item is not None and one.stage.category == "doing" else None
        boxes.append(
            StageBox(
                one.stage.name,
                one.stage.category == "todo" or bool(one.stage.waiting),
                one.now,
                None if one.stage.waiting else days,
                days if one.stage.waiting else None,
                say("usually", usual=count(usual(one)))
                if _has_queue(one)
                else kind_words(one.stage, studio.texts),
                one.stage == place.bottleneck.stage,
            )
        )
    title = say("value_stream.picture", who=name, stages=", ".join(one.name for one in boxes))
    return value_stream(
        boxes,
        title=title,
        words=studio.words,
        touch=say("touch"),
        wait=say("wait"),
        bottleneck=say("bottleneck"),
        days=say("days", days="{}"),
    )


def usual(one: StageFlow) -> int:
    """The median of the queue at the ends of the weeks."""
    return int(ranked(sorted(one.queue[1:]), 50))


def _has_queue(one: StageFlow) -> bool:
    return one.stage.category == "doing" and len(one.queue) > 1


def _stages(studio: Studio, view: View, places: Sequence[PlaceFlow]) -> Table:
    texts = studio.texts
    columns = (
        _column(studio, "stream"),
        Column("stage", texts.text("flow.column.stage")),
        Column("kind", texts.text("flow.column.kind")),
        *(Column(name, texts.text(f"flow.column.{name}"), "number") for name in ("now", "usual", "came")),
        *(_column(studio, name, is_number=True) for name in ("days_p50", "days_p85")),
    )
    rows = []
    for place in places:
        standing = _standing(place)
        for one in place.stages:
            # Only the table of all work leads to searches: those of every choice would be most of the page.
            refs = standing.get(one.stage.name, ()) if view.choice is None else ()
            days = one.per_item if one.stage.category == "doing" else None
            slow: Tone = "bad" if one.stage == place.bottleneck.stage else ""
            rows.append(
                Row(
                    (
                        studio.stream(place),
                        Cell(one.stage.name, one.stage.name),
                        Cell(kind_words(one.stage, texts), _kind(one)),
                        Cell(texts.figures.count(one.now), one.now, studio.page_of(refs), slow),
                        count_cell(usual(one), texts) if _has_queue(one) else NOTHING,
                        count_cell(one.reached[-1] - one.reached[0], texts),
                        measured_cell(days.p50 if days is not None else None, texts),
                        measured_cell(days.p85 if days is not None else None, texts),
                    )
                )
            )
    return Table(
        "stages", studio.say("value_stream.table"), columns, tuple(rows), studio.undrawn(view, places)
    )


def _standing(place: PlaceFlow) -> Mapping[str, list[Ref]]:
    """What stands in each stage in progress, by its name."""
    found: dict[str, list[Ref]] = {}
    for one in place.in_progress:
        found.setdefault(one.stage.name, []).append(one.ref)
    return found


def _kind(one: StageFlow) -> str:
    if one.stage.category != "doing":
        return one.stage.category
    return {True: "waiting", False: "active", None: "undeclared"}[one.stage.waiting]


def cumulative_flow(studio: Studio) -> Iterable[Chart]:
    """How many had come to each stage by the beginning and the end of each week, from the first stage in progress on."""

    def draw(view: View) -> tuple[Markup, Table] | None:
        places = studio.drawn(view, (one for one in view.places if any(_moved(one))))
        if not places:
            return None
        picture = studio.by_stream(view, places, lambda place, name: _areas(studio, view, place, name))
        return picture, _reached(studio, view, places)

    return studio.chart("cumulative", draw)


def _moved(place: PlaceFlow) -> Iterator[StageFlow]:
    """The stages in progress or done that anything came to."""
    return (one for one in place.stages if one.stage.category != "todo" and one.reached[-1])


def _areas(studio: Studio, view: View, place: PlaceFlow, name: str) -> Markup:
    first = -studio.weeks(view) - 1
    lines = [Band(one.stage.name, one.reached[first:]) for one in _moved(place)]
    title = studio.say("cumulative.picture", who=name)
    return cumulative(studio.figures.weeks.days[first:], lines, title=title, words=studio.words)


def _reached(studio: Studio, view: View, places: Sequence[PlaceFlow]) -> Table:
    first = -studio.weeks(view) - 1
    texts, days = studio.texts, studio.figures.weeks.days[first:]
    columns = (
        _column(studio, "stream"),
        Column("stage", texts.text("flow.column.stage")),
        *(Column(day.isoformat(), texts.figures.day(day), "number") for day in days),
    )
    rows = tuple(
        Row(
            (
                studio.stream(place),
                Cell(one.stage.name, one.stage.name),
                *(count_cell(some, texts) for some in one.reached[first:]),
            )
        )
        for place in places
        for one in place.stages
    )
    return Table("reached", studio.say("cumulative.table"), columns, rows, studio.undrawn(view, places))


def stage_times(studio: Studio) -> Iterable[Chart]:
    """The days that finished work was in each stage in progress: half of it for less, and 85 %."""

    def draw(view: View) -> tuple[Markup, Table] | None:
        places = studio.drawn(view, (one for one in view.places if any(_timed(one))))
        if not places:
            return None
        picture = studio.by_stream(view, places, lambda place, name: _times(studio, place, name))
        return picture, _days(studio, view, places)

    # The value stream of a team or an objective tells them too: one picture less of each.
    return studio.chart("stage_times", draw, is_apart=False)


def _timed(place: PlaceFlow) -> Iterator[tuple[StageFlow, Bands]]:
    return (
        (one, one.per_item)
        for one in place.stages
        if one.stage.category == "doing" and one.per_item is not None
    )


def _times(studio: Studio, place: PlaceFlow, name: str) -> Markup:
    say, measured = studio.say, studio.texts.figures.measured
    rows = [
        Bar(
            say("stage_times.waits", stage=one.stage.name) if one.stage.waiting else one.stage.name,
            days.p50,
            days.p85,
            say("stage_times.bar", middle=measured(days.p50), high=measured(days.p85)),
            tone="quiet" if one.stage.waiting else "",
        )
        for one, days in _timed(place)
    ]
    title = say("stage_times.picture", who=name)
    return bars(rows, title=title, words=studio.words, marker=say("stage_times.marker"))


def _days(studio: Studio, view: View, places: Sequence[PlaceFlow]) -> Table:
    texts = studio.texts
    names = ["item_days", "p50", "p70", "p85", "p95", "left_p50", "left_p85"]
    columns = (
        _column(studio, "stream"),
        Column("stage", texts.text("flow.column.stage")),
        Column("kind", texts.text("flow.column.kind")),
        *(_column(studio, name, is_number=True) for name in names),
    )
    rows = []
    for place in places:
        for one in place.stages:
            if one.stage.category != "doing":
                continue
            days, left = one.per_item, one.aging
            values = [in_days(one.time)]
            shares = [
                getattr(days, name) if days is not None else None for name in ("p50", "p70", "p85", "p95")
            ]
            ages = [left.p50, left.p85] if left is not None else [None, None]
            rows.append(
                Row(
                    (
                        studio.stream(place),
                        Cell(one.stage.name, one.stage.name),
                        Cell(kind_words(one.stage, texts), _kind(one)),
                        *(measured_cell(value, texts) for value in (*values, *shares, *ages)),
                    )
                )
            )
    return Table(
        "stage_days", studio.say("stage_times.table"), columns, tuple(rows), studio.undrawn(view, places)
    )


def _column(studio: Studio, name: str, *, is_number: bool = False) -> Column:
    return Column(name, studio.say(f"column.{name}"), "number" if is_number else "text")
