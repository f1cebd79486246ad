"""The plan: what a sync would write, and nothing of it written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from config.load import fingerprint
from sync.decide import Decision
from sync.jobs.last_read import remember_if_sane
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import check_guards, read, read_if_changed
from sync.plan.overrides import NO_OVERRIDES
from sync.store import plan_file
from sync.unchanged import Unchanged


def plan(session: Session, now: datetime, reporter: Reporter, *, full: bool = False) -> Decision:
    """Read, decide, and remember what was read. `full`: read every tracker whole."""
    record = _open(session)
    return _told(session, read(session, now, reporter, full=full), record, reporter)


def plan_if_changed(
    session: Session, now: datetime, reporter: Reporter, *, full: bool = False
) -> Decision | Unchanged:
    """`plan`, unless nothing changed since a sync that left nothing to write. For the moment that it is now alone."""
    record = _open(session)
    found = read_if_changed(session, now, reporter, record, full=full)
    if not isinstance(found, Unchanged):
        return _told(session, found, record, reporter)
    session.store.close_run(record, "planned", {"items": 0, "unread": []})
    reporter.unchanged(found)
    return found


def _open(session: Session) -> int:
    workspace = session.workspace
    return session.store.open_run("plan", fingerprint(workspace), workspace.workspace)


def _told(session: Session, result: Decision, record: int, reporter: Reporter) -> Decision:
    reporter.decided(result)
    check_guards(result.stops, NO_OVERRIDES, reporter)
    remember_if_sane(session, result)
    unread = [one.subject for one in result.observation.unread]
    session.store.close_run(record, "planned", {"items": len(result.plan.edits), "unread": unread})
    return result


def save_plan(session: Session, run: Decision, path: Path) -> str:
    """Save the plan to a file, and have the store remember that it did: the hash of its content. Raises PlanError."""
    now = session.store.clock()
    saved = plan_file.save(path, run.plan, run.stops, session.workspace, now)
    session.store.plans.save(saved.content, now, fingerprint(session.workspace))
    return saved.content
