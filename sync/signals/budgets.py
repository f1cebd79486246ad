"""Where the work of the running cycles goes, and what exempt categories take against their budgets. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from config.measures import WorkMeasure
from config.okrs import Cycle
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.measure import weight_of


@dataclass(frozen=True, slots=True)
class Usage:
    """What a category takes: `share` 0..1 of all work of the running cycles; `budget` 0..1."""

    category: str
    share: Fraction
    budget: Fraction
    items: tuple[Ref, ...]
    pieces: int

    @property
    def is_over(self) -> bool:
        """Whether it takes more than its budget."""
        return self.share > self.budget


def usages(alignment: Alignment, workspace: Workspace, now: datetime) -> tuple[Usage, ...]:
    """The usage of each category that has a budget, in declared order; () while no cycle runs.

    Work of the running cycles is what is being done now, and what was done since the first of them began: leaves
    in scope, counted or weighed by points as the category says. `pieces` is how many such leaves there are.
    """
    budgets: dict[str, tuple[Fraction, WorkMeasure]] = {}
    for rule in workspace.exempt:
        if rule.budget is not None:
            how = WorkMeasure(kind="work", weigh=rule.weigh)
            budgets.setdefault(rule.name, (Fraction(rule.budget, 100), how))
    leaves = running_work(alignment, workspace, now) if budgets else None
    if leaves is None:
        return ()
    inside: dict[str, list[WorkItem]] = defaultdict(list)
    for leaf in leaves:
        category = alignment.placements[leaf.ref].category
        if category is not None:
            inside[category].append(leaf)
    return tuple(
        Usage(
            category,
            _part(inside[category], leaves, how),
            budget,
            tuple(leaf.ref for leaf in inside[category]),
            len(leaves),
        )
        for category, (budget, how) in budgets.items()
    )


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the running work: of an objective, of an exempt category, or of neither (`name` "")."""

    kind: Literal["objective", "category", "unaligned"]
    name: str
    pieces: Fraction
    share: Fraction


def slices(alignment: Alignment, workspace: Workspace, now: datetime) -> tuple[Slice, ...]:
    """Where the running work goes, by count of leaves, those that serve several objectives in parts.

    Objectives and categories in declared order, what is unaligned last, each even where it takes nothing; the
    shares add up to 1. () while no cycle runs or nothing is under way.
    """
    leaves = running_work(alignment, workspace, now)
    if not leaves:
        return ()
    of_key_result = {one.id: objective.id for objective, one in workspace.key_results()}
    objectives = {objective.id: Fraction(0) for objective in workspace.objectives}
    categories = {rule.name: Fraction(0) for rule in workspace.exempt}
    unaligned = Fraction(0)
    for leaf in leaves:
        placement = alignment.placements[leaf.ref]
        for link in placement.links:
            # All links share alike: also what only watches work is a reason for it.
            objectives[of_key_result[link.key_result]] += Fraction(1, len(placement.links))
        if placement.category is not None:
            categories[placement.category] += 1
        elif not placement.links:
            unaligned += 1
    whole = len(leaves)
    return (
        *(Slice("objective", name, part, part / whole) for name, part in objectives.items()),
        *(Slice("category", name, part, part / whole) for name, part in categories.items()),
        Slice("unaligned", "", unaligned, unaligned / whole),
    )


def running_work(alignment: Alignment, workspace: Workspace, now: datetime) -> list[WorkItem] | None:
    """The leaves that are being done, or were done since the running cycles began; None while none runs."""
    running = [cycle for cycle in workspace.cycles.values() if _runs(cycle, now, workspace)]
    if not running:
        return None
    since = min(cycle.start for cycle in running)
    return [
        item
        for ref, item in alignment.items.items()
        if item.in_scope and alignment.is_leaf(ref) and _is_of(item, since, workspace)
    ]


def _runs(cycle: Cycle, now: datetime, workspace: Workspace) -> bool:
    return cycle.start <= now.astimezone(workspace.zone).date() <= cycle.end


def _is_of(item: WorkItem, since: date, workspace: Workspace) -> bool:
    if item.category != "done":
        return item.category == "doing"
    when = item.completed or item.updated
    return when.astimezone(workspace.zone).date() >= since


def _part(some: list[WorkItem], all_of_them: list[WorkItem], how: WorkMeasure) -> Fraction:
    whole = sum((weight_of(one, how)[0] for one in all_of_them), Fraction(0))
    part = sum((weight_of(one, how)[0] for one in some), Fraction(0))
    return part / whole if whole else Fraction(0)
