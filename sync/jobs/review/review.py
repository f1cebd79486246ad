"""The review of a cycle and the digest of a week: what is known now and what runs kept, brought together."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, timedelta

from config.errors import did_you_mean, quoted
from config.okrs import Cycle
from config.workspace import Workspace
from sync.collect.rewind import rewound
from sync.decide import Decision, look
from sync.explain.next_cycle import NextCycle, NoSuchCycleError, next_cycle
from sync.jobs.last_read import progress_history
from sync.jobs.session import Session
from sync.measure import end_of
from sync.review.contents import Review, ReviewSource, review_of
from sync.review.digest import Digest, DigestSource, digest_of
from sync.review.successor import successor_of
from sync.review.unaligned import cycle_before, kept_share
from sync.signals.budgets import Slice
from sync.signals.work_by_day import KeptSlice

RECENT = timedelta(days=28)
"""How long after its end a cycle is what people want to review, rather than the one that runs."""


def review(session: Session, run: Decision, cycle: str, after: str | None = None) -> Review:
    """The review of a cycle. `after`: the name of the next one; None: the declared one, or what the name leads to.

    Raises NoSuchCycleError where the cycle is not declared or has not begun, or `after` is none that can follow it.
    """
    workspace, store = session.workspace, session.store
    today = run.scorecard.as_of.astimezone(workspace.zone).date()
    begun = _begun(cycle, workspace, today)
    work = store.work_by_day.all()
    return review_of(
        ReviewSource(
            run,
            _as_of_end(session, run, begun),
            workspace,
            cycle,
            store.readings.all_forecasts(),
            work,
            _before(session, run, cycle, work),
            _successor(run, cycle, after, workspace, today),
        )
    )


def latest_review(session: Session, run: Decision) -> Review | None:
    """The review of the cycle that people want to review now; None where there is none."""
    workspace = session.workspace
    name = cycle_to_review(workspace, run.scorecard.as_of.astimezone(workspace.zone).date())
    return None if name is None else review(session, run, name)


def cycle_to_review(workspace: Workspace, today: date) -> str | None:
    """The cycle with objectives that ended at most four weeks ago, the latest of them, else the running one that ends first; None where
    there is neither.
    """
    used = dict.fromkeys(objective.cycle for objective in workspace.objectives)
    cycles = {name: workspace.cycles[name] for name in used}
    ended = [name for name, one in cycles.items() if one.end < today <= one.end + RECENT]
    if ended:
        return max(ended, key=lambda name: (cycles[name].end, cycles[name].start))
    running = [name for name, one in cycles.items() if one.start <= today <= one.end]
    return min(running, key=lambda name: (cycles[name].end, name), default=None)


def digest(session: Session, run: Decision, since: datetime) -> Digest:
    """The digest of the days since a moment before that of the run."""
    store = session.store
    source = DigestSource(
        run,
        session.workspace,
        progress_history(session, run),
        store.readings.all_forecasts(),
        store.work_by_day.all(),
        since,
    )
    return digest_of(source)


def _begun(name: str, workspace: Workspace, today: date) -> Cycle:
    if name not in workspace.cycles:
        hint = did_you_mean(name, workspace.cycles)
        raise NoSuchCycleError(f"no cycle {quoted(name)} is declared{f'; {hint}' if hint else ''}")
    cycle = workspace.cycles[name]
    if cycle.start > today:
        raise NoSuchCycleError(f"{quoted(name)} begins on {cycle.start}; there is nothing to review yet")
    if not any(objective.cycle == name for objective in workspace.objectives):
        raise NoSuchCycleError(f"{quoted(name)} has no objectives; there is nothing to review")
    return cycle


def _as_of_end(session: Session, run: Decision, cycle: Cycle) -> Decision:
    """The run as of the last moment of a cycle that is over, as far as today's items tell; itself while the cycle runs."""
    over = end_of(cycle.end, session.workspace.zone)
    if run.scorecard.as_of < over:
        return run
    last = over - timedelta(microseconds=1)
    memory = session.store.memory(session.workspace, last)
    return look(rewound(run.observation, over), memory, session.workspace, last)


def _before(session: Session, run: Decision, cycle: str, work: tuple[KeptSlice, ...]) -> tuple[Slice, ...]:
    """Where the work went at the end of the cycle before, by today's items, where no run kept that."""
    name = cycle_before(cycle, session.workspace)
    if name is None:
        return ()
    last = session.workspace.cycles[name]
    if kept_share(work, last.start, last.end) is not None:
        return ()
    return _as_of_end(session, run, last).slices


def _successor(
    run: Decision, cycle: str, after: str | None, workspace: Workspace, today: date
) -> NextCycle | None:
    if after is not None:
        return next_cycle(cycle, after, run, workspace)
    name = successor_of(cycle, workspace, today)
    with contextlib.suppress(NoSuchCycleError):
        return None if name is None else next_cycle(cycle, name, run, workspace)
    return None
