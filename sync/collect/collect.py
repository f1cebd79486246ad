"""Reading both worlds: every tracker, what they are asked beside, and values from outside. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from config.measures import KeepMeasure, MetricMeasure
from config.workspace import Workspace
from connectors.base import Connectors, Progress, untold
from connectors.errors import TrackerError
from connectors.model import Ref
from sync.align.alignment import Alignment, align
from sync.collect.external_values import Sources
from sync.collect.histories import LastHistories, needs_histories, with_histories
from sync.collect.lost_items import lost_items
from sync.collect.pull import Answered, assemble
from sync.collect.queries import Versions, read_keywords
from sync.collect.read_trackers import TrackerRead, read_trackers
from sync.collect.rewind import rewound
from sync.garbage import collecting_nothing
from sync.observation import CannotRead, Observation, Sample, Unread
from sync.store.store import Store

_SOURCES = "Reading files and endpoints"


@dataclass(frozen=True, slots=True)
class Begun:
    """What was read already for the moment of a run: the trackers, and perhaps what they and the sources were asked."""

    reads: Mapping[str, TrackerRead]
    answered: Answered | None = None
    sampled: tuple[Mapping[str, Sample], tuple[Unread, ...]] | None = None


def collect(
    workspace: Workspace,
    connectors: Connectors,
    store: Store,
    now: datetime,
    progress: Progress | None = None,
    sources: Sources | None = None,
    *,
    rewind: bool = False,
    full: bool = False,
    begun: Begun | None = None,
) -> tuple[Observation, Alignment]:
    """Everything that is to be known for `now`; with the alignment of the items, by which the last of it is asked.

    Absence means removal, so a part of a tracker never reaches the planner: see `assemble` for one that fails. `rewind`: with
    the items as they were at `now`, where that lies before the read. Nothing may be written of that. `full`: with everything
    read whole. `begun`: what was read already. Raises CannotRead.
    """
    begun = begun or Begun(read_trackers(workspace, connectors, store, progress, full=full))
    last = store.snapshots.last()
    observation = assemble(workspace, connectors, begun.reads, now, last, progress, begun.answered)
    today = now.astimezone(workspace.zone).date()
    tell = progress or untold
    if from_outside := _sources(workspace):
        tell(_SOURCES, 0, from_outside)
    samples, unread = begun.sampled or (sources or Sources()).take(
        workspace, today, last.samples if last else None
    )
    if from_outside:
        tell(_SOURCES, from_outside, from_outside)
    observation = replace(
        observation,
        samples=samples,
        lost=lost_items(last, observation, workspace, today),
        unread=(*observation.unread, *unread),
    )
    if rewind:
        observation = rewound(observation, now)
    with collecting_nothing():
        alignment = align(observation.items, workspace, observation.answers, today)
    if needs_histories(workspace):
        tell("Reading histories", 0, None)
        try:
            observation = with_histories(
                observation, workspace, connectors, alignment, _last_histories(last, begun.reads)
            )
        except TrackerError as error:
            raise CannotRead(*observation.unread, Unread.tracker(error)) from None
        found = len(observation.histories)
        tell("Reading histories", found, found)
    if workspace.policy.read_descriptions:
        known = last.keywords if last is not None else {}
        versions = _still(last.keywords_of, begun.reads) if last is not None else {}
        tell("Reading descriptions", 0, None)
        keywords, of, unread = read_keywords(connectors, alignment, observation.stale, known, versions)
        tell("Reading descriptions", len(keywords), len(keywords))
        observation = replace(
            observation, keywords=keywords, keywords_of=of, unread=(*observation.unread, *unread)
        )
    return observation, alignment


def _last_histories(last: Observation | None, reads: Mapping[str, TrackerRead]) -> LastHistories | None:
    if last is None:
        return None
    return LastHistories(last, _still(last.histories_of, reads), _still(last.assigned_of, reads))


def _still(versions: Versions, reads: Mapping[str, TrackerRead]) -> dict[Ref, datetime]:
    """The versions, but for trackers that are read anew, and for those whose changes nobody tells: there a change may leave
    the time of the last update as it was.
    """
    kept = {
        name
        for name, one in reads.items()
        if isinstance(one.found, TrackerError) or (one.found.bookmark and not one.anew)
    }
    return {ref: of for ref, of in versions.items() if ref.tracker in kept}


def _sources(workspace: Workspace) -> int:
    """How many key results have their value from a file or an endpoint."""
    measures = (key_result.measure for _, key_result in workspace.key_results())
    outside = (how for how in measures if isinstance(how, MetricMeasure | KeepMeasure))
    return sum(how.file is not None or how.http is not None for how in outside)
