"""What jobs tell, shown to whoever typed the command."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from connectors.base import Progress
from sync.cli.options import flag_of
from sync.cli.output import Output
from sync.decide import Decision
from sync.jobs.reporter import Reporter
from sync.observation import Unread
from sync.plan.guards import GuardViolation
from sync.plan.outcome import Applied, Moved
from sync.plan.overrides import Overrides
from sync.plan.plan import Plan
from sync.report import data, moments
from sync.report import run as run_tables
from sync.report.not_warned import in_grace
from sync.report.scorecard import scorecard

_MOST_ORPHANS = 12


class OutputReporter(Reporter):
    """Shows everything in the output's format.

    `most` bounds the rows of the plan, which only the demonstration does: nothing is written that was not shown.
    `brief`: of a good run nothing is shown but what `done` says, as --quiet asks of commands that write; the plan is in
    the log and in JSON. What stops or goes wrong is shown all the same.
    """

    def __init__(self, output: Output, most: int | None = None, *, brief: bool = False) -> None:
        self._output = output
        self._most = most
        self._brief = brief

    def progress(self) -> AbstractContextManager[Progress]:
        """See `Reporter.progress`."""
        return self._output.progress()

    def unread(self, found: Sequence[Unread]) -> None:
        """See `Reporter.unread`."""
        self._output.unread(found)

    def remembered(self, found: Sequence[Unread], at: datetime) -> None:
        """See `Reporter.remembered`."""
        self._output.remembered(found, at)

    def decided(self, run: Decision) -> None:
        """See `Reporter.decided`."""
        self._output.data(**data.of_run(run), guards=data.of_stops(run.stops, flag_of))
        if self._brief:
            return
        show = self._output.show
        if note := moments.taken_as_now(run):
            self._output.say(note)
        show(run_tables.pulled(run.observation.pulls), scorecard(run.scorecard))
        show(run_tables.orphans(run.alignment, run.signals, _MOST_ORPHANS))
        show(*in_grace(run.alignment.items, run.signals, _MOST_ORPHANS))
        if run.signals.findings:
            show(run_tables.findings(run.signals))
        show(run_tables.plan(run.plan, self._most))

    def stopped(self, stops: Sequence[GuardViolation], overrides: Overrides) -> None:
        """See `Reporter.stopped`."""
        self._output.show(run_tables.stops(stops, overrides, flag_of))
        self._output.data(guards=data.of_stops(stops, flag_of))

    def narrowed(self, plan: Plan, moved: Sequence[Moved]) -> None:
        """See `Reporter.narrowed`."""
        if not self._brief:
            self._output.show(run_tables.plan(plan))
        if moved or not self._brief:
            self._output.show(run_tables.moved(moved))
        self._output.data(plan=data.of_plan(plan), moved=data.of_moved(moved))

    def applied(self, plan: Plan, applied: Applied) -> None:
        """See `Reporter.applied`."""
        if not plan.empty and not (self._brief and applied.complete):
            self._output.show(run_tables.written(plan, applied))
        self._output.data(applied=data.of_applied(applied))
