"""Times of creation, cut into windows that are read side by side. Pure.

How rows are spread over time is told by a sample of every so-many-th of them. A sample that tells wrong costs requests or time,
never rows: what its windows hold is walked to the end, whatever it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

from connectors.http.dates import clamped

PAGE = 250
"""Rows of a full page. Source: contracts/linear.md, section 5."""

_TICK = timedelta(milliseconds=1)
"""Times come in milliseconds, whatever Linear itself goes by."""

NEARLY_FULL = 0.85
"""How full a page is aimed at: a sample is off by a few rows either way."""


@dataclass(frozen=True, slots=True)
class Window:
    """Times from `since` on and before `before`; None where there is no bound."""

    since: datetime | None = None
    before: datetime | None = None

    def below(self, moment: datetime) -> Window:
        """What is left of it once it was read from above down to this moment, with all of the moment itself.

        All of it below a moment that no calendar of ours holds: what is read twice counts once.
        """
        at = clamped(moment)
        return Window(self.since, at + _TICK if at >= moment else self.before)

    @property
    def name(self) -> str:
        """The same in words."""
        return "..".join(wire_time(at) if at else "" for at in (self.since, self.before))

    @property
    def condition(self) -> dict[str, object]:
        """The same as a filter of Linear's."""
        bounds = {"gte": self.since, "lt": self.before}
        return {"createdAt": {name: wire_time(at) for name, at in bounds.items() if at is not None}}


def wire_time(moment: datetime) -> str:
    """A moment in UTC as Linear takes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@dataclass(frozen=True, slots=True)
class Sample:
    """When some rows were made, oldest first, and how many rows each of them stands for."""

    moments: tuple[datetime, ...] = ()
    each: float = 1.0

    @classmethod
    def of(cls, moments: Iterable[datetime], each: float) -> Sample:
        """The sample with these moments, in any order."""
        return cls(tuple(sorted(map(clamped, moments))), each)

    def rows_in(self, window: Window) -> float:
        """How many rows are likely in the window."""
        low, high = self._range(window)
        return (high - low) * self.each

    def _range(self, window: Window) -> tuple[int, int]:
        low = bisect_left(self.moments, window.since) if window.since else 0
        high = bisect_left(self.moments, window.before) if window.before else len(self.moments)
        return low, max(low, high)

    def cut(self, window: Window, most: int) -> list[Window]:
        """The window in at most so many parts that hold equally much, about a whole number of pages; the newest first."""
        low, high = self._range(window)
        pages = (high - low) * self.each / PAGE
        count = max(1, min(most, round(pages / max(1, ceil(pages / most)))))
        edges = [self.moments[low + (high - low) * part // count] for part in range(1, count)]
        bounds = [window.since, *dict.fromkeys(edges), window.before]
        return [Window(since, before) for since, before in pairwise(bounds)][::-1]


UNKNOWN = Sample()
"""Of what nobody knows how it is spread."""


def numbers_to_sample(highest: Mapping[str, int], room: int = 200) -> tuple[dict[str, list[int]], int]:
    """Numbers of issues that make a sample, by team, and how far they stand apart, given the highest number of each team.

    Numbers are given in order and each once in a team, so every so-many-th of them is a fair part, whatever gaps there are. No
    two teams begin with the same, since those that grow side by side would be sampled at the same moments.
    """
    step = max(1, -(-sum(highest.values()) // room))
    firsts = {
        team: 1 + step * (2 * place + 1) // (2 * len(highest)) for place, team in enumerate(sorted(highest))
    }
    return {team: list(range(first, highest[team] + 1, step)) for team, first in firsts.items()}, step


def sampled_by(numbers: Mapping[str, Sequence[int]]) -> dict[str, object]:
    """The filter for issues with these numbers; of teams that are not among them, with any of these."""
    parts: list[dict[str, object]] = [
        {"team": {"id": {"eq": team}}, "number": {"in": list(some)}} for team, some in numbers.items() if some
    ]
    longest = max(numbers.values(), key=len, default=())
    others = {"team": {"id": {"nin": sorted(numbers)}}, "number": {"in": list(longest)}}
    return {"or": [*parts, others]}


def packed(windows: Sequence[Window], sample: Sample) -> list[list[Window]]:
    """Windows that are likely to fill less than a page each, in parcels that are likely to fill one."""
    parcels: list[list[Window]] = []
    room = 0.0
    for window in windows:
        rows = max(sample.rows_in(window), sample.each / 2)
        if not parcels or rows > room:
            parcels.append([])
            room = PAGE * NEARLY_FULL
        parcels[-1].append(window)
        room -= rows
    return parcels
