"""Each piece of work that serves no key result, why, and what it may serve. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from config.text.texts import Texts
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, ItemAlignment
from sync.align.suggestions import Suggestion, suggest
from sync.flow.building import team_of
from sync.report.html.links import Links
from sync.report.html.page import Cell, Column, Kind, Row, Table
from sync.report.html.sections.unaligned.pieces import Piece
from sync.report.html.source import ReportSource
from sync.report.html.teams import choices_of

MOST = 200
"""Rows in the page; the file of items has all."""

_MOST_ABOVE = 4
_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("key", "text"),
    ("title", "text"),
    ("team", "text"),
    ("status", "text"),
    ("state", "text"),
    ("age_days", "number"),
    ("effort", "number"),
    ("below", "number"),
    ("candidate", "text"),
    ("score", "number"),
    ("words", "text"),
    ("why", "text"),
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
    figures, is_shown = texts.figures, not item.private
    effort = None if piece.effort is None else round(piece.effort, 4)
    said = why(run.alignment.placements[item.ref], piece, run.alignment, texts) if is_shown else ""
    cells = (
        _key(item, texts, links),
        _text(item.title if is_shown else texts.text("report_unaligned.restricted")),
        _text(team_of(item) if is_shown else ""),
        _text(item.status if is_shown else ""),
        Cell(_state(piece, texts), piece.state, tone="bad" if piece.is_warned else ""),
        Cell(figures.count(piece.age_days), piece.age_days),
        Cell("–" if effort is None else figures.measured(effort), effort),
        Cell(figures.count(piece.below) if piece.below else "–", piece.below),
        *_suggestion(near[0] if near and is_shown else None, source),
        _text(said),
    )
    return Row(cells, choices_of(item, run.alignment, source.workspace))


def _text(text: str) -> Cell:
    return Cell(text or "–", text or None)


def _key(item: WorkItem, texts: Texts, links: Links) -> Cell:
    """Work with restricted access shows its key alone; what is called by its title not even that."""
    if item.private and item.key == item.title:
        return _text(texts.text("report_unaligned.restricted"))
    return Cell(item.name, item.name, links.ticket(item.ref))


def _suggestion(best: Suggestion | None, source: ReportSource) -> tuple[Cell, Cell, Cell]:
    """The likeliest key result, its score, and the words that speak for it."""
    if best is None:
        return Cell("–", None), Cell("–", None), Cell("–", None)
    titles = {one.id: one.title for _, one in source.workspace.key_results()}
    words = ", ".join(best.words)
    return (
        Cell(
            f"{best.key_result} {titles[best.key_result]}",
            best.key_result,
            f"kr/{quote(best.key_result, safe='')}/index.html",
        ),
        Cell(source.texts.figures.percent(int(best.score * 100)), round(best.score, 4)),
        Cell(words or source.texts.text("report_unaligned.facets"), words or None),
    )


def _state(piece: Piece, texts: Texts) -> str:
    if piece.until is not None:
        return texts.text("report_unaligned.state.until", day=texts.figures.day(piece.until))
    return texts.text(f"report_unaligned.state.{piece.state.replace(' ', '_')}")


def why(placement: ItemAlignment, piece: Piece, alignment: Alignment, texts: Texts) -> str:
    """Why it serves nothing, in the language of the report: what it claims in vain, that no rule links it, what it lost."""
    said = [
        texts.text("report_unaligned.why.over", claim=one.claim, day=texts.figures.day(one.over))
        if one.over is not None
        else texts.text("report_unaligned.why.near", claim=one.claim, nearest=one.nearest)
        if one.nearest
        else texts.text("report_unaligned.why.undeclared", claim=one.claim)
        for one in placement.unmet
    ] or [texts.text("report_unaligned.why.no_label")]
    above = list(_above(piece.item, alignment))
    if above:
        hidden = texts.text("report_unaligned.restricted")
        names = [hidden if one.private else one.name for one in above[:_MOST_ABOVE]]
        line = " → ".join(names + ["…"] * (len(above) > _MOST_ABOVE))
        said.append(texts.text("report_unaligned.why.no_rule", line=line))
    else:
        said.append(texts.text("report_unaligned.why.alone"))
    if piece.since is not None:
        said.append(texts.text("report_unaligned.why.lost", day=texts.figures.day(piece.since)))
    return texts.text("report_unaligned.why.join").join(said)


def _above(item: WorkItem, alignment: Alignment) -> Iterator[WorkItem]:
    """Its parents, the nearest first."""
    seen: set[Ref] = {item.ref}
    at = item.parent
    while at is not None and at not in seen and (one := alignment.items.get(at)) is not None:
        seen.add(at)
        yield one
        at = one.parent
