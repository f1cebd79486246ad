"""What the page of a key result is made from, looked up once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from config.okrs import Cycle, KeyResult, Objective
from config.text.texts import Texts
from sync.forecast.outlook import Outlook
from sync.history.days import History
from sync.measure import Piece, Reading
from sync.report.html.links import Links
from sync.report.html.page import Column, Kind
from sync.report.html.source import ReportSource

MOST_ROWS = 200
"""Rows of a table in the page; the rest is in items.csv."""


@dataclass(frozen=True)
class Subject:
    """A key result in its run. Raises KeyError where no key result has the id."""

    source: ReportSource
    links: Links
    objective: Objective
    key_result: KeyResult

    @staticmethod
    def of(source: ReportSource, links: Links, id_: str) -> Subject:
        """The key result with that id."""
        found = {one.id: (objective, one) for objective, one in source.workspace.key_results()}
        return Subject(source, links, *found[id_])

    @property
    def id(self) -> str:
        return self.key_result.id

    @property
    def texts(self) -> Texts:
        return self.source.texts

    @cached_property
    def reading(self) -> Reading:
        return self.source.run.scorecard.readings[self.id]

    @property
    def history(self) -> History:
        return self.source.histories[self.id]

    @property
    def outlook(self) -> Outlook | None:
        return self.source.run.outlooks.get(self.id)

    @property
    def cycle(self) -> Cycle:
        return self.source.workspace.cycles[self.objective.cycle]

    @cached_property
    def today(self) -> date:
        return self.source.now.astimezone(self.source.workspace.zone).date()

    @cached_property
    def since(self) -> date:
        """Monday of last week."""
        return self.source.since.astimezone(self.source.workspace.zone).date()

    @cached_property
    def counting(self) -> tuple[Piece, ...]:
        """The work that counts."""
        return tuple(piece for piece in self.reading.pieces if piece.left_out is None)

    def say(self, key: str, /, **values: object) -> str:
        """A text of these pages."""
        return self.texts.text(f"report_key_result.{key}", **values)

    def columns(self, *names: str) -> tuple[Column, ...]:
        """Columns by their names."""
        return tuple(Column(name, self.say(f"column.{name}"), _kind(name)) for name in names)


_NUMBERS = frozenset(
    [
        "reached",
        "expected",
        "by_work",
        "by_scope",
        "value",
        "tickets",
        "weight",
        "done",
        "of",
        "left",
        "share",
    ]
)
_DAYS = frozenset({"day", "done_on", "due"})


def _kind(name: str) -> Kind:
    return "number" if name in _NUMBERS else "day" if name in _DAYS else "text"
