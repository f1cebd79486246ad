"""Reading both worlds: every tracker, what they are asked beside, and values from outside. Writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.measures import FlowMeasure, KeepMeasure, MetricMeasure
from config.workspace import Workspace
from connectors.base import Connectors, Progress, untold
from connectors.errors import TrackerError
from sync.align.alignment import Alignment, align
from sync.collect.external_values import Sources
from sync.collect.lost_items import lost_items
from sync.collect.pull import commented_item_ids, owned_item_ids, pull
from sync.collect.queries import read_histories, read_keywords
from sync.collect.rewind import rewound
from sync.observation import CannotRead, Observation, Unread
from sync.store.store import Store

_SOURCES = "Reading files and endpoints"


def collect(
    workspace: Workspace,
    connectors: Connectors,
    store: Store,
    now: datetime,
    progress: Progress | None = None,
    sources: Sources | None = None,
    *,
    rewind: bool = False,
) -> tuple[Observation, Alignment]:
    """Everything that is to be known for `now`; with the alignment of the items, by which the last of it is asked.

    Absence means removal, so a part of a tracker never reaches the planner: see `pull` for one that fails. `rewind`: with
    the items as they were at `now`, where that lies before the read. Nothing may be written of that. Raises CannotRead.
    """
    last = store.snapshots.last()
    owned, commented = owned_item_ids(store, last), commented_item_ids(last)
    observation = pull(workspace, connectors, now, last, progress, owned, commented)
    today = now.astimezone(workspace.zone).date()
    tell = progress or untold
    if from_outside := _sources(workspace):
        tell(_SOURCES, 0, from_outside)
    samples, unread = (sources or Sources()).take(workspace, today, last.samples if last else None)
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
    alignment = align(observation.items, workspace, observation.answers, today)
    if _needs_histories(workspace):
        kept = last.histories if last is not None else {}
        tell("Reading histories", 0, None)
        try:
            histories = read_histories(workspace, connectors, alignment, now, observation.stale, kept)
        except TrackerError as error:
            raise CannotRead(*observation.unread, Unread.tracker(error)) from None
        tell("Reading histories", len(histories), len(histories))
        observation = replace(observation, histories=histories)
    if workspace.policy.read_descriptions:
        known = last.keywords if last is not None else {}
        tell("Reading descriptions", 0, None)
        keywords, unread = read_keywords(connectors, alignment, observation.stale, known)
        tell("Reading descriptions", len(keywords), len(keywords))
        observation = replace(observation, keywords=keywords, unread=(*observation.unread, *unread))
    return observation, alignment


def _sources(workspace: Workspace) -> int:
    """How many key results have their value from a file or an endpoint."""
    measures = (key_result.measure for _, key_result in workspace.key_results())
    outside = (how for how in measures if isinstance(how, MetricMeasure | KeepMeasure))
    return sum(how.file is not None or how.http is not None for how in outside)


def _needs_histories(workspace: Workspace) -> bool:
    measures = (key_result.measure for _, key_result in workspace.key_results())
    return any(isinstance(how, FlowMeasure) and how.of in ("efficiency", "cycle_time") for how in measures)
