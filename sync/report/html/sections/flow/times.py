"""How long work takes: what was finished by day, what is in progress by age, and what was begun and finished by week. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from sync.flow.aging import Bands
from sync.flow.figures import InProgress, PlaceFlow
from sync.flow.parts import Finished
from sync.report.html.cells import count_cell, day_cell, item_cell, measured_cell, title_cell
from sync.report.html.charts import (
    Aged,
    AgingColumn,
    Band,
    Dot,
    Guide,
    aging,
    columns,
    scatter,
)
from sync.report.html.page import Cell, Chart, Column, Row, Table
from sync.report.html.sections.flow.drawing import Studio
from sync.report.html.sections.flow.views import View

SLOWEST = 30
"""How many of the items that took longest the table of all work has; that of a team or an objective has `FEWER`."""
FEWER = 5

NAMED = {"cycle_time": 100, "aging": 20}
"""How many dots of all work say which item they are, those that took longest and the oldest of each stage; of a team or an
objective `FEWER_NAMED`. The others are drawn, and have no name."""
FEWER_NAMED = {"cycle_time": 5, "aging": 2}

THIN = 100
"""Above so many dots of a team or an objective, those without a name are put together by three days and a thirtieth of the 95th
percentile."""


def cycle_times(studio: Studio) -> Iterable[Chart]:
    """Each piece of finished work by its day and the days that it took, with percentiles across."""

    def draw(view: View) -> tuple[Markup, Table] | None:
        bands = view.cycle_time
        if bands is None:
            return None
        return _scatter(studio, view, bands), _slowest(studio, view, bands)

    return studio.chart("cycle_time", draw)


def _scatter(studio: Studio, view: View, bands: Bands) -> Markup:
    texts, named = studio.texts, _named(view, "cycle_time")
    # Words are made for those that say them alone: all of the longest, however many took as long as the last of them.
    longest = sorted((one.days for one in view.finished), reverse=True)[:named]
    dots = [_dot(studio, view, one, has_words=one.days >= longest[-1]) for one in view.finished]
    if view.choice is not None and len(dots) > THIN:
        dots = thinned(dots, named, bands.p95 / 30)
    guides = [
        Guide(
            value,
            studio.say("guide", percent=texts.figures.percent(percent), days=texts.figures.measured(value)),
        )
        for percent, value in ((50, bands.p50), (70, bands.p70), (85, bands.p85), (95, bands.p95))
    ]
    title = studio.say("cycle_time.picture", who=studio.who(view))
    return scatter(
        dots,
        guides,
        title=title,
        words=studio.words,
        axis=studio.say("axis.days"),
        named=named,
    )


def _dot(studio: Studio, view: View, one: Finished, *, has_words: bool) -> Dot:
    texts, day = studio.texts, one.at.astimezone(studio.figures.weeks.zone).date()
    if not has_words:
        return Dot(day, one.days, "")
    words = texts.plural(
        "report_flow.dot",
        one.days,
        item=studio.name(one.ref),
        days=texts.figures.measured(one.days),
        day=texts.figures.day(day),
    )
    return Dot(day, one.days, words, studio.links.ticket(one.ref) if view.choice is None else "")


def thinned(dots: Sequence[Dot], named: int, step: float) -> list[Dot]:
    """The dots with the highest values, and of the others one for all that are as good as in one place."""
    ordered = sorted(dots, key=lambda one: (-one.value, one.day, one.text))
    cells: dict[tuple[int, int], Dot] = {}
    for one in ordered[named:]:
        cells.setdefault((one.day.toordinal() // 3, int(one.value / step) if step else 0), one)
    return [*ordered[:named], *cells.values()]


def _slowest(studio: Studio, view: View, bands: Bands) -> Table:
    texts, zone = studio.texts, studio.figures.weeks.zone
    slowest = sorted(view.finished, key=lambda one: (-one.days, one.ref))
    shown = slowest[: SLOWEST if view.choice is None else FEWER]
    rows = tuple(
        Row(
            (
                item_cell(studio.item(one.ref)),
                title_cell(studio.item(one.ref), texts),
                day_cell(one.at.astimezone(zone).date(), texts),
                measured_cell(one.days, texts),
            )
        )
        for one in shown
    )
    number = texts.figures.measured
    note = texts.counted(
        "report_flow.cycle_time.note",
        bands.of,
        p50=number(bands.p50),
        p70=number(bands.p70),
        p85=number(bands.p85),
        p95=number(bands.p95),
    )
    if len(slowest) > len(shown):
        note += " " + studio.say("cycle_time.cut", shown=texts.figures.count(len(shown)))
    heads = (
        Column("item", texts.text("flow.column.item")),
        Column("title", texts.text("flow.column.title")),
        Column("finished", studio.say("column.finished"), "day"),
        Column("days", studio.say("column.cycle"), "number"),
    )
    return Table("finished", studio.say("cycle_time.table"), heads, rows, note)


def aging_work(studio: Studio) -> Iterable[Chart]:
    """What is in progress by stage and age, over the ages at which work left that stage."""

    def draw(view: View) -> tuple[Markup, Table] | None:
        places = studio.drawn(view, (one for one in view.places if one.in_progress))
        if not places:
            return None
        picture = studio.by_stream(view, places, lambda place, name: _aging(studio, view, place, name))
        return picture, _bands(studio, view, places)

    return studio.chart("aging", draw)


def _by_stage(place: PlaceFlow) -> Mapping[str, list[InProgress]]:
    """What is in progress in each stage, the oldest first, of which it is known how old it is."""
    found: dict[str, list[InProgress]] = {
        one.stage.name: [] for one in place.stages if one.stage.category == "doing"
    }
    for one in place.in_progress:
        if one.age is not None:
            found[one.stage.name].append(one)
    return found


def _aging(studio: Studio, view: View, place: PlaceFlow, name: str) -> Markup:
    texts = studio.texts
    left = {one.stage.name: one.aging for one in place.stages}
    drawn = []
    for stage, some in _by_stage(place).items():
        bands = left[stage]
        dots = [
            Aged(
                one.age or 0,
                texts.plural(
                    "report_flow.aged",
                    one.age or 0,
                    item=studio.name(one.ref),
                    days=texts.figures.measured(one.age or 0),
                ),
                studio.links.ticket(one.ref) if view.choice is None else "",
            )
            for one in some
        ]
        p50, p70, p85, p95 = (bands.p50, bands.p70, bands.p85, bands.p95) if bands else (None,) * 4
        drawn.append(AgingColumn(stage, p50, p70, p85, p95, dots))
    title = studio.say("aging.picture", who=name)
    return aging(
        drawn, title=title, words=studio.words, axis=studio.say("axis.age"), named=_named(view, "aging")
    )


def _bands(studio: Studio, view: View, places: Sequence[PlaceFlow]) -> Table:
    texts = studio.texts
    heads = (
        Column("stream", studio.say("column.stream")),
        Column("stage", texts.text("flow.column.stage")),
        Column("in_progress", texts.text("flow.column.in_progress"), "number"),
        Column("older", studio.say("column.older"), "number"),
        *(
            Column(f"left_{name}", studio.say(f"column.left_{name}"), "number")
            for name in ("p50", "p70", "p85", "p95")
        ),
        Column("left", studio.say("column.left_of"), "number"),
    )
    rows = []
    for place in places:
        left, aged = {one.stage.name: one.aging for one in place.stages}, _by_stage(place)
        for one in place.stages:
            if one.stage.category != "doing":
                continue
            bands, some = left[one.stage.name], aged[one.stage.name]
            older = [each.ref for each in some if bands is not None and (each.age or 0) > bands.p85]
            page = studio.page_of(older) if view.choice is None else ""
            values = [
                getattr(bands, name) if bands is not None else None for name in ("p50", "p70", "p85", "p95")
            ]
            rows.append(
                Row(
                    (
                        studio.stream(place),
                        Cell(one.stage.name, one.stage.name),
                        count_cell(one.now, texts),
                        Cell(texts.figures.count(len(older)), len(older), page, "warn" if older else ""),
                        *(measured_cell(value, texts) for value in values),
                        count_cell(bands.of if bands is not None else 0, texts),
                    )
                )
            )
    return Table("aging_bands", studio.say("aging.table"), heads, tuple(rows), studio.undrawn(view, places))


def _named(view: View, chart: str) -> int:
    return (NAMED if view.choice is None else FEWER_NAMED)[chart]


def by_week(studio: Studio) -> Iterable[Chart]:
    """What was begun and what was finished in each week."""

    def draw(view: View) -> tuple[Markup, Table] | None:
        # Cumulative flow tells it of a team or an objective: its lines rise by what was begun and what was finished.
        begun, finished = view.by_week("arrivals"), view.by_week("departures")
        if not any((*begun, *finished)):
            return None
        mondays = studio.figures.weeks.days[:-1]
        series = [Band(studio.say("begun"), begun), Band(studio.say("finished"), finished)]
        title = studio.say("weekly.picture", who=studio.who(view))
        return columns(mondays, series, title=title, words=studio.words), _weeks(studio, view)

    return studio.chart("weekly", draw, is_apart=False)


def _weeks(studio: Studio, view: View) -> Table:
    texts = studio.texts
    names = {"begun": "arrivals", "finished": "departures", "dropped": "dropped", "backwards": "backwards"}
    heads = (
        Column("week", studio.say("column.week"), "day"),
        *(Column(name, studio.say(name), "number") for name in names),
    )
    counts = [view.by_week(name) for name in names.values()]
    rows = tuple(
        Row((day_cell(day, texts), *(count_cell(one, texts) for one in some)))
        for day, *some in zip(studio.figures.weeks.days[:-1], *counts, strict=True)
    )
    return Table("weeks", studio.say("weekly.table"), heads, rows)
