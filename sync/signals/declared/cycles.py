"""Cycles that have ended while no next one of like length is declared: their marks rest, and one finding says so. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from config.text.phrases import phrase
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.align.terms import (
    missing_successors,
    rests_until,
    successor_to_come,
    successor_without_objectives,
)
from sync.signals.findings.finding import Finding, finding


def find_missing_cycles(alignment: Alignment, workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """A finding for each cycle whose successor is missing, with the last day on which its marks rest.

    None where the next one is declared and begins before they stop resting: nothing is to be done then.
    """
    today = now.astimezone(workspace.zone).date()
    resting = Counter(
        cycle
        for ref, placement in alignment.placements.items()
        if alignment.items[ref].is_open and placement.state not in ("out_of_scope", "exempt")
        for cycle in {link.cycle for link in placement.past}
    )
    for name in missing_successors(workspace, today):
        cycle = workspace.cycles[name]
        until = rests_until(cycle, workspace)
        coming = successor_to_come(name, workspace, today)
        begins = workspace.cycles[coming].start if coming is not None else None
        if begins is not None and begins <= until + timedelta(days=1):
            continue
        ended = phrase("signals.missing_cycle.ended", cycle=name, end=str(cycle.end))
        todo = phrase("signals.missing_cycle.remedy.next", cycle=name)
        empty = successor_without_objectives(name, workspace)
        if coming is not None:
            ended = phrase("signals.missing_cycle.coming", ended=ended, next=coming, day=str(begins))
        elif empty is not None:
            ended = phrase("signals.missing_cycle.empty", ended=ended, next=empty)
            todo = phrase("signals.missing_cycle.remedy.empty", cycle=name, next=empty)
        said = phrase(
            "signals.missing_cycle.message", "items", items=resting[name], ended=ended, until=str(until)
        )
        yield finding("missing_cycle", (), said, todo, workspace.place_of(("cycles", name)))
