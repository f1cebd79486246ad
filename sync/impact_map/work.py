"""The work on an impact map: what each piece weighs, and what it is for. Pure.

Width is effort. A piece of work weighs its estimate in points, or 1 without one; the estimate of a parent whose children have
none is spread over them, as key results measured in points do it. Where nothing on the map is estimated, pieces are counted.
Each piece counts once: what serves several key results is split by the shares of its links, each cycle having the same part.

Work of a goal is what belongs to its cycle: open, or finished within it. Work beside the goals is what was done
since the first of the running cycles began, what is in progress, and what is warned about; a backlog that serves nothing is no
work yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from config.measures import WorkMeasure
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.impact_map.deliverables import Deliverables
from sync.impact_map.values import Branch, Effort, Unit, combined
from sync.measure import EstimateBook, Scorecard, standing
from sync.signals.budgets import running_work
from sync.signals.subjects import team_of

_POINTS = WorkMeasure(kind="work", weigh="points")


@dataclass(frozen=True, slots=True)
class Aim:
    """What work is for: a key result by its id, a category of exempt work, or nothing, by the name "" of a branch."""

    kind: Literal["key_result"] | Branch
    name: str = ""


@dataclass(frozen=True, slots=True)
class Strand:
    """The work of a team in one epic or project, or in none, that has one aim."""

    aim: Aim
    deliverable: Ref | None
    team: str
    effort: Effort


@dataclass(frozen=True, slots=True)
class Work:
    """All work on the map of these cycles, in one unit; its strands in order of aim, deliverable and team."""

    cycles: tuple[str, ...]
    unit: Unit
    strands: tuple[Strand, ...]


def shown_cycles(workspace: Workspace, now: datetime) -> tuple[str, ...]:
    """The cycles with objectives that run; where none does those that ended last, else those that begin first."""
    today = now.astimezone(workspace.zone).date()
    used = dict.fromkeys(objective.cycle for objective in workspace.objectives)
    cycles = {name: workspace.cycles[name] for name in workspace.cycles if name in used}
    if running := tuple(name for name, one in cycles.items() if one.start <= today <= one.end):
        return running
    if ended := [one.end for one in cycles.values() if one.end < today]:
        return tuple(name for name, one in cycles.items() if one.end == max(ended))
    first = min((one.start for one in cycles.values()), default=None)
    return tuple(name for name, one in cycles.items() if one.start == first)


def work_of(
    alignment: Alignment,
    scorecard: Scorecard,
    warned: Collection[Ref],
    workspace: Workspace,
    cycles: Collection[str],
) -> Work:
    """The work of the key results of these cycles and, where one of them runs, the work beside the goals.

    `warned`: unaligned work that is warned about, or will be.
    """
    pieces = [*_of_goals(alignment, scorecard, workspace, cycles)]
    today = scorecard.as_of.astimezone(workspace.zone).date()
    if any(workspace.cycles[name].start <= today <= workspace.cycles[name].end for name in cycles):
        pieces += _beside(alignment, warned, workspace, scorecard.as_of)
    estimates = EstimateBook(alignment, workspace).of(_POINTS)
    refs = {item.ref for item, _, _, _ in pieces}
    is_estimated = any(ref in estimates.own or ref in estimates.carried for ref in refs)

    def weight(item: WorkItem) -> Fraction:
        if not is_estimated:
            return Fraction(1)
        spread = estimates.carried.get(item.ref)
        return estimates.weight(item, _POINTS) if spread is None else spread.each

    deliverables = Deliverables(alignment)
    weights = {item.ref: weight(item) for item, _, _, _ in pieces}
    belongs = {ref: deliverables.of(ref) for ref in refs}
    # Whose a ticket is that not everybody may see is not told either.
    teams = {item.ref: "" if item.private else team_of(item) for item, _, _, _ in pieces}
    gathered: defaultdict[tuple[Aim, Ref | None, str], list[Effort]] = defaultdict(list)
    for item, aim, part, is_done in pieces:
        ref = item.ref
        amount = float(weights[ref] * part)
        one = Effort(amount, amount if is_done else 0.0, (ref,))
        gathered[aim, belongs[ref], teams[ref]].append(one)
    strands = (Strand(aim, ref, team, combined(some)) for (aim, ref, team), some in gathered.items())
    in_order = sorted(strands, key=lambda one: (one.aim.kind, one.aim.name, str(one.deliverable), one.team))
    declared = tuple(name for name in workspace.cycles if name in cycles)
    return Work(declared, "points" if is_estimated else "items", tuple(in_order))


_Piece = tuple[WorkItem, Aim, Fraction, bool]
"""A piece of work, what it is for, the part of it that is, and whether it is done."""


def _of_goals(
    alignment: Alignment, scorecard: Scorecard, workspace: Workspace, cycles: Collection[str]
) -> Iterator[_Piece]:
    readings = scorecard.readings
    found: defaultdict[Ref, list[tuple[str, Fraction, bool]]] = defaultdict(list)
    for objective, key_result in workspace.key_results():
        if objective.cycle not in cycles:
            continue
        bounds = readings[key_result.id].bounds
        for item, share in alignment.leaves.get(key_result.id, ()):
            now = standing(item, bounds)
            if now.outside is None and now.category != "dropped":
                found[item.ref].append((key_result.id, share, now.category == "done"))
    for ref, some in found.items():
        parts = _split({name: share for name, share, _ in some}, alignment)
        for name, _, is_done in some:
            yield alignment.items[ref], Aim("key_result", name), parts[name], is_done


def _split(shares: Mapping[str, Fraction], alignment: Alignment) -> dict[str, Fraction]:
    """The part of a piece of work for each key result; they add up to 1."""
    by_cycle: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
    for name, share in shares.items():
        by_cycle[alignment.terms[name].cycle][name] = share
    return {
        name: share / sum(some.values()) / len(by_cycle)
        for some in by_cycle.values()
        for name, share in some.items()
    }


def _beside(
    alignment: Alignment, warned: Collection[Ref], workspace: Workspace, now: datetime
) -> Iterator[_Piece]:
    running = {item.ref for item in running_work(alignment, workspace, now) or ()}
    for ref, placement in alignment.placements.items():
        if ref in running or (ref in warned and alignment.is_leaf(ref)):
            aim: Aim
            match placement.state:
                case "unaligned":
                    aim = Aim("unaligned")
                case "exempt":
                    aim = Aim("exempt", placement.category or "")
                case "unknown":
                    aim = Aim("unknown")
                case _:
                    continue
            item = alignment.items[ref]
            yield item, aim, Fraction(1), item.category == "done"
