"""The events of a sync, for who reads logs and not the output: what an operator would act on, and how it ended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from sync import log_events
from sync.jobs.observing.ended import Ended
from sync.jobs.sync import Synced
from sync.observation import CannotRead, Unread
from sync.plan.outcome import Applied
from sync.plan.plan import Plan
from sync.store.lease import LeaseHeld
from sync.unchanged import Unchanged

log = structlog.get_logger(__name__)


@contextmanager
def told_in_log(ended: Ended) -> Iterator[None]:
    """Log the sync in the block; what it came to is in `ended` then. What raises is logged as a failure, but for a sync that another
    one stands in for. The output tells all of it, too, so consoles are spared (`told`).
    """
    began = time.monotonic()
    try:
        yield
    except LeaseHeld:
        raise
    except BaseException as error:
        if isinstance(error, CannotRead):
            ended.unread = error.unread
        _unread(ended.unread)
        log.error(
            log_events.SYNC_ENDED,
            outcome="failed",
            error_type=type(error).__name__,
            cause=str(error),
            seconds=_since(began),
            told=True,
        )
        raise
    _ended(ended.done, _since(began))


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


def _ended(done: Synced | Unchanged | None, seconds: float) -> None:
    if done is None:
        log.warning(log_events.SYNC_ENDED, outcome="failed", seconds=seconds, told=True)
    elif isinstance(done, Unchanged):
        items = sum(in_scope for _, in_scope in done.pulls)
        log.info(log_events.SYNC_ENDED, outcome="done", seconds=seconds, items=items, changes=0, told=True)
    else:
        run = done.run
        _unread(run.observation.unread)
        _refused(run.plan)
        facts: dict[str, Any] = {
            "items": len(run.observation.items),
            "changes": len(run.plan.changes),
            "orphans": len(run.signals.orphans),
        }
        if done.blocked:
            for stop in run.stops:
                log.warning(log_events.GUARD, guard=stop.guard, cause=stop.message, told=True)
        if done.applied is not None:
            _failed(done.applied)
            facts |= {name: done.applied.count(name) for name in ("written", "skipped", "failed")}
        outcome = "stopped" if done.blocked else "done" if done.complete else "partial"
        tell = log.info if done.complete else log.warning
        tell(log_events.SYNC_ENDED, outcome=outcome, seconds=seconds, **facts, told=True)


def _unread(found: Iterable[Unread]) -> None:
    for one in found:
        log.warning(
            log_events.UNREAD,
            kind=one.kind,
            subject=one.subject,
            error_type=one.cause,
            cause=one.what,
            remedy=one.remedy,
            permanent=one.permanent,
            told=True,
        )


def _refused(plan: Plan) -> None:
    """One event a tracker, however many items: all of one site are refused for the same cause as a rule."""
    for tracker, count in Counter(one.item.tracker for one in plan.refusals).items():
        first = next(one for one in plan.refusals if one.item.tracker == tracker)
        log.warning(
            log_events.REFUSED, tracker=tracker, items=count, first=first.key, cause=first.reason, told=True
        )


def _failed(applied: Applied) -> None:
    failed = [one for one in applied.receipts if one.outcome == "failed"]
    for tracker, count in Counter(one.item.tracker for one in failed).items():
        first = next(one for one in failed if one.item.tracker == tracker)
        log.warning(
            log_events.FAILED, tracker=tracker, items=count, first=first.key, cause=first.error, told=True
        )
