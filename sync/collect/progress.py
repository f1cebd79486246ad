"""How far the reading has come, in the words in which people are told."""

from __future__ import annotations

from config.measures import QueryMeasure
from config.workspace import Workspace
from connectors.base import Progress
from sync.align.native_queries import rule_queries


class Reading:
    """What a tracker is given to say how far its reading has come: two trackers tell of issues, each of its own."""

    def __init__(self, tracker: str, progress: Progress) -> None:
        self._tracker = tracker
        self._progress = progress
        self._open: dict[str, int] = {}

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """See `connectors.base.Progress`."""
        self._open[what] = done
        self._progress(f"Reading {what} from {self._tracker}", done, total)

    def end(self) -> None:
        """All is read: what was counted without a total is the total."""
        for what, done in self._open.items():
            self._progress(f"Reading {what} from {self._tracker}", done, done)


class Questions:
    """The native queries of measures and rules, counted as they are answered."""

    def __init__(self, workspace: Workspace, progress: Progress) -> None:
        measures = (key_result.measure for _, key_result in workspace.key_results())
        asked = (1 + (how.over is not None) for how in measures if isinstance(how, QueryMeasure))
        self._total = sum(asked) + len(set(rule_queries(workspace)))
        self._done = 0
        self._progress = progress

    def count(self) -> None:
        """One more has its answer. Where a tracker failed all are asked again, which is no progress."""
        self._done = min(self._done + 1, self._total)
        self._progress("Asking queries", self._done, self._total)
