"""Decisions that leave nothing to write: what they are known by, and until when they hold while nothing changes. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from config.measures import FlowMeasure
from config.okrs import Cycle, KeyResult
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.decide import Decision
from sync.marks.messages import RENDERING
from sync.measure import Reading
from sync.measure.expected import expected
from sync.measure.reading import health
from sync.plan.plan import RULES

_SECOND = timedelta(seconds=1)


def digest_of(declaration: str, day: date, generation: str, version: str) -> str:
    """A name of all that is decided by: the fingerprint of the declaration, the day in its zone, the store's generation, and the version of the
    program, of its rules and of its wording.
    """
    parts = (declaration, day.isoformat(), generation, version, str(RULES), str(RENDERING))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def leaves_nothing(run: Decision) -> bool:
    """Whether all that was decided can be written now: everything was read, nothing waits for another time, nothing is refused,
    and no write rests after failures.
    """
    return not (
        run.observation.unread
        or run.observation.rewound
        or run.plan.waiting
        or run.plan.refusals
        or run.memory.quarantine
    )


def holds_until(run: Decision, workspace: Workspace, now: datetime) -> datetime:
    """The first moment after `now` at which something else may be decided though nothing changed, at the latest midnight in the
    zone of the workspace.

    What goes by the hour is: the end of each grace period, quiet hours, what was done within the last days of a flow
    measure, what trackers date later than now, and the health of what is expected to have come farther by then.
    """
    local = now.astimezone(workspace.zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), time.min, workspace.zone).astimezone(UTC)
    moments = (
        *_quiet_hours(workspace, local.date()),
        *_grace(run, workspace),
        *_flows(run, workspace),
        *(moment for item in run.observation.items for moment in _dates_of(item)),
        *_healths(run, workspace, now, midnight),
    )
    return min((one for one in moments if now < one < midnight), default=midnight)


def _quiet_hours(workspace: Workspace, day: date) -> Iterator[datetime]:
    for name in workspace.trackers:
        if (quiet := workspace.policy_of(name).quiet_hours) is not None:
            for at in (quiet.begin, quiet.end):
                yield datetime.combine(day, at, workspace.zone).astimezone(UTC)


def _grace(run: Decision, workspace: Workspace) -> Iterator[datetime]:
    """When work leaves its grace; projects and initiatives are not told of before so many days either."""
    yield from (one.ends for one in run.signals.in_grace.values() if one.ends is not None)
    for item in run.observation.items:
        if item.level in ("project", "initiative") and item.is_open:
            yield item.created + timedelta(days=workspace.policy_of(item.ref.tracker).grace_days)


def _flows(run: Decision, workspace: Workspace) -> Iterator[datetime]:
    for _, key_result in workspace.key_results():
        how = key_result.measure
        if isinstance(how, FlowMeasure):
            window = timedelta(days=how.window_days)
            for item, _ in run.alignment.leaves.get(key_result.id, ()):
                if item.completed is not None:
                    yield item.completed + window


def _dates_of(item: WorkItem) -> Iterator[datetime]:
    """What a clock that is fast may put after the moment of the run."""
    for moment in (item.created, item.started, item.completed, item.dropped):
        if moment is not None:
            yield moment


def _healths(run: Decision, workspace: Workspace, now: datetime, midnight: datetime) -> Iterator[datetime]:
    """When a key result has another health because more is expected by then. Expected progress never falls within a day, so the
    moment is found by halving.
    """
    for objective, key_result in workspace.key_results():
        reading, cycle = run.scorecard.readings[key_result.id], workspace.cycles[objective.cycle]
        begin, end = now, midnight - _SECOND

        def judged(
            at: datetime, one: Reading = reading, of: KeyResult = key_result, over: Cycle = cycle
        ) -> str:
            by_then = expected(of, over, at, workspace.zone)
            return health(one.progress, by_then, workspace.policy.health, can_fall=one.can_fall)

        if judged(begin) == judged(end):
            continue
        while end - begin > _SECOND:
            middle = begin + (end - begin) / 2
            begin, end = (middle, end) if judged(middle) == judged(now) else (begin, middle)
        yield begin
