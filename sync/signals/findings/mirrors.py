"""Findings on what crosses trackers: mirrored work whose sides differ, and links that cannot hold. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.phrases import Phrase, phrase
from connectors.model import Category, Ref
from sync.align.alignment import Alignment
from sync.signals.findings.finding import joined, refs_of

STATE_WORDS: dict[Category, str] = {"todo": "open", "doing": "open", "done": "done", "dropped": "dropped"}


def differing(alignment: Alignment) -> Iterator[tuple[tuple[Ref, ...], Phrase, Phrase]]:
    """Mirrored work that is open on one side and closed on another, or done and dropped: its items, what, and a remedy."""
    for group in sorted(set(alignment.mirrored.values())):
        sides = [alignment.items[ref] for ref in group]
        if len({STATE_WORDS[side.category] for side in sides}) == 1:
            continue
        first = sides[0]
        states = [
            phrase(
                "signals.mirrors_differ.side",
                item=side.name,
                state=phrase(f"signals.state.{STATE_WORDS[side.category]}"),
                status=side.status,
            )
            for side in sides
        ]
        yield (
            refs_of(sides),
            phrase(
                "signals.mirrors_differ.message",
                states=joined("and", states),
                state=phrase(f"signals.state.{STATE_WORDS[first.category]}"),
                item=first.name,
            ),
            phrase("signals.mirrors_differ.remedy"),
        )


def circular(alignment: Alignment) -> Iterator[tuple[tuple[Ref, ...], Phrase, Phrase]]:
    """Links by which an item would inherit from what is below it: the items, what, and a remedy."""
    for lower, upper in alignment.cut:
        one, other = alignment.items[lower], alignment.items[upper]
        yield (
            (lower, upper),
            phrase("signals.link_cycle.message", item=one.name, other=other.name),
            phrase("signals.link_cycle.remedy"),
        )
