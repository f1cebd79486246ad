"""How a page stays small enough to be opened anywhere: charts of single teams and objectives give way, the others never. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sync.report.html.page import Block, Chart, Choice, Drawing, Section

MOST_BYTES = 1_500_000
"""The most that a page has, of up to `MANY` items."""
MOST_BYTES_OF_MANY = 2_000_000
"""The most that one has of more."""
MANY = 10_000

_LARGE = 20_000
"""Bytes from which one chart of one choice is taken for too many: it goes first."""
_CELL = 14
"""Bytes around the text of a cell."""
_AROUND = 500
"""Bytes around a drawing."""

Dropped = frozenset[tuple[str, str, Choice]]
"""Drawings by the ids of their section and chart, and the choice that they are drawn for."""


def most_bytes(items: int) -> int:
    """The most bytes of the page of so many items."""
    return MOST_BYTES if items <= MANY else MOST_BYTES_OF_MANY


def to_drop(sections: Sequence[Section], excess: int, order: Sequence[Choice]) -> Dropped:
    """The drawings to leave out so that a page shrinks by about so many bytes, at most all that are drawn for a choice.

    First large ones, the largest before the others; then all of a choice, those at the end of `order` first.
    """
    sizes = {(section, chart, choice): size for section, chart, choice, size in _drawn(sections)}
    rank = {choice: place for place, choice in enumerate(order)}
    # Where several drawings are of one choice, as for several value streams, they go together.
    large = sorted(
        (one for one, size in sizes.items() if size > _LARGE),
        key=lambda one: (-sizes[one], one[:2], rank.get(one[2], -1)),
    )
    rest = sorted(sizes.keys() - set(large), key=lambda one: (-rank.get(one[2], -1), one[:2]))
    found: set[tuple[str, str, Choice]] = set()
    for one in large:
        if excess <= 0:
            return frozenset(found)
        found.add(one)
        excess -= sizes[one]
    last: Choice | None = None
    for one in rest:
        # All that a choice has goes with it: one that is drawn in part would be read as whole.
        if excess <= 0 and one[2] != last:
            break
        found.add(one)
        excess -= sizes[one]
        last = one[2]
    return frozenset(found)


def _drawn(sections: Sequence[Section]) -> Iterator[tuple[str, str, Choice, int]]:
    """The drawings for a choice, with about how many bytes they take."""
    sizes: dict[tuple[str, str, Choice], int] = {}
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                for one in block.drawings:
                    if one.choice is not None:
                        key = section.id, block.id, one.choice
                        sizes[key] = sizes.get(key, 0) + _size(one)
    yield from ((*key, size) for key, size in sizes.items())


def _size(one: Drawing) -> int:
    cells = [cell for row in one.table.rows for cell in row.cells]
    return (
        _AROUND
        + len(one.svg)
        + sum(_CELL + len(cell.text) + len(cell.href) + len(cell.svg) for cell in cells)
    )


def without(sections: Sequence[Section], dropped: Collection[tuple[str, str, Choice]]) -> tuple[Section, ...]:
    """The sections without these drawings."""
    return tuple(
        replace(section, blocks=tuple(_without(section.id, block, dropped) for block in section.blocks))
        for section in sections
    )


def _without(section: str, block: Block, dropped: Collection[tuple[str, str, Choice]]) -> Block:
    if not isinstance(block, Chart):
        return block
    kept = tuple(
        one for one in block.drawings if one.choice is None or (section, block.id, one.choice) not in dropped
    )
    return block if len(kept) == len(block.drawings) else replace(block, drawings=kept)
