"""How much of the running cycles' work each exempt category takes, against its budget. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from config.measures import WorkMeasure
from config.okrs import Cycle
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align import Alignment
from sync.measure import tally_of

WHOLE = Fraction(1)


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
    running = [cycle for cycle in workspace.cycles.values() if _runs(cycle, now, workspace)]
    if not budgets or not running:
        return ()
    since = min(cycle.start for cycle in running)
    leaves = [
        item
        for ref, item in alignment.items.items()
        if item.in_scope and alignment.is_leaf(ref) and _is_of(item, since, workspace)
    ]
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


def _runs(cycle: Cycle, now: datetime, workspace: Workspace) -> bool:
    return cycle.start <= now.astimezone(workspace.zone).date() <= cycle.end


def _is_of(item: WorkItem, since: date, workspace: Workspace) -> bool:
    if item.category != "done":
        return item.category == "doing"
    when = item.completed or item.updated
    return when.astimezone(workspace.zone).date() >= since


def _part(some: list[WorkItem], all_of_them: list[WorkItem], how: WorkMeasure) -> Fraction:
    whole = sum((tally_of(one, WHOLE, how).weight for one in all_of_them), Fraction(0))
    part = sum((tally_of(one, WHOLE, how).weight for one in some), Fraction(0))
    return part / whole if whole else Fraction(0)
