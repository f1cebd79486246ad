"""What contradicts itself, leads nowhere or takes too much: on which items, and a remedy. Pure."""

from __future__ import annotations

from datetime import datetime

from config.okrs import KeyResult
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.measure import Scorecard, closed_on
from sync.signals.findings.claims import (
    ambiguous,
    closed_claims,
    conflicting,
    dangling,
    moved,
    names_in_common,
)
from sync.signals.findings.finding import Finding, finding
from sync.signals.findings.key_results import (
    finished_before,
    mismatches,
    over_budget,
    unserved,
    unset_waiting,
)
from sync.signals.findings.mirrors import circular, differing
from sync.signals.findings.parents import contradictions, parent_cycles, unseen
from sync.signals.findings.sharing import Sharing, against_parent, too_many, two_objectives


def find(
    alignment: Alignment, scorecard: Scorecard, workspace: Workspace, now: datetime
) -> tuple[Finding, ...]:
    """Every finding, kind by kind in the order of `Kind`, within a kind always in the same order."""
    sharing = Sharing.of(workspace, now)
    running = _running(workspace, now)
    return (
        *dangling(alignment),
        *moved(alignment, workspace, now),
        *unseen(alignment),
        *parent_cycles(alignment),
        *(finding("link_cycle", *one) for one in circular(alignment)),
        *unserved(scorecard, running),
        *finished_before(alignment, scorecard, workspace),
        *contradictions(alignment, "done"),
        *contradictions(alignment, "dropped"),
        *(finding("mirrors_differ", *one) for one in differing(alignment)),
        *closed_claims(alignment, workspace, sharing.terms, now),
        *conflicting(alignment),
        *ambiguous(alignment, workspace),
        *names_in_common(alignment, workspace),
        *two_objectives(alignment, sharing),
        *against_parent(alignment, sharing),
        *too_many(alignment, workspace, sharing),
        *over_budget(alignment, workspace, now),
        *unset_waiting(running, workspace),
        *mismatches(scorecard, running),
    )


def _running(workspace: Workspace, now: datetime) -> dict[str, KeyResult]:
    """The key results of running cycles that are not closed, by id in declared order: those that can still be moved."""
    today = now.astimezone(workspace.zone).date()
    return {
        one.id: one
        for objective, one in workspace.key_results()
        if workspace.cycles[objective.cycle].start <= today <= workspace.cycles[objective.cycle].end
        and closed_on(one, objective, today) is None
    }
