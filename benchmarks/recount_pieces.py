"""What counts, and how much, by `docs/measures.md`, said once more for `recount.py`. It imports nothing of the product."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from benchmarks.recount_works import Id, Work


@dataclass(frozen=True)
class Piece:
    """A piece of work. `points` None: neither it nor anything above it was estimated for it."""

    work: Work
    points: Fraction | None


class Counting:
    """The pieces of work.

    `serves`: the key results made of work that something serves, with its shares; `by_points`: those that are weighed so;
    `begins`: the first moment that counts; `uncounted`: sides of mirrored work that count nowhere.
    """

    def __init__(
        self,
        works: Mapping[Id, Work],
        serves: Mapping[Id, Mapping[str, Fraction]],
        by_points: Collection[str],
        begins: datetime,
        uncounted: frozenset[Id],
    ) -> None:
        self._works = works
        self._serves = serves
        self._by_points = by_points
        self._begins = begins
        self._uncounted = uncounted

    def counted(self) -> Iterator[Piece]:
        """Leaves: what has nothing live directly below it."""
        return (Piece(work, work.points) for work in self._works.values() if self._is_leaf(work))

    def weighed(self) -> Iterator[Piece]:
        """Leaves, by points: an estimated parent of unestimated work hands its points down evenly.

        Once it is done in the cycle it keeps those of work that serves nothing else. What was dropped or is out of scope hides nothing that is below it.
        """
        seen: set[Id] = set()
        found: dict[Id, Piece] = {}
        for work in self._works.values():
            if not any(above in self._works for above in work.above):
                for one in self._walk(work, None, None, seen):
                    before = found.get(one.work.id)
                    if before is not None and before.points is not None and one.points is not None:
                        one = Piece(one.work, before.points + one.points)
                    found[one.work.id] = one
        yield from found.values()

    def points(self) -> dict[str, Fraction]:
        """Where all points are: on pieces of work, on what has estimated work below, on other sides, and on no work."""
        found = dict.fromkeys(("pieces", "above estimated work", "other sides", "no work"), Fraction(0))
        found["pieces"] = sum((one.points for one in self.weighed() if one.points is not None), Fraction(0))
        for work in self._works.values():
            if work.points is None:
                continue
            if work.id in self._uncounted:
                found["other sides"] += work.points
            elif not work.is_live:
                found["no work"] += work.points
            elif _live_below(work) and self._is_estimated_below(work):
                found["above estimated work"] += work.points
        return found

    def _walk(
        self, work: Work, handed: Fraction | None, keeper: Work | None, seen: set[Id]
    ) -> Iterator[Piece]:
        if work.id in seen:
            return
        seen.add(work.id)
        if self._is_leaf(work):
            points = handed if work.points is None else work.points
            yield Piece(keeper if keeper is not None and self._is_alike(work, keeper) else work, points)
        elif work.is_live and work.points is not None and _live_below(work):
            handed = keeper = None
            if not self._is_estimated_below(work):
                is_before = work.finished is not None and work.finished < self._begins
                is_weighed = any(name in self._by_points for name in self._serves[work.id])
                keeper = work if work.state == "done" and is_weighed and not is_before else None
                handed = work.points / self._leaves_below(work)
        for child in work.below:
            yield from self._walk(child, handed, keeper, seen)

    def _is_alike(self, work: Work, keeper: Work) -> bool:
        return self._serves[work.id] in ({}, self._serves[keeper.id])

    def _is_leaf(self, work: Work) -> bool:
        return work.is_live and not _live_below(work) and work.id not in self._uncounted

    def _is_estimated_below(self, work: Work) -> bool:
        return any(
            (child.is_live and child.points is not None) or self._is_estimated_below(child)
            for child in work.below
        )

    def _leaves_below(self, work: Work) -> int:
        return sum(self._is_leaf(child) + self._leaves_below(child) for child in work.below)


def _live_below(work: Work) -> bool:
    return any(child.is_live for child in work.below)


def in_progress_since(work: Work) -> datetime | None:
    """Since when it is in progress, or something live below it: the earliest start of all of these, None where there is none.

    Where the tracker tells no start, since it was created.
    """
    starts = [since for child in work.below if (since := in_progress_since(child)) is not None]
    if work.is_live and work.state == "doing":
        starts.append(work.started or work.created)
    return min(starts, default=None)


def floored(part: Fraction) -> int:
    return math.floor(part * 100)
