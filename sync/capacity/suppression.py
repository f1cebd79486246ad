"""Which cells of a table of sums must be hidden, so that no figure about fewer than three people can be got from it. Pure.

Primary: a cell to which fewer than `LEAST_PEOPLE` people contributed. Complementary: further cells, so that no hidden one can
be got back from the sums of rows and columns by adding and subtracting, and no sum of hidden ones in a line is about too few.

Draw rows and columns, those of the sums among them, as points, and each hidden cell as a line between its row and its column:
its value follows from the shown ones exactly where that line is a bridge, on no ring (Gusfield, "A graph theoretic approach to
statistical data security", SIAM Journal on Computing 17, 1988). So cells are hidden until no line is a bridge.

What stays: figures of two windows that overlap can be subtracted from each other by who keeps both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Set
from heapq import heappop, heappush
from typing import Any, Final

from sync.capacity.teams import LEAST_PEOPLE

TOTAL: Final = None
"""The row or column of the sums."""

Cell = tuple[Any, Any]
"""A row and a column, each by its name or `TOTAL`."""


def hidden(people: Mapping[Cell, Set[str]], besides: Collection[Cell] = ()) -> frozenset[Cell]:
    """The cells to hide. `people`: who contributed to each inner cell, none empty; what is not in it shows a zero.

    `besides`: cells that are to be hidden anyway.
    """
    crowd = _with_sums(people)
    found = {cell for cell, some in crowd.items() if len(some) < LEAST_PEOPLE or cell in besides}
    while more := _needed(found, crowd):
        found |= more
    return frozenset(found)


def _with_sums(people: Mapping[Cell, Set[str]]) -> dict[Cell, Set[str]]:
    sums: defaultdict[Cell, set[str]] = defaultdict(set)
    for (row, column), some in people.items():
        for sum_ in ((row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            sums[sum_] |= some
    return {**people, **sums}


def _needed(found: Set[Cell], crowd: Mapping[Cell, Set[str]]) -> set[Cell]:
    """Cells that must be hidden too; none where those that are hidden protect each other."""
    bridge = min(_bridges(found), key=_order, default=None)
    if bridge is not None:
        return _ring(bridge, found, crowd)
    for line in (0, 1):
        together: defaultdict[Hashable, set[str]] = defaultdict(set)
        for one in found:
            if one[1 - line] is not TOTAL:
                together[one[line]] |= crowd[one]
        for name in sorted(together, key=repr):
            total: Cell = (name, TOTAL) if line == 0 else (TOTAL, name)
            # What the shown cells leave of a shown sum is a figure, too.
            if total not in found and len(together[name]) < LEAST_PEOPLE:
                shown = (one for one in crowd if one[line] == name and one not in found)
                return {min(shown, key=lambda one: (_price(one, crowd), _order(one)))}
    return set()


def _ring(bridge: Cell, found: Set[Cell], crowd: Mapping[Cell, Set[str]]) -> set[Cell]:
    """The cells that put a hidden one on a ring and cost least: a shortest path from its row to its column, without it.

    There always is one: by the sums of its row and of its column.
    """
    around = _around(one for one in crowd if one != bridge)
    start, end = (0, bridge[0]), (1, bridge[1])
    costs = {start: 0}
    came: dict[_Point, tuple[_Point, Cell]] = {}
    waiting: list[tuple[int, str, _Point]] = [(0, "", start)]
    while waiting:
        cost, _, point = heappop(waiting)
        if point == end:
            break
        for other, by in around[point]:
            further = cost + (0 if by in found else _price(by, crowd))
            if further < costs.get(other, further + 1):
                costs[other], came[other] = further, (point, by)
                heappush(waiting, (further, repr(other), other))
    path, point = set(), end
    while point != start:
        point, by = came[point]
        path.add(by)
    return path - found


def _price(cell: Cell, crowd: Mapping[Cell, Set[str]]) -> int:
    """What hiding a cell costs: figures of few people say least, and a sum says more than all that is in it."""
    return len(crowd[cell]) + (len(crowd[TOTAL, TOTAL]) + 1) * len([name for name in cell if name is TOTAL])


_Point = tuple[int, Hashable]
"""A row (0) or a column (1)."""


def _around(cells: Iterable[Cell]) -> Mapping[_Point, list[tuple[_Point, Cell]]]:
    """The lines at each point, with the point at their other end."""
    found: defaultdict[_Point, list[tuple[_Point, Cell]]] = defaultdict(list)
    for cell in sorted(cells, key=_order):
        row, column = (0, cell[0]), (1, cell[1])
        found[row].append((column, cell))
        found[column].append((row, cell))
    return found


def _order(cell: Cell) -> tuple[tuple[bool, str], ...]:
    return tuple((name is TOTAL, repr(name)) for name in cell)


def _bridges(cells: Collection[Cell]) -> Iterator[Cell]:
    """The cells on no ring (Tarjan, "A note on finding the bridges of a graph", 1974)."""
    around = _around(cells)
    entered: dict[_Point, int] = {}
    low: dict[_Point, int] = {}
    for start in around:
        if start in entered:
            continue
        entered[start] = low[start] = len(entered)
        # Depth first, without recursion: a table can have more rows than Python has frames.
        path: list[tuple[_Point, Cell | None, Iterator[tuple[_Point, Cell]]]]
        path = [(start, None, iter(around[start]))]
        while path:
            point, came_by, rest = path[-1]
            step = next(rest, None)
            if step is None:
                path.pop()
                if path and came_by is not None:
                    above = path[-1][0]
                    low[above] = min(low[above], low[point])
                    if low[point] > entered[above]:
                        yield came_by
            elif step[1] != came_by:
                other, by = step
                if other in entered:
                    low[point] = min(low[point], entered[other])
                else:
                    entered[other] = low[other] = len(entered)
                    path.append((other, by, iter(around[other])))
