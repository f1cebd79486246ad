"""Findings on what crosses trackers: mirrored work whose sides differ, and links that cannot hold. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.model import Category, Ref, WorkItem
from sync.align.alignment import Alignment

STATE_WORDS: dict[Category, str] = {"todo": "open", "doing": "open", "done": "done", "dropped": "dropped"}


def differing(alignment: Alignment) -> Iterator[tuple[tuple[Ref, ...], str, str]]:
    """Mirrored work that is open on one side and closed on another, or done and dropped: its items, what, and a remedy."""
    for group in sorted(set(alignment.mirrored.values())):
        sides = [alignment.items[ref] for ref in group]
        if len({STATE_WORDS[side.category] for side in sides}) == 1:
            continue
        first = sides[0]
        states = " and ".join(f"{side.name} is {_state(side)}" for side in sides)
        yield (
            tuple(side.ref for side in sides),
            f"{states}, though they mirror each other; the work counts as {STATE_WORDS[first.category]}, as {first.name} is",
            "bring them to the same state, and check the sync between the trackers",
        )


def _state(item: WorkItem) -> str:
    """The state, and what it means where its name does not say so."""
    return f"{STATE_WORDS[item.category]} ({item.status})"


def circular(alignment: Alignment) -> Iterator[tuple[tuple[Ref, ...], str, str]]:
    """Links by which an item would inherit from what is below it: the items, what, and a remedy."""
    for lower, upper in alignment.cut:
        one, other = alignment.items[lower], alignment.items[upper]
        yield (
            (lower, upper),
            f"{one.name} is linked with {other.name}, which is below it, so that each would inherit from the other",
            "remove the attachment that links them; until then the link is ignored",
        )
