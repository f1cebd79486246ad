"""How objectives and key results stand, where they will end, what moved them, and what to do first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from config.okrs import KeyResult
from config.text.texts import Texts
from connectors.model import Health, WorkItem
from sync.forecast.attribution import Attribution
from sync.marks.texts.phrases import one_stop
from sync.measure import ObjectiveReading, Reading, to_percent
from sync.report.html.cells import (
    NOTHING,
    TONES,
    bearing,
    chance_cell,
    count_cell,
    day_words,
    health_cell,
    page_of,
    percent_cell,
    place_of,
    signed_cell,
    table_of,
)
from sync.report.html.charts import sparkline
from sync.report.html.key_result import one_things
from sync.report.html.key_result.bar import progress_bar
from sync.report.html.key_result.movement import (
    chance_cells,
    moved_cells,
    reached_then,
    trend,
    untold_words,
)
from sync.report.html.key_result.values import end_cell, value_cell
from sync.report.html.links import Links
from sync.report.html.page import (
    Block,
    Cell,
    Choice,
    Column,
    Fact,
    Facts,
    Kind,
    Link,
    Paragraph,
    Row,
    Section,
    Table,
    Text,
)
from sync.report.html.source import ReportSource
from sync.report.html.teams import team_choice

_COLUMN = "report_overview.column"
_HEALTHS: tuple[Health, ...] = ("on_track", "at_risk", "off_track", "done", "no_data")
_TEXTS = frozenset({"objective", "key_result", "cycle", "health", "value", "end", "changed"})


def section(source: ReportSource, links: Links) -> Section:
    """Objectives, each with its key results; what moved them since Monday of last week; and if you do one thing."""
    overview = _Overview(source, links)
    texts = source.texts
    return Section("overview", texts.text("report_overview.title"), overview.lead(), tuple(overview.blocks()))


def choices_of(reading: Reading) -> frozenset[Choice]:
    """What of the filter shows a key result: its objective, and the teams that have work for it."""
    teams = {choice for piece in reading.pieces if (choice := team_choice(piece.item)) is not None}
    return frozenset({Choice("objective", reading.objective), *teams})


def _choices_of_thing(reading: Reading, item: WorkItem) -> frozenset[Choice]:
    """What shows a thing to do: the objective that it serves, and the team whose it is."""
    team = team_choice(item)
    return frozenset({Choice("objective", reading.objective), *([team] if team is not None else [])})


class _Overview:
    def __init__(self, source: ReportSource, links: Links) -> None:
        self._source, self._links = source, links
        self._texts, self._run = source.texts, source.run
        self._key_results: dict[str, KeyResult] = {one.id: one for _, one in source.workspace.key_results()}
        self._today = source.now.astimezone(source.workspace.zone).date()
        self._since: date = source.since.astimezone(source.workspace.zone).date()

    def lead(self) -> Paragraph:
        """How many there are, as of when, and until when they go."""
        card, texts = self._run.scorecard, self._texts
        whole = texts.text(
            "report_overview.lead",
            key_results=texts.counted("report_overview.key_results", len(card.readings)),
            objectives=texts.counted("report_overview.objectives", len(card.objectives)),
            day=day_words(self._today, texts),
        )
        ends = {one.cycle: one.ends for one in card.objectives if one.phase == "running"}
        said = [
            texts.text("report_overview.until", cycle=cycle, day=day_words(end, texts, near=self._today))
            for cycle, end in ends.items()
        ]
        return (" ".join(map(one_stop, (whole, *said))),)

    def blocks(self) -> Iterator[Block]:
        yield Facts(tuple(self._facts()))
        yield from self._first()
        yield self._objectives()
        for objective in self._in_order():
            yield self._key_results_of(objective)
        yield from self._movement()
        yield from self._one_things()

    # --- At a glance -----------------------------------------------------------------------------

    def _facts(self) -> Iterator[Fact]:
        """How many key results of running cycles have which health, and how much work serves none."""
        texts = self._texts
        running = [one for one in self._run.scorecard.readings.values() if one.phase == "running"]
        counts = Counter(one.health for one in running)
        of = texts.counted("report_overview.of_key_results", len(running))
        for health in _HEALTHS:
            if counts[health] or health in _HEALTHS[:3]:
                cell = Cell(
                    texts.figures.count(counts[health]),
                    counts[health],
                    tone=TONES[health] if counts[health] else "quiet",
                )
                yield Fact(health, texts.text(f"report_overview.fact.{health}"), cell, of)
        orphans = self._run.signals.orphans
        yield Fact(
            "orphans",
            texts.text("report_overview.fact.orphans"),
            count_cell(len(orphans), texts, href="#unaligned"),
            texts.text("report_overview.fact.orphans.note"),
            self._links.of(sorted(orphans)),
        )

    def _first(self) -> Iterator[Text]:
        """What raises a chance most, of all key results."""
        items = self._run.alignment.items
        best = one_things.best_of(self._run.one_things, items)
        if best is None:
            return
        texts, title = self._texts, self._key_results[best.key_result].title
        link = Link(f"{best.key_result} · {title}", page_of(best.key_result))
        serves = texts.text("report_overview.serves")
        said = (*one_things.sentence(best.thing, items, texts), f" {serves} ", link, ".")
        yield Text((said,), title=texts.text("report_overview.first"))

    # --- How they stand --------------------------------------------------------------------------

    def _in_order(self) -> list[ObjectiveReading]:
        """Those of running cycles, then of those that ended, the last one first, then of those to come."""
        return sorted(self._run.scorecard.objectives, key=_place)

    def _objectives(self) -> Table:
        texts = self._texts
        names = ("objective", "cycle", "health", "reached", "expected", "grade", "key_results")
        rows = tuple(self._objective(one) for one in self._in_order())
        title = texts.text("report_overview.by_objective")
        note = texts.text("report_overview.bar")
        return bearing(Table("objectives", title, self._columns(*names), rows, note))

    def _objective(self, one: ObjectiveReading) -> Row:
        texts = self._texts
        title = f"{one.objective} · {one.title}"
        drawn = progress_bar(one, one.objective, None, texts)
        cells = (
            Cell(title, one.objective, href=place_of(one.objective)),
            Cell(one.cycle, one.cycle),
            health_cell(one, texts),
            percent_cell(one.percent, texts, svg=drawn),
            percent_cell(to_percent(one.expected), texts),
            NOTHING if one.grade is None else Cell(texts.figures.number(one.grade), one.grade),
            count_cell(len(one.readings), texts),
        )
        choices = {choice for reading in one.readings for choice in choices_of(reading)}
        return Row(cells, frozenset({Choice("objective", one.objective), *choices}))

    def _key_results_of(self, one: ObjectiveReading) -> Table:
        names = ("key_result", "health", "reached", "expected", "value", "end", "chance", "moved")
        rows = tuple(self._key_result(reading) for reading in one.readings)
        title = f"{one.objective} · {one.title}"
        return bearing(Table(table_of(one.objective), title, self._columns(*names), rows))

    def _key_result(self, reading: Reading) -> Row:
        texts, name = self._texts, reading.key_result
        outlook, history = self._run.outlooks.get(name), self._source.histories[name]
        found = outlook.forecast if outlook is not None else None
        title, before = f"{name} · {reading.title}", reached_then(history, self._since)
        points = None if before is None or reading.percent is None else reading.percent - before
        drawn = progress_bar(reading, name, found, texts)
        weeks = trend(history)
        line = sparkline(
            weeks,
            title=texts.text("report_overview.trend", key_result=name, reached=_course(weeks, texts)),
            last="",
        )
        cells = (
            Cell(title, name, href=page_of(name)),
            health_cell(reading, texts),
            percent_cell(reading.percent, texts, svg=drawn),
            percent_cell(to_percent(reading.expected), texts),
            value_cell(reading, self._key_results[name], texts),
            end_cell(outlook, texts),
            chance_cell(found.chance if found else None, texts),
            signed_cell(points, texts, svg=line) if len(weeks) > 1 else signed_cell(points, texts),
        )
        return Row(cells, choices_of(reading))

    # --- What moved them, and what to do ---------------------------------------------------------

    def _movement(self) -> Iterator[Block]:
        """Of running cycles: by work and scope what was reached, by work, scope and time the chance."""
        histories, since = self._source.histories, day_words(self._since, self._texts, near=self._today)
        running = [one for one in self._run.scorecard.readings.values() if one.phase == "running"]
        if not running:
            return
        if all(reached_then(histories[one.key_result], self._since) is None for one in running):
            yield Text(((self._texts.text("report_overview.movement.none", day=since),),))
        else:
            yield self._progress(running, since)
        if self._source.attributions:
            yield self._chances(running, since)

    def _progress(self, running: Sequence[Reading], since: str) -> Table:
        texts, histories = self._texts, self._source.histories
        names = ("key_result", "before", "now", "points", "by_work", "by_scope", "changed")
        rows = tuple(
            Row(
                (self._name(one), *moved_cells(histories[one.key_result], self._since, texts)),
                choices_of(one),
            )
            for one in running
        )
        title, note = (
            texts.text("report_overview.movement", day=since),
            texts.text("report_overview.movement.note"),
        )
        return bearing(Table("movement", title, self._columns(*names), rows, note))

    def _chances(self, running: Sequence[Reading], since: str) -> Table:
        texts, found = self._texts, self._source.attributions
        names = ("key_result", "chance_before", "chance_now", "points", "by_work", "by_scope", "by_time")
        rows = tuple(
            Row((self._name(one), *chance_cells(moved, texts)), choices_of(one))
            for one in running
            if isinstance(moved := found.get(one.key_result), Attribution)
        )
        notes = (texts.text("report_overview.chances.note"), untold_words(found, texts))
        title = texts.text("report_overview.chances", day=since)
        return Table("chances", title, self._columns(*names), rows, " ".join(filter(None, notes)))

    def _one_things(self) -> Iterator[Table]:
        texts, items = self._texts, self._run.alignment.items
        found = self._run.one_things
        readings = self._run.scorecard.readings
        rows = tuple(
            Row(
                (Cell(name, name, href=page_of(name)), *one_things.cells(thing, items, texts)),
                _choices_of_thing(readings[name], items[thing.item]),
            )
            for name, some in found.items()
            for thing in some.things
        )
        if rows:
            columns = (*self._columns("key_result"), *one_things.columns(texts))
            note = texts.text("report_overview.one_things.note")
            title = texts.text("report_overview.one_things")
            yield Table(
                "one_things", title, columns, rows, " ".join((note, *one_things.without(found, texts)))
            )

    def _name(self, reading: Reading) -> Cell:
        name = reading.key_result
        return Cell(f"{name} · {reading.title}", name, href=page_of(name))

    def _columns(self, *names: str) -> tuple[Column, ...]:
        since = day_words(self._since, self._texts, near=self._today)
        return tuple(
            Column(name, self._texts.text(f"{_COLUMN}.{name}", day=since), _kind(name)) for name in names
        )


def _course(weeks: Sequence[tuple[date, float | None]], texts: Texts) -> str:
    """Where it stood week by week, in words."""
    return ", ".join(percent_cell(to_percent(progress), texts).text for _, progress in weeks)


def _kind(name: str) -> Kind:
    return "text" if name in _TEXTS else "number"


def _place(one: ObjectiveReading) -> tuple[int, int]:
    match one.phase:
        case "running":
            return 0, 0
        case "ended":
            return 1, -one.ends.toordinal()
        case _:
            return 2, one.begins.toordinal()
