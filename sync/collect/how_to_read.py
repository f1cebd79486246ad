"""Whether a tracker is read whole or for what changed, and why. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from config.workspace import Workspace
from sync.align.initiatives import initiative_use
from sync.observation import KnownPull

ITEM_FACTS = 2
"""Grows when items tell more than those that an older version read: all are read anew then, and nothing of it is drift.

2: whose account is assigned, and the health that people gave.
"""

DAY = 24
"""Up to so many hours between whole reads the first run of each day makes one, too."""

MOST_DOUBTFUL = 500
"""Items of which nobody knows what they show, up to which these alone are read again: five requests to the Cloud each run."""


@dataclass(frozen=True, slots=True)
class WayToRead:
    """How a tracker is read: `whole`, and `why`, else for what changed since the bookmark; `sweep`: with all ids compared.

    `anew`: also what belongs to items that did not change, such as their histories. `doubtful`: ids of items that are read again
    whatever is told.
    """

    whole: bool
    why: str = ""
    sweep: bool = False
    anew: bool = False
    doubtful: frozenset[str] = frozenset()


def way_to_read(
    workspace: Workspace,
    tracker: str,
    known: KnownPull | None,
    clock: datetime,
    *,
    full: bool = False,
    unsettled: datetime | None = None,
    doubtful: frozenset[str] = frozenset(),
) -> WayToRead:
    """How to read a tracker at `clock`.

    `full`: all was asked for. `unsettled`: when setup or undo last ran. `doubtful`: items to which a write since the last whole
    read did not end well; what it left is not always told as a change.
    """
    policy, kind = workspace.policy_of(tracker), workspace.trackers[tracker]
    if full:
        return WayToRead(True, "asked for", anew=True)
    if known is None or not known.pull.bookmark or known.state.whole_at is None:
        return WayToRead(True, "there is no read of it that can be continued")
    if known.state.basis != basis_of(workspace, tracker):
        return WayToRead(True, "the configuration of what is read changed", anew=True)
    at = known.state.whole_at
    if unsettled is not None and unsettled >= at:
        return WayToRead(True, "setup or undo ran since the last whole read")
    if len(doubtful) > MOST_DOUBTFUL:
        return WayToRead(True, "many writes since the last whole read did not end well")
    if clock < at or clock - at >= timedelta(hours=policy.full_hours):
        return WayToRead(True, "the last whole read is older than policy.full_hours")
    is_today = clock.astimezone(workspace.zone).date() == at.astimezone(workspace.zone).date()
    if policy.full_hours <= DAY and not is_today:
        return WayToRead(True, "it is the first run of the day (policy.full_hours)")
    every = kind.sweep_hours if policy.sweep_hours is None else policy.sweep_hours
    swept = known.state.swept_at or at
    sweep = clock < swept or clock - swept >= timedelta(hours=every)
    return WayToRead(False, sweep=sweep, doubtful=doubtful)


def basis_of(workspace: Workspace, tracker: str) -> str:
    """A short name of all that reading a tracker depends on: its scope and fields, what is looked for, the texts of marks."""
    policy = workspace.policy_of(tracker)
    use = initiative_use(workspace, tracker)
    parts = (
        workspace.workspace,
        workspace.trackers[tracker].model_dump(mode="json", exclude={"policy"}),
        workspace.matched_fields(tracker),
        workspace.policy.labels.model_dump(mode="json"),
        (use.because, sorted(use.names)),
        {name: repr(pages) for name, pages in sorted(workspace.issue_pages.items()) if name != tracker},
        policy.warn == "committed",
        (policy.language, workspace.model_dump(mode="json", include={"words"})),
        ITEM_FACTS,
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]
