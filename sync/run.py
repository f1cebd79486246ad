"""The run, on one screen: pull → align → measure → signals → marks → plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from config.workspace import Workspace
from connectors.base import Progress
from connectors.model import Ref
from sync.align.alignment import Alignment, align
from sync.align.suggestions import suggest
from sync.collect.collect import collect
from sync.collect.external_values import Sources
from sync.collect.pull import Connectors
from sync.history.movement import since, standing
from sync.marks.comments import Closest
from sync.marks.desired import desired_marks
from sync.measure import Scorecard, closed_on, measure
from sync.observation import Gists, Observation
from sync.plan.backoff import rest
from sync.plan.guards import (
    Stop,
    guards,
)
from sync.plan.plan import Plan, make_plan
from sync.plan.throttle import hold_back
from sync.signals.orphans import Signals, find_signals
from sync.store.store import Store


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was read, what it means, and what would be written."""

    observation: Observation
    alignment: Alignment
    scorecard: Scorecard
    signals: Signals
    plan: Plan
    stops: tuple[Stop, ...]


def run(
    workspace: Workspace,
    connectors: Connectors,
    store: Store,
    now: datetime,
    progress: Progress | None = None,
    sources: Sources | None = None,
) -> Run:
    """Read both worlds and decide. Writes to no tracker."""
    observation, alignment = collect(workspace, connectors, store, now, progress, sources)
    return decide(observation, workspace, store, now, alignment)


def decide(
    observation: Observation,
    workspace: Workspace,
    store: Store,
    now: datetime,
    alignment: Alignment | None = None,
) -> Run:
    """From what was read to what would be written. `alignment`: that of the items, if it is there already."""
    today = now.astimezone(workspace.zone).date()
    if alignment is None:
        alignment = align(observation.items, workspace, observation.answers, today)
    closed = {
        key_result.id: day
        for objective, key_result in workspace.key_results()
        if (day := closed_on(key_result, objective, today)) is not None
    }
    past = store.readings.past(closed) if closed else {}
    scorecard = measure(alignment, observation, workspace, now, past)
    signals = find_signals(alignment, scorecard, workspace, now)
    stands = standing(alignment, workspace, now)
    movements = since(store.footings(), stands, workspace)
    closest = _closest(alignment, signals, workspace, observation.keywords)
    told = store.told_updates()
    wanted = desired_marks(alignment, scorecard, signals, workspace, movements, closest, told, stands)
    commented = store.journal.commented(today, workspace.zone)
    allowed, waiting = hold_back(observation.items, wanted, workspace, now, commented)
    allowed, resting = rest(allowed, {item.ref: item for item in observation.items}, store.quarantine(), now)
    allowed = {ref: marks for ref, marks in allowed.items() if ref.tracker not in observation.stale}
    waiting = (
        *(f"{name} is not written to: {why}" for name, why in observation.stale.items()),
        *waiting,
        *resting,
    )
    plan = replace(make_plan(observation.items, allowed, workspace), waiting=waiting)
    stops = guards(observation, scorecard, plan, workspace, store)
    return Run(observation, alignment, scorecard, signals, plan, stops)


def _closest(
    alignment: Alignment, signals: Signals, workspace: Workspace, gists: Gists
) -> dict[Ref, tuple[Closest, ...]]:
    """What the comment on each orphan names as near."""
    titles = {key_result.id: key_result.title for _, key_result in workspace.key_results()}
    return {
        ref: tuple(Closest(one.key_result, titles[one.key_result], one.words) for one in near)
        for ref, near in suggest(alignment, workspace, gists).items()
        if ref in signals.orphans
    }
