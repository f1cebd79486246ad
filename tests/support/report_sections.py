"""The parts of a section of the report, by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.model import WorkItem
from sync.report.html.page import Chart, Choice, Facts, Raw, Section, Table, Text


def chart(section: Section, name: str) -> Chart:
    (found,) = [one for one in section.blocks if isinstance(one, Chart) and one.id == name]
    return found


def table(section: Section, name: str, choice: Choice | None = None) -> Table:
    """A table of the section, or of one of its charts as drawn for the choice."""
    (found,) = [one for one in tables(section, choice) if one.id == name]
    return found


def tables(section: Section, choice: Choice | None = None) -> Iterator[Table]:
    for one in section.blocks:
        if isinstance(one, Table) and choice is None:
            yield one
        elif isinstance(one, Chart):
            yield from (each.table for each in one.drawings if each.choice == choice)


def names(section: Section) -> list[str]:
    """The ids of its charts and tables, in order."""
    return [one.id for one in section.blocks if isinstance(one, Chart | Table)]


def rows(of: Table) -> list[dict[str, Raw]]:
    """The values of a table by the names of its columns."""
    names = [one.id for one in of.columns]
    return [dict(zip(names, (cell.value for cell in row.cells), strict=True)) for row in of.rows]


def facts(section: Section) -> dict[str, Raw]:
    return {
        fact.id: fact.cell.value for one in section.blocks if isinstance(one, Facts) for fact in one.facts
    }


def words(section: Section) -> str:
    """All that anybody can read of a section, and all addresses, in no order that matters."""

    def parts() -> Iterator[Any]:
        yield from (section.title, section.lead)
        for one in section.blocks:
            match one:
                case Facts():
                    yield from ((each.title, each.cell, each.note, each.links) for each in one.facts)
                case Table():
                    yield one
                case Chart():
                    yield from (one.title, one.lead, one.links)
                    yield from ((str(each.svg), each.table) for each in one.drawings)
                case Text():
                    yield from (one.title, one.paragraphs)

    return "\n".join(map(repr, parts()))


class ListedItems:
    """A tracker of which a page lists any items: its address names them."""

    def pages(self, items: Sequence[WorkItem]) -> Sequence[tuple[str, int]]:
        return (("https://tracker.example/search?" + "&".join(sorted(one.key for one in items)), len(items)),)
