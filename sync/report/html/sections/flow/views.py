"""What of the flow each choice of the filter shows: all work, a team's, or what serves an objective. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.model import Ref
from sync.flow.aging import Bands
from sync.flow.building import place_name
from sync.flow.figures import FlowFigures, InProgress, PlaceFlow
from sync.flow.finished import bands_of
from sync.flow.parts import Finished, FlowParts
from sync.report.html.page import Choice
from sync.report.html.source import ReportSource
from sync.report.html.teams import choices_of, objective_choices, ten_largest


@dataclass(frozen=True, slots=True)
class View:
    """The flow of some work.

    - `choice`: what shows it; None: all work. `places`: its flow by stream, that with the most work first.
    - `finished`: each piece that was finished in the weeks, the latest last.
    """

    choice: Choice | None
    places: tuple[PlaceFlow, ...]
    finished: tuple[Finished, ...]

    @property
    def in_progress(self) -> Sequence[InProgress]:
        """The work in progress of all streams, the oldest first; what is not known to have started comes last."""
        some = (one for place in self.places for one in place.in_progress)
        return sorted(some, key=lambda one: (one.age is None, -(one.age or 0), one.ref))

    @property
    def cycle_time(self) -> Bands | None:
        """Percentiles of the days that what was finished took, over all streams."""
        return bands_of(one.days for one in self.finished)

    def by_week(self, name: str) -> tuple[int, ...]:
        """The sums over the streams of one of their counts by week: "arrivals", "departures", "dropped" or "backwards"."""
        return tuple(map(sum, zip(*(getattr(one, name) for one in self.places), strict=True)))


@dataclass(frozen=True)
class Views:
    """The views of a report: all work, each of the ten largest teams, each objective; those without any work are left out.

    `choices`: of each item whose flow is told, what shows it.
    """

    figures: FlowFigures
    everything: View
    parts: tuple[View, ...]
    choices: Mapping[Ref, frozenset[Choice]]

    def __iter__(self) -> Iterator[View]:
        yield self.everything
        yield from self.parts

    def teams_of(self, stream: str) -> frozenset[Choice]:
        """The teams whose work walks through a stream."""
        journeys = self.figures.journeys
        return frozenset(
            choice
            for ref, some in self.choices.items()
            if ref in journeys and journeys[ref].stream.name == stream
            for choice in some
            if choice.kind == "team"
        )


def views_of(source: ReportSource) -> Views:
    """The views of what a report is made from, which declares flow."""
    figures, alignment, workspace = source.flow, source.run.alignment, source.workspace
    parts = FlowParts(figures, source.run.observation, alignment)
    items = {ref: one.item for ref, one in figures.journeys.items()} | parts.unread
    choices = {ref: choices_of(one, alignment, workspace) for ref, one in items.items()}
    chosen: defaultdict[Choice, set[Ref]] = defaultdict(set)
    for ref, item in items.items():
        # Teams as the figures of flow have them, in which work with restricted access counts too.
        chosen[Choice("team", place_name(item))].add(ref)
        for choice in choices[ref]:
            if choice.kind == "objective":
                chosen[choice].add(ref)
    own = {Choice("team", one.team): (one,) for one in figures.places if one.team}
    found = [
        View(
            choice, own.get(choice) or _ordered(parts.places(chosen[choice])), parts.finished(chosen[choice])
        )
        for choice in (*ten_largest(source), *objective_choices(source))
    ]
    streams = _ordered([one for one in figures.places if not one.team])
    some = tuple(one for one in found if one.places)
    return Views(figures, View(None, streams, parts.finished()), some, choices)


def _ordered(places: Collection[PlaceFlow]) -> tuple[PlaceFlow, ...]:
    return tuple(sorted(places, key=lambda one: (-one.items, one.stream.name)))
