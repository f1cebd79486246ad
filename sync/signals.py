"""Warnings: what deserves somebody's attention, and what they could do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from config.okrs import WorkMeasure
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align import Alignment
from sync.measure import Scorecard

Kind = Literal["dangling_claim", "parent_cycle", "unserved_key_result", "done_over_open"]


@dataclass(frozen=True, slots=True)
class Orphan:
    """Open work in scope, past its grace, that serves no key result.

    `top` is True when its parent is no orphan itself: that one carries the comment.
    """

    item: Ref
    top: bool
    age_days: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that people should look at: what, on which items, and a remedy."""

    kind: Kind
    items: tuple[Ref, ...]
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Signals:
    """Orphans by ref in order of ref, and findings."""

    orphans: dict[Ref, Orphan]
    findings: tuple[Finding, ...]


def find_signals(alignment: Alignment, scorecard: Scorecard, workspace: Workspace, now: datetime) -> Signals:
    """Everything worth saying about this alignment at this moment."""
    findings = [*_dangling(alignment), *_cycles(alignment), *_unserved(scorecard, workspace)]
    findings += _contradictions(alignment)
    return Signals(_orphans(alignment, workspace, now), tuple(findings))


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


def _dangling(alignment: Alignment) -> list[Finding]:
    findings = []
    for claim in alignment.dangling:
        item = alignment.items[claim.item]
        if not item.in_scope:
            continue
        hint = f"did you mean {claim.nearest}?" if claim.nearest else "check the OKR files for its id"
        message = f"{item.key} claims {claim.claim}, which is no declared key result"
        findings.append(Finding("dangling_claim", (claim.item,), message, hint))
    return findings


def _cycles(alignment: Alignment) -> list[Finding]:
    findings = []
    for cycle in alignment.cycles:
        keys = [alignment.items[ref].key for ref in cycle]
        message = f"these are each other's parents: {' → '.join([*keys, keys[0]])}"
        remedy = f"the parent of {keys[0]} is left out of account until one of the links is removed"
        findings.append(Finding("parent_cycle", cycle, message, remedy))
    return findings


def _unserved(scorecard: Scorecard, workspace: Workspace) -> list[Finding]:
    return [
        Finding(
            "unserved_key_result",
            (),
            f"nothing serves {key_result.id} ({key_result.title})",
            f"label work with kr:{key_result.id}, or add a link to its declaration",
        )
        for _, key_result in workspace.key_results()
        if (isinstance(key_result.measure, WorkMeasure) or key_result.links)
        and scorecard.readings[key_result.id].tally.leaves == 0
    ]


def _contradictions(alignment: Alignment) -> list[Finding]:
    findings = []
    for ref, below in sorted(alignment.children.items()):
        parent = alignment.items[ref]
        if parent.category not in ("done", "dropped") or not parent.in_scope:
            continue
        still_open: list[WorkItem] = [
            alignment.items[child] for child in below if alignment.items[child].is_open
        ]
        if still_open:
            keys = ", ".join(item.key for item in still_open[:5]) + ("…" if len(still_open) > 5 else "")
            message = f"{parent.key} is {parent.status}, but below it is open: {keys}"
            refs = (ref, *(item.ref for item in still_open))
            findings.append(
                Finding("done_over_open", refs, message, "reopen it, or close or move what is open")
            )
    return findings
