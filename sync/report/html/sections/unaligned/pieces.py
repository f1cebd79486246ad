"""Open work that serves no key result, warned about or not, the most important first. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from connectors.model import WorkItem
from sync.flow.building import place_name
from sync.report.html.source import ReportSource
from sync.report.unaligned.not_warned import unwarned
from sync.report.unaligned.orphans import by_effort, efforts_of
from sync.signals.orphans import orphans_below

State = Literal["warned", "in grace", "not started"]

AGES = (30, 90, 180)
"""The last day of each band of ages but the highest."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One of them. Only what is warned about has an `effort` at stake (`sync.signals.effort`) and what hangs `below` it.

    `since`: when it was found without its last key result; `until`: from when it is warned about; None where there is no such day.
    """

    item: WorkItem
    state: State
    age_days: int
    effort: float | None = None
    below: int = 0
    is_top: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def is_warned(self) -> bool:
        return self.state == "warned"

    @property
    def place(self) -> str:
        """Its team as "tracker/TEAM", or its tracker."""
        return place_name(self.item)

    @property
    def age_band(self) -> int:
        """The place of its age among the bands."""
        return sum(self.age_days > last for last in AGES)


def of_run(source: ReportSource) -> tuple[Piece, ...]:
    """All of them: what is warned about by effort at stake, then what is not warned about yet, then what is not started."""
    return (*_warned(source), *_others(source))


def _warned(source: ReportSource) -> Iterator[Piece]:
    run, items = source.run, source.run.alignment.items
    at_stake, below = efforts_of(run), orphans_below(run.signals.orphans)
    for one in by_effort(run, at_stake):
        yield Piece(
            items[one.item],
            "warned",
            one.age_days,
            at_stake[one.item].points,
            below[one.item],
            one.top,
            one.since,
        )


def _others(source: ReportSource) -> Iterator[Piece]:
    run, items = source.run, source.run.alignment.items
    found = unwarned(items, run.signals, source.now)
    for one in sorted(found, key=lambda one: (one.why != "in grace", -one.age_days)):
        since = run.signals.in_grace.get(one.item)
        yield Piece(
            items[one.item],
            one.why,
            one.age_days,
            since=since.since if since is not None and since.was_linked else None,
            until=one.warned_from,
        )
