"""What a job tells while it works, to whoever started it: values, and never text."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from connectors.base import Progress, untold
from sync.decide import Decision
from sync.observation import Unread
from sync.plan.guards import GuardViolation
from sync.plan.outcome import Applied, Moved
from sync.plan.overrides import Overrides
from sync.plan.plan import Plan
from sync.unchanged import Unchanged


class Reporter:
    """Hears of each step before the next one begins, so nothing is written that was not shown.

    This one tells nobody; a terminal, a log or a test overrides what it wants to hear.
    """

    def progress(self) -> AbstractContextManager[Progress]:
        """While the trackers are read or written to: what is called, from several threads, with how far that has come."""
        return nullcontext(untold)

    def unread(self, found: Sequence[Unread]) -> None:
        """What could not be read just now; told before anything that was decided without it."""

    def remembered(self, found: Sequence[Unread], at: datetime) -> None:
        """What could not be read when the snapshot of `at` was, from which everything is told now."""

    def unchanged(self, found: Unchanged) -> None:
        """Nothing changed since a run that left nothing to write, so nothing was decided, and nothing is written."""

    def decided(self, run: Decision) -> None:
        """Everything was read and decided; nothing has been written."""

    def stopped(self, stops: Sequence[GuardViolation], overrides: Overrides) -> None:
        """Guards trip; the job goes on when the overrides cover all of them."""

    def narrowed(self, plan: Plan, moved: Sequence[Moved]) -> None:
        """What is left of a saved plan, and the items that changed since it was made."""

    def applied(self, plan: Plan, applied: Applied) -> None:
        """What was written of a plan, and what was not."""
