"""The flow of any part of the work, such as what serves an objective, and each piece that was finished. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.flow.aging import Aging
from sync.flow.building import flowing, place_name
from sync.flow.figures import Book, FlowFigures, PlaceFlow, is_alive, place_flow
from sync.flow.finished import in_days
from sync.flow.journeys import ValueStream
from sync.flow.travels import NO_TIME, Travel, travels
from sync.observation import Observation


@dataclass(frozen=True, slots=True)
class Finished:
    """Work that was finished in the weeks: when, and its cycle time in days (first in progress → done for good)."""

    ref: Ref
    at: datetime
    days: float


class FlowParts:
    """The figures of parts of the work: what all of them need is made once.

    The same as `figures` has for the whole of a stream where a part is all of its work. How old work was when it left a stage
    is always that of the whole stream, as it is for teams: few pieces of work would tell nothing.
    """

    def __init__(self, figures: FlowFigures, observation: Observation, alignment: Alignment) -> None:
        self._figures = figures
        self._book = Book(alignment.items, observation, figures.weeks, figures.as_of, Aging(figures.journeys))
        self._travels = {one.journey.item.ref: one for one in travels(figures.journeys, figures.as_of)}
        self.unread = {one.ref: one for one in self._without_history(alignment)} if figures.declared else {}
        """The work that was alive in the weeks and whose history is not known."""
        self._waits = _waiting_teams(figures)

    def _without_history(self, alignment: Alignment) -> Iterable[WorkItem]:
        histories, now = self._book.observation.histories, self._book.now
        for one in flowing(alignment):
            if one.created <= now and one.ref not in histories and is_alive(one, self._figures.weeks):
                yield one

    def places(self, chosen: Collection[Ref]) -> tuple[PlaceFlow, ...]:
        """The flow of these items, by stream: those of whose work there is any, by name."""
        by_stream: defaultdict[str, list[Travel]] = defaultdict(list)
        for ref in sorted(chosen):
            if ref in self._travels:
                one = self._travels[ref]
                by_stream[one.journey.stream.name].append(one)
        missing = Counter(
            self._figures.streams.of(self.unread[ref]).name for ref in chosen if ref in self.unread
        )
        return tuple(
            self._place(stream, by_stream[stream.name], missing[stream.name])
            for stream in self._figures.streams.streams
            if stream.name in by_stream or missing[stream.name]
        )

    def _place(self, stream: ValueStream, gone: list[Travel], unread: int) -> PlaceFlow:
        known = self._waits.get(stream.name, frozenset())
        waits = {place_name(one.journey.item) for one in gone} & known
        bands = self._book.aging.bands(stream.name, self._book.now)
        return place_flow(stream, "", gone, waits, unread, self._book, bands)

    def finished(self, chosen: Collection[Ref] | None = None) -> tuple[Finished, ...]:
        """What of these items was finished in the weeks and has a cycle time, the latest last; None: of all."""
        weeks = self._figures.weeks
        some = (
            self._travels.values()
            if chosen is None
            else (self._travels[ref] for ref in chosen if ref in self._travels)
        )
        found = [
            Finished(one.journey.item.ref, one.finished, in_days(max(NO_TIME, one.finished - one.started)))
            for one in some
            if one.finished is not None and weeks.holds(one.finished) and one.started is not None
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.ref)))


def _waiting_teams(figures: FlowFigures) -> Mapping[str, frozenset[str]]:
    """By stream, the teams of which a stage is declared as waiting: as its figures say, or those of its only team."""
    found: dict[str, frozenset[str]] = {}
    several = {one.stream.name for one in figures.places if one.team}
    for one in figures.places:
        if one.stream.name in several:
            teams = found.get(one.stream.name, frozenset())
            found[one.stream.name] = teams | {one.team} if one.team and one.knows_waiting else teams
        elif one.knows_waiting:
            names = (
                place_name(each.item)
                for each in figures.journeys.values()
                if each.stream.name == one.stream.name
            )
            found[one.stream.name] = frozenset(names)
    return found
