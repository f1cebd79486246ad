"""What becomes of a plan: which of a saved one still holds, and what was written. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields

from connectors.model import Receipt, Ref, WorkItem
from sync.plan.plan import Edit, Plan, digest_of


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan. `stopped` names the trackers that gave up, with the reason.

    `lost`: those among them that no later run can write to until somebody acts.
    """

    receipts: tuple[Receipt, ...]
    stopped: Mapping[str, str]
    lost: frozenset[str] = frozenset()

    def count(self, outcome: str) -> int:
        return sum(1 for receipt in self.receipts if receipt.outcome == outcome)

    @property
    def complete(self) -> bool:
        """Whether everything in the plan was written."""
        return not self.stopped and all(receipt.outcome == "written" for receipt in self.receipts)


@dataclass(frozen=True, slots=True)
class Moved:
    """An item of a saved plan that changed since, and in what. `name`: its key as people are shown it."""

    item: Ref
    key: str
    what: str
    name: str


def still_true(
    plan: Plan, items: Iterable[WorkItem], unread: Collection[str] = (), set_aside: Collection[Ref] = ()
) -> tuple[Plan, tuple[Moved, ...]]:
    """The part of the plan whose items are as they were when it was made, and those that are not.

    Of a tracker in `unread`, and of an item in `set_aside`, nobody knows how it is.
    """
    now = {item.ref: item for item in items}
    kept: list[Edit] = []
    moved: list[Moved] = []
    for edit in plan.edits:
        item = now.get(edit.item.ref)
        ref, name = edit.item.ref, edit.item.name
        if ref.tracker in unread:
            moved.append(Moved(ref, edit.item.key, f"{ref.tracker} could not be read", name))
        elif ref in set_aside:
            moved.append(Moved(ref, edit.item.key, "it could not be read", name))
        elif item is None:
            moved.append(Moved(ref, edit.item.key, "it no longer exists or is out of scope", name))
        elif what := _differences(edit.item, item):
            moved.append(Moved(edit.item.ref, item.key, f"its {', '.join(what)} changed", item.name))
        else:
            # The one that was just read: it bears the latest stamp.
            kept.append(Edit(item, edit.wanted, edit.changes))
    return Plan(tuple(kept), (), digest_of(kept)), tuple(moved)


_UNSEEN = ("updated", "homonym", "former_keys", "former_projects", "parent_former_keys")
"""What counts is what is seen of an item: watchers and votes move `updated`, too, other items and OKR files what it is called."""


def _differences(before: WorkItem, now: WorkItem) -> list[str]:
    names = (one.name for one in fields(WorkItem) if one.name not in _UNSEEN)
    return [
        "marks" if name == "shown" else name.replace("_", " ")
        for name in names
        if getattr(before, name) != getattr(now, name)
    ]
