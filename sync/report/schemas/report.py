"""The document beside the pages of `truenorth report`: report.json. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from sync.report.html.page import Kind
from sync.report.schemas.parts import Shape, absent


class Address(Shape):
    """A link: its words, and where it leads, from the folder of the report."""

    text: str
    address: str


class NotRead(Shape):
    """Something that could not be read, and of when what stands in its place was read."""

    kind: str
    name: str
    what: str
    as_of: datetime | None


class Figure(Shape):
    """A figure by itself."""

    title: str
    value: Any = Field(description="A text, number or day, or null.")
    text: str = Field(description="The value as people read it.")
    note: str | None
    link: str | None
    links: list[Address]


class Facts(Shape):
    """Figures, each by its id."""

    kind: Literal["facts"]
    facts: dict[str, Figure]


class Column(Shape):
    """A column of a table."""

    id: str
    title: str
    kind: Kind


class Row(Shape):
    """A row: its values and the addresses of some of them, by column, and the filters that show it."""

    values: dict[str, Any]
    links: dict[str, str] = absent("By column; only where there is one.")
    for_: list[dict[str, str]] = absent("Team or objective, by name; only where there is one.", alias="for")


class RowsOf(Shape):
    """A table."""

    id: str
    title: str
    columns: list[Column]
    rows: list[Row]
    note: str | None
    links: list[Address]


class Table(RowsOf):
    """A table as a block of its own."""

    kind: Literal["table"]


class Drawing(Shape):
    """What a chart shows: of everything, or of one team or objective."""

    for_: dict[str, str] | None = Field(alias="for")
    table: RowsOf


class Chart(Shape):
    """A chart, as the tables of its drawings."""

    kind: Literal["chart"]
    id: str
    title: str
    lead: str | None
    links: list[Address]
    drawings: list[Drawing]


class Text(Shape):
    """Running text."""

    kind: Literal["text"]
    title: str | None
    paragraphs: list[str]


class Section(Shape):
    """A section with its blocks, in order."""

    title: str
    lead: str
    blocks: list[Facts | Table | Chart | Text]


class Page(Shape):
    """A page: its sections by id."""

    title: str
    sections: dict[str, Section]


class Report(Page):
    """The report, and the page of each key result by its id."""

    format: Literal[1] = Field(description="The version of this schema.")
    as_of: datetime
    language: str
    workspace: str
    unread: list[NotRead]
    key_results: dict[str, Page]


Document = Report
