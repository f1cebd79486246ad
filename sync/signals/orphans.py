"""Orphans: open work that serves no key result; and, with the findings, all signals of a run. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from config.workspace import Workspace
from connectors.model import Ref
from sync.align.alignment import Alignment
from sync.measure import Scorecard
from sync.observation import Observation
from sync.signals.findings import KINDS, Finding, find
from sync.signals.grace import InGrace, in_grace
from sync.signals.lost_work import find_lost
from sync.signals.unmatched import find_unmatched


@dataclass(frozen=True, slots=True)
class Orphan:
    """Open work in scope, past its grace, that serves no key result.

    - `top`: whether its parent is no orphan itself: that one carries the comment.
    - `since`: the day on which it was found without its last link; None where it is not known to have had one.
    - `above`: the orphan that is its parent; None for a topmost one.
    """

    item: Ref
    top: bool
    age_days: int
    since: date | None = None
    above: Ref | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """Orphans by ref in order of ref, findings, and unaligned work within its grace likewise."""

    orphans: dict[Ref, Orphan]
    findings: tuple[Finding, ...]
    in_grace: Mapping[Ref, InGrace] = field(default_factory=dict)

    @property
    def unlinked(self) -> tuple[InGrace, ...]:
        """The work within its grace that lost its last link."""
        return tuple(one for one in self.in_grace.values() if one.was_linked)


def find_signals(
    alignment: Alignment,
    scorecard: Scorecard,
    observation: Observation,
    workspace: Workspace,
    now: datetime,
    unlinked_since: Mapping[Ref, date] | None = None,
) -> Signals:
    """Everything worth saying about this alignment at this moment; findings kind by kind.

    `unlinked_since`: work that was linked before, and since when it is not.
    """
    found = [
        *find(alignment, scorecard, workspace, now),
        *find_unmatched(alignment, observation, workspace, now),
        *find_lost(observation, workspace),
    ]
    found.sort(key=lambda one: KINDS.index(one.kind))
    since = unlinked_since or {}
    young = in_grace(alignment, since, workspace, now)
    return Signals(_orphans(alignment, young, since, now), tuple(found), young)


def _orphans(
    alignment: Alignment, young: Mapping[Ref, InGrace], since: Mapping[Ref, date], now: datetime
) -> dict[Ref, Orphan]:
    flagged = {
        ref: now - alignment.items[ref].created
        for ref, placement in alignment.placements.items()
        if placement.state == "unaligned" and alignment.items[ref].is_open and ref not in young
        # Mirrored work is one piece, and accused on one ticket.
        if not alignment.counts_elsewhere(ref)
    }
    above = {ref: _flagged_above(ref, flagged, alignment) for ref in flagged}
    return {
        ref: Orphan(ref, above[ref] is None, age.days, since.get(ref), above[ref])
        for ref, age in sorted(flagged.items())
    }


def _flagged_above(ref: Ref, flagged: Collection[Ref], alignment: Alignment) -> Ref | None:
    """The orphan that is its parent, or that of another side of it."""
    parents = (side.parent for side in alignment.sides(ref))
    counted = (alignment.counted(parent) for parent in parents if parent is not None)
    return next((parent for parent in counted if parent in flagged and parent != ref), None)
