"""Long jobs of the site, which go on in the site's own time. Wire facts: contracts/jira.md, 5.2 and 5.4.

A job is brought up to date whenever somebody asks the site for anything, so it needs no thread, and a test
that stops or advances the clock sees it in whichever state it wants.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.company import Person

KEPT = timedelta(days=14)


@dataclass
class Task:
    """A job of `total` pieces. `work` does the piece of this number; an exception of it fails the job."""

    id: str
    kind: str
    person: Person
    submitted: datetime
    total: int
    work: Callable[[int], None]
    done: int = 0
    started: datetime | None = None
    updated: datetime | None = None
    finished: datetime | None = None
    failed: str = ""
    result: Any = None

    @property
    def status(self) -> str:
        """What the wire calls its state."""
        if self.finished is not None:
            return "FAILED" if self.failed else "COMPLETE"
        return "RUNNING" if self.started is not None else "ENQUEUED"

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 if self.finished is not None else self.done * 100 // max(1, self.total)


@dataclass
class Tasks:
    """The jobs of a site: each waits for `delay` seconds, then takes `pace` seconds a piece."""

    delay: float = 0.02
    pace: float = 0.0002
    rows: dict[str, Task] = field(default_factory=dict)

    def add(self, task: Task) -> Task:
        """Submit a job."""
        self.rows[task.id] = task
        return task

    def unfinished(self, kind: str) -> int:
        """How many jobs of the kind are under way."""
        return sum(task.kind == kind and task.finished is None for task in self.rows.values())

    def settle(self, now: datetime) -> None:
        """Do what should be done by now, and forget what is older than two weeks."""
        for task in list(self.rows.values()):
            if task.finished is None:
                self._advance(task, now)
            elif now - task.submitted > KEPT:
                del self.rows[task.id]

    def _advance(self, task: Task, now: datetime) -> None:
        passed = (now - task.submitted).total_seconds() - self.delay
        if passed < 0:
            return
        task.started = task.started or task.submitted + timedelta(seconds=self.delay)
        due = task.total if self.pace <= 0 else min(task.total, int(passed / self.pace))
        while task.done < due and not task.failed:
            try:
                task.work(task.done)
            except Exception as error:  # noqa: BLE001  shown to whoever asks for the job
                task.failed = str(error) or type(error).__name__
            task.done += 1
            task.updated = now
        if task.done >= task.total or task.failed:
            task.finished = task.updated = now
