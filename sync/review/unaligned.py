"""The unaligned share of the running work, against that of the cycle before, or of a week ago. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from config.workspace import Workspace
from sync.signals.budgets import Slice
from sync.signals.work_by_day import KeptSlice, unaligned_on

Teller = Literal["now", "kept", "items"]


@dataclass(frozen=True, slots=True)
class UnalignedShare:
    """What served neither a key result nor an exempt category of the work in progress, or done since the running cycles began.

    - `share`: 0..1; `pieces`: how many. `on`: the day. `told_by`: the read of now, what a run kept that day, or today's items as
      far as they tell of then.
    """

    on: date
    share: float
    pieces: float
    told_by: Teller


@dataclass(frozen=True, slots=True)
class Unaligned:
    """Now and before, each None where nothing tells. `before_name`: the cycle before; "" where there is none, or of a week."""

    now: UnalignedShare | None
    before: UnalignedShare | None
    before_name: str = ""


def share_of(parts: Iterable[Slice], on: date, told_by: Teller) -> UnalignedShare | None:
    """The unaligned part of slices."""
    found = next((one for one in parts if one.kind == "unaligned"), None)
    return None if found is None else UnalignedShare(on, float(found.share), float(found.pieces), told_by)


def kept_share(kept: Sequence[KeptSlice], first: date, last: date) -> UnalignedShare | None:
    """What was kept on the latest day between these."""
    found = unaligned_on(kept, first, last)
    return None if found is None else UnalignedShare(found.day, found.share, found.pieces, "kept")


LATE = timedelta(days=7)
"""How long before the end of a cycle what was kept may be to stand for its end."""


def cycle_before(name: str, workspace: Workspace) -> str | None:
    """The declared cycle that ended last before another one began."""
    begin = workspace.cycles[name].start
    ended = {other: one for other, one in workspace.cycles.items() if one.end < begin}
    return max(ended, key=lambda other: (ended[other].end, ended[other].start, other), default=None)
