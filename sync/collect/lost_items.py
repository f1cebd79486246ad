"""Done work that a tracker shows no more: deleted, archived or hidden, which nobody but the tracker can tell apart. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import align
from sync.measure import first_day
from sync.observation import LostItem, Observation


def lost_items(
    last: Observation | None, observation: Observation, workspace: Workspace, today: date
) -> dict[Ref, LostItem]:
    """What was done in a running cycle, was seen by an earlier run and is not seen now; what is seen again is not lost.

    Not what lay in a project or team of which nothing is in scope any more: that is another scope.
    """
    if last is None:
        return {}
    begun = {
        key_result.id: first_day(key_result, cycle) or date.min
        for objective, key_result in workspace.key_results()
        if (cycle := workspace.cycles[objective.cycle]).start <= today <= cycle.end
    }
    seen = {item.ref for item in observation.items} | observation.set_aside
    lost = {
        ref: one
        for ref, one in last.lost.items()
        if ref not in seen and not begun.keys().isdisjoint(one.key_results)
    }
    places = {_place(item) for item in observation.items if item.in_scope}
    gone = {
        item.ref: item
        for item in last.items
        if item.category == "done" and item.in_scope and item.ref not in seen and _place(item) in places
    }
    if not gone:
        return lost
    served: dict[Ref, list[str]] = defaultdict(list)
    leaves = align(last.items, workspace, last.answers, today).leaves
    for id_, start in begun.items():
        for item, _ in leaves.get(id_, ()):
            ended = item.completed.astimezone(workspace.zone).date() if item.completed else start
            if item.ref in gone and ended >= start:
                served[item.ref].append(id_)
    found = {ref: LostItem(gone[ref].name, tuple(ids), gone[ref].estimate) for ref, ids in served.items()}
    return lost | found


def _place(item: WorkItem) -> tuple[str, str | None]:
    # By id where there is one: a project that is renamed is no other place.
    return item.ref.tracker, item.team or item.project_id or item.project
