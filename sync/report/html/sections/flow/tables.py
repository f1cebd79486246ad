"""Figures beside each other, and tables of flow: every value stream, team and objective, and the oldest work in progress. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from connectors.model import Ref
from sync.flow.aging import Bands
from sync.flow.figures import InProgress, PlaceFlow
from sync.flow.finished import Efficiency, in_days
from sync.flow.travels import NO_TIME
from sync.report.flow.words import a_week, bottleneck_words, efficiency_percent, stream_name
from sync.report.html.cells import (
    NOTHING,
    count_cell,
    item_cell,
    measured_cell,
    title_cell,
)
from sync.report.html.page import Cell, Choice, Column, Fact, Facts, Paragraph, Row, Table, Text, Tone
from sync.report.html.sections.flow.drawing import Studio
from sync.report.html.sections.flow.views import View

MOST = 200
"""Rows of the table of places in the page."""

OLDEST = 75
"""Items in the table of the oldest work in progress."""

BOTTLENECKS = 5
"""How many bottlenecks are said in a sentence each; the table names all."""


def facts(studio: Studio) -> Facts:
    """The flow of all work at a glance."""
    texts, say, whole = studio.texts, studio.say, studio.views.everything
    refs = [one.ref for one in whole.in_progress]
    cycle = whole.cycle_time
    efficiency = _together(one.efficiency for one in whole.places)
    begun, finished = (a_week(whole.by_week(name)) for name in ("arrivals", "departures"))
    blocked = sum(one.blocked.now for one in whole.places)
    days = in_days(sum((one.blocked.time for one in whole.places), timedelta()))
    share = efficiency.share
    found = [
        Fact(
            "in_progress_now",
            say("fact.in_progress"),
            count_cell(len(refs), texts),
            links=studio.links.of(refs),
        ),
        Fact(
            "finished_a_week",
            say("fact.finished"),
            measured_cell(finished, texts),
            say("fact.finished.note", begun=texts.figures.measured(begun)),
        ),
        Fact(
            "cycle_time_p85",
            say("fact.cycle_time"),
            measured_cell(cycle.p85 if cycle is not None else None, texts),
            say("fact.cycle_time.note", middle=texts.figures.measured(cycle.p50))
            if cycle is not None
            else "",
        ),
        Fact(
            "flow_efficiency",
            say("fact.efficiency"),
            NOTHING
            if share is None
            else Cell(texts.figures.percent(efficiency_percent(share)), round(100 * share, 4)),
            texts.counted("report_flow.fact.efficiency.note", efficiency.items)
            if share is not None
            else texts.text("flow.not_known"),
        ),
        Fact(
            "blocked_now",
            say("fact.blocked"),
            count_cell(blocked, texts),
            say("fact.blocked.note", days=texts.figures.measured(days)),
        ),
    ]
    return Facts(tuple(found))


def _together(some: Iterable[Efficiency]) -> Efficiency:
    """The efficiency of all streams: of the sums, as of one."""
    active, whole, items = NO_TIME, NO_TIME, 0
    for one in some:
        active, whole, items = active + one.active, whole + one.whole, items + one.items
    return Efficiency(active, whole, items)


def bottlenecks(studio: Studio) -> Text:
    """The bottleneck of each stream that has one, the longest queue against its own history first."""
    places = studio.views.everything.places
    found = sorted(
        (one for one in places if one.bottleneck.stage is not None),
        key=lambda one: (-one.bottleneck.queue / max(1, one.bottleneck.usual), -one.bottleneck.queue),
    )
    some: tuple[Paragraph, ...] = tuple((_bottleneck(studio, one),) for one in found[:BOTTLENECKS])
    if not some:
        is_known = any(one.bottleneck.known for one in places)
        some = ((studio.say("bottleneck.none") if is_known else studio.texts.text("flow.short_history"),),)
    elif len(found) > BOTTLENECKS:
        some += ((studio.texts.counted("flow.more", len(found) - BOTTLENECKS),),)
    return Text(some, len(some) > 1, studio.say("bottleneck.title"))


def _bottleneck(studio: Studio, place: PlaceFlow) -> str:
    one, texts = place.bottleneck, studio.texts
    return texts.counted(
        "report_flow.bottleneck.sentence",
        one.queue,
        stage=one.stage.name if one.stage is not None else "",
        stream=stream_name(place.stream, texts),
        usual=texts.figures.count(one.usual),
        limit=texts.figures.count(one.limit),
    )


_PLACE = {
    "begun": "flow.column.begun",
    "finished": "flow.column.finished",
    "in_progress": "flow.column.in_progress",
    "cycle_p50": "report_flow.column.cycle_p50",
    "cycle_p85": "report_flow.column.cycle_p85",
    "lead_p85": "report_flow.column.lead_p85",
    "efficiency": "flow.column.efficiency",
    "blocked": "flow.column.blocked",
}


def places(studio: Studio) -> Table:
    """The flow of each value stream, each team in it and each objective: the figures that `truenorth signals` shows, and more."""
    say, texts = studio.say, studio.texts
    heads = (
        Column("kind", say("column.of")),
        Column("where", texts.text("flow.column.place")),
        Column("stream", say("column.stream")),
        *(Column(name, texts.text(title), "number") for name, title in _PLACE.items()),
        Column("bottleneck", texts.text("flow.column.bottleneck")),
    )
    rows = list(_rows(studio))
    note = ""
    if len(rows) > MOST:
        note = say("places.cut", left=texts.figures.count(len(rows) - MOST))
    return Table("places", say("places.title"), heads, tuple(rows[:MOST]), note)


def _rows(studio: Studio) -> Iterator[Row]:
    views = studio.views
    for place in studio.figures.places:
        if place.team:
            yield _row(studio, "team", place.team, place, frozenset({Choice("team", place.team)}))
        else:
            name = stream_name(place.stream, studio.texts)
            yield _row(studio, "stream", name, place, views.teams_of(place.stream.name))
    for view in views.parts:
        if view.choice is not None and view.choice.kind == "objective":
            for place in view.places:
                yield _row(studio, "objective", view.choice.name, place, frozenset({view.choice}))


def _row(studio: Studio, kind: str, name: str, place: PlaceFlow, choices: frozenset[Choice]) -> Row:
    texts = studio.texts
    cycle = place.cycle_time.days if place.cycle_time is not None else None
    lead = place.lead_time.days if place.lead_time is not None else None
    share = place.efficiency.share
    page = studio.page_of(one.ref for one in place.in_progress) if kind != "objective" else ""
    one = place.bottleneck
    tone: Tone = "quiet" if not one.known else "warn" if one.stage is not None else ""
    return Row(
        (
            Cell(studio.say(f"kind.{kind}"), kind),
            Cell(name, (place.team or place.stream.name) if kind != "objective" else name),
            studio.stream(place),
            measured_cell(a_week(place.arrivals), texts),
            measured_cell(a_week(place.departures), texts),
            count_cell(len(place.in_progress), texts, href=page),
            measured_cell(cycle.p50 if cycle is not None else None, texts),
            measured_cell(cycle.p85 if cycle is not None else None, texts),
            measured_cell(lead.p85 if lead is not None else None, texts),
            _efficiency(place, studio) if share is None else _percent(share, studio),
            measured_cell(in_days(place.blocked.time) if place.blocked.items else None, texts),
            Cell(bottleneck_words(one, texts), one.stage.name if one.stage is not None else None, tone=tone),
        ),
        choices,
    )


def _efficiency(place: PlaceFlow, studio: Studio) -> Cell:
    if place.knows_waiting:
        return NOTHING
    return Cell(studio.texts.text("flow.not_known"), None, tone="quiet")


def _percent(share: float, studio: Studio) -> Cell:
    return Cell(studio.texts.figures.percent(efficiency_percent(share)), round(100 * share, 4))


def in_progress(studio: Studio) -> Iterable[Table]:
    """The oldest work in progress, each against the age at which 85 % left its stage; nothing where none is in progress."""
    whole: View = studio.views.everything
    oldest: Sequence[InProgress] = whole.in_progress
    if not oldest:
        return
    texts, say = studio.texts, studio.say
    left = {
        one.ref: stages.get(one.stage.name)
        for place in whole.places
        for stages in ({stage.stage.name: stage.aging for stage in place.stages},)
        for one in place.in_progress
    }
    heads = (
        Column("item", texts.text("flow.column.item")),
        Column("title", texts.text("flow.column.title")),
        Column("stage", texts.text("flow.column.stage")),
        Column("age", texts.text("flow.column.age"), "number"),
        Column("whole_days", texts.text("flow.column.whole_days"), "number"),
        Column("in_stage", texts.text("flow.column.in_stage"), "number"),
        Column("left", texts.text("flow.column.left"), "number"),
    )
    rows = tuple(_aged(studio, one, left) for one in oldest[:OLDEST])
    note = say("in_progress.note")
    if len(oldest) > OLDEST:
        note += " " + texts.counted("report_flow.in_progress.cut", len(oldest) - OLDEST)
    links = studio.links.of([one.ref for one in oldest[:OLDEST]])
    yield Table("in_progress", texts.text("flow.oldest"), heads, rows, note, links)


def _aged(studio: Studio, one: InProgress, left: Mapping[Ref, Bands | None]) -> Row:
    texts, item, bands = studio.texts, studio.item(one.ref), left[one.ref]
    tone: Tone = ""
    if bands is not None and one.age is not None:
        tone = "bad" if one.age > bands.p95 else "warn" if one.age > bands.p85 else ""
    age = measured_cell(one.age, texts)
    return Row(
        (
            item_cell(item),
            title_cell(item, texts),
            Cell(one.stage.name, one.stage.name),
            Cell(age.text, age.value, tone=tone or age.tone),
            count_cell(one.whole_days, texts) if one.whole_days is not None else NOTHING,
            measured_cell(one.days_in_stage, texts),
            measured_cell(bands.p85 if bands is not None else None, texts),
        ),
        studio.views.choices.get(one.ref, frozenset()),
    )
