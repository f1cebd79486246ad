"""How much work serves no key result: in all, by team, and by age. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from config.text.texts import Texts
from connectors.model import Ref
from sync.report.html.charts import Bar, bars, words_of
from sync.report.html.links import Links
from sync.report.html.page import Cell, Chart, Choice, Column, Drawing, Fact, Facts, Row, Table
from sync.report.html.sections.unaligned.pieces import AGES, Piece
from sync.report.html.source import ReportSource
from sync.report.html.teams import ten_largest
from sync.signals.subjects import short_team

_MOST_BARS = 12


def amounts(pieces: Sequence[Piece], source: ReportSource, links: Links) -> Facts:
    """How much is warned about, how much effort that is, and how much is not warned about."""
    texts = source.texts
    warned = [one for one in pieces if one.is_warned]
    waiting = [one for one in pieces if one.state == "in grace"]
    resting = [one for one in pieces if one.state == "not started"]
    effort = sum(one.effort or 0 for one in warned if one.is_top)
    shown = texts.figures.measured(effort)
    return Facts(
        (
            _fact("warned", warned, texts, links, "bad" if warned else "good"),
            Fact(
                "effort",
                texts.text("report_unaligned.effort"),
                Cell(shown, round(effort, 4)),
                texts.text("report_unaligned.effort.note"),
            ),
            _fact("in_grace", waiting, texts, links),
            _fact("not_started", resting, texts, links),
        )
    )


def _fact(name: str, pieces: Sequence[Piece], texts: Texts, links: Links, tone: str = "") -> Fact:
    return Fact(
        name,
        texts.text(f"report_unaligned.{name}"),
        Cell(texts.figures.count(len(pieces)), len(pieces), tone=tone),  # type: ignore[arg-type]
        texts.text(f"report_unaligned.{name}.note"),
        links.of(_refs(pieces)),
    )


def by_team(pieces: Sequence[Piece], source: ReportSource, links: Links) -> Chart:
    """What is warned about by team; its table says how old it is."""
    texts = source.texts
    teams = _by_place(pieces)
    called = _called([name for name, _ in teams])
    rows = [
        Bar(called[name], len(some), None, texts.figures.count(len(some)), links.page_of(_refs(some)), "bad")
        for name, some in teams[:_MOST_BARS]
    ]
    title = texts.text("report_unaligned.by_team")
    name, most = teams[0]
    lead = texts.counted(
        "report_unaligned.by_team.lead",
        len(most),
        team=called[name],
        share=_share(len(most), sum(len(some) for _, some in teams), texts),
    )
    drawn = bars(rows, title=title, words=words_of(texts.figures))
    return Chart("by_team", title, lead, (Drawing(None, drawn, _team_table(teams, source, links)),))


def _team_table(teams: Sequence[tuple[str, Sequence[Piece]]], source: ReportSource, links: Links) -> Table:
    texts, called = source.texts, _called([name for name, _ in teams])
    columns = (
        Column("team", texts.text("report_unaligned.column.team")),
        *(Column(f"age_{band}", title, "number") for band, title in enumerate(_age_titles(texts))),
        Column("items", texts.text("report_unaligned.column.items"), "number"),
        Column("effort", texts.text("report_unaligned.column.effort"), "number"),
    )
    return Table(
        "teams",
        texts.text("report_unaligned.by_team.table"),
        columns,
        tuple(_team_row(name, called[name], some, texts, links) for name, some in teams),
    )


def _team_row(name: str, called: str, pieces: Sequence[Piece], texts: Texts, links: Links) -> Row:
    effort = sum(one.effort or 0 for one in pieces if one.is_top)
    cells = (
        Cell(called, name),
        *(_count(some, texts, links) for some in _by_age(pieces)),
        _count(pieces, texts, links),
        Cell(texts.figures.measured(effort), round(effort, 4)),
    )
    return Row(cells, frozenset((Choice("team", name),)) if "/" in name else frozenset())


def _called(places: Sequence[str]) -> dict[str, str]:
    """A place by its short name, with its tracker where two have one of that name."""
    counts = Counter(map(short_team, places))
    return {one: short_team(one) if counts[short_team(one)] == 1 else one for one in places}


def by_age(pieces: Sequence[Piece], source: ReportSource, links: Links) -> Chart:
    """How old what is warned about is, in all and for each of the largest teams that has any."""
    texts = source.texts
    warned = [one for one in pieces if one.is_warned]
    largest = {one.name: one for one in ten_largest(source)}
    drawings = [_ages(None, warned, texts, links)]
    drawings += [
        _ages(largest[name], some, texts, links) for name, some in _by_place(pieces) if name in largest
    ]
    ages = sorted(one.age_days for one in warned)
    lead = texts.counted(
        "report_unaligned.by_age.lead",
        ages[len(ages) // 2],
        oldest=texts.figures.count(ages[-1]),
    )
    return Chart("by_age", texts.text("report_unaligned.by_age"), lead, tuple(drawings))


def _ages(choice: Choice | None, pieces: Sequence[Piece], texts: Texts, links: Links) -> Drawing:
    titles, bands = _age_titles(texts), _by_age(pieces)
    rows = [
        Bar(title, len(some), None, texts.figures.count(len(some)), links.page_of(_refs(some)), "bad")
        for title, some in zip(titles, bands, strict=True)
    ]
    title = texts.text("report_unaligned.by_age")
    columns = (
        Column("age", texts.text("report_unaligned.column.age")),
        Column("items", texts.text("report_unaligned.column.items"), "number"),
    )
    cells = (
        Row((Cell(title, title), _count(some, texts, links)))
        for title, some in zip(titles, bands, strict=True)
    )
    svg = bars(rows, title=title, words=words_of(texts.figures))
    return Drawing(choice, svg, Table("ages", title, columns, tuple(cells)))


def _age_titles(texts: Texts) -> list[str]:
    """What each band of ages is called."""
    count, titles = (
        texts.figures.count,
        [texts.text("report_unaligned.age.first", last=texts.figures.count(AGES[0]))],
    )
    for before, last in pairwise(AGES):
        titles.append(texts.text("report_unaligned.age.between", first=count(before + 1), last=count(last)))
    return [*titles, texts.text("report_unaligned.age.last", first=count(AGES[-1]))]


def _by_age(pieces: Iterable[Piece]) -> list[list[Piece]]:
    found: list[list[Piece]] = [[] for _ in range(len(AGES) + 1)]
    for one in pieces:
        found[one.age_band].append(one)
    return found


def _by_place(pieces: Iterable[Piece]) -> list[tuple[str, list[Piece]]]:
    """What is warned about by place, the most first."""
    found: defaultdict[str, list[Piece]] = defaultdict(list)
    for one in pieces:
        if one.is_warned:
            found[one.place].append(one)
    return sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _count(pieces: Sequence[Piece], texts: Texts, links: Links) -> Cell:
    return Cell(texts.figures.count(len(pieces)), len(pieces), links.page_of(_refs(pieces)))


def _share(part: int, whole: int, texts: Texts) -> str:
    return texts.figures.percent(100 * part // whole if whole else 0)


def _refs(pieces: Iterable[Piece]) -> Iterator[Ref]:
    return (one.item.ref for one in pieces)
