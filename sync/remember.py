"""What the next run needs to know of this one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from config.workspace import Workspace
from connectors.model import Marks, Receipt, Ref, Stamp, WorkItem
from sync.decide import Decision
from sync.forecast.outlook import to_keep
from sync.history.movement import Movement, WorkState, movements_since
from sync.marks.status_updates import PostedUpdate, posted
from sync.signals.grace import LinkDays, to_remember
from sync.signals.work_by_day import to_keep as work_to_keep
from sync.store.store import Store


def remember(
    result: Decision,
    workspace: Workspace,
    store: Store,
    receipts: Iterable[Receipt] = (),
    *,
    is_sync: bool = True,
) -> None:
    """Keep the day's readings, its forecasts, where the work goes, and the snapshot for `status`, `orphans`, `explain` and the guards.

    Items with a "written" receipt are kept as they look now, not as they were read. `is_sync`: not a run that only looks.
    """
    written = {receipt.item for receipt in receipts if receipt.outcome == "written"}
    now_shown = {
        edit.item.ref: replace(edit.wanted, stamp=_stamp_of(edit.wanted, workspace))
        for edit in result.plan.edits
        if edit.item.ref in written
    }
    store.save_posted(*_posted(result, written))
    pulls = tuple(
        replace(pull, items=tuple(_as_shown(item, now_shown) for item in pull.items))
        for pull in result.observation.pulls
    )
    links = to_remember(
        result.alignment,
        result.unlinked_since,
        now_shown,
        result.memory.links,
        result.unshown,
        is_sync=is_sync,
    )
    store.snapshots.save(replace(result.observation, pulls=pulls), *_changed(result.memory.links, links))
    day = _today(result, workspace)
    kept = to_keep(result.outlooks, day)
    moved, work = moved_today(result, workspace), work_to_keep(result.slices, day)
    store.readings.save(result.scorecard, day, result.work_states, moved, kept, work)


def _stamp_of(written: Marks, workspace: Workspace) -> Stamp:
    """What the stamp says of the marks that were written just now."""
    return Stamp(
        workspace.workspace, written.key_results, written.alignment, written.labels, rules=written.rules
    )


def _as_shown(item: WorkItem, now_shown: Mapping[Ref, Marks]) -> WorkItem:
    return replace(item, shown=now_shown[item.ref]) if item.ref in now_shown else item


def _changed(before: LinkDays, after: LinkDays) -> tuple[dict[Ref, date | None], frozenset[Ref]]:
    """What is new or other than before, and what is to be forgotten."""
    new = {ref: day for ref, day in after.items() if ref not in before or before[ref] != day}
    return new, frozenset(before.keys() - after.keys())


def moved_today(result: Decision, workspace: Workspace) -> dict[str, Movement]:
    """What moved each key result that is not closed or set by hand since the last day that was read before this one."""
    moved = movements_since(result.memory.work_states_before, result.work_states, workspace)
    # What is closed or ended, or set by hand, stands whatever its work does.
    fixed = {name for name, one in result.scorecard.readings.items() if one.stands_on or one.by_hand}
    return {name: one for name, one in moved.items() if name not in fixed}


def _today(result: Decision, workspace: Workspace) -> date:
    return result.scorecard.as_of.astimezone(workspace.zone).date()


def _posted(
    result: Decision, written: Collection[Ref]
) -> tuple[dict[str, WorkState], dict[Ref, PostedUpdate]]:
    """Where work stands for every key result whose comment was written or that was never posted before, and what
    status updates said.
    """
    renewed = {
        link.key_result
        for edit in result.plan.edits
        if edit.item.ref in written and any(change.mark == "comment" for change in edit.changes)
        for link in result.alignment.placements[edit.item.ref].carries
    }
    states = {
        id_: one
        for id_, one in result.work_states.items()
        if id_ in renewed or id_ not in result.memory.work_states
    }
    updates = {
        edit.item.ref: posted(edit.wanted.update, result.work_states)
        for edit in result.plan.edits
        if edit.item.ref in written and edit.wanted.update not in (None, edit.item.shown.update)
    }
    return states, updates
