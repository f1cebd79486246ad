"""How much of a text has room on a card. Pure."""

from __future__ import annotations

from sync.report.html import svg

SIZE = 12.0
"""Of text, in pixels, as the look has it."""

BOLD = 13.5
"""What is bold takes the room of a larger one."""

_SYMBOLS = frozenset("<>=+~#&^|{}")


def width_of(words: str, size: float = SIZE) -> float:
    """About how wide it is, in pixels: rather too much than too little, also of capitals and of what code is made of."""
    more = sum(
        0.25 if one in _SYMBOLS else 0.18 if one.isupper() and one not in svg.WIDE else 0.0 for one in words
    )
    return svg.text_width(words, size) + size * more


def fitted(words: str, width: float, size: float = SIZE) -> str:
    """As much of it as has room, with an ellipsis where it is cut; nothing where not even that has."""
    if width_of(words, size) <= width:
        return words
    kept = words
    while kept and width_of(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if kept.strip() else ""


def wrapped(words: str, width: float, most: int, size: float = SIZE) -> list[str]:
    """The words on at most so many lines; what has no room is cut."""
    lines: list[str] = []
    # A no-break space keeps a number and its sign together.
    rest = [one for one in words.split(" ") if one]
    while rest and len(lines) < most:
        if len(lines) == most - 1:
            lines.append(fitted(" ".join(rest), width, size))
            break
        line = rest.pop(0)
        while rest and width_of(f"{line} {rest[0]}", size) <= width:
            line = f"{line} {rest.pop(0)}"
        lines.append(fitted(line, width, size))
    return lines
