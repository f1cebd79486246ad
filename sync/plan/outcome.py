"""What becomes of a plan: which of a saved one still holds, and what was written. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields

from connectors.model import Outcome, Receipt, Ref, WorkItem
from connectors.setup import PROJECTS
from sync.plan.plan import Edit, Plan, digest_of
from sync.plan.project_views import ProjectView, still_due, view_note


@dataclass(frozen=True, slots=True)
class RenewedView:
    """What became of a view that was to show other projects; `why` not, where it does not."""

    view: ProjectView
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan. `stopped` names the trackers that gave up, with the reason.

    `lost`: those among them that no later run can write to until somebody acts. `views`: what became of its views.
    """

    receipts: tuple[Receipt, ...]
    stopped: Mapping[str, str]
    lost: frozenset[str] = frozenset()
    views: tuple[RenewedView, ...] = ()

    def count(self, outcome: str) -> int:
        return sum(1 for receipt in self.receipts if receipt.outcome == outcome)

    @property
    def complete(self) -> bool:
        """Whether everything in the plan was written, its views included."""
        outcomes = {one.outcome for one in self.receipts} | {one.outcome for one in self.views}
        return not self.stopped and outcomes <= {"written"}


@dataclass(frozen=True, slots=True)
class Moved:
    """An item or a view of a saved plan that changed since, and in what. `name`: its key as people are shown it."""

    item: Ref
    key: str
    what: str
    name: str


def still_true(
    plan: Plan,
    items: Iterable[WorkItem],
    unread: Collection[str] = (),
    set_aside: Collection[Ref] = (),
    made: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Plan, tuple[Moved, ...]]:
    """The part of the plan whose items are as they were when it was made, and those that are not.

    Of a tracker in `unread`, and of an item in `set_aside`, nobody knows how it is. `made`: what the store keeps of setup
    by now, by tracker, for the views of the plan.
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
    views, others = still_due(plan.views, made or {}, unread)
    moved += [Moved(Ref(view.tracker, view.id), PROJECTS, what, view.name) for view, what in others]
    left = Plan(tuple(kept), (), digest_of(kept, views), notes=tuple(map(view_note, views)), views=views)
    return left, tuple(moved)


_UNSEEN = ("updated", "homonym", "former_keys", "former_projects", "parent_former_keys")
"""What counts is what is seen of an item: watchers and votes move `updated`, too, other items and OKR files what it is called."""


def _differences(before: WorkItem, now: WorkItem) -> list[str]:
    names = (one.name for one in fields(WorkItem) if one.name not in _UNSEEN)
    return [
        "marks" if name == "shown" else name.replace("_", " ")
        for name in names
        if getattr(before, name) != getattr(now, name)
    ]
