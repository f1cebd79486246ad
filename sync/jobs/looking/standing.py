"""What the store knows beside a run, for `status`."""

from __future__ import annotations

from sync.decide import Decision
from sync.jobs.last_read import progress_history, removed_marks
from sync.jobs.session import Session
from sync.jobs.setup import made_things
from sync.memory import RunUnderWay
from sync.report.documents.status import Standing


def standing_of(session: Session, run: Decision, running: RunUnderWay | None) -> Standing:
    """Beside this run. `running`: the distributed sync that is under way."""
    last = session.store.last_run("sync")
    return Standing(
        running,
        last,
        session.store.journal.failed_writes(last.id) if last else [],
        session.store.stuck(),
        progress_history(session, run),
        removed_marks(session, run),
        made_things(session),
    )
