"""What moved a key result between two days: work done, or scope that changed. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from config.measures import Measure, WorkMeasure
from config.workspace import Workspace
from sync.measure import Piece, Scorecard, Tally
from sync.measure.work import work

LeafState = tuple[str, float]
"""The category of a leaf, and what it weighs."""

MovementKind = Literal["done", "reopened", "added", "dropped", "gone", "estimated"]
KINDS: tuple[MovementKind, ...] = ("done", "reopened", "added", "dropped", "gone", "estimated")
"""How a leaf can change: the counts of a movement, in the order in which people read them."""


@dataclass(frozen=True, slots=True)
class WorkState:
    """The work of a key result on a day: the state of each leaf, by ref."""

    on: date
    leaves: Mapping[str, LeafState]


@dataclass(frozen=True, slots=True)
class Movement:
    """How many leaves changed since a day, and what that did to the percent, in points.

    Each leaf counts once, for what weighs most: dropped, gone, added, done, reopened, re-estimated.
    `by_scope` is what all that was added, dropped, unlinked or re-estimated would have done to the percent had
    nobody worked, `by_work` the rest: what was begun, done and reopened, in the scope of today. Both are None
    where the measure is not work, or there was none before. Their sum is how the measured percent moved.
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


def work_state(pieces: Iterable[Piece], on: date) -> WorkState:
    """Where a key result's work stands on a day."""
    # What is dropped, or came after the baseline, weighs nothing: it moves no percent.
    return WorkState(
        on,
        {str(one.item.ref): (one.category, 0.0 if one.left_out else float(one.part)) for one in pieces},
    )


def work_states(card: Scorecard, workspace: Workspace) -> dict[str, WorkState]:
    """Where the work of every key result stands at the moment of the readings."""
    on = card.as_of.astimezone(workspace.zone).date()
    return {name: work_state(reading.pieces, on) for name, reading in card.readings.items()}


def movements_since(
    before: Mapping[str, WorkState], states: Mapping[str, WorkState], workspace: Workspace
) -> dict[str, Movement]:
    """What moved each key result since where it stood before; nothing for one that stood nowhere."""
    return {
        kr.id: movement(before[kr.id], states[kr.id], kr.measure)
        for _, kr in workspace.key_results()
        if kr.id in before
    }


def movement(before: WorkState, now: WorkState, how: Measure) -> Movement:
    """What changed from one state to the next of a key result that is measured as `how` says."""
    counts = Counter(
        _kind(before.leaves.get(ref), now.leaves.get(ref)) for ref in before.leaves.keys() | now.leaves.keys()
    )
    del counts[""]
    by_work, by_scope = _effects(before, now, how) if isinstance(how, WorkMeasure) else (None, None)
    return Movement(before.on, **counts, by_work=by_work, by_scope=by_scope)


def sum_movements(movements: Iterable[Movement]) -> Movement | None:
    """Movements that follow on each other, as one since the first of them; None of none.

    A leaf that was done and reopened counts as both. Effects add up; what is not known of one is not known of all.
    """
    whole: Movement | None = None
    for one in movements:
        whole = one if whole is None else _joined(whole, one)
    return whole


def _joined(first: Movement, then: Movement) -> Movement:
    counts = {kind: getattr(first, kind) + getattr(then, kind) for kind in KINDS}
    return Movement(
        first.since,
        **counts,
        by_work=_sum(first.by_work, then.by_work),
        by_scope=_sum(first.by_scope, then.by_scope),
    )


def _sum(first: float | None, then: float | None) -> float | None:
    return None if first is None or then is None else first + then


def _kind(before: LeafState | None, now: LeafState | None) -> str:
    was, weighed = before or ("", 0.0)
    is_now, weighs = now or ("", 0.0)
    counted, counts = was not in ("", "dropped"), is_now not in ("", "dropped")
    if counted and not counts:
        return "dropped" if is_now else "gone"
    if counts and not counted:
        return "added"
    if not counts:
        return ""
    if (was == "done") != (is_now == "done"):
        return "done" if is_now == "done" else "reopened"
    return "estimated" if weighed != weighs else ""


def _effects(before: WorkState, now: WorkState, how: WorkMeasure) -> tuple[float | None, float | None]:
    was, is_now = _percent(before.leaves, how), _percent(now.leaves, how)
    # Today's scope with the states of before: what the change would be had nobody worked. Scope comes first, so
    # that work which was added and done since lowers the percent by the one and raises it by the other.
    unworked = _percent(
        {
            ref: (_state_before(before.leaves.get(ref), state), weight)
            for ref, (state, weight) in now.leaves.items()
        },
        how,
    )
    if was is None or is_now is None or unworked is None:
        return None, None
    return is_now - unworked, unworked - was


def _state_before(before: LeafState | None, now: str) -> str:
    if now == "dropped":
        return now
    return "todo" if before is None or before[0] == "dropped" else before[0]


def _percent(leaves: Mapping[str, LeafState], how: WorkMeasure) -> float | None:
    """Percent as the measure gives it, unrounded; None without work."""
    counted = [(state, weight) for state, weight in leaves.values() if state != "dropped"]
    states = Counter(state for state, _ in counted)
    credit = {"done": 1.0, "doing": how.started}
    tally = Tally(
        leaves=len(counted),
        done=states["done"],
        doing=states["doing"],
        weight=Fraction(math.fsum(weight for _, weight in counted)),
        done_weight=Fraction(math.fsum(weight * credit.get(state, 0.0) for state, weight in counted)),
    )
    progress = work(tally, how).progress
    return None if progress is None else 100 * progress
