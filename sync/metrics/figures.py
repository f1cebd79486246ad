"""Everything that metrics say of the last run, and of where the goals stand, as one value. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any, Literal

Outcome = Literal["done", "partial", "stopped", "failed"]
"""As runs are remembered: complete, in part, stopped by a guard, and anything else."""

OUTCOMES: tuple[Outcome, ...] = ("done", "partial", "stopped", "failed")


@dataclass(frozen=True, slots=True)
class Quota:
    """What a site still allows a tracker's credential, in the limit's own units."""

    name: str
    limit: float
    remaining: float


@dataclass(frozen=True, slots=True)
class TrackerFigures:
    """What a run asked of a tracker, and what it wrote there.

    - `items`: in scope, as last read; None where that is not known. `is_read`: whether this run could read it.
    - `requests`: by "read" and "write", every attempt counted. `retries`: of these, how often one was tried again.
    - `waited`: seconds that requests waited, by "pace" (to keep people's share of the quota) and "retry" (before the next
      attempt), added up over all threads.
    - `writes`: items by what came of writing to them.
    """

    tracker: str
    items: int | None = None
    is_read: bool = True
    requests: Mapping[str, int] = field(default_factory=dict)
    retries: int = 0
    waited: Mapping[str, float] = field(default_factory=dict)
    quotas: tuple[Quota, ...] = ()
    writes: Mapping[str, int] = field(default_factory=dict)
    refusals: int = 0
    stuck: int = 0


@dataclass(frozen=True, slots=True)
class KeyResultFigures:
    """One key result: progress, what is expected by now, and the chance of success, 0..1; None where there is none."""

    key_result: str
    objective: str
    cycle: str
    progress: float | None
    expected: float | None
    chance: float | None
    health: str


@dataclass(frozen=True, slots=True)
class GoalFigures:
    """Where the goals stand, by whichever run decided that last. `findings`: by kind."""

    key_results: tuple[KeyResultFigures, ...] = ()
    orphans: int | None = None
    in_grace: int | None = None
    not_started: int | None = None
    findings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """What `/metrics` and the text file say.

    - `began`, `last_good`: when the last run began, and the last one that read and wrote everything; None for none.
    - `interval`: seconds between two runs, as declared, or as they came; None where that is not known yet.
    - `stages`: seconds by stage. `changes`: planned ones, by mark. `guards`: those that stopped the run.
    - `unread`: kind and name of what could not be read.
    """

    version: str
    outcome: Outcome | None = None
    began: datetime | None = None
    last_good: datetime | None = None
    interval: float | None = None
    stages: Mapping[str, float] = field(default_factory=dict)
    trackers: tuple[TrackerFigures, ...] = ()
    changes: Mapping[str, int] = field(default_factory=dict)
    guards: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    goals: GoalFigures = field(default_factory=GoalFigures)


def goals_of(standing: Mapping[str, Any]) -> GoalFigures:
    """Where the goals stand, of what a run tells of that in JSON (`sync.report.data.standing`)."""
    return GoalFigures(
        tuple(
            KeyResultFigures(
                one["key_result"],
                objective["objective"],
                objective["cycle"],
                None if one["percent"] is None else one["percent"] / 100,
                one["expected"],
                one["chance"],
                one["health"],
            )
            for objective in standing["scorecard"]
            for one in objective["key_results"]
        ),
        standing["warned"],
        standing["in_grace"],
        standing["not_warned"]["not_started"],
        Counter(one["kind"] for one in standing["findings"]),
    )


def usual_interval(begun: Sequence[datetime]) -> float | None:
    """Seconds between two runs, as they usually came: the median. `begun`: when the last runs began, in any order.

    None before the third run: one gap alone may be that of somebody who tries the tool out.
    """
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sorted(begun))]
    return median(gaps) if len(gaps) > 1 else None
