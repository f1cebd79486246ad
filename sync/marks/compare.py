"""When two marks count as equal. Pure."""

from __future__ import annotations


def within_step(shown: int | None, wanted: int | None, step: int) -> bool:
    """Whether a percent moved by less than `step`; 0 and 100 are always news."""
    if shown is None or wanted is None or shown == wanted:
        return shown == wanted
    return wanted not in (0, 100) and abs(shown - wanted) < step
