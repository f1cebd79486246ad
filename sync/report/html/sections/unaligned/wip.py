"""Work in progress by key result on each day, with what serves none on top. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from config.text.texts import Texts
from connectors.model import Ref
from sync.flow.wip_by_key_result import PurposeKind, Wip, WipBand, WipByKeyResult, wip_by_key_result
from sync.report.html.charts import Band, stacked, words_of
from sync.report.html.links import Links
from sync.report.html.page import Block, Cell, Chart, Choice, Column, Drawing, Row, Table, Text, Tone
from sync.report.html.source import ReportSource
from sync.report.html.teams import ten_largest

MOST_KEY_RESULTS = 7
"""Key results that are kept apart; the smaller others are one band."""
MOST_OF_CHOICE = 5
"""Likewise of one team or objective, since each is drawn."""
MOST_DAYS = 100
"""A longer cycle is drawn by week, and so is what is drawn for one team or objective."""
LONGEST = 400
"""Characters of an address that is given again for each team and objective: some forty ids."""

_WEEK = 7
_NAMES: dict[PurposeKind, str] = {"none": "nothing", "elsewhere": "elsewhere", "unknown": "unknown"}
_TONES: dict[PurposeKind, Tone] = {"none": "bad", "elsewhere": "quiet", "unknown": "quiet", "exempt": "quiet"}


def wip_charts(source: ReportSource, links: Links) -> Iterator[Block]:
    """A chart for each running cycle; where no histories are read, what to declare."""
    texts = source.texts
    title = texts.text("report_unaligned.wip")
    if not source.flow.declared:
        yield Text(((texts.text("report_unaligned.wip.undeclared"),),), title=title)
        return
    found = wip_by_key_result(source.flow, source.run.alignment, source.workspace)
    for one in found:
        if one.whole.bands:
            yield _chart(one, source, links, is_only=len(found) == 1)
    if not any(one.whole.bands for one in found):
        yield Text(((texts.text("report_unaligned.wip.none"),),), title=title)


def _chart(wip: WipByKeyResult, source: ReportSource, links: Links, *, is_only: bool) -> Chart:
    texts = source.texts
    days = range(len(wip.days)) if len(wip.days) <= MOST_DAYS else _weekly(len(wip.days))
    draw = _Drawer(wip, source, links)
    drawings = [draw(None, wip.whole, days)]
    weekly = _weekly(len(wip.days))
    teams = [one for one in ten_largest(source) if one.name in wip.teams]
    drawings += [draw(one, wip.teams[one.name], weekly) for one in teams]
    for objective in source.workspace.objectives:
        some = wip.of_key_results(one.id for one in objective.key_results)
        if objective.cycle == wip.cycle and some.bands:
            drawings.append(draw(Choice("objective", objective.id), some, weekly))
    lost = next((band for band in wip.whole.bands if band.purpose.kind == "none"), None)
    return Chart(
        "wip" if is_only else f"wip-{wip.cycle}",
        texts.text("report_unaligned.wip.of", cycle=wip.cycle),
        _lead(wip, lost, texts),
        tuple(drawings),
        links.of(lost.now) if lost is not None else (),
    )


def _weekly(count: int) -> range:
    """Each week back from the last day."""
    return range((count - 1) % _WEEK, count, _WEEK)


def _lead(wip: WipByKeyResult, lost: WipBand | None, texts: Texts) -> str:
    total, none = wip.whole.total(-1), lost.values[-1] if lost is not None else Fraction(0)
    said = texts.counted(
        "report_unaligned.wip.lead",
        int(none),
        total=texts.figures.count(int(total)),
        share=texts.figures.percent(int(100 * none / total) if total else 0),
    )
    if (before := wip.whole.total(0)) and len(wip.days) > 1:
        then = lost.values[0] if lost is not None else Fraction(0)
        said += " " + texts.text(
            "report_unaligned.wip.then",
            day=texts.figures.day(wip.days[0]),
            count=texts.figures.count(int(then)),
            total=texts.figures.count(int(before)),
            share=texts.figures.percent(int(100 * then / before)),
        )
    if wip.unread:
        said += " " + texts.counted("report_unaligned.wip.unread", wip.unread)
    return said


@dataclass(frozen=True, slots=True)
class _Series:
    """A band as it is shown."""

    id: str
    name: str
    values: Sequence[Fraction]
    tone: Tone
    now: tuple[Ref, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Drawer:
    wip: WipByKeyResult
    source: ReportSource
    links: Links

    def __call__(self, choice: Choice | None, wip: Wip, days: Sequence[int]) -> Drawing:
        texts = self.source.texts
        most = MOST_KEY_RESULTS if choice is None else MOST_OF_CHOICE
        series = _folded(list(_series(wip, texts)), most, texts)
        bands = [
            Band(one.name, [float(one.values[day]) for day in days], one.tone, self._page(one))
            for one in series
        ]
        shown = [self.wip.days[day] for day in days]
        title = texts.text("report_unaligned.wip.of", cycle=self.wip.cycle)
        svg = stacked(shown, bands, title=title, words=words_of(texts.figures))
        return Drawing(choice, svg, self._table(title, series, wip, days))

    def _page(self, one: _Series) -> str:
        page = self.links.page_of(one.now) if one.is_whole and one.now else ""
        return page if len(page) <= LONGEST else ""

    def _table(self, title: str, series: Sequence[_Series], wip: Wip, days: Sequence[int]) -> Table:
        texts = self.source.texts
        columns = (
            Column("day", texts.text("report_unaligned.column.day"), "day"),
            *(Column(one.id, one.name, "number") for one in series),
            Column("total", texts.text("report_unaligned.column.total"), "number"),
        )
        last = len(self.wip.days) - 1
        rows = []
        for day in reversed(days):
            cells = [
                _number(one.values[day], texts, self._page(one) if day == last else "") for one in series
            ]
            when = self.wip.days[day]
            rows.append(Row((_day(when, texts), *cells, _number(wip.total(day), texts))))
        note = texts.text("report_unaligned.wip.note")
        return Table("days", title, columns, tuple(rows), note)


def _day(day: date, texts: Texts) -> Cell:
    return Cell(texts.figures.day(day, year=True), day.isoformat())


def _number(value: Fraction, texts: Texts, href: str = "") -> Cell:
    whole = int(value) if value.denominator == 1 else round(float(value), 4)
    return Cell(texts.figures.measured(value), whole, href)


def _series(wip: Wip, texts: Texts) -> Iterator[_Series]:
    """The bands, with all exempt work as one."""
    for band in wip.bands:
        kind = band.purpose.kind
        if kind == "exempt":
            continue
        name = band.purpose.name or texts.text(f"report_unaligned.wip.{_NAMES[kind]}")
        yield _Series(
            band.purpose.name or kind, name, band.values, _TONES.get(kind, ""), band.now, band.is_whole
        )
    exempt = [band for band in wip.bands if band.purpose.kind == "exempt"]
    if exempt:
        values = [sum(some, Fraction(0)) for some in zip(*(band.values for band in exempt), strict=True)]
        now = tuple(ref for band in exempt for ref in band.now)
        yield _Series(
            "exempt", texts.text("report_unaligned.wip.exempt"), values, "quiet", now, is_whole=True
        )


def _folded(series: Sequence[_Series], most: int, texts: Texts) -> list[_Series]:
    """Those that are kept apart: of key results the largest, with the others as one."""
    goals = [one for one in series if not one.tone]
    if len(goals) <= most:
        return list(series)
    large = sorted(goals, key=lambda one: -sum(one.values))[: most - 1]
    small = [one for one in goals if one not in large]
    values = [sum(some, Fraction(0)) for some in zip(*(one.values for one in small), strict=True)]
    others = _Series(
        "others", texts.counted("report_unaligned.wip.others", len(small)), values, "", (), is_whole=False
    )
    last = max(at for at, one in enumerate(series) if not one.tone)
    kept = [one for one in series[: last + 1] if one.tone or one in large]
    return [*kept, others, *series[last + 1 :]]
