"""From items and a declaration to what would be written, without any I/O: for tests of marks and plans."""

from __future__ import annotations

from config.workspace import Workspace
from connectors.model import Marks, Ref, WorkItem
from sync.align.alignment import align
from sync.marks.desired import desired_marks
from sync.measure import measure
from sync.plan.plan import Plan, make_plan
from sync.signals.orphans import Signals, find_signals
from tests.support.builders import NOW, observed


def decide(items: list[WorkItem], declared: Workspace) -> tuple[dict[Ref, Marks], Signals, Plan]:
    """The wanted marks, what they warn of, and the plan."""
    alignment = align(items, declared, today=NOW.astimezone(declared.zone).date())
    card = measure(alignment, observed(), declared, NOW)
    signals = find_signals(alignment, card, observed(), declared, NOW)
    wanted = desired_marks(alignment, card, signals, declared)
    return wanted, signals, make_plan(items, wanted, declared, offered=alignment.offered)
