"""What a page of the report consists of before it is HTML: sections of blocks, with each value as people and as programs read it. Pure.

Sections make these values, `render` makes HTML of them and `data` JSON, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

Raw = str | int | float | bool | None
Kind = Literal["text", "number", "day"]
Tone = Literal["", "good", "warn", "bad", "quiet"]
NO_DRAWING = Markup("")


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address: of a ticket, of a search that finds the same items, or of a place in the report."""

    text: str
    href: str


Paragraph = tuple[str | Link, ...]
"""Running text, with links in it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody may choose in the filter: a team, as "tracker/TEAM", or an objective by its id."""

    kind: Literal["team", "objective"]
    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: `text` as people read it, `value` as programs do and as it is sorted; where `href` is given, it is a link.

    `svg`: a small drawing of it beside the text, which is safe HTML and says what it shows in its own title.
    """

    text: str
    value: Raw
    href: str = ""
    tone: Tone = ""
    svg: Markup = NO_DRAWING


@dataclass(frozen=True, slots=True)
class Column:
    """`id`: its name in JSON. Numbers and days stand on the right; both are sorted by value."""

    id: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and the choices of the filter that show it; one without any is always shown."""

    cells: tuple[Cell, ...]
    choices: frozenset[Choice] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `id`: its name in JSON, and its anchor with the section's before it.

    `note`: what is left out of it and where that is, or how it is meant. `links`: searches that find exactly its items.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart for one choice of the filter, None: for all; `svg` is safe HTML, and `table` has its values."""

    choice: Choice | None
    svg: Markup
    table: Table


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, drawn once for all and once for each choice that it is drawn for. `lead`: what to see in it, in one sentence."""

    id: str
    title: str
    lead: str
    drawings: tuple[Drawing, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that stands by itself, such as a count, with what it means beneath."""

    id: str
    title: str
    cell: Cell
    note: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Figures beside each other."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, or where there are several and `listed` is set, a list."""

    paragraphs: tuple[Paragraph, ...]
    listed: bool = False
    title: str = ""


Block = Facts | Chart | Table | Text


@dataclass(frozen=True, slots=True)
class Section:
    """A section. `id`: its name in JSON and its anchor; `lead`: what it says, in a sentence or two."""

    id: str
    title: str
    lead: Paragraph
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of its own, such as that of a key result."""

    title: str
    sections: tuple[Section, ...]
