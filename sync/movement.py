"""What moved a key result since its progress was last told: work done, or scope that changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from config.measures import Measure, WorkMeasure
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align import Alignment
from sync.measure import tally_of

Standing = tuple[str, float]
"""The category of a leaf, and what it weighs."""


@dataclass(frozen=True, slots=True)
class Footing:
    """The work of a key result on the day its progress was told: each leaf, by ref, with its standing."""

    on: date
    leaves: Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class Movement:
    """How many leaves changed since a day, and what that did to the percent, in points.

    Each leaf counts once, for what weighs most: dropped, gone, added, done, reopened, re-estimated.
    `by_work` is what came from work that was done or reopened, `by_scope` the rest; None where the measure is
    not work, or there was none before.
    """

    since: date
    done: int = 0
    reopened: int = 0
    added: int = 0
    dropped: int = 0
    gone: int = 0
    estimated: int = 0
    by_work: float | None = None
    by_scope: float | None = None


def footing(leaves: Iterable[tuple[WorkItem, Fraction]], how: WorkMeasure, on: date) -> Footing:
    """Where a key result's work stands today."""
    return Footing(on, {str(item.ref): (item.category, _weight(item, share, how)) for item, share in leaves})


def _weight(item: WorkItem, share: Fraction, how: WorkMeasure) -> float:
    # What a dropped leaf weighed is forgotten by its tally; nothing is made of it here either.
    return float(tally_of(item, share, how).weight)


def standing(alignment: Alignment, workspace: Workspace, now: datetime) -> dict[str, Footing]:
    """Where the work of every key result stands at `now`."""
    on = now.astimezone(workspace.zone).date()
    leaves = alignment.leaves()
    return {kr.id: footing(leaves.get(kr.id, ()), _how(kr.measure), on) for _, kr in workspace.key_results()}


def since(
    told: Mapping[str, Footing], stands: Mapping[str, Footing], workspace: Workspace
) -> dict[str, Movement]:
    """What moved each key result since its progress was told; nothing for one that was never told."""
    return {
        kr.id: movement(told[kr.id], stands[kr.id], by_work=isinstance(kr.measure, WorkMeasure))
        for _, kr in workspace.key_results()
        if kr.id in told
    }


def _how(measure: Measure) -> WorkMeasure:
    return measure if isinstance(measure, WorkMeasure) else WorkMeasure(kind="work")


def movement(before: Footing, now: Footing, *, by_work: bool) -> Movement:
    """What changed from one footing to the next. `by_work`: whether linked work is what is measured."""
    counts: dict[str, int] = {}
    for ref in before.leaves.keys() | now.leaves.keys():
        kind = _kind(before.leaves.get(ref), now.leaves.get(ref))
        if kind:
            counts[kind] = counts.get(kind, 0) + 1
    work, scope = _effects(before, now) if by_work else (None, None)
    return Movement(before.on, **counts, by_work=work, by_scope=scope)


def _kind(before: Standing | None, now: Standing | None) -> str:
    was, weighed = before or ("", 0.0)
    stands, weighs = now or ("", 0.0)
    counted, counts = was not in ("", "dropped"), stands not in ("", "dropped")
    if counted and not counts:
        return "dropped" if stands else "gone"
    if counts and not counted:
        return "added"
    if not counts:
        return ""
    if (was == "done") != (stands == "done"):
        return "done" if stands == "done" else "reopened"
    return "estimated" if weighed != weighs else ""


def _effects(before: Footing, now: Footing) -> tuple[float | None, float | None]:
    told, shown = _progress(before.leaves), _progress(now.leaves)
    if told is None or shown is None:
        return None, None
    # The old scope with today's states: what of the change is work.
    same = {
        ref: (_state_in(now.leaves.get(ref), state), weight) for ref, (state, weight) in before.leaves.items()
    }
    worked = _progress(same)
    work = (worked if worked is not None else told) - told
    return work, shown - told - work


def _state_in(now: Standing | None, before: str) -> str:
    return before if now is None or "dropped" in (now[0], before) else now[0]


def _progress(leaves: Mapping[str, Standing]) -> float | None:
    """Percent, unrounded; None without work."""
    total = sum(weight for state, weight in leaves.values() if state != "dropped")
    done = sum(weight for state, weight in leaves.values() if state == "done")
    return 100 * done / total if total else None
