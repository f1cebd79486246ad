"""Person-days and what was gained with them as sections: by objective and team, and nothing about a person. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.texts import Texts
from config.workspace import Workspace
from sync.capacity.person_days import PersonDays
from sync.capacity.serving import Part
from sync.capacity.shares import ObjectiveShare
from sync.capacity.suppression import TOTAL
from sync.capacity.teams import team_name
from sync.forecast.working_days import WorkPlace
from sync.indicators.indicators import Indicators
from sync.indicators.returns import Gain, Return
from sync.report.table import NOTHING, Cell, Section

_COLUMN = "indicators.column"


def sections(found: Indicators, days: PersonDays, workspace: Workspace, texts: Texts) -> Iterator[Section]:
    """Person-days by objective, then by team, then the return of initiatives."""
    titles = {one.id: one.title for one in workspace.objectives}
    if days.cells:
        yield _by_part(days, titles, texts)
        yield _by_team(days, texts)
    if found.returns:
        yield _returns(found.returns, texts)


def _columns(texts: Texts, *names: str) -> tuple[str, ...]:
    return tuple(texts.text(f"{_COLUMN}.{name}") for name in names)


def _by_part(days: PersonDays, titles: dict[str, str], texts: Texts) -> Section:
    columns = _columns(texts, "what", "goal", "days", "of_all", "share", "declared")
    shares = {one.objective: one for one in days.shares}
    rows = []
    for part in days.parts:
        share = shares.get(part.name) if part.kind == "objective" else None
        rows.append(
            (
                Cell(_part(part, texts), "strong"),
                Cell(titles.get(part.name, "") if part.kind == "objective" else ""),
                _days(days, TOTAL, part, texts),
                _of(days, TOTAL, part, texts),
                _share(share, texts),
                Cell(NOTHING[1] if share is None else texts.figures.percent(round(100 * share.declared))),
            )
        )
    rows.append((Cell(texts.text("indicators.whole")), Cell(""), _days(days, TOTAL, TOTAL, texts), Cell(""), Cell(""), Cell("")))  # fmt: skip
    lead = texts.text(
        "indicators.person_days.lead",
        first=texts.figures.day(days.begin, year=True),
        last=texts.figures.day(days.end, year=True),
    )
    tail = (texts.text("indicators.hidden.why"),) if None in days.cells.values() else ()
    return Section(
        texts.text("indicators.person_days"),
        (lead,),
        columns,
        tuple(rows),
        right=columns[2:],
        prose=columns[1:2],
        tail=tail,
    )


def _by_team(days: PersonDays, texts: Texts) -> Section:
    columns = _columns(texts, "team", "what", "days", "of_team")
    rows = tuple(
        (
            Cell(team_name(team), "strong"),
            Cell(texts.text("indicators.whole") if part is TOTAL else _part(part, texts)),
            _days(days, team, part, texts),
            Cell("") if part is TOTAL else _of(days, team, part, texts),
        )
        for team in days.teams
        for part in (*days.parts, TOTAL)
        if (team, part) in days.cells
    )
    return Section(texts.text("indicators.person_days.by_team"), (), columns, rows, right=columns[2:])


def _part(part: Part, texts: Texts) -> str:
    return part.name or texts.text(f"indicators.part.{part.kind}")


def _days(days: PersonDays, team: WorkPlace | None, part: Part | None, texts: Texts) -> Cell:
    found = days.cells.get((team, part), 0.0)
    return _hidden(texts) if found is None else Cell(texts.figures.measured(found))


def _of(days: PersonDays, team: WorkPlace | None, part: Part, texts: Texts) -> Cell:
    """Its share of all days, or of those of the team."""
    found, whole = days.cells.get((team, part), 0.0), days.cells.get((team, TOTAL), 0.0)
    if found is None or whole is None:
        return _hidden(texts)
    return Cell(texts.figures.percent(round(100 * found / whole)) if whole else NOTHING[1])


def _share(share: ObjectiveShare | None, texts: Texts) -> Cell:
    if share is None:
        return Cell(NOTHING[1])
    return (
        _hidden(texts)
        if share.share is None
        else Cell(texts.figures.percent(round(100 * share.share)), "strong" if share.is_declared else "plain")
    )


def _hidden(texts: Texts) -> Cell:
    return Cell(texts.text("indicators.hidden"), "dim")


def _returns(found: tuple[Return, ...], texts: Texts) -> Section:
    columns = _columns(texts, "initiative", "effort", "gained", "value", "attainment", "proxy", "rank")
    rows = tuple(_return(one, texts) for one in found)
    return Section(
        texts.text("indicators.returns"),
        (texts.text("indicators.returns.lead"),),
        columns,
        rows,
        right=(columns[1], *columns[3:]),
        prose=(columns[2],),
    )


def _return(one: Return, texts: Texts) -> tuple[Cell, ...]:
    figures = texts.figures
    first, *more = [_gain(one, gain, texts) for gain in one.gains] or [NOTHING[1]]
    return (
        Cell(one.objective, "strong", more=(one.title,)),
        _hidden(texts) if one.effort is None else Cell(figures.measured(one.effort)),
        Cell(first, more=tuple(more)),
        Cell(NOTHING[1] if one.value is None else figures.number(one.value)),
        Cell(NOTHING[1] if one.attainment is None else figures.percent(int(100 * one.attainment + 1e-9))),
        Cell(NOTHING[1] if one.proxy is None else figures.measured(one.proxy)),
        Cell(NOTHING[1] if one.rank is None else figures.count(one.rank)),
    )


def _gain(one: Return, gain: Gain, texts: Texts) -> str:
    amount, each = texts.figures.number(gain.amount, gain.unit), one.per_day(gain)
    if each is None:
        return texts.text("indicators.gain", key_result=gain.key_result, amount=amount)
    a_day = texts.figures.measured(each, gain.unit)
    return texts.text("indicators.gain.a_day", key_result=gain.key_result, amount=amount, each=a_day)
