"""Compare two declarations on one observation: the last read where there is one, else a fresh one. Nothing is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from config.load import fingerprint
from config.measures import KeepMeasure, MetricMeasure, QueryMeasure
from config.workspace import Workspace
from connectors.errors import TrackerError
from sync.against.answerable import Answerable, answerable
from sync.against.comparison import Comparison, Side, compare
from sync.align.native_queries import rule_queries
from sync.collect.external_values import Sources
from sync.collect.how_to_read import basis_of
from sync.collect.pull import ask
from sync.collect.queries import among
from sync.decide import look
from sync.garbage import collecting_nothing
from sync.jobs.against.earlier import Earlier
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import read
from sync.observation import Observation, Sample
from sync.store.store import Store


def compare_last_read(later: Earlier, before: Earlier, store: Store) -> Comparison | None:
    """Judge both by what was read last, without asking any tracker; None where nothing was read yet. Raises StoreError."""
    snapshot = store.snapshots.last()
    if snapshot is None:
        return None
    last = store.last_run("sync", "plan")
    is_own = last is not None and last.configuration == fingerprint(later.workspace)
    read_for = later.workspace if is_own else before.workspace
    return _compared(later, before, (snapshot, read_for), (snapshot, read_for), store)


def compare_fresh_read(
    session: Session,
    later: Earlier,
    before: Earlier,
    now: datetime,
    reporter: Reporter,
    *,
    full: bool = False,
) -> Comparison:
    """Read the trackers once for the later declaration, ask only what else the earlier one asks, and judge both by that.

    `full`: with every tracker read whole. Raises CannotRead.
    """
    observation = read(session, now, reporter, full=full).observation
    own = (observation, later.workspace)
    return _compared(later, before, own, _asked_also(session, before.workspace, observation), session.store)


def _asked_also(
    session: Session, workspace: Workspace, observation: Observation
) -> tuple[Observation, Workspace]:
    """The observation with the answers to the queries of another declaration, and for which one it can answer."""
    has_queries = bool(rule_queries(workspace)) or any(
        isinstance(one.measure, QueryMeasure) for _, one in workspace.key_results()
    )
    if not has_queries:
        return observation, session.workspace
    try:
        answered = ask(
            workspace, session.connectors, among(observation.items), observation.at, observation.stale
        )
    except (TrackerError, KeyError):
        # It asks a tracker that is gone, or does not answer: what is lacking is said.
        return observation, session.workspace
    known = replace(
        observation, counts=answered.counts, answers=answered.answers, field_values=answered.values
    )
    return known, workspace


def _compared(
    later: Earlier,
    before: Earlier,
    own: tuple[Observation, Workspace],
    theirs: tuple[Observation, Workspace],
    store: Store,
) -> Comparison:
    can, could = _can_answer(later, *own), _can_answer(before, *theirs)
    gaps = [f"after: {one}" for one in can.gaps if one not in could.gaps]
    gaps += [f"before: {one}" for one in could.gaps if one not in can.gaps]
    gaps += [one for one in can.gaps if one in could.gaps]
    changed = fingerprint(later.workspace) != fingerprint(before.workspace)
    with collecting_nothing():
        return compare(_side(could, store), _side(can, store), changed=changed, gaps=tuple(gaps))


def _side(one: Answerable, store: Store) -> Side:
    at = one.observation.at
    memory = store.memory(one.workspace, at)
    return Side(one.workspace, look(one.observation, memory, one.workspace, at))


def _can_answer(of: Earlier, snapshot: Observation, read_for: Workspace) -> Answerable:
    samples, unread = _from_files(of, snapshot)
    can = answerable(snapshot, of.workspace, read_for, samples)
    return replace(can, gaps=(*can.gaps, *_read_otherwise(of.workspace, snapshot), *unread))


def _read_otherwise(workspace: Workspace, snapshot: Observation) -> Iterator[str]:
    """The trackers of which the declaration would read other items, or other facts of them, than were read."""
    for name in sorted(set(workspace.active) & set(snapshot.reads)):
        if snapshot.reads[name].basis not in ("", basis_of(workspace, name)):
            yield (
                f"{name} would be read otherwise (scope, fields, labels or language); only what was read counts here"
            )


def _from_files(of: Earlier, snapshot: Observation) -> tuple[dict[str, Sample], list[str]]:
    """What the files that the declaration names say, and which of them could not be read."""
    workspace = of.workspace
    objectives = [
        one.model_copy(update={"key_results": mine})
        for one in workspace.objectives
        if (
            mine := tuple(
                each
                for each in one.key_results
                if isinstance(each.measure, MetricMeasure | KeepMeasure) and each.measure.file is not None
            )
        )
    ]
    only_files = workspace.model_copy(update={"objectives": tuple(objectives)})
    today = snapshot.at.astimezone(workspace.zone).date()
    found, unread = Sources(of.folder).take(only_files, today)
    return found, [f"{one.subject} has no value from its file" for one in unread]
