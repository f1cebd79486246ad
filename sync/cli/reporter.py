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
from sync.report.findings import findings
from sync.report.planned import section as plan_tables
from sync.report.planned.view import SUMMARISED, PlanView
from sync.report.scorecard import scorecard
from sync.report.unaligned.not_warned import in_grace
from sync.report.unaligned.orphans import orphans
from sync.unchanged import Unchanged

_MOST_ORPHANS = 12


class OutputReporter(Reporter):
    """Shows everything in the output's format.

    `view`: which part of the plan is shown, and whether each row of a long one; what is written is the whole.
    `brief`: of a good run nothing is shown but what `done` says, as --quiet asks of commands that write; the plan is in
    the log and in JSON. What stops or goes wrong is shown all the same.
    """

    def __init__(self, output: Output, view: PlanView = SUMMARISED, *, brief: bool = False) -> None:
        self._output = output
        self._view = view
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

    def unchanged(self, found: Unchanged) -> None:
        """See `Reporter.unchanged`."""
        self._output.data(**data.of_unchanged(found.at, found.since, found.pulls, found.standing))
        self._output.say(run_tables.unchanged(found.since, found.standing))

    def decided(self, run: Decision) -> None:
        """See `Reporter.decided`."""
        show, view, items = self._output.show, self._view, run.alignment.items
        part, unchanged = view.part_of(run.plan, items), view.unchanged(run.plan, items)
        if self._output.wants_data:
            self._output.data(**data.of_run(run, part, view.words), guards=data.of_stops(run.stops, flag_of))
        if self._brief:
            return
        if note := moments.taken_as_now(run):
            self._output.say(note)
        if not view.narrows:
            show(run_tables.pulled(run.observation.pulls), scorecard(run.scorecard))
            show(orphans(run, _MOST_ORPHANS), *in_grace(items, run.signals, _MOST_ORPHANS))
            if found := run.signals.findings:
                show(findings(found, items, each=view.everything, show_each="truenorth orphans --all"))
        show(*plan_tables.plan(run.plan, part, view))
        for name in unchanged:
            self._output.say(f"Nothing to write under {name}.")

    def stopped(self, stops: Sequence[GuardViolation], overrides: Overrides) -> None:
        """See `Reporter.stopped`."""
        self._output.show(run_tables.stops(stops, overrides, flag_of))
        self._output.data(guards=data.of_stops(stops, flag_of))

    def narrowed(self, plan: Plan, moved: Sequence[Moved]) -> None:
        """See `Reporter.narrowed`."""
        if not self._brief:
            self._output.show(*plan_tables.plan(plan, plan, self._view))
        if moved or not self._brief:
            self._output.show(plan_tables.moved(moved))
        if self._output.wants_data:
            self._output.data(plan=data.of_plan(plan), moved=data.of_moved(moved))

    def applied(self, plan: Plan, applied: Applied) -> None:
        """See `Reporter.applied`."""
        if not plan.empty and not (self._brief and applied.complete):
            self._output.show(plan_tables.written(plan, applied))
        self._output.data(applied=data.of_applied(applied))
