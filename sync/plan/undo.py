"""Taking marks away again: which items, and the plan that leaves nothing of ours on them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.model import NOTHING, Ref, WorkItem
from sync.plan.plan import Edit, Plan, Refusal, changes_of, digest_of, sort_key


@dataclass(frozen=True, slots=True)
class Selection:
    """What to undo: everything, or what any of these names. Keys and names are compared without case.

    - `items`: keys of tickets, or names of Linear projects.
    - `projects`: keys of Jira projects, keys of Linear teams, or names of Linear projects.
    - `trackers`: names of trackers in the workspace.
    """

    everything: bool = False
    items: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    trackers: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.everything or self.items or self.projects or self.trackers)

    def takes(self, item: WorkItem) -> bool:
        """Whether the item is meant."""
        if self.everything or item.ref.tracker in self.trackers:
            return True
        places = {name.casefold() for name in (item.project, item.team) if name}
        return _folded(item.key) in map(_folded, self.items) or bool(places & {*map(_folded, self.projects)})

    def unknown(self, items: Iterable[WorkItem]) -> list[str]:
        """Those names that no marked item answers to, for a message."""
        known: set[str] = set()
        for item in items:
            known |= {_folded(name) for name in (item.key, item.project, item.team) if name}
        return sorted(name for name in self.items | self.projects if _folded(name) not in known)


def _folded(name: str) -> str:
    return name.casefold()


def undo_plan(marked: Iterable[WorkItem], selection: Selection, owner: str) -> Plan:
    """Nothing of ours on the selected items; what bears another owner's stamp is refused aloud.

    An item on which only the stamp is left has no change that people could see, but is in the plan.
    """
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    seen: set[Ref] = set()
    for item in sorted(marked, key=sort_key):
        if not selection.takes(item) or item.ref in seen:
            continue
        seen.add(item.ref)
        stamp = item.shown.stamp
        if stamp is not None and stamp.owner != owner:
            reason = f'marks belong to workspace "{stamp.owner}", not to this workspace "{owner}"'
            refusals.append(Refusal(item.ref, item.key, reason))
            continue
        edits.append(Edit(item, NOTHING, changes_of(item, NOTHING)))
    return Plan(tuple(edits), tuple(refusals), digest_of(edits))
