"""A section of blocks as tables and sentences for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.texts import Texts
from sync.report import table
from sync.report.html.page import Block, Cell, Chart, Facts, Paragraph, Section, Table, Tone

_STYLES: dict[Tone, table.Style] = {"good": "good", "warn": "warn", "bad": "bad", "quiet": "dim", "": "plain"}
_PROSE = frozenset({"title", "because", "notes", "moved"})
"""Columns of sentences, by id."""


def sections(section: Section, texts: Texts) -> Iterator[table.Section]:
    """The section, then its blocks; a chart is its table."""
    facts = [one for block in section.blocks if isinstance(block, Facts) for one in block.facts]
    lines = (
        f"{one.title}{texts.text('review.colon')}{one.cell.text}{f' ({one.note})' if one.note else ''}"
        for one in facts
    )
    yield table.Section(section.title, (plain(section.lead), *lines))
    for block in section.blocks:
        if not isinstance(block, Facts):
            yield _section(block)


def plain(paragraph: Paragraph) -> str:
    """Running text without its addresses."""
    return "".join(part if isinstance(part, str) else part.text for part in paragraph)


def _section(block: Block) -> table.Section:
    if isinstance(block, Chart):
        return _table(block.drawings[0].table)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Facts):
        return table.Section("", tuple(one.title for one in block.facts))
    lead = "• " if block.listed else ""
    return table.Section(block.title, tuple(f"{lead}{plain(one)}" for one in block.paragraphs))


def _table(block: Table) -> table.Section:
    names = tuple(column.title for column in block.columns)
    rows = tuple(tuple(map(_cell, row.cells)) for row in block.rows)
    return table.Section(
        block.title,
        (block.note,) if block.note else (),
        names,
        rows,
        right=tuple(one.title for one in block.columns if one.kind == "number"),
        prose=tuple(one.title for one in block.columns if one.id in _PROSE),
    )


def _cell(cell: Cell) -> table.Cell:
    return table.Cell(cell.text, _STYLES[cell.tone])
