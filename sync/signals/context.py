"""What signals see, made of what a run read and decided. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.flow.building import flowing, journeys, value_streams
from sync.flow.journeys import Journeys
from sync.forecast.outlook import Outlooks
from sync.measure import Scorecard
from sync.observation import Observation, Past
from sync.signals.mechanism import SignalContext
from sync.signals.orphans import Signals


def context_of(
    observation: Observation,
    alignment: Alignment,
    scorecard: Scorecard,
    outlooks: Outlooks,
    found: Signals,
    readings: Mapping[str, Sequence[Past]],
    workspace: Workspace,
    now: datetime,
) -> SignalContext:
    """The context at `now`. Journeys are known where `flow` is declared, of what was alive in its window."""
    ways = journeys_of(observation, alignment, workspace, now)
    return SignalContext(
        alignment, scorecard, outlooks, observation, ways, workspace, now, readings=readings, found=found
    )


def journeys_of(
    observation: Observation, alignment: Alignment, workspace: Workspace, now: datetime
) -> Journeys | None:
    """The journeys of the work whose flow counts; None where nobody declared `flow`, so that histories are not read."""
    if workspace.flow is None:
        return None
    items = flowing(alignment)
    streams = value_streams(workspace, items, observation.histories)
    since = now - timedelta(weeks=workspace.flow.window_weeks)
    return journeys(items, observation.histories, streams, since)
