"""Goal attainment: which share of the key results came, or stands, so far that it is graded 0.7 or more. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sync.align.terms import Phase
from sync.capacity.teams import team_name
from sync.forecast.working_days import place_of
from sync.measure import ASPIRATION, Reading, Scorecard

_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Attainment:
    """Of the key results of a cycle, or of an objective or a team in it, those with data: `attained` of `graded`.

    - `name`: of the objective, or of the team as "tracker/TEAM"; "" for the whole cycle.
    - `phase`: of the cycle: while it runs this is how far they stand, and not how they ended.
    """

    kind: Literal["cycle", "objective", "team"]
    cycle: str
    name: str
    phase: Phase
    attained: int
    graded: int

    @property
    def rate(self) -> float | None:
        """The share, 0..1; None where none has data."""
        return self.attained / self.graded if self.graded else None


def is_attained(reading: Reading) -> bool | None:
    """Whether a key result is graded 0.7 or more, by its exact progress; None where it has none, or is a guard-rail."""
    if reading.progress is None or not reading.counts:
        return None
    return reading.progress >= ASPIRATION - _NOISE


def attainments(card: Scorecard, teams: Collection[str]) -> tuple[Attainment, ...]:
    """By cycle in declared order: the whole, then its objectives, then its teams by name; cycles to come are left out.

    A key result counts for every team that has work for it; only those of `teams` are told of.
    """
    found: list[Attainment] = []
    cycles = dict.fromkeys(row.cycle for row in card.objectives if row.phase != "planned")
    for cycle in cycles:
        rows = [row for row in card.objectives if row.cycle == cycle]
        phase = rows[0].phase
        readings = [one for row in rows for one in row.readings]
        found.append(_of("cycle", cycle, "", phase, readings))
        found += (_of("objective", cycle, row.objective, phase, row.readings) for row in rows)
        mine = [(one, _teams(one)) for one in readings]
        there = {team for _, some in mine for team in some}
        for team in sorted(there.intersection(teams)):
            found.append(_of("team", cycle, team, phase, (one for one, some in mine if team in some)))
    return tuple(found)


def _teams(reading: Reading) -> Collection[str]:
    return frozenset(team_name(place_of(piece.item)) for piece in reading.pieces)


def _of(
    kind: Literal["cycle", "objective", "team"],
    cycle: str,
    name: str,
    phase: Phase,
    readings: Iterable[Reading],
) -> Attainment:
    known = list(_known(readings))
    return Attainment(kind, cycle, name, phase, sum(known), len(known))


def _known(readings: Iterable[Reading]) -> Iterator[bool]:
    for one in readings:
        attained = is_attained(one)
        if attained is not None:
            yield attained
