"""The run, on one screen: pull → align → measure → signals → marks → plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from config.measures import FlowMeasure
from config.workspace import Workspace
from connectors.base import Connector, Progress, TrackerError
from connectors.model import Pull, Receipt, Ref, Stamp, WorkItem
from sync.align.alignment import Alignment, align
from sync.align.native_queries import Answers
from sync.align.suggestions import suggest
from sync.collect.external_values import Sources
from sync.collect.queries import Answered, Gists, Histories, ask, ask_gists, ask_histories, ask_measures
from sync.history.movement import Footing, Movement, since, standing
from sync.marks.comments import Closest
from sync.marks.desired import desired_marks
from sync.marks.status_updates import told_of
from sync.measure import Drawn, Sample, Scorecard, closed_on, measure
from sync.plan.guards import (
    Stop,
    first_run_stop,
    mass_change_stop,
    project_stops,
    removal_stops,
    shrink_stop,
    zero_stop,
)
from sync.plan.plan import Plan, make_plan
from sync.plan.throttle import hold_back, rest
from sync.signals.orphans import Signals, find_signals
from sync.store.store import Snapshot, Store

Connectors = Mapping[str, Connector]


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was read: whole pulls of every tracker, and the answers to query measures and rules.

    `stale` names the trackers that could not be read, and why; their pulls are the last good ones. `samples` are
    values from files and endpoints, `notes` what these could not give; `drawn` are values of fields on what queries
    found, `histories` those that flow measures need; `gists` are of what serves no key result.
    """

    pulls: tuple[Pull, ...]
    counts: Mapping[str, int]
    stale: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    drawn: Mapping[str, Drawn] = field(default_factory=dict)
    histories: Histories = field(default_factory=dict)
    gists: Gists = field(default_factory=dict)

    @property
    def items(self) -> tuple[WorkItem, ...]:
        return tuple(item for pull in self.pulls for item in pull.items)


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


def borne(store: Store, last: Snapshot | None) -> dict[str, frozenset[str]]:
    """Ids of all items that may bear marks of ours, by tracker; not of those that were never read."""
    if last is None:
        return {}
    return {
        name: store.journal.written(name)
        | {one.ref.id for one in last.items if one.ref.tracker == name and one.shown.stamp is not None}
        for name in last.as_of
    }


def pull(
    workspace: Workspace,
    connectors: Connectors,
    now: datetime,
    last: Snapshot | None = None,
    progress: Progress | None = None,
    known: Mapping[str, Collection[str]] | None = None,
) -> Observed:
    """Read every tracker whole, side by side, then ask them the queries of measures and rules.

    A tracker that cannot be read stands as it was last read, if `last` is of within the policy's hours of `now`;
    it is named in `stale` and not written to. Raises TrackerError where that is not to be had, or nothing else
    could be read.
    """

    def look(connector: Connector) -> Pull | TrackerError:
        try:
            return connector.pull(progress, (known or {}).get(connector.name))
        except TrackerError as error:
            return error

    with ThreadPoolExecutor(max_workers=len(connectors), thread_name_prefix="pull") as pool:
        looks = dict(zip(connectors, pool.map(look, connectors.values()), strict=True))
    pulls: list[Pull] = []
    stale: dict[str, str] = {}
    failures = [one for one in looks.values() if isinstance(one, TrackerError)]
    for name, found in looks.items():
        if isinstance(found, Pull):
            pulls.append(found)
            continue
        before = _as_last_read(name, last, now, workspace)
        if before is None or len(failures) == len(looks):
            raise found
        pulls.append(before)
        stale[name] = (
            f"it could not be read ({found.what}); what counts is as of {before.as_of:%Y-%m-%d %H:%M} UTC"
        )
    items = [item for one in pulls for item in one.items]
    earlier = Answered(last.counts, last.drawn) if last is not None else Answered()
    try:
        answered = ask_measures(workspace, connectors, items, now, stale, earlier)
        answers = ask(workspace, connectors, stale, last.answers if last is not None else {})
    except KeyError:
        raise failures[0] from None
    return Observed(tuple(pulls), answered.counts, stale, answers, drawn=answered.drawn)


def _as_last_read(name: str, last: Snapshot | None, now: datetime, workspace: Workspace) -> Pull | None:
    if last is None or name not in last.as_of:
        return None
    if now - last.as_of[name] > timedelta(hours=workspace.policy.guards.stale_hours):
        return None
    return Pull(name, tuple(item for item in last.items if item.ref.tracker == name), last.as_of[name])


def guards(
    observed: Observed, scorecard: Scorecard, plan: Plan, workspace: Workspace, store: Store
) -> tuple[Stop, ...]:
    """What looks wrong about writing this plan."""
    policy = workspace.policy.guards
    before = store.found_before()
    shrunk = [
        shrink_stop(one.tracker, sum(item.in_scope for item in one.items), before.get(one.tracker), policy)
        for one in observed.pulls
    ]
    first = first_run_stop(observed.items, plan, store.journal.writing_runs())
    if first is not None:
        # On a first run everything is new: one stop says so, others would say it again.
        return tuple(stop for stop in [*shrunk, first] if stop is not None)
    setup = store.last_run("setup")
    after = setup is not None and setup.id > store.journal.last_run()
    mass = mass_change_stop(observed.items, plan, policy, after_setup=after)
    # What the whole trips on, its projects need not repeat.
    others: list[Stop | None] = (
        [mass] if mass else [*project_stops(observed.items, plan, policy, after_setup=after)]
    )
    others += removal_stops(observed.items, plan, policy)
    others.append(zero_stop(store.readings.last_progress(), scorecard, plan))
    return tuple(stop for stop in [*shrunk, *others] if stop is not None)


def remember(result: Run, workspace: Workspace, store: Store, receipts: Iterable[Receipt] = ()) -> None:
    """Keep the day's readings and the snapshot for `status`, `orphans`, `explain` and the guards.

    Items with a "written" receipt are kept as they look now, not as they were read.
    """
    written = {receipt.item for receipt in receipts if receipt.outcome == "written"}
    now_shown = {
        edit.item.ref: replace(edit.wanted, stamp=Stamp(workspace.workspace))
        for edit in result.plan.edits
        if edit.item.ref in written
    }
    items = tuple(
        replace(item, shown=now_shown[item.ref]) if item.ref in now_shown else item
        for item in result.observed.items
    )
    stands = standing(result.alignment, workspace, result.scorecard.as_of)
    _remember_told(result, store, written, stands)
    as_of = {pull.tracker: pull.as_of for pull in result.observed.pulls}
    observed = result.observed
    store.save_snapshot(
        Snapshot(
            items,
            observed.counts,
            as_of,
            result.scorecard.as_of,
            observed.answers,
            observed.samples,
            observed.drawn,
            observed.histories,
            observed.gists,
        )
    )
    day = _today(result, workspace)
    store.readings.save(result.scorecard, day, stands, _moved(result, stands, workspace, store))


def moved_today(result: Run, workspace: Workspace, store: Store) -> dict[str, Movement]:
    """What moved each key result that is not closed or set by hand since the last day that was read before this one."""
    stands = standing(result.alignment, workspace, result.scorecard.as_of)
    return _moved(result, stands, workspace, store)


def _moved(
    result: Run, stands: Mapping[str, Footing], workspace: Workspace, store: Store
) -> dict[str, Movement]:
    moved = since(store.readings.stood_before(_today(result, workspace)), stands, workspace)
    # What is closed, or set by hand, stands whatever its work does.
    fixed = {name for name, one in result.scorecard.readings.items() if one.closed or one.by_hand}
    return {name: one for name, one in moved.items() if name not in fixed}


def _today(result: Run, workspace: Workspace) -> date:
    return result.scorecard.as_of.astimezone(workspace.zone).date()


def _remember_told(
    result: Run, store: Store, written: Collection[Ref], stands: Mapping[str, Footing]
) -> None:
    """Keep where work stands for every key result whose comment was written, or was never told before."""
    told = {
        link.key_result
        for edit in result.plan.edits
        if edit.item.ref in written and any(change.mark == "comment" for change in edit.changes)
        for link in result.alignment.placements[edit.item.ref].carries
    }
    known = store.footings()
    store.save_told_updates(
        {
            edit.item.ref: told_of(edit.wanted.update, stands)
            for edit in result.plan.edits
            if edit.item.ref in written and edit.wanted.update not in (None, edit.item.shown.update)
        }
    )
    store.save_footings({id_: one for id_, one in stands.items() if id_ in told or id_ not in known})
