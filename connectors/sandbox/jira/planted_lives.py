"""Work that is planted on purpose around the bounds of the example's cycle, and stories that bear the points of their sub-tasks.

The cycle begins at midnight in Paris, two hours before it does in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Step = tuple[Literal["doing", "done", "dropped"], datetime]
"""Into which kind of status an issue came, and when."""


def _at(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


BORN = _at(8, 10, 9)
"""When the planted stories were written down, or soon after their epic; their sub-tasks came two days later."""

_BEGUN: Step = ("doing", _at(8, 24, 8, 30))
FINISHED_BEFORE: Sequence[Step] = (_BEGUN, ("done", _at(9, 15, 14)))
REOPENED: Sequence[Step] = (*FINISHED_BEFORE, ("doing", _at(10, 12, 8)))
FINISHED_AGAIN: Sequence[Step] = (*REOPENED, ("done", _at(10, 29, 15)))
TWICE_BEFORE: Sequence[Step] = (
    _BEGUN,
    ("done", _at(9, 1, 9)),
    ("doing", _at(9, 8, 9)),
    ("done", _at(9, 22, 9)),
)
LAST_MINUTE_BEFORE: Sequence[Step] = (_BEGUN, ("done", _at(9, 30, 21, 59, 30)))
FIRST_MINUTE: Sequence[Step] = (_BEGUN, ("done", _at(9, 30, 22, 0, 30)))
FINISHED: Sequence[Step] = (_BEGUN, ("done", _at(10, 20, 10)))
REOPENED_WITHIN: Sequence[Step] = (*FINISHED, ("doing", _at(11, 3, 9)))
IN_PROGRESS: Sequence[Step] = (_BEGUN,)
NOT_BEGUN: Sequence[Step] = ()
DROPPED: Sequence[Step] = (_BEGUN, ("dropped", _at(10, 6, 9)))
JUST_BEGUN: Sequence[Step] = (("doing", _at(11, 13, 9)),)
"""Old work that somebody took up three days ago."""

AT_NIGHT = frozenset(at for _, at in (*LAST_MINUTE_BEFORE, *FIRST_MINUTE) if not 7 <= at.hour < 18)
"""Moments at which nobody works but on the last day before a cycle."""


@dataclass(frozen=True, slots=True)
class PlannedStory:
    """A story or, `below` one, a sub-task: its life, and its points (None: not estimated)."""

    kind: str
    epic: str
    steps: Sequence[Step]
    points: float | None = None
    below: tuple[PlannedStory, ...] = ()


def _below(steps: Sequence[Step], points: float | None = None) -> PlannedStory:
    return PlannedStory("", "", steps, points)


# In an epic that is weighed by points, in one whose work is counted, and in one that serves nothing.
_POINTS, _COUNTED, _UNALIGNED = "New onboarding", "Automatic failover", "Billing settings refresh"

STORIES = (
    PlannedStory("finished before, reopened in the cycle", _POINTS, REOPENED, 8),
    PlannedStory("finished before, reopened in the cycle", _COUNTED, REOPENED, 3),
    PlannedStory("finished before, finished again in the cycle", _POINTS, FINISHED_AGAIN, 5),
    PlannedStory("finished before, finished again in the cycle", _COUNTED, FINISHED_AGAIN),
    PlannedStory("finished before, twice", _POINTS, TWICE_BEFORE, 13),
    PlannedStory("finished in the last minute before the cycle", _POINTS, LAST_MINUTE_BEFORE, 8),
    PlannedStory("finished in the last minute before the cycle", _COUNTED, LAST_MINUTE_BEFORE, 2),
    PlannedStory("finished in the first minute of the cycle", _POINTS, FIRST_MINUTE, 3),
    PlannedStory("finished in the first minute of the cycle", _COUNTED, FIRST_MINUTE, 2),
    PlannedStory("finished and reopened in the cycle", _POINTS, REOPENED_WITHIN, 5),
    # Points on the story, none below: each sub-task takes its part, and follows its own day.
    PlannedStory(
        "points above sub-tasks",
        _POINTS,
        IN_PROGRESS,
        13,
        (_below(FINISHED), _below(NOT_BEGUN), _below(FINISHED_BEFORE), _below(DROPPED)),
    ),
    # A story that is finished counts whole and on its own day, whatever is still open below it.
    PlannedStory("points on a finished story", _POINTS, FINISHED, 8, (_below(FINISHED), _below(NOT_BEGUN))),
    PlannedStory(
        "points on a story finished before",
        _POINTS,
        FINISHED_BEFORE,
        5,
        (_below(FINISHED), _below(NOT_BEGUN)),
    ),
    # A sub-task with points of its own: those below count, and the story's points stand beside them.
    PlannedStory("points above and below", _POINTS, IN_PROGRESS, 8, (_below(FINISHED, 3), _below(NOT_BEGUN))),
    # Nothing lives below it any more, so it counts itself.
    PlannedStory(
        "points above what was dropped", _POINTS, IN_PROGRESS, 5, (_below(DROPPED), _below(DROPPED))
    ),
    # Counted, not weighed: the sub-tasks are two pieces, and the story none.
    PlannedStory("sub-tasks that are counted", _COUNTED, FINISHED, 8, (_below(FINISHED), _below(NOT_BEGUN))),
    # Below an epic that serves nothing: in progress for long, and taken up only now.
    PlannedStory("old work in progress that serves nothing", _UNALIGNED, IN_PROGRESS, 3),
    PlannedStory("old work just taken up that serves nothing", _UNALIGNED, JUST_BEGUN, 3),
)
"""In the order in which they are planted; each kind stands in every site with room for it."""
