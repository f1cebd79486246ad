"""What the next run needs to know of this one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from config.workspace import Workspace
from connectors.model import Marks, Receipt, Ref, Stamp, WorkItem
from sync.history.movement import Footing, Movement, since, standing
from sync.marks.status_updates import told_of
from sync.run import Run
from sync.store.store import Store


def remember(result: Run, workspace: Workspace, store: Store, receipts: Iterable[Receipt] = ()) -> None:
    """Keep the day's readings and the snapshot for `status`, `orphans`, `explain` and the guards.

    Items with a "written" receipt are kept as they look now, not as they were read.
    """
    written = {receipt.item for receipt in receipts if receipt.outcome == "written"}
    now_shown = {
        edit.item.ref: replace(edit.wanted, stamp=Stamp(workspace.workspace))
        for edit in result.plan.edits
        if edit.item.ref in written
    }
    pulls = tuple(
        replace(pull, items=tuple(_as_shown(item, now_shown) for item in pull.items))
        for pull in result.observation.pulls
    )
    store.snapshots.save(replace(result.observation, pulls=pulls))
    stands = standing(result.alignment, workspace, result.scorecard.as_of)
    _remember_told(result, store, written, stands)
    day = _today(result, workspace)
    store.readings.save(result.scorecard, day, stands, _moved(result, stands, workspace, store))


def _as_shown(item: WorkItem, now_shown: Mapping[Ref, Marks]) -> WorkItem:
    return replace(item, shown=now_shown[item.ref]) if item.ref in now_shown else item


def moved_today(result: Run, workspace: Workspace, store: Store) -> dict[str, Movement]:
    """What moved each key result that is not closed or set by hand since the last day that was read before this one."""
    stands = standing(result.alignment, workspace, result.scorecard.as_of)
    return _moved(result, stands, workspace, store)


def _moved(
    result: Run, stands: Mapping[str, Footing], workspace: Workspace, store: Store
) -> dict[str, Movement]:
    moved = since(store.readings.stood_before(_today(result, workspace)), stands, workspace)
    # What is closed, or set by hand, stands whatever its work does.
    fixed = {name for name, one in result.scorecard.readings.items() if one.closed or one.by_hand}
    return {name: one for name, one in moved.items() if name not in fixed}


def _today(result: Run, workspace: Workspace) -> date:
    return result.scorecard.as_of.astimezone(workspace.zone).date()


def _remember_told(
    result: Run, store: Store, written: Collection[Ref], stands: Mapping[str, Footing]
) -> None:
    """Keep where work stands for every key result whose comment was written, or was never told before."""
    told = {
        link.key_result
        for edit in result.plan.edits
        if edit.item.ref in written and any(change.mark == "comment" for change in edit.changes)
        for link in result.alignment.placements[edit.item.ref].carries
    }
    known = store.footings()
    store.save_told_updates(
        {
            edit.item.ref: told_of(edit.wanted.update, stands)
            for edit in result.plan.edits
            if edit.item.ref in written and edit.wanted.update not in (None, edit.item.shown.update)
        }
    )
    store.save_footings({id_: one for id_, one in stands.items() if id_ in told or id_ not in known})
