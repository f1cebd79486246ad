"""Counting by hand: which pieces of work a generated world consists of, what each weighs, and which count in the cycle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from connectors.sandbox.planted_answers import CYCLE_BEGINS, ItemKey
from connectors.sandbox.truth_rows import Row


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work. `points` None: nothing was estimated, neither it nor what is above it for it."""

    row: Row
    points: Fraction | None
    is_done: bool
    was_before: bool
    """Whether it was finished before the cycle began, and so is neither in what is done nor in the whole."""


@dataclass(frozen=True, slots=True)
class Points:
    """Where all points that were ever planted are.

    - `counted`: on pieces of work, each once. `beside`: on what has estimated work below, which counts in its place.
    - `mirrored`: on the other side of mirrored work, which counts once.
    - `dropped`, `out_of_scope`: on what is no work of the company's, or no more.
    """

    counted: Fraction
    beside: Fraction
    mirrored: Fraction
    dropped: Fraction
    out_of_scope: Fraction

    @property
    def total(self) -> Fraction:
        return self.counted + self.beside + self.mirrored + self.dropped + self.out_of_scope


class Tree:
    """The items as they hang below each other.

    `rows`: parents before what is below; `finished`: as it was planted; `serves`: the key results made of work that each row
    serves, with its shares; `by_points`: those that are weighed so; `uncounted`: sides of mirrored work that count nowhere.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        finished: Mapping[ItemKey, datetime],
        serves: Mapping[ItemKey, Mapping[str, Fraction]],
        by_points: Collection[str],
        uncounted: Collection[ItemKey | None] = (),
    ) -> None:
        self._serves = serves
        self._by_points = frozenset(by_points)
        self._uncounted = frozenset(uncounted)
        self._rows = rows
        self._finished = finished
        self._by_key = {row.key: row for row in rows}
        self._covered = {row.parent for row in rows if row.is_live}
        self._leaves: Counter[ItemKey | None] = Counter()
        self._has_points_below: set[ItemKey | None] = set()
        for row in reversed(rows):
            # What was dropped hides nothing that is below it.
            self._leaves[row.parent] += self._leaves[row.key] + self._is_leaf(row)
            if row.key in self._has_points_below or (row.is_live and row.points is not None):
                self._has_points_below.add(row.parent)

    def in_progress_since(self, begun: Callable[[Row], datetime]) -> dict[ItemKey, datetime]:
        """Since when what is in progress, or has something below it that is, is so: the earliest beginning of all of these."""
        found: dict[ItemKey, datetime] = {}
        for row in reversed(self._rows):
            if row.is_live and row.state == "doing":
                found[row.key] = min(begun(row), found.get(row.key, begun(row)))
            if row.parent is not None and (since := found.get(row.key)) is not None:
                found[row.parent] = min(since, found.get(row.parent, since))
        return found

    def counted(self) -> Iterator[Piece]:
        """The pieces where work is counted: what has nothing live below it."""
        for row in self._rows:
            if self._is_leaf(row):
                yield self._piece(row, row.points)

    def weighed(self) -> Iterator[Piece]:
        """The pieces where work is weighed by points.

        Points above unestimated work are spread evenly over it. What is finished in the cycle, and serves what is weighed by
        points, keeps those of the work below it that serves nothing else.
        """
        kept: Counter[ItemKey] = Counter()
        for row in self._rows:
            if not self._is_leaf(row):
                continue
            above = self._bearer_of(row) if row.points is None else None
            if above is None:
                yield self._piece(row, row.points)
            elif self._keeps(above) and self._serves[row.key] in ({}, self._serves[above.key]):
                kept[above.key] += 1
            else:
                yield self._piece(row, self._points_a_leaf(above))
        for key, leaves in kept.items():
            row = self._by_key[key]
            yield self._piece(row, leaves * self._points_a_leaf(row))

    def points(self) -> Points:
        """Where the points are."""
        estimated = [row for row in self._rows if row.points is not None and row.key not in self._uncounted]
        beside = [row for row in estimated if row.is_live and not self._counts(row)]
        return Points(
            counted=sum((piece.points for piece in self.weighed() if piece.points is not None), Fraction(0)),
            beside=_sum(beside),
            mirrored=_sum([row for row in self._rows if row.key in self._uncounted]),
            dropped=_sum([row for row in estimated if row.in_scope and row.state == "dropped"]),
            out_of_scope=_sum([row for row in estimated if not row.in_scope]),
        )

    def _is_leaf(self, row: Row) -> bool:
        return row.is_live and row.key not in self._covered and row.key not in self._uncounted

    def _counts(self, row: Row) -> bool:
        """Whether its own points count: it has no live work below it, or none that is estimated."""
        return row.key not in self._covered or row.key not in self._has_points_below

    def _spreads(self, row: Row) -> bool:
        return row.is_live and row.points is not None and row.key in self._covered and self._counts(row)

    def _points_a_leaf(self, bearer: Row) -> Fraction:
        return (bearer.points or Fraction(0)) / self._leaves[bearer.key]

    def _keeps(self, bearer: Row) -> bool:
        """Whether it counts in place of what is below it."""
        is_weighed = not self._by_points.isdisjoint(self._serves[bearer.key])
        return bearer.state == "done" and is_weighed and self._finished[bearer.key] >= CYCLE_BEGINS

    def _bearer_of(self, row: Row) -> Row | None:
        """What is above it and bears the points for it."""
        at = row.parent
        while at is not None:
            above = self._by_key[at]
            if above.is_live and above.points is not None:
                return above if self._spreads(above) else None
            at = above.parent
        return None

    def _piece(self, row: Row, points: Fraction | None) -> Piece:
        is_done = row.state == "done"
        return Piece(row, points, is_done, is_done and self._finished[row.key] < CYCLE_BEGINS)


def _sum(rows: Sequence[Row]) -> Fraction:
    return sum((row.points for row in rows if row.points is not None), Fraction(0))
