"""Where working time goes: person-days by objective against declared weights, by team, and what they brought. Pure.

Figures about fewer than three people are hidden, and so is all that would give one away (ADR 53): such a cell has no value,
in no drawing and in no file either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sync.capacity.person_days import PersonDays
from sync.capacity.serving import Part
from sync.capacity.shares import ObjectiveShare
from sync.capacity.suppression import TOTAL
from sync.capacity.teams import team_name
from sync.forecast.working_days import WorkPlace
from sync.indicators.returns import Gain, Return
from sync.report.html.cells import NOTHING, measured_cell, percent_cell, place_of, signed_cell
from sync.report.html.charts import Bar, bars, words_of
from sync.report.html.links import Links
from sync.report.html.page import (
    Block,
    Cell,
    Chart,
    Choice,
    Column,
    Drawing,
    Kind,
    Paragraph,
    Row,
    Section,
    Table,
    Text,
)
from sync.report.html.source import ReportSource
from sync.report.html.teams import ten_largest

_COLUMN = "indicators.column"
MOST_ROWS = 200
"""Rows of the table of teams."""
_DECLARATION = "flow: {}"


def section(source: ReportSource, links: Links) -> Section:  # noqa: ARG001  days are of people's work, which no search finds
    """Person-days by objective, exempt category and team; what to declare where they are not known."""
    texts, days = source.texts, source.person_days
    title = texts.text("report_investment.title")
    if days is None:
        key = "unknown" if source.workspace.flow is None else "idle"
        said: Paragraph = (texts.text(f"report_investment.{key}", declaration=_DECLARATION),)
        return Section("investment", title, said, ())
    figures = texts.figures
    first, last = (figures.day(day, year=True) for day in (days.begin, days.end))
    lead = texts.text("report_investment.lead", first=first, last=last)
    return Section("investment", title, (lead,), tuple(_Investment(source, days).blocks()))


class _Investment:
    def __init__(self, source: ReportSource, days: PersonDays) -> None:
        self._source, self._days, self._texts = source, days, source.texts
        self._titles = {one.id: one.title for one in source.workspace.objectives}
        self._words = words_of(source.texts.figures)

    def blocks(self) -> Iterator[Block]:
        if not self._days.cells:
            yield Text(((self._texts.text("report_investment.idle"),),))
            return
        if None in self._days.cells.values():
            yield Text(((self._texts.text("indicators.hidden.why"),),))
        if self._days.shares:
            yield self._shares()
        else:
            yield Text(((self._texts.text("report_investment.shares.early"),),))
        yield self._by_part()
        yield self._by_team()
        if returns := self._source.indicators.returns:
            yield self._returns(returns)

    # --- Against the weights ---------------------------------------------------------------------

    def _shares(self) -> Chart:
        texts = self._texts
        drawn = [
            Bar(
                name=f"{one.objective} · {self._titles.get(one.objective, '')}",
                value=100 * one.share,
                marker=100 * one.declared,
                text=percent_cell(round(100 * one.share), texts).text,
                href=place_of(one.objective),
            )
            for one in self._days.shares
            if one.share is not None
        ]
        title = texts.text("report_investment.shares.title")
        marker = texts.text("report_investment.declared")
        svg = bars(drawn, title=title, words=self._words, marker=marker)
        rows = tuple(
            Row(self._share_cells(one), frozenset({Choice("objective", one.objective)}))
            for one in self._days.shares
        )
        names = ("what", "goal", "share", "declared")
        columns = (
            *self._columns(*names),
            Column("points", texts.text("report_overview.column.points"), "number"),
        )
        table = Table("shares", title, columns, rows, self._share_note())
        lead = texts.text("report_investment.shares.lead")
        return Chart("shares", texts.text("report_investment.shares"), lead, (Drawing(None, svg, table),))

    def _share_cells(self, one: ObjectiveShare) -> tuple[Cell, ...]:
        texts, share = self._texts, one.share
        declared = percent_cell(round(100 * one.declared), texts)
        shown = self._hidden() if share is None else percent_cell(round(100 * share), texts)
        # Less than declared is the side that somebody must look at; more is that of another one.
        points = None if share is None else round(100 * share) - round(100 * one.declared)
        gap = signed_cell(points, texts) if one.is_declared else NOTHING
        title = self._titles.get(one.objective, "")
        name = Cell(one.objective, one.objective, href=place_of(one.objective))
        return name, Cell(title, title), shown, declared, gap

    def _share_note(self) -> str:
        """That nobody declared a weight, where nobody did."""
        is_declared = any(one.is_declared for one in self._days.shares)
        return "" if is_declared else self._texts.text("report_investment.not_declared")

    # --- All days --------------------------------------------------------------------------------

    def _by_part(self) -> Chart:
        """By what they went into: in all, in each of the largest teams, and of each objective by team."""
        texts, days = self._texts, self._days
        drawings = [
            self._drawing(None, [(self._part(part), TOTAL, part) for part in days.parts], TOTAL, TOTAL)
        ]
        places = {Choice("team", team_name(team)): team for team in days.teams}
        for choice in ten_largest(self._source):
            if (team := places.get(choice)) is not None:
                rows = [(self._part(part), team, part) for part in days.parts if (team, part) in days.cells]
                drawings.append(self._drawing(choice, rows, team, TOTAL))
        for part in days.parts:
            if part.kind == "objective":
                rows_ = [(team_name(team), team, part) for team in days.teams if (team, part) in days.cells]
                drawings.append(self._drawing(Choice("objective", part.name), rows_, TOTAL, part))
        title, lead = texts.text("report_investment.days"), texts.text("report_investment.days.lead")
        return Chart("days", title, lead, tuple(drawings))

    def _drawing(
        self,
        choice: Choice | None,
        rows: Iterable[tuple[str, WorkPlace | None, Part | None]],
        team: WorkPlace | None,
        part: Part | None,
    ) -> Drawing:
        """Bars of cells, each with its share of the cell of `team` and `part`, which has all of them."""
        texts, cells = self._texts, self._days.cells
        known = [(name, cells.get((row, column), 0.0)) for name, row, column in rows]
        whole = cells.get((team, part), 0.0)
        drawn = [
            Bar(name=name, value=days, marker=None, text=measured_cell(days, texts).text)
            for name, days in known
            if days is not None
        ]
        title = texts.text("report_investment.days.title")
        svg = bars(drawn, title=title, words=self._words)
        body = [Row((Cell(name, name), self._days_cell(days), self._of(days, whole))) for name, days in known]
        body.append(Row((Cell(texts.text("indicators.whole"), None), self._days_cell(whole), NOTHING)))
        return Drawing(
            choice, svg, Table("days", title, self._columns("what", "days", "of_all"), tuple(body))
        )

    def _by_team(self) -> Table:
        """Team by team; of many teams those with the most days, as many as fit."""
        texts, teams, kept = self._texts, self._days.teams, []
        rows: list[Row] = []
        for team in sorted(teams, key=self._rank):
            some = self._rows_of(team)
            if rows and len(rows) + len(some) > MOST_ROWS:
                break
            rows += some
            kept.append(team)
        if len(kept) == len(teams):
            rows = [row for team in teams for row in self._rows_of(team)]
        count = texts.figures.count
        words = {"shown": count(len(kept)), "total": count(len(teams))}
        note = texts.plural("report_investment.cut", len(kept), **words) if len(kept) < len(teams) else ""
        title = texts.text("indicators.person_days.by_team")
        return Table("teams", title, self._columns("team", "what", "days", "of_team"), tuple(rows), note)

    def _rank(self, team: WorkPlace) -> tuple[float, WorkPlace]:
        # A hidden sum tells nothing, not even by its place.
        return -(self._days.cells.get((team, TOTAL)) or 0.0), team

    def _rows_of(self, team: WorkPlace) -> list[Row]:
        texts, days, rows = self._texts, self._days, []
        whole = days.cells.get((team, TOTAL), 0.0)
        for part in (*days.parts, TOTAL):
            if (team, part) in days.cells:
                some = days.cells[team, part]
                of = NOTHING if part is TOTAL else self._of(some, whole)
                what = texts.text("indicators.whole") if part is TOTAL else self._part(part)
                name = Cell(team_name(team), team_name(team))
                cells = (name, Cell(what, what), self._days_cell(some), of)
                rows.append(Row(cells, self._choices(team, part)))
        return rows

    @staticmethod
    def _choices(team: WorkPlace, part: Part | None) -> frozenset[Choice]:
        found = {Choice("team", team_name(team))}
        if part is not None and part.kind == "objective":
            found.add(Choice("objective", part.name))
        return frozenset(found)

    # --- What they brought -----------------------------------------------------------------------

    def _returns(self, found: Iterable[Return]) -> Table:
        texts = self._texts
        names = ("initiative", "effort", "gained", "value", "attainment", "proxy", "rank")
        rows = tuple(
            Row(self._return_cells(one), frozenset({Choice("objective", one.objective)})) for one in found
        )
        lead = texts.text("indicators.returns.lead")
        return Table("returns", texts.text("indicators.returns"), self._columns(*names), rows, lead)

    def _return_cells(self, one: Return) -> tuple[Cell, ...]:
        texts, figures = self._texts, self._texts.figures
        gains = "; ".join(self._gain(one, gain) for gain in one.gains)
        attained = None if one.attainment is None else int(100 * one.attainment + 1e-9)
        return (
            Cell(f"{one.objective} · {one.title}", one.objective, href=place_of(one.objective)),
            self._days_cell(one.effort),
            Cell(gains, gains) if gains else NOTHING,
            NOTHING if one.value is None else Cell(figures.number(one.value), one.value),
            percent_cell(attained, texts),
            measured_cell(one.proxy, texts),
            NOTHING if one.rank is None else Cell(figures.count(one.rank), one.rank),
        )

    def _gain(self, one: Return, gain: Gain) -> str:
        figures, each = self._texts.figures, one.per_day(gain)
        amount = figures.number(gain.amount, gain.unit)
        if each is None:
            return self._texts.text("indicators.gain", key_result=gain.key_result, amount=amount)
        a_day = figures.measured(each, gain.unit)
        return self._texts.text(
            "indicators.gain.a_day", key_result=gain.key_result, amount=amount, each=a_day
        )

    # --- Cells -----------------------------------------------------------------------------------

    def _part(self, part: Part) -> str:
        return part.name or self._texts.text(f"indicators.part.{part.kind}")

    def _days_cell(self, days: float | None) -> Cell:
        return self._hidden() if days is None else measured_cell(days, self._texts)

    def _of(self, days: float | None, whole: float | None) -> Cell:
        """Its share of all; hidden where either is."""
        if days is None or whole is None:
            return self._hidden()
        return percent_cell(round(100 * days / whole), self._texts) if whole else NOTHING

    def _hidden(self) -> Cell:
        return Cell(self._texts.text("indicators.hidden"), None, tone="quiet")

    def _columns(self, *names: str) -> tuple[Column, ...]:
        return tuple(Column(name, self._texts.text(f"{_COLUMN}.{name}"), _kind(name)) for name in names)


_TEXTS = frozenset({"what", "goal", "team", "initiative", "gained"})


def _kind(name: str) -> Kind:
    return "text" if name in _TEXTS else "number"
