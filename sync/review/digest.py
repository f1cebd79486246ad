"""The digest of a week, as values: the same questions as those of a review, asked of the days since last Monday. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.workspace import Workspace
from sync.align.terms import phase_of
from sync.decide import Decision
from sync.forecast.attribution import Attribution, Untold, attribute
from sync.forecast.key_results import goal_of
from sync.forecast.one_thing import OneThing
from sync.forecast.outlook import KeptForecast, Outlook
from sync.history.days import History, HistoryRow, moved_between
from sync.history.movement import Movement
from sync.measure import ObjectiveReading, Reading
from sync.review.effort import Effort, effort_of
from sync.review.reasons import MOST_SIGNALS
from sync.review.unaligned import Unaligned, kept_share, share_of
from sync.review.wins import DoneWork, done_work
from sync.signals.mechanism import SEVERITIES, signals
from sync.signals.rules import RULES
from sync.signals.signal import Signal
from sync.signals.work_by_day import KeptSlice

LATE = timedelta(days=6)
"""How long before the week what was kept may be to stand for its beginning."""


@dataclass(frozen=True)
class DigestSource:
    """What a digest is made from: a run, how its key results went until then, and what runs kept. `since`: a moment before it."""

    run: Decision
    workspace: Workspace
    histories: Mapping[str, History]
    forecasts: Mapping[str, Sequence[KeptForecast]]
    work: Sequence[KeptSlice]
    since: datetime


@dataclass(frozen=True, slots=True)
class KeyResultWeek:
    """A key result of a running cycle.

    - `before`: its reading of a week ago; None where none was kept. `moved`: what did since, as far as it is known of every day.
    - `chance`: what moved its chance, or why that cannot be said; None where it has no forecast. `forecast`: that of a week ago.
    - `done`: its work that was done in the week. `is_new_win`: whether it reached its goal within it.
    - `warned`: the signals about it, the most severe first; () where it is on track. `thing`: what to do first.
    """

    reading: Reading
    goal: float
    before: HistoryRow | None
    moved: Movement | None
    chance: Attribution | Untold | None
    forecast: KeptForecast | None
    outlook: Outlook | None
    done: DoneWork
    is_new_win: bool
    warned: tuple[Signal, ...]
    thing: OneThing | None


@dataclass(frozen=True, slots=True)
class ObjectiveWeek:
    """An objective of a running cycle, with its key results."""

    reading: ObjectiveReading
    key_results: tuple[KeyResultWeek, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """The days from `since` to `day`, at the moment `at`. `effort`: None where histories are not read."""

    at: datetime
    since: date
    day: date
    objectives: tuple[ObjectiveWeek, ...]
    effort: Effort | None
    unaligned: Unaligned
    titles: Mapping[str, str]

    @property
    def key_results(self) -> tuple[KeyResultWeek, ...]:
        """All of them, in declared order."""
        return tuple(one for objective in self.objectives for one in objective.key_results)


def digest_of(source: DigestSource) -> Digest:
    """The digest since a moment before that of the run."""
    run, workspace = source.run, source.workspace
    now = run.scorecard.as_of
    day, since = (at.astimezone(workspace.zone).date() for at in (now, source.since))
    maker = _Week(source, since, day)
    rows = [row for row in run.scorecard.objectives if row.phase == "running" and row.closed is None]
    return Digest(
        now,
        since,
        day,
        tuple(ObjectiveWeek(row, tuple(map(maker.of, row.readings))) for row in rows),
        # Of the first day only what came after the moment of then is told; days are whole.
        effort_of(run, workspace, None, since + timedelta(days=1)) if _runs(workspace, day) else None,
        Unaligned(share_of(run.slices, day, "now"), kept_share(source.work, since - LATE, since)),
        {one.id: one.title for one in workspace.objectives},
    )


def _runs(workspace: Workspace, day: date) -> bool:
    return any(phase_of(cycle, day) == "running" for cycle in workspace.cycles.values())


class _Week:
    def __init__(self, source: DigestSource, since: date, day: date) -> None:
        run, workspace = source.run, source.workspace
        self._source, self._since, self._day = source, since, day
        self._goals = {kr.id: goal_of(objective) for objective, kr in workspace.key_results()}
        self._moved = attribute(
            run.alignment, run.scorecard, workspace, run.outlooks, run.memory.recent, source.since
        )
        self._fired = signals(run.signal_context, RULES, with_rates=False)

    def of(self, reading: Reading) -> KeyResultWeek:
        """The week of a key result."""
        name, run = reading.key_result, self._source.run
        rows = self._source.histories.get(name, ())
        before = max(
            (row for row in rows if self._since - LATE <= row.day <= self._since),
            key=lambda row: row.day,
            default=None,
        )
        kept = self._source.forecasts.get(name, ())
        made = [one for one in kept if self._since - LATE <= one.day <= self._since]
        goal = self._goals[name]
        things = run.one_things.get(name)
        shown = (
            one for one in (things.things if things else ()) if not run.alignment.items[one.item].private
        )
        return KeyResultWeek(
            reading,
            goal,
            before,
            moved_between(rows, before.day, self._day) if before is not None else None,
            self._moved.get(name),
            max(made, key=lambda one: one.day, default=None),
            run.outlooks.get(name),
            done_work(reading, self._since + timedelta(days=1), self._day),
            _reached(reading.progress, goal)
            and reading.counts
            and before is not None
            and not _reached(before.progress, goal),
            () if reading.health in ("on_track", "done") else self._warned(name),
            next(shown, None),
        )

    def _warned(self, name: str) -> tuple[Signal, ...]:
        mine = [one for one in self._fired if (one.kind, one.subject) == ("key_result", name)]
        return tuple(sorted(mine, key=lambda one: SEVERITIES.index(one.severity))[:MOST_SIGNALS])


def _reached(progress: float | None, goal: float) -> bool:
    return progress is not None and progress >= goal - 1e-9
