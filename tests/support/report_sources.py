"""What the report is made from, without any I/O, and what its sections show: for tests of sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.text.texts import ENGLISH_TEXTS, Texts
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.brief.contents import brief_of
from sync.brief.week import last_monday
from sync.decide import look
from sync.history.days import HistoryRow, until_now
from sync.memory import Memory
from sync.report.html.page import Cell, Chart, Facts, Link, Section, Table, Text
from sync.report.html.source import ReportSource
from tests.support.builders import NOW, observed

Values = list[dict[str, Any]]


def source_of(
    items: Sequence[WorkItem],
    declared: Workspace,
    kept: Mapping[str, Sequence[HistoryRow]] | None = None,
    texts: Texts = ENGLISH_TEXTS,
    **sections: Any,
) -> ReportSource:
    """The report of these items at `NOW`. `kept`: readings of earlier days, by key result."""
    run = look(observed(*items, **sections), Memory(), declared, NOW)
    since = last_monday(NOW, declared.zone)
    brief = brief_of(run, run.signal_context, declared, since)
    histories = until_now(kept or {}, run.scorecard, {}, NOW.astimezone(declared.zone).date())
    return ReportSource(run, declared, histories, brief, since, texts)


def tables_of(section: Section) -> dict[str, Table]:
    """The tables of a section by their ids; those of charts as "chart" for all, and "chart NAME" for a choice."""
    found: dict[str, Table] = {}
    for block in section.blocks:
        if isinstance(block, Table):
            found[block.id] = block
        elif isinstance(block, Chart):
            for one in block.drawings:
                found[f"{block.id} {one.choice.name}" if one.choice else block.id] = one.table
    return found


def values_of(table: Table) -> Values:
    """The values of each row, by column."""
    return [
        {column.id: cell.value for column, cell in zip(table.columns, row.cells, strict=True)}
        for row in table.rows
    ]


def texts_of(table: Table) -> list[dict[str, str]]:
    """The texts of each row, by column."""
    return [
        {column.id: cell.text for column, cell in zip(table.columns, row.cells, strict=True)}
        for row in table.rows
    ]


def facts_of(section: Section) -> dict[str, Cell]:
    """The figures of a section by their ids."""
    return {one.id: one.cell for block in section.blocks if isinstance(block, Facts) for one in block.facts}


def paragraphs_of(section: Section) -> list[str]:
    """The running text of a section, its lead first, without links."""
    found = [
        section.lead,
        *(one for block in section.blocks if isinstance(block, Text) for one in block.paragraphs),
    ]
    return ["".join(part.text if isinstance(part, Link) else part for part in one) for one in found]


def words_of(section: Section) -> Iterator[str]:
    """Everything that people read in a section."""
    yield section.title
    yield from paragraphs_of(section)
    for block in section.blocks:
        match block:
            case Facts():
                for fact in block.facts:
                    yield from (fact.title, fact.cell.text, fact.note, str(fact.cell.svg))
                    yield from (link.text for link in fact.links)
            case Text():
                yield block.title
            case Chart():
                yield from (block.title, block.lead, *(str(one.svg) for one in block.drawings))
    for table in tables_of(section).values():
        yield from (table.title, table.note, *(column.title for column in table.columns))
        yield from (link.text for link in table.links)
        for row in table.rows:
            for cell in row.cells:
                yield from (cell.text, str(cell.svg))
