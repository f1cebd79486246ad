"""Histories: those that flow measures need, and where `flow` is declared those of all work that was alive in its window."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from config.measures import FlowMeasure
from config.workspace import Workspace
from connectors.base import Connectors, KeepsHistories
from connectors.model import History, Ref, WorkItem
from sync.align.alignment import Alignment
from sync.collect.queries import Versions
from sync.measure import end_of, last_day, needs_history
from sync.observation import Observation

T = TypeVar("T")

_CONTAINERS = ("initiative", "project")
"""Levels that hold work, and whose own statuses nobody measures."""


@dataclass(frozen=True, slots=True)
class LastHistories:
    """What an earlier run kept of histories.

    - `statuses_of`, `people_of`: of which version of its item each history, and who it was assigned to, is; of those that can be
      relied upon.
    """

    observation: Observation
    statuses_of: Versions
    people_of: Versions


def needs_histories(workspace: Workspace) -> bool:
    """Whether anything that is declared needs any."""
    measures = (key_result.measure for _, key_result in workspace.key_results())
    needed = any(isinstance(how, FlowMeasure) and how.of in ("efficiency", "cycle_time") for how in measures)
    return needed or workspace.flow is not None


def with_histories(
    observation: Observation,
    workspace: Workspace,
    connectors: Connectors,
    alignment: Alignment,
    last: LastHistories | None,
) -> Observation:
    """The observation with the histories that are needed at its moment; of a tracker that stands as last read the last ones.

    One that is of the item's version still is not asked for again, and one that is needed no longer is forgotten. Where `flow` is
    declared they come with assignees and flags, as far as the tracker tells them. Raises TrackerError.
    """
    everything = workspace.flow is not None
    wanted = {item.ref: item for item in _wanted(workspace, alignment, observation.at)}
    kept = _kept(wanted, last, observation.stale, everything=everything)
    read: dict[Ref, History] = {}
    for name, connector in connectors.items():
        own = [item for ref, item in sorted(wanted.items()) if ref.tracker == name and ref not in kept]
        if own and isinstance(connector, KeepsHistories):
            read |= connector.histories(own, everything=everything)
    fresh = {ref: item.updated for ref, item in wanted.items() if ref not in kept}
    before = last.observation if last is not None else Observation((), observation.at)
    found = replace(
        observation,
        histories=_joined(before.histories, kept, {ref: one.statuses for ref, one in read.items()}),
        histories_of=_joined(before.histories_of, kept, fresh),
    )
    if not everything:
        return found
    assigned = {ref: one.assignees for ref, one in read.items() if one.assignees is not None}
    flagged = {ref: one.flags for ref, one in read.items() if one.flags}
    return replace(
        found,
        assigned=_joined(before.assigned, kept, assigned),
        assigned_of=_joined(before.assigned_of, kept, fresh),
        flagged=_joined(before.flagged, kept, flagged),
    )


def _kept(
    wanted: Mapping[Ref, WorkItem],
    last: LastHistories | None,
    stale: Collection[str],
    *,
    everything: bool,
) -> frozenset[Ref]:
    """Those whose last history holds still, or is all that there is."""
    if last is None:
        return frozenset(ref for ref in wanted if ref.tracker in stale)
    return frozenset(
        ref
        for ref, item in wanted.items()
        if ref.tracker in stale
        or (
            last.statuses_of.get(ref) == item.updated
            and (not everything or last.people_of.get(ref) == item.updated)
        )
    )


def _joined(before: Mapping[Ref, T], kept: Collection[Ref], new: Mapping[Ref, T]) -> dict[Ref, T]:
    found = {ref: one for ref, one in before.items() if ref in kept} | dict(new)
    return dict(sorted(found.items(), key=lambda pair: pair[0]))


def _wanted(workspace: Workspace, alignment: Alignment, now: datetime) -> Iterator[WorkItem]:
    """The work whose history must be known."""
    if workspace.flow is not None:
        yield from alive_since(alignment, now - timedelta(weeks=workspace.flow.window_weeks))
    yield from _measured(workspace, alignment, now)


def alive_since(alignment: Alignment, since: datetime) -> Iterator[WorkItem]:
    """The work in scope that is open now, or ended later than `since`: leaves alone, mirrored work once.

    What ended at an unknown time did so when it was last updated, or before.
    """
    for ref, item in alignment.items.items():
        if not item.in_scope or item.level in _CONTAINERS or not alignment.is_leaf(ref):
            continue
        if item.is_open or (item.completed or item.dropped or item.updated) >= since:
            yield item


def _measured(workspace: Workspace, alignment: Alignment, now: datetime) -> Iterator[WorkItem]:
    """What was done in the window of a flow measure whose history must tell of it."""
    for objective, key_result in workspace.key_results():
        how = key_result.measure
        if not isinstance(how, FlowMeasure) or how.of not in ("efficiency", "cycle_time"):
            continue
        cycle, today = workspace.cycles[objective.cycle], now.astimezone(workspace.zone).date()
        last = last_day(key_result, objective, cycle, today)
        end = now if last is None else min(now, end_of(last, workspace.zone))
        since = end - timedelta(days=how.window_days)
        for item, _ in alignment.leaves.get(key_result.id, ()):
            if item.completed is not None and since <= item.completed <= end and needs_history(item, how.of):
                yield item
