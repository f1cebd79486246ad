"""Undoing, with its reads and writes: find everything of ours, show the plan, and carry it out when told to."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from config.load import fingerprint
from connectors.base import Progress
from connectors.errors import TrackerError
from connectors.model import WorkItem
from sync.apply import Applied
from sync.cli.output import Output
from sync.jobs.session import Session
from sync.jobs.sync import hold_lease, record_outcome, write
from sync.plan.plan import Plan
from sync.plan.undo import Selection, undo_plan
from sync.report import data, run


def undo(
    session: Session, selection: Selection, now: datetime, output: Output, *, really: bool
) -> Applied | None:
    """Show what would be removed; with `really` remove it, journaled like every write.

    With everything selected, what writing marks made beside items goes too, where nobody uses it.
    Raises TrackerError before anything is removed when a read fails.
    """
    trackers = selection.trackers if _only_trackers(selection) else frozenset(session.connectors)
    with output.progress() as report:
        found = _find(session, sorted(trackers), report)
    marked = [item for items in found.values() for item in items]
    plan = undo_plan(marked, selection, session.workspace.workspace)
    made = {name: session.connectors[name].made() for name in found} if selection.everything else {}
    output.show(run.undoing(plan, made))
    output.data(**data.of_plan(plan), made={name: list(names) for name, names in made.items()})
    if selection.everything:
        what = "What setup made (fields, filters, dashboard, label groups, views) stays"
        output.say(f"{what}: `truenorth setup --remove` takes it away.")
    for name in selection.unknown(marked):
        output.say(f"Nothing of ours was found under {name}.")
    if not really:
        if not plan.empty or any(made.values()):
            output.say("Nothing was removed. Add --apply to remove it.")
        return None
    return _carry_out(session, plan, made, now, output)


def _only_trackers(selection: Selection) -> bool:
    return not (selection.everything or selection.items or selection.projects)


def _find(session: Session, names: list[str], report: Progress) -> Mapping[str, tuple[WorkItem, ...]]:
    """Marked items by tracker; the trackers are read at once."""

    def look(name: str) -> tuple[WorkItem, ...]:
        return session.connectors[name].marked(session.store.journal.written(name), report)

    with ThreadPoolExecutor(max_workers=len(names), thread_name_prefix="undo") as pool:
        return dict(zip(names, pool.map(look, names), strict=True))


def _carry_out(
    session: Session, plan: Plan, made: Mapping[str, tuple[str, ...]], now: datetime, output: Output
) -> Applied:
    with hold_lease(session) as right:
        record = session.store.open_run("undo", now, fingerprint(session.workspace))
        applied = write(session, plan, record, right)
        stopped = dict(applied.stopped)
        # Labels last: one that an item still bears is in use.
        for name, labels in made.items():
            if applied.complete and not session.halt.is_set():
                stopped |= _unmake(session, name, labels, output)
        applied = Applied(applied.receipts, stopped)
        record_outcome(session, applied, record, plan, now, output)
    return applied


def _unmake(session: Session, name: str, labels: tuple[str, ...], output: Output) -> dict[str, str]:
    """Remove what we made on a tracker; why not, by tracker, where it refuses."""
    for label in labels:
        try:
            gone = session.connectors[name].unmake(label)
        except TrackerError as error:
            return {name: f"the label {label!r} could not be removed: {error.what}"}
        output.say(f"{name}: label {label} " + ("removed." if gone else "kept: people put it on tickets."))
    return {}
