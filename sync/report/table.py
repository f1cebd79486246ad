"""Tables of cells, for whoever prints them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.model import Health

Style = Literal["plain", "good", "warn", "bad", "dim", "strong"]


@dataclass(frozen=True, slots=True)
class Cell:
    """Text as it came from a tracker or from YAML; the renderer makes it inert."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Section:
    """A title, sentences below it, and perhaps a table. `right` names the columns set flush right."""

    title: str
    lead: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    right: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


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
