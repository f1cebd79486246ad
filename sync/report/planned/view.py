"""Which part of a plan is shown. A view: what is planned, saved and written is the whole. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from connectors.model import Change, Comment, Ref, WorkItem
from sync.plan.plan import Edit, Plan
from sync.plan.undo import Selection


class Only(StrEnum):
    """Marks to which a view can be narrowed."""

    ORPHANS = "orphans"


@dataclass(frozen=True, slots=True)
class PlanView:
    """What is shown of a plan: all of it, or what is left by the names that are given; each row, or a summary of many.

    - `selection`: keys, projects and trackers, as `undo` takes them.
    - `only`: edits that warn of unaligned work, or take such a warning off.
    - `everything`: each row, however many there are. `most`: so many rows and no summary, as the demonstration has it.
    """

    selection: Selection = field(default_factory=Selection)
    only: Only | None = None
    everything: bool = False
    most: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out by its kind."""
        return bool(self.selection) or self.only is not None

    @property
    def words(self) -> str:
        """What narrows it, as people type it."""
        return " ".join(filter(None, (self.selection.words, f"--only {self.only}" if self.only else "")))

    def part_of(self, plan: Plan, items: Mapping[Ref, WorkItem]) -> Plan:
        """The edits, refusals and views that are shown, with the digest of the whole. `items`: all that were read."""
        if not self.narrows:
            return plan
        edits = tuple(one for one in plan.edits if self._takes(one.item) and self._is_asked_for(one))
        refusals = tuple(
            one
            for one in plan.refusals
            if self.only is None and (item := items.get(one.item)) is not None and self._takes(item)
        )
        # A view is no item of a project; what it lists is orphaned.
        trackers = self.selection.trackers
        is_by_item = bool(self.selection.items or self.selection.projects)
        views = tuple(
            one for one in plan.views if not is_by_item and (not trackers or one.tracker in trackers)
        )
        return replace(plan, edits=edits, refusals=refusals, views=views, waiting=(), notes=())

    def unchanged(self, plan: Plan, items: Mapping[Ref, WorkItem]) -> list[str]:
        """The names of items and projects under which the plan changes nothing.

        Raises SelectionError for a name that means nothing that was read, or several things.
        """
        return self.selection.unmarked(items.values(), [edit.item for edit in plan.edits])

    def _takes(self, item: WorkItem) -> bool:
        return not self.selection or self.selection.takes(item)

    def _is_asked_for(self, edit: Edit) -> bool:
        return self.only is None or any(_warns(change) for change in edit.changes)


EVERYTHING = PlanView(everything=True)
SUMMARISED = PlanView()


def _warns(change: Change) -> bool:
    """Whether it puts a warning of unaligned work on an item, changes it or takes it off."""
    sides = (change.before, change.after)
    if change.mark == "comment":
        return any(isinstance(one, Comment) and one.purpose == "orphan" for one in sides)
    return change.mark == "alignment" and "orphaned" in sides
