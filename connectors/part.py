"""What part an item has in a key result, in words, for the places that hold one line."""

from __future__ import annotations

from connectors.model import KeyResultMark


def part_words(mark: KeyResultMark) -> list[str]:
    """Why the item is linked, how much of it counts, what closing it would move; what is not known is left out."""
    words = [f"by {mark.because}"] if mark.because else []
    if mark.share is not None:
        words.append(f"{mark.share} % of it counts here")
    if mark.moves is not None:
        points = "1 point" if mark.moves == 1 else f"{mark.moves} points"
        words.append(f"closing it adds {points if mark.moves else 'less than 1 point'}")
    return words
