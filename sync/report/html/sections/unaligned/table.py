"""Each piece of work that serves no key result, why, and what it may serve. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import quote

from config.text.texts import Texts
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, ItemAlignment
from sync.align.suggestions import Suggestion, suggest
from sync.report.html.links import Links
from sync.report.html.page import Cell, Column, Kind, Row, Table
from sync.report.html.sections.unaligned.pieces import Piece
from sync.report.html.source import ReportSource
from sync.report.html.teams import choices_of
from sync.report.suggestions import score_of
from sync.report.table import team_of, title_of

MOST = 200
"""Rows in the page; the file of items has all."""

_MOST_ABOVE = 4
_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("key", "text"),
    ("title", "text"),
    ("team", "text"),
    ("level", "text"),
    ("status", "text"),
    ("state", "text"),
    ("age_days", "number"),
    ("since", "day"),
    ("effort", "number"),
    ("below", "number"),
    ("why", "text"),
    ("candidate", "text"),
    ("score", "number"),
    ("words", "text"),
)


def table(pieces: Sequence[Piece], source: ReportSource, links: Links) -> Table:
    """The most important of them, each with its likeliest key result where one is likely."""
    texts, run = source.texts, source.run
    shown = pieces[:MOST]
    near = suggest(run.alignment, source.workspace, run.observation.keywords, {one.item.ref for one in shown})
    rows = tuple(_row(one, near.get(one.item.ref, ()), source, links) for one in shown)
    notes = [texts.text("report_unaligned.table.note")]
    if hidden := len(pieces) - len(shown):
        notes.insert(0, texts.counted("report_unaligned.table.cut", hidden))
    columns = tuple(
        Column(name, texts.text(f"report_unaligned.column.{name}"), kind) for name, kind in _COLUMNS
    )
    return Table("items", texts.text("report_unaligned.table"), columns, rows, " ".join(notes))


def _row(piece: Piece, near: Sequence[Suggestion], source: ReportSource, links: Links) -> Row:
    texts, item, run = source.texts, piece.item, source.run
    figures = texts.figures
    placement = run.alignment.placements[item.ref]
    best = near[0] if near else None
    titles = {one.id: one.title for _, one in source.workspace.key_results()}
    effort = None if piece.effort is None else round(piece.effort, 4)
    cells = (
        Cell(item.name, item.name, links.ticket(item.ref)),
        _title(item, texts),
        Cell(team_of(item), item.team or item.project),
        Cell(texts.text(f"condition.level.{item.level}"), item.level),
        Cell(item.status, item.status),
        Cell(_state(piece, texts), piece.state, tone="bad" if piece.is_warned else ""),
        Cell(figures.count(piece.age_days), piece.age_days),
        _day(piece.since, texts),
        Cell("–" if effort is None else figures.measured(effort), effort),
        Cell(figures.count(piece.below) if piece.below else "–", piece.below),
        Cell(why(placement, item, run.alignment, texts), placement.reason),
        Cell(
            f"{best.key_result} {titles[best.key_result]}" if best else "–",
            best.key_result if best else None,
            f"kr/{quote(best.key_result, safe='')}/index.html" if best else "",
        ),
        Cell(score_of(best) if best else "–", round(best.score, 4) if best else None),
        Cell(_words(best, texts), ", ".join(best.words) if best else None),
    )
    return Row(cells, choices_of(item, run.alignment, source.workspace))


def _title(item: WorkItem, texts: Texts) -> Cell:
    """Work with restricted access shows its key alone."""
    if item.private:
        return Cell(texts.text("report_unaligned.restricted"), None, tone="quiet")
    return Cell(title_of(item), item.title)


def _state(piece: Piece, texts: Texts) -> str:
    if piece.until is not None:
        return texts.text("report_unaligned.state.until", day=texts.figures.day(piece.until))
    return texts.text(f"report_unaligned.state.{piece.state.replace(' ', '_')}")


def _day(day: date | None, texts: Texts) -> Cell:
    return Cell("–", None) if day is None else Cell(texts.figures.day(day, year=True), day.isoformat())


def _words(best: Suggestion | None, texts: Texts) -> str:
    if best is None:
        return "–"
    return ", ".join(best.words) or texts.text("report_unaligned.facets")


def why(placement: ItemAlignment, item: WorkItem, alignment: Alignment, texts: Texts) -> str:
    """Why it serves nothing, in the language of the report: its claims that link it to nothing, and that no rule links it."""
    said = [
        texts.text("report_unaligned.why.over", claim=one.claim, day=texts.figures.day(one.over))
        if one.over is not None
        else texts.text("report_unaligned.why.near", claim=one.claim, nearest=one.nearest)
        if one.nearest
        else texts.text("report_unaligned.why.undeclared", claim=one.claim)
        for one in placement.unmet
    ] or [texts.text("report_unaligned.why.no_label")]
    above = list(_above(item, alignment))
    if above:
        line = " → ".join([one.name for one in above[:_MOST_ABOVE]] + ["…"] * (len(above) > _MOST_ABOVE))
        said.append(texts.text("report_unaligned.why.no_rule", line=line))
    else:
        said.append(texts.text("report_unaligned.why.alone"))
    return texts.text("report_unaligned.why.join").join(said)


def _above(item: WorkItem, alignment: Alignment) -> Iterator[WorkItem]:
    """Its parents, the nearest first."""
    seen: set[Ref] = {item.ref}
    at = item.parent
    while at is not None and at not in seen and (one := alignment.items.get(at)) is not None:
        seen.add(at)
        yield one
        at = one.parent
