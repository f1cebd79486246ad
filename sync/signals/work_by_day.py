"""Where the running work went on the days that were read, as it is kept: to be compared with later. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sync.signals.budgets import Slice


@dataclass(frozen=True, slots=True)
class KeptSlice:
    """A part of the running work of a day, as in `sync.signals.budgets.Slice`, in floats: `share` 0..1."""

    day: date
    kind: Literal["objective", "category", "unaligned"]
    name: str
    pieces: float
    share: float


def to_keep(parts: Iterable[Slice], day: date) -> tuple[KeptSlice, ...]:
    """The parts of a day."""
    return tuple(KeptSlice(day, one.kind, one.name, float(one.pieces), float(one.share)) for one in parts)


def unaligned_on(kept: Iterable[KeptSlice], first: date, last: date) -> KeptSlice | None:
    """The unaligned part on the latest of these days on which any was read; both days are included."""
    found = [one for one in kept if one.kind == "unaligned" and first <= one.day <= last]
    return max(found, key=lambda one: one.day, default=None)
