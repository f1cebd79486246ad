"""The flow of streams and teams week by week, as it is kept for charts over time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sync.flow.figures import FlowFigures, PlaceFlow


@dataclass(frozen=True, slots=True)
class FlowWeek:
    """A whole week of a stream, or of a team in it (`team` "": the whole stream).

    - `begun`, `finished`, `dropped`: in the week. `in_progress`: at its end.
    - `cycle_p50`, `cycle_p85`: days of what was finished in the weeks that were read up to this one; None of a week that was not
      the last one when it was read, and where nothing was finished.
    """

    week: date
    stream: str
    team: str
    begun: int
    finished: int
    dropped: int
    in_progress: int
    cycle_p50: float | None = None
    cycle_p85: float | None = None


def to_keep(figures: FlowFigures) -> tuple[FlowWeek, ...]:
    """Every whole week of every place; none where `flow` is not declared."""
    return tuple(one for place in figures.places for one in _weeks(place, figures.weeks.days[:-1]))


def _weeks(place: PlaceFlow, mondays: tuple[date, ...]) -> Iterable[FlowWeek]:
    doing = [one for one in place.stages if one.stage.category == "doing"]
    for at, monday in enumerate(mondays):
        times = place.cycle_time if at == len(mondays) - 1 else None
        yield FlowWeek(
            monday,
            place.stream.name,
            place.team,
            place.arrivals[at],
            place.departures[at],
            place.dropped[at],
            # Queues are told before the first week and after each.
            sum(one.queue[at + 1] for one in doing),
            None if times is None else times.days.p50,
            None if times is None else times.days.p85,
        )
