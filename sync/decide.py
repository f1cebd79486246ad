"""From what was read, and what earlier runs left, to what would be written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from config.workspace import Workspace
from connectors.model import Marks, Ref
from sync.align.alignment import Alignment, align
from sync.align.suggestions import suggest
from sync.history.movement import Footing, since, standing
from sync.marks.comments import Closest
from sync.marks.desired import desired_marks
from sync.measure import Scorecard, measure
from sync.memory import Memory
from sync.observation import ItemKeywords, Observation
from sync.plan.backoff import rest
from sync.plan.guards import Stop, guards
from sync.plan.plan import Plan, make_plan
from sync.plan.throttle import hold_back
from sync.signals.orphans import Signals, find_signals


@dataclass(frozen=True, slots=True)
class Decision:
    """One run: what was read and remembered, what it means, and what would be written.

    `work_states`: where the work of every key result stands.
    """

    observation: Observation
    memory: Memory
    alignment: Alignment
    scorecard: Scorecard
    signals: Signals
    work_states: Mapping[str, Footing]
    plan: Plan
    stops: tuple[Stop, ...]


def decide(
    observation: Observation,
    memory: Memory,
    workspace: Workspace,
    now: datetime,
    alignment: Alignment | None = None,
) -> Decision:
    """Decide at `now`. `alignment`: that of the items, if it is there already."""
    if alignment is None:
        today = now.astimezone(workspace.zone).date()
        alignment = align(observation.items, workspace, observation.answers, today)
    scorecard = measure(alignment, observation, workspace, now, memory.past)
    signals = find_signals(alignment, scorecard, workspace, now)
    stands = standing(alignment, workspace, now)
    wanted = desired_marks(
        alignment,
        scorecard,
        signals,
        workspace,
        movements=since(memory.work_states, stands, workspace),
        closest=_closest(alignment, signals, workspace, observation.keywords),
        told=memory.last_updates,
        stands=stands,
    )
    allowed, waiting = _allowed(wanted, observation, memory, workspace, now)
    plan = replace(make_plan(observation.items, allowed, workspace), waiting=waiting)
    stops = guards(observation, scorecard, plan, workspace, memory)
    return Decision(observation, memory, alignment, scorecard, signals, stands, plan, stops)


def _allowed(
    wanted: Mapping[Ref, Marks],
    observation: Observation,
    memory: Memory,
    workspace: Workspace,
    now: datetime,
) -> tuple[dict[Ref, Marks], tuple[str, ...]]:
    """What may be written now of what is wanted, and sentences about the rest."""
    allowed, waiting = hold_back(observation.items, wanted, workspace, now, memory.commented)
    known = {item.ref: item for item in observation.items}
    allowed, resting = rest(allowed, known, memory.quarantine, now)
    stale = (f"{name} is not written to: {why}" for name, why in observation.stale.items())
    allowed = {ref: marks for ref, marks in allowed.items() if ref.tracker not in observation.stale}
    return allowed, (*stale, *waiting, *resting)


def _closest(
    alignment: Alignment, signals: Signals, workspace: Workspace, keywords: ItemKeywords
) -> dict[Ref, tuple[Closest, ...]]:
    """What the comment on each orphan names as near."""
    titles = {key_result.id: key_result.title for _, key_result in workspace.key_results()}
    return {
        ref: tuple(Closest(one.key_result, titles[one.key_result], one.words) for one in near)
        for ref, near in suggest(alignment, workspace, keywords).items()
        if ref in signals.orphans
    }
