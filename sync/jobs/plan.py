"""The plan: what a sync would write, and nothing of it written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from config.load import fingerprint
from sync.decide import Decision
from sync.jobs.last_read import remember_if_sane
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import check_guards, read
from sync.plan.overrides import NO_OVERRIDES
from sync.store import plan_file


def plan(session: Session, now: datetime, reporter: Reporter) -> Decision:
    """Read, decide, and remember what was read."""
    record = session.store.open_run("plan", fingerprint(session.workspace), session.workspace.workspace)
    result = read(session, now, reporter)
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
