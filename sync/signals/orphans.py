"""Orphans: open work that serves no key result; and, with the findings, all signals of a run. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.workspace import Workspace
from connectors.model import Ref
from sync.align.alignment import Alignment
from sync.measure import Scorecard
from sync.observation import Observation
from sync.signals.findings import KINDS, Finding, find
from sync.signals.lost_work import find_lost
from sync.signals.unmatched import find_unmatched


@dataclass(frozen=True, slots=True)
class Orphan:
    """Open work in scope, past its grace, that serves no key result.

    `top` is True when its parent is no orphan itself: that one carries the comment.
    """

    item: Ref
    top: bool
    age_days: int


@dataclass(frozen=True, slots=True)
class Signals:
    """Orphans by ref in order of ref, and findings."""

    orphans: dict[Ref, Orphan]
    findings: tuple[Finding, ...]


def find_signals(
    alignment: Alignment, scorecard: Scorecard, observation: Observation, workspace: Workspace, now: datetime
) -> Signals:
    """Everything worth saying about this alignment at this moment; findings kind by kind."""
    found = [
        *find(alignment, scorecard, workspace, now),
        *find_unmatched(alignment, observation, workspace, now),
        *find_lost(observation, workspace),
    ]
    found.sort(key=lambda one: KINDS.index(one.kind))
    return Signals(_orphans(alignment, workspace, now), tuple(found))


def _orphans(alignment: Alignment, workspace: Workspace, now: datetime) -> dict[Ref, Orphan]:
    grace = {name: timedelta(days=workspace.policy_of(name).grace_days) for name in workspace.trackers}
    flagged = {
        ref: now - alignment.items[ref].created
        for ref, placement in alignment.placements.items()
        if placement.state == "unaligned"
        and alignment.items[ref].is_open
        and now - alignment.items[ref].created >= grace[ref.tracker]
    }
    return {
        ref: Orphan(ref, alignment.items[ref].parent not in flagged, age.days)
        for ref, age in sorted(flagged.items())
    }
