"""Taking marks away again: which items, and the plan that leaves nothing of ours on them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.errors import nearest
from connectors.model import NOTHING, Ref, WorkItem
from sync.plan.foreign import with_foreign_note
from sync.plan.plan import Edit, Plan, Refusal, changes_of, digest_of, sort_key


class SelectionError(Exception):
    """What was selected cannot be meant; the text says why, and what may have been."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to undo: everything, or what each kind of name that is given leaves. Names are compared without case.

    Several names of one kind are alternatives; each kind narrows what the others leave.

    - `items`: keys of tickets, with their tracker or without, or names of Linear projects.
    - `projects`: keys of Jira projects, keys of Linear teams, or names of Linear projects.
    - `trackers`: names of trackers in the workspace.
    """

    everything: bool = False
    items: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    trackers: frozenset[str] = frozenset()

    @property
    def words(self) -> str:
        """What was asked for, as people type it."""
        named = (("item", self.items), ("project", self.projects), ("tracker", self.trackers))
        asked = [f"--{name} {one}" for name, names in named for one in sorted(names)]
        return "--all" if self.everything else " ".join(asked)

    def __bool__(self) -> bool:
        return bool(self.everything or self.items or self.projects or self.trackers)

    @property
    def is_contradictory(self) -> bool:
        """Whether it names everything and a part."""
        return self.everything and bool(self.items or self.projects or self.trackers)

    def takes(self, item: WorkItem) -> bool:
        """Whether the item is meant."""
        return (
            bool(self)
            and (not self.trackers or item.ref.tracker in self.trackers)
            and (not self.projects or any(_is_in(item, name) for name in self.projects))
            and (not self.items or any(item.answers_to(name) for name in self.items))
        )

    def unmarked(self, known: Iterable[WorkItem], marked: Iterable[WorkItem]) -> list[str]:
        """Those names that no marked item answers to, for a message. `known`: items that were read before, if any were.

        Raises SelectionError for a name that means several items or none that is known, or that the other kinds of
        names leave nothing of.
        """
        known = tuple(known)
        items = list({item.ref: item for item in (*known, *marked)}.values())
        bearing = {item.ref for item in marked}
        left = []
        for name, found in self._named(items):
            if not found and known:
                raise SelectionError(_unknown(name, items))
            meant = [item for item in found if self.takes(item)]
            if found and not meant:
                raise SelectionError(_elsewhere(name, found))
            if name in self.items and len({item.ref.tracker for item in meant}) > 1:
                spelled = " and ".join(sorted({item.qualified_key for item in meant}))
                raise SelectionError(f"{name} means more than one item: {spelled}; name one of them")
            if not any(item.ref in bearing for item in meant):
                left.append(name)
        return left

    def _named(self, items: Iterable[WorkItem]) -> Iterator[tuple[str, list[WorkItem]]]:
        """Each name of an item or a project, with the items that answer to it."""
        for name in sorted(self.items):
            yield name, [item for item in items if item.answers_to(name)]
        for name in sorted(self.projects):
            yield name, [item for item in items if _is_in(item, name)]


def _is_in(item: WorkItem, place: str) -> bool:
    return place.casefold() in {name.casefold() for name in (item.project, item.team) if name}


def _unknown(name: str, items: Iterable[WorkItem]) -> str:
    names = {one for item in items for one in (item.key, item.qualified_key, item.project, item.team) if one}
    near = nearest(name, sorted(names))
    return f"{name} not found among the items that were read" + (f"; did you mean {near}?" if near else "")


def _elsewhere(name: str, found: Iterable[WorkItem]) -> str:
    where = sorted({f"project {item.team or item.project} of {item.ref.tracker}" for item in found})
    more = f" and {len(where) - _FEW} more" if len(where) > _FEW else ""
    return f"{name} is in {', '.join(where[:_FEW])}{more}, which the other options leave out"


_FEW = 3


def undo_plan(
    marked: Iterable[WorkItem], selection: Selection, owner: str, *, has_written: bool = False
) -> Plan:
    """Nothing of ours on the selected items; what bears another owner's stamp is refused aloud.

    `has_written`: runs of this owner's are known to have written, whatever is left of that.

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
            refusals.append(Refusal(item.ref, item.key, reason, item.name, stamp.owner))
            continue
        edits.append(Edit(item, NOTHING, changes_of(item, NOTHING)))
    found = Counter(one.owner for one in refusals)
    found[owner] = len(edits)
    plan = Plan(tuple(edits), tuple(refusals), digest_of(edits))
    return with_foreign_note(plan, found, owner, has_written=has_written or bool(edits))
