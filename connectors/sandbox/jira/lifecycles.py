"""The life of a generated issue: its way through its project's statuses, and what else changed on it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from connectors.sandbox.company import NOW, PEOPLE, Person, at_work, from_unix
from connectors.sandbox.jira.drafts import Draft
from connectors.sandbox.jira.generate_history import NOTHING, ChangeKind, HistoryBuilder, encode_key
from connectors.sandbox.jira.plan import POINTS_FIELDS
from connectors.sandbox.jira.planted_lives import PlannedStory
from connectors.sandbox.jira.state import (
    PRIORITIES,
    RESOLUTIONS,
    STORY_POINTS,
    Issue,
    NamedValue,
    Project,
    Status,
)

_DAY = 86_400
LONGEST_DAYS = 60
"""Days that a finished piece of work took at most; most took far fewer."""
LATEST = NOW.timestamp() - 60
_POINTS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0)
_POINT_WEIGHTS = (1, 11, 22, 34, 56, 76, 86, 92)
_HOURS = (1, 2, 4, 6, 8, 8, 16, 24, 32, 48, 80)
"""Half hours."""
_PLACE = {person.name: place for place, person in enumerate(PEOPLE)}


class StatusesByCategory:
    """A project's statuses by category: to do, in progress, done."""

    def __init__(self, project: Project) -> None:
        self.first = project.statuses[0]
        self.new = [status for status in project.statuses if status.category == "new"]
        self.doing = [status for status in project.statuses if status.category == "indeterminate"]
        self.done = [status for status in project.statuses if status.category == "done"]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How a life went: the number of entries that its past has, and since when it is finished or in progress, if it is.

    What was dropped is not finished.
    """

    entries: int
    finished: datetime | None
    begun: datetime | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an issue was first: the key it had, the epic it was below and the one it is below now."""

    key: str | None = None
    epic: Issue | None = None
    current_epic: Issue | None = None


def generate_lifecycle(
    source: random.Random, issue: Issue, draft: Draft, statuses: StatusesByCategory, origin: Origin
) -> Lifecycle:
    """Let the issue live from its creation until now."""
    history = HistoryBuilder()
    created = issue.created.timestamp() + 60
    if origin.key is not None:
        at = at_work(source, created, created + 20 * _DAY)
        history.add(at, issue.reporter, ChangeKind.KEY, encode_key(origin.key), encode_key(issue.key))
        created = at + 1
    if origin.epic is not None and origin.current_epic is not None:
        at, below = _later(source, created), origin.current_epic
        history.add(at, issue.reporter, ChangeKind.EPIC, origin.epic.id, below.id)
        history.add(
            at, issue.reporter, ChangeKind.EPIC_KEY, encode_key(origin.epic.key), encode_key(below.key)
        )
    _estimate(source, issue, draft, history, created)
    issue.original_estimate = _hours(issue)
    moments, path, was_dropped = _transitions(source, issue, draft, statuses, history, created)
    _assign(source, issue, history, moments[0] if moments else created)
    if source.random() < 0.06:
        before = source.choice(PRIORITIES[1:])
        if before is not issue.priority and draft.priority is None:
            history.add(
                _later(source, created), issue.reporter, ChangeKind.PRIORITY, before.id, issue.priority.id
            )
    if path:
        issue.status = path[-1]
    issue.past, entries = history.packed()
    if entries:
        issue.updated = from_unix(history.last)
    if source.random() < 0.1:
        # Someone touched the description, which no history here tells.
        issue.updated = from_unix(at_work(source, issue.updated.timestamp(), LATEST))
    is_done = issue.status.category == "done" and not was_dropped
    return Lifecycle(
        entries,
        issue.category_changed if is_done else None,
        issue.category_changed if issue.status.category == "indeterminate" else None,
    )


def _later(source: random.Random, first: float) -> float:
    return at_work(source, first, max(first, LATEST))


def _transitions(
    source: random.Random,
    issue: Issue,
    draft: Draft,
    statuses: StatusesByCategory,
    history: HistoryBuilder,
    created: float,
) -> tuple[list[float], list[Status], bool]:
    """The moves from status to status with their times, in order, and whether the work was dropped in the end."""
    if draft.planned is not None:
        return _planned_transitions(issue, draft.planned, statuses, history)
    path, ended = _status_path(source, issue, draft, statuses)
    last = LATEST
    epic = draft.epic or (draft.parent.epic if draft.parent is not None else None)
    if epic is not None and epic.ended is not None:
        # Its children end before it does.
        last -= epic.age * _DAY * (0.4 if draft.epic is None else 0.35)
    if path and path[-1].category == "done" and issue.type.level < 1:
        last = min(last, created + _DAY * (1 + LONGEST_DAYS * source.random() ** 2))
    moments = sorted(at_work(source, created, max(created, last)) for _ in path)
    for number in range(1, len(moments)):
        moments[number] = max(moments[number], moments[number - 1] + 1)
    _walk(issue, path, moments, ended, statuses, history)
    return moments, path, ended is not None and ended is not RESOLUTIONS[0]


def _planned_transitions(
    issue: Issue, planned: PlannedStory, statuses: StatusesByCategory, history: HistoryBuilder
) -> tuple[list[float], list[Status], bool]:
    kinds = [kind for kind, _ in planned.steps]
    was_dropped = kinds[-1:] == ["dropped"]
    path = [statuses.doing[0] if kind == "doing" else statuses.done[0] for kind in kinds]
    moments = [at.timestamp() for _, at in planned.steps]
    _walk(issue, path, moments, RESOLUTIONS[1 if was_dropped else 0], statuses, history)
    return moments, path, was_dropped


def _walk(
    issue: Issue,
    path: list[Status],
    moments: list[float],
    ended: NamedValue | None,
    statuses: StatusesByCategory,
    history: HistoryBuilder,
) -> None:
    """Take the issue from status to status. `ended`: how it is resolved when it comes into a done one for the last time."""
    before, resolution = statuses.first, NOTHING
    final = next((n for n in range(len(path) - 1, -1, -1) if path[n].category == "done"), -1)
    for number, (status, moment) in enumerate(zip(path, moments, strict=True)):
        who = issue.assignee or issue.reporter
        history.add(moment, who, ChangeKind.STATUS, before.id, status.id)
        if status.category != before.category:
            issue.category_changed = from_unix(int(moment))
        outcome = ended if number == final else RESOLUTIONS[0]
        after = outcome.id if status.category == "done" and outcome is not None else NOTHING
        if after != resolution:
            history.add(moment, who, ChangeKind.RESOLUTION, resolution, after)
        before, resolution = status, after
    if path and path[-1].category == "done" and ended is not None:
        issue.resolution, issue.resolved = ended, issue.category_changed


def _status_path(
    source: random.Random, issue: Issue, draft: Draft, statuses: StatusesByCategory
) -> tuple[list[Status], NamedValue | None]:
    """Statuses after the first one, and how it ended: most done work says so, some was dropped."""
    age = (NOW - issue.created) / timedelta(days=1)
    is_open = draft.is_open
    if is_open is None:
        is_open = source.random() > (min(0.85, age / 130) if age < 300 else 0.97)
    path: list[Status] = []
    if len(statuses.new) > 1 and (not is_open or source.random() < 0.6):
        path.append(statuses.new[1])
    ended = None if is_open else _resolution(source, draft)
    dropped = ended is not None and ended is not RESOLUTIONS[0]
    if issue.type.level >= 1 or (not is_open and not (dropped and source.random() < 0.5)):
        path += _progress_statuses(source, statuses)
    elif is_open and age > 2 and source.random() < 0.55:
        path += _progress_statuses(source, statuses)
        if source.random() < 0.05:
            path += [statuses.done[0], statuses.doing[0]]  # reopened, and still open
    if not is_open:
        if path and source.random() < 0.05:
            path += [statuses.done[0], statuses.doing[0]]  # reopened, and finished after all
        path.append(statuses.done[1] if dropped and len(statuses.done) > 1 else statuses.done[0])
    return path, ended


def _progress_statuses(source: random.Random, statuses: StatusesByCategory) -> list[Status]:
    """In progress, perhaps on to the second status of that kind, perhaps back again."""
    path = [statuses.doing[0]]
    if len(statuses.doing) > 1 and source.random() < 0.5:
        path.append(statuses.doing[1])
        if source.random() < 0.25:
            path.append(statuses.doing[0])
    return path


def _resolution(source: random.Random, draft: Draft) -> NamedValue | None:
    if draft.ended is not None:
        return next(one for one in RESOLUTIONS if one.name == draft.ended)
    chance = source.random()
    if chance < 0.08:
        return None
    return RESOLUTIONS[0] if chance > 0.2 else source.choice(RESOLUTIONS[1:])


def _estimate(
    source: random.Random, issue: Issue, draft: Draft, history: HistoryBuilder, created: float
) -> None:
    """Points with gaps, some of them given or changed later; sub-tasks and containers have none, but for what is planned."""
    name = POINTS_FIELDS.get(issue.project.key)
    planned = draft.planned or draft.epic
    if planned is not None:
        if name is not None and planned.points is not None:
            issue.custom[name] = planned.points
        return
    epic = draft.parent.epic if draft.parent is not None else None
    if issue.type.level != 0 or name is None or (epic is not None and epic.points is not None):
        return
    if source.random() < 0.2:
        return
    points = source.choices(_POINTS, cum_weights=_POINT_WEIGHTS)[0]
    issue.custom[name] = points
    chance = source.random()
    if chance < 0.3:
        before = NOTHING if chance < 0.16 else int(source.choice(_POINTS) * 2)
        if before != int(points * 2):
            what = ChangeKind.STORY_POINTS if name == STORY_POINTS else ChangeKind.STORY_POINT_ESTIMATE
            history.add(_later(source, created), issue.reporter, what, before, int(points * 2))


def _hours(issue: Issue) -> int | None:
    """Original estimates, in seconds, of two thirds of the work; by its id, so that no other draw moves."""
    drawn = crc32(f"original estimate/{issue.id}".encode())
    if issue.type.level > 0 or issue.project.key not in POINTS_FIELDS or drawn % 3 == 0:
        return None
    return _HOURS[drawn // 3 % len(_HOURS)] * 1800


def _assign(source: random.Random, issue: Issue, history: HistoryBuilder, begun: float) -> None:
    """Who took the work, when it began at the latest."""
    if issue.assignee is None or source.random() > 0.35:
        return
    created = issue.created.timestamp() + 60
    at = at_work(source, created, max(begun, created))
    before: Person | None = issue.reporter if source.random() < 0.3 else None
    if before is not issue.assignee:
        place = NOTHING if before is None else _PLACE[before.name]
        history.add(at, issue.reporter, ChangeKind.ASSIGNEE, place, _PLACE[issue.assignee.name])
