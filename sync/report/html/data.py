"""The report as plain data: the same values that its pages show. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sync.report.html.page import (
    Block,
    Chart,
    Choice,
    Facts,
    Link,
    Page,
    Paragraph,
    Row,
    Section,
    Table,
    Text,
)

Data = dict[str, Any]


def page_data(page: Page) -> Data:
    """A page: its title, and each section by its id."""
    return {"title": page.title, "sections": {one.id: section_data(one) for one in page.sections}}


def section_data(section: Section) -> Data:
    """A section with its blocks, in order."""
    return {
        "title": section.title,
        "lead": words_of(section.lead),
        "blocks": [_block(one) for one in section.blocks],
    }


def words_of(paragraph: Paragraph) -> str:
    """Running text without its links."""
    return "".join(part.text if isinstance(part, Link) else part for part in paragraph)


def _block(block: Block) -> Data:
    match block:
        case Facts():
            return {
                "kind": "facts",
                "facts": {
                    one.id: {
                        "title": one.title,
                        "value": one.cell.value,
                        "text": one.cell.text,
                        "note": one.note or None,
                        "link": one.cell.href or None,
                        "links": _links(one.links),
                    }
                    for one in block.facts
                },
            }
        case Table():
            return {"kind": "table", **table_data(block)}
        case Chart():
            return {
                "kind": "chart",
                "id": block.id,
                "title": block.title,
                "lead": block.lead or None,
                "links": _links(block.links),
                "drawings": [
                    {"for": _choice(one.choice), "table": table_data(one.table)} for one in block.drawings
                ],
            }
        case Text():
            return {
                "kind": "text",
                "title": block.title or None,
                "paragraphs": [words_of(one) for one in block.paragraphs],
            }


def table_data(table: Table) -> Data:
    """A table: each row by the names of its columns, with addresses where it has any, and the choices that show it."""
    return {
        "id": table.id,
        "title": table.title,
        "columns": [{"id": one.id, "title": one.title, "kind": one.kind} for one in table.columns],
        "rows": [_row(table, one) for one in table.rows],
        "note": table.note or None,
        "links": _links(table.links),
    }


def _row(table: Table, row: Row) -> Data:
    names = [one.id for one in table.columns]
    links = {name: one.href for name, one in zip(names, row.cells, strict=True) if one.href}
    return {
        "values": {name: one.value for name, one in zip(names, row.cells, strict=True)},
        **({"links": links} if links else {}),
        **({"for": [_choice(one) for one in _sorted(row.choices)]} if row.choices else {}),
    }


def _sorted(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda one: (one.kind, one.name))


def _choice(choice: Choice | None) -> Mapping[str, str] | None:
    return None if choice is None else {choice.kind: choice.name}


def _links(links: Iterable[Link]) -> list[Data]:
    return [{"text": one.text, "address": one.href} for one in links]
