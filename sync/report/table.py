"""Tables of cells, for whoever prints them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.model import Health, WorkItem

Style = Literal["plain", "good", "warn", "bad", "dim", "strong"]


@dataclass(frozen=True, slots=True)
class Cell:
    """Text as it came from a tracker or from YAML; the renderer makes it inert. `more`: lines below it in the same cell."""

    text: str
    style: Style = "plain"
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A title, sentences below it, and perhaps a table. Of its columns, by name:

    - `right`: those set flush right.
    - `prose`: those of titles and sentences. They wrap, and where the terminal is narrow they stand below the others.
    - `links`: those of addresses, which stand on a line of their own where they do not fit.
    - `private`: those that tell of people. They are shown on the terminal and not in Markdown, which is made to be passed on.
    """

    title: str
    lead: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    right: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


HEALTH_STYLES: Mapping[Health, Style] = {
    "on_track": "good",
    "done": "good",
    "at_risk": "warn",
    "off_track": "bad",
    "no_data": "dim",
}


def cells(*texts: str) -> tuple[Cell, ...]:
    """A row of plain cells."""
    return tuple(Cell(text) for text in texts)


NOTHING = ("", "–")
"""What a cell holds of which there is nothing to say."""


def bearing(section: Section) -> list[int]:
    """The places of the columns that say something: the first one, and those that hold more than nothing in any row."""
    return [
        at
        for at in range(len(section.columns))
        if not at or any(row[at].text not in NOTHING or row[at].more for row in section.rows)
    ]


def title_of(item: WorkItem) -> str:
    """Its title; where not everybody may see the item, with a word on that, since what is printed is passed on."""
    return f"(restricted) {item.title}" if item.private else item.title


def title_beside_name(item: WorkItem) -> str:
    """Its title beside its name; "" where the two are the same, as those of Linear projects are."""
    return title_of(item) if item.private or item.title != item.name else ""


def team_of(item: WorkItem) -> str:
    """The team as its tracker names it: the Linear team, else the Jira project; "–" where it has none of its own."""
    return item.team or (item.project if item.project != item.name else None) or "–"
