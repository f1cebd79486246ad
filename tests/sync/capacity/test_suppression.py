"""No figure about fewer than three people can be got from a table: judged by solving for the hidden cells."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from sync.capacity.suppression import TOTAL, Cell, hidden

P = [f"person {number}" for number in range(12)]


def some(*numbers: int) -> set[str]:
    return {P[number] for number in numbers}


def test_a_full_table_is_shown() -> None:
    people = {("A", "x"): some(0, 1, 2), ("A", "y"): some(0, 1, 2), ("B", "x"): some(3, 4, 5)}
    assert hidden(people) == frozenset()


def test_one_hidden_cell_hides_what_would_give_it_away() -> None:
    people = {
        ("A", "x"): some(0, 1),
        ("A", "y"): some(0, 1, 2, 3),
        ("A", "z"): some(0, 1, 2),
        ("B", "x"): some(4, 5, 6),
        ("B", "y"): some(4, 5, 6, 7),
        ("B", "z"): some(4, 5, 6),
    }
    # In its row z is of the fewest people; in both columns the cell of the other team must not give them away.
    assert hidden(people) == {("A", "x"), ("A", "z"), ("B", "x"), ("B", "z")}


def test_a_team_of_two_has_no_figures_and_no_sum() -> None:
    people = {("A", "x"): some(0, 1), ("A", "y"): some(0, 1), ("B", "x"): some(2, 3, 4), ("B", "y"): some(2, 3, 4)}  # fmt: skip
    covered = hidden(people)
    assert covered >= {("A", "x"), ("A", "y"), ("A", TOTAL)}
    # The sum of all teams would give it away, by that of the other team.
    assert ("B", TOTAL) in covered or (TOTAL, TOTAL) in covered


def test_what_is_to_be_hidden_anyway_is_protected_too() -> None:
    people = {("A", "x"): some(0, 1, 2), ("A", "y"): some(0, 1, 2), ("A", "z"): some(3, 4, 5)}
    covered = hidden(people, [(TOTAL, "x")])
    assert (TOTAL, "x") in covered
    assert not told(covered, people)


def told(covered: frozenset[Cell], people: dict[Cell, set[str]]) -> list[tuple[Cell, ...]]:
    """What an attacker can solve for: hidden cells with one value only, and sums of a line's hidden cells about too few."""
    rows = sorted({row for row, _ in people})
    columns = sorted({column for _, column in people})
    unknown = sorted(covered, key=repr)
    equations = []
    for row in (*rows, TOTAL):
        line = [(row, column) for column in columns]
        equations.append({**dict.fromkeys(line, 1), (row, TOTAL): -1})
    for column in (*columns, TOTAL):
        line = [(row, column) for row in rows]
        equations.append({**dict.fromkeys(line, 1), (TOTAL, column): -1})
    matrix = [[Fraction(one.get(cell, 0)) for cell in unknown] for one in equations]
    rank = 0
    for place in range(len(unknown)):
        pivot = next((nr for nr in range(rank, len(matrix)) if matrix[nr][place]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        matrix[rank] = [one / matrix[rank][place] for one in matrix[rank]]
        for nr, values in enumerate(matrix):
            if nr != rank and (factor := values[place]):
                matrix[nr] = [one - factor * other for one, other in zip(values, matrix[rank], strict=True)]
        rank += 1
    solved = [tuple(cell for cell, one in zip(unknown, line, strict=True) if one) for line in matrix[:rank]]
    alone = [cells for cells in solved if len(cells) == 1]
    few = []
    for one in equations:
        inside = [cell for cell in unknown if one.get(cell, 0) == 1]
        shown = next(cell for cell, sign in one.items() if sign == -1) not in covered
        crowd = set().union(*(crowd_of(cell, people) for cell in inside))
        if inside and shown and len(crowd) < 3:
            few.append(tuple(inside))
    return alone + few


def crowd_of(cell: Cell, people: dict[Cell, set[str]]) -> set[str]:
    row, column = cell
    inside = [one for one in people if row in (TOTAL, one[0]) and column in (TOTAL, one[1])]
    return set().union(*(people[one] for one in inside))


@pytest.mark.parametrize("seed", range(40))
def test_no_hidden_cell_can_be_solved_for(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret is drawn
    people: dict[Cell, set[str]] = {}
    for row in range(chance.randint(1, 6)):
        members = chance.sample(P, chance.randint(1, 7))
        for column in range(chance.randint(1, 5)):
            crowd = {one for one in members if chance.random() < 0.6}
            if crowd:
                people[f"r{row}", f"c{column}"] = crowd
    if not people:
        return
    covered = hidden(people)
    everywhere = [*people, *((row, TOTAL) for row, _ in people), *((TOTAL, column) for _, column in people), (TOTAL, TOTAL)]  # fmt: skip
    assert {cell for cell in everywhere if len(crowd_of(cell, people)) < 3} <= covered
    assert told(covered, people) == []


def test_without_the_second_step_cells_could_be_solved_for() -> None:
    """The judge sees a leak: only what has too few people is hidden here."""
    people = {("A", "x"): some(0, 1), ("A", "y"): some(0, 1, 2, 3), ("B", "x"): some(4, 5, 6)}
    assert (("A", "x"),) in told(frozenset({("A", "x")}), people)


def test_a_large_table_is_done() -> None:
    """A hundred teams, of which most have cells that must be hidden."""
    chance = random.Random(3)  # noqa: S311  no secret is drawn
    people: dict[Cell, set[str]] = {
        (row, column): {f"{row} {nr}" for nr in range(chance.randint(1, 5))}
        for row in range(100)
        for column in range(12)
        if chance.random() < 0.5
    }
    covered = hidden(people)
    assert len(covered) < 2 * len(people)
