"""Laws of estimates, on random trees: each estimated point is counted once or named, as a simple oracle counts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import WorkItem
from sync.align.alignment import align
from sync.measure import Reading, measure
from tests.support.builders import NOW, item, observed, work, workspace

DEFAULT = 2.5
"""What work weighs that nobody estimated; no estimate is equal to it."""


@dataclass(eq=False)
class Node:
    """An item of a tree as the oracle sees it."""

    key: str
    state: str
    points: int | None
    claim: str
    before: bool
    above: Node | None = None
    below: list[Node] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.state != "dropped"

    @property
    def leaf(self) -> bool:
        return self.live and not any(one.live for one in self.below)

    def descendants(self) -> list[Node]:
        return [found for one in self.below for found in (one, *one.descendants())]

    @property
    def hands_down(self) -> bool:
        """Whether its points are for what hangs below it, where nothing is estimated."""
        estimated = any(one.live and one.points is not None for one in self.descendants())
        return self.live and not self.leaf and self.points is not None and not estimated

    @property
    def serves(self) -> str:
        """Its own claim or the nearest above it, else the key result that takes the rest."""
        return self.claim or ("C" if self.above is None else self.above.serves)

    @property
    def replaced(self) -> list[Node]:
        """The leaves in whose place it counts, since it is done in the cycle and they serve nothing else."""
        if self.state != "done" or self.before:
            return []
        return [one for one in self.descendants() if one.leaf and one.serves == self.serves]

    def bearer(self) -> Node | None:
        """What is above it and hands points down to it."""
        at = self.above
        while at is not None and not at.hands_down:
            at = at.above
        return at


@st.composite
def trees(draw: st.DrawFn) -> list[Node]:
    """Up to nine items; what is dropped hides nothing that is below it."""
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, 9))):
        above = draw(st.sampled_from([None, *nodes]))
        node = Node(
            f"WEB-{number + 1}",
            draw(st.sampled_from(["todo", "doing", "done", "done", "dropped"])),
            draw(st.one_of(st.none(), st.sampled_from([0, 1, 3, 8]))),
            draw(st.sampled_from(["", "", "A", "B"])),
            draw(st.booleans()),
            above,
        )
        if above is not None:
            above.below.append(node)
        nodes.append(node)
    return nodes


def built(node: Node, estimate: str) -> WorkItem:
    finished = datetime(2026, 9 if node.before else 10, 20, 12, tzinfo=UTC)
    changes: dict[str, Any] = {
        "category": node.state,
        "claims": (node.claim,) if node.claim else (),
        "created": datetime(2026, 9, 1, tzinfo=UTC),
        "completed": finished if node.state == "done" else None,
        estimate: None if node.points is None else float(node.points),
    }
    return item(node.key, node.above.key if node.above else None, **changes)


def readings(nodes: list[Node], weigh: str) -> list[Reading]:
    """Of two key results that are claimed, and of a third that takes the rest."""
    how = {"weigh": weigh, "default_estimate": DEFAULT}
    declared = workspace(
        work("A", measure=how), work("B", measure=how), work("C", {"project": "WEB"}, measure=how)
    )
    items = [built(node, "hours" if weigh == "time" else "estimate") for node in nodes]
    card = measure(align(items, declared, today=NOW.date()), observed(*items), declared, NOW)
    return [card.readings[name] for name in "ABC"]


def weights(nodes: list[Node]) -> dict[str, Fraction]:
    """What each piece of work weighs: those that hand down evenly, and whole where they are done."""
    found: dict[str, Fraction] = {}
    for node in nodes:
        if not node.leaf:
            continue
        bearer = node.bearer() if node.points is None else None
        if bearer is None:
            found[node.key] = Fraction(DEFAULT) if node.points is None else Fraction(node.points)
            continue
        each = Fraction(bearer.points or 0, len([one for one in bearer.descendants() if one.leaf]))
        at = bearer if node in bearer.replaced else node
        found[at.key] = found.get(at.key, Fraction(0)) + each
    return found


WAYS = pytest.mark.parametrize("weigh", ["points", "time"])


@WAYS
@given(nodes=trees())
def test_each_piece_weighs_what_a_simple_count_says(weigh: str, nodes: list[Node]) -> None:
    pieces = [piece for one in readings(nodes, weigh) for piece in one.pieces if piece.left_out != "dropped"]
    assert {piece.item.key: piece.weight for piece in pieces} == weights(nodes)
    assert all(piece.share == 1 for piece in pieces)


@WAYS
@given(nodes=trees())
def test_each_estimated_point_is_counted_once_or_stands_above_estimated_work(
    weigh: str, nodes: list[Node]
) -> None:
    pieces = [piece for one in readings(nodes, weigh) for piece in one.pieces if piece.left_out != "dropped"]
    counted = sum((piece.part for piece in pieces if piece.known), Fraction(0))
    planted = sum(node.points for node in nodes if node.live and node.points is not None)
    named = sum(
        node.points
        for node in nodes
        if node.live and node.points is not None and not node.leaf and not node.hands_down
    )
    assert counted == planted - named


@WAYS
@given(nodes=trees())
def test_only_what_was_finished_in_the_cycle_is_done(weigh: str, nodes: list[Node]) -> None:
    by_key = {node.key: node for node in nodes}
    right = {
        key: weight
        for key, weight in weights(nodes).items()
        if not (by_key[key].state == "done" and by_key[key].before)
    }
    done = sum((weight for key, weight in right.items() if by_key[key].state == "done"), Fraction(0))
    whole = sum(right.values(), Fraction(0))
    tallies = [one.tally for one in readings(nodes, weigh)]
    assert sum((one.weight for one in tallies), Fraction(0)) == whole
    assert sum((one.done_weight for one in tallies), Fraction(0)) == done
