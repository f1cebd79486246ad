"""The run, on one screen: pull → align → measure → signals → marks → plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from config.measures import FlowMeasure
from config.workspace import Workspace
from connectors.base import Progress
from connectors.model import Ref
from sync.align.alignment import Alignment, align
from sync.align.suggestions import suggest
from sync.collect.external_values import Sources
from sync.collect.pull import Connectors, borne, pull
from sync.collect.queries import ask_gists, ask_histories
from sync.history.movement import since, standing
from sync.marks.comments import Closest
from sync.marks.desired import desired_marks
from sync.measure import Scorecard, closed_on, measure
from sync.observation import Gists, Observed
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

    observed: Observed
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
    """Read both worlds and decide. Writes to no tracker.

    Absence means removal, so a part of a tracker never reaches the planner: see `pull` for one that fails.
    """
    last = store.snapshot()
    observed = pull(workspace, connectors, now, last, progress, borne(store, last))
    today = now.astimezone(workspace.zone).date()
    samples, notes = (sources or Sources()).take(workspace, today, last.samples if last else None)
    observed = replace(observed, samples=samples, notes=notes)
    alignment = align(observed.items, workspace, observed.answers, today)
    if _needs_histories(workspace):
        kept = last.histories if last is not None else {}
        told = ask_histories(workspace, connectors, alignment, now, observed.stale, kept)
        observed = replace(observed, histories=told)
    if workspace.policy.read_descriptions:
        gists, notes = ask_gists(
            connectors, alignment, observed.stale, last.gists if last is not None else {}
        )
        observed = replace(observed, gists=gists, notes=(*observed.notes, *notes))
    return decide(observed, workspace, store, now, alignment)


def _needs_histories(workspace: Workspace) -> bool:
    measures = (key_result.measure for _, key_result in workspace.key_results())
    return any(isinstance(how, FlowMeasure) and how.of in ("efficiency", "cycle_time") for how in measures)


def decide(
    observed: Observed,
    workspace: Workspace,
    store: Store,
    now: datetime,
    alignment: Alignment | None = None,
) -> Run:
    """From what was read to what would be written. `alignment`: that of the items, if it is there already."""
    today = now.astimezone(workspace.zone).date()
    if alignment is None:
        alignment = align(observed.items, workspace, observed.answers, today)
    closed = {
        key_result.id: day
        for objective, key_result in workspace.key_results()
        if (day := closed_on(key_result, objective, today)) is not None
    }
    past = store.readings.past(closed) if closed else {}
    scorecard = measure(
        alignment,
        observed.counts,
        workspace,
        now,
        samples=observed.samples,
        past=past,
        drawn=observed.drawn,
        histories=observed.histories,
    )
    signals = find_signals(alignment, scorecard, workspace, now)
    stands = standing(alignment, workspace, now)
    movements = since(store.footings(), stands, workspace)
    closest = _closest(alignment, signals, workspace, observed.gists)
    told = store.told_updates()
    wanted = desired_marks(alignment, scorecard, signals, workspace, movements, closest, told, stands)
    commented = store.journal.commented(today, workspace.zone)
    allowed, waiting = hold_back(observed.items, wanted, workspace, now, commented)
    allowed, resting = rest(allowed, {item.ref: item for item in observed.items}, store.quarantine(), now)
    allowed = {ref: marks for ref, marks in allowed.items() if ref.tracker not in observed.stale}
    waiting = (
        *(f"{name} is not written to: {why}" for name, why in observed.stale.items()),
        *waiting,
        *resting,
    )
    plan = replace(make_plan(observed.items, allowed, workspace), waiting=waiting)
    stops = guards(observed, scorecard, plan, workspace, store)
    return Run(observed, alignment, scorecard, signals, plan, stops)


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
