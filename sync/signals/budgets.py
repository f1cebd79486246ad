"""Where the work of the running cycles goes, and what exempt categories take against their budgets. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from config.measures import WorkMeasure
from config.okrs import Cycle
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.measure import EstimateBook, Estimates


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
    in scope, counted or weighed by points as the category says; in points those carry the estimates above them, and an
    estimated parent that is done counts whole in their place. `pieces` is how many there are.
    """
    budgets: dict[str, tuple[Fraction, WorkMeasure]] = {}
    for rule in workspace.exempt:
        if rule.budget is not None:
            how = WorkMeasure(kind="work", weigh=rule.weigh)
            budgets.setdefault(rule.name, (Fraction(rule.budget, 100), how))
    leaves = running_work(alignment, workspace, now) if budgets else None
    if leaves is None:
        return ()
    book, found = EstimateBook(alignment, workspace), []
    for category, (budget, how) in budgets.items():
        weights = _weights(leaves, how, book.of(how), _running_since(workspace, now), workspace)
        inside = [ref for ref in weights if alignment.placements[ref].category == category]
        whole = sum(weights.values(), Fraction(0))
        part = sum((weights[ref] for ref in inside), Fraction(0))
        share = part / whole if whole else Fraction(0)
        found.append(Usage(category, share, budget, tuple(inside), len(weights)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the running work: of an objective, of an exempt category, or of neither (`name` "")."""

    kind: Literal["objective", "category", "unaligned"]
    name: str
    pieces: Fraction
    share: Fraction


def slices(alignment: Alignment, workspace: Workspace, now: datetime) -> tuple[Slice, ...]:
    """Where the running work goes, by count of leaves, those that serve several objectives in parts.

    Objectives of running cycles and categories in declared order, what is unaligned last, each even where it takes
    nothing; objectives of other cycles where work rests that served them, or is planned for them. The shares add up to
    1. () while no cycle runs or nothing is under way.
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
        links = _reasons(placement, alignment)
        for link in links:
            # All links share alike: also what only watches work is a reason for it.
            objectives[of_key_result[link.key_result]] += Fraction(1, len(links))
        if placement.category is not None:
            categories[placement.category] += 1
        elif not links:
            unaligned += 1
    whole = len(leaves)
    running = {one.id for one in workspace.objectives if _runs(workspace.cycles[one.cycle], now, workspace)}
    return (
        *(
            Slice("objective", name, part, part / whole)
            for name, part in objectives.items()
            if part or name in running
        ),
        *(Slice("category", name, part, part / whole) for name, part in categories.items()),
        Slice("unaligned", "", unaligned, unaligned / whole),
    )


def _reasons(placement: ItemAlignment, alignment: Alignment) -> tuple[Link, ...]:
    """What an item serves; where that rests, or is planned, what it served last, or will."""
    if placement.state == "rested":
        return tuple(link for link in placement.past if alignment.terms[link.key_result].rests)
    return placement.planned if placement.state == "planned" else placement.links


def running_work(alignment: Alignment, workspace: Workspace, now: datetime) -> list[WorkItem] | None:
    """The leaves that are being done, or were done since the running cycles began; None while none runs."""
    since = _running_since(workspace, now)
    if since is None:
        return None
    return [
        item
        for ref, item in alignment.items.items()
        if item.in_scope and alignment.is_leaf(ref) and _is_of(item, since, workspace)
    ]


def _weights(
    leaves: list[WorkItem], how: WorkMeasure, estimates: Estimates, since: date | None, workspace: Workspace
) -> dict[Ref, Fraction]:
    """What each piece of the running work weighs, by the leaves of it; in order of ref."""
    done = {ref: one for ref, one in estimates.spreads.items() if one.parent.category == "done"}
    found = {ref: one.estimate for ref, one in done.items() if since and _is_of(one.parent, since, workspace)}
    for leaf in leaves:
        spread = estimates.carried.get(leaf.ref)
        if spread is None:
            found[leaf.ref] = estimates.weight(leaf, how)
        elif spread.parent.ref not in done:
            found[leaf.ref] = spread.each
    return dict(sorted(found.items()))


def _running_since(workspace: Workspace, now: datetime) -> date | None:
    """The first day of the running cycles; None while none runs."""
    return min((one.start for one in workspace.cycles.values() if _runs(one, now, workspace)), default=None)


def _runs(cycle: Cycle, now: datetime, workspace: Workspace) -> bool:
    return cycle.start <= now.astimezone(workspace.zone).date() <= cycle.end


def _is_of(item: WorkItem, since: date, workspace: Workspace) -> bool:
    if item.category != "done":
        return item.category == "doing"
    when = item.completed or item.updated
    return when.astimezone(workspace.zone).date() >= since
