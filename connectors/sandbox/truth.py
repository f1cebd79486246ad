"""The right answers about a generated world: what each item serves, and where each key result stands.

They come from what the generators planted (`planted_answers.py`) and from plain counting, another way than the
service takes: answers are handed down from parent to child in order of creation, and no rule is ever evaluated.
They are those of the example company at the moment `company.NOW`, before anybody wrote to the world.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import msgspec

from connectors.sandbox.company import NOW
from connectors.sandbox.jira.plan import POINTS_FIELDS
from connectors.sandbox.jira.state import EPIC_LINK, JiraSite
from connectors.sandbox.jira.state import Issue as JiraIssue
from connectors.sandbox.linear.entities import Issue, Project
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.pairs import Pair
from connectors.sandbox.planted_answers import NO_ANSWER, PlantedAnswer

ItemState = Literal["aligned", "exempt", "unaligned", "out_of_scope"]
ItemKey = tuple[str, str]
"""Tracker and id."""

JIRA_PROJECTS = frozenset({"WEB", "OPS"})
LINEAR_TEAMS = frozenset({"ENG", "MOB"})
"""The scope of the example company."""
DROPPED = frozenset({"Won't Do", "Duplicate", "Cannot Reproduce", "Rejected"})
"""Resolutions and statuses of the site that mean: will not be done."""

METRICS: dict[str, tuple[int, float]] = {
    "GROWTH-KR1": (54, 29.1),
    "GROWTH-KR3": (19, 27),
    "TRUST-KR3": (6, 465),
}
"""Percent and value of the latest check-ins: 7.1 of 13 points, 4 of 21 minutes, 15 of 230 milliseconds."""
QUERIES: dict[str, tuple[int, int]] = {"TRUST-KR1": (14, 2), "SPEED-KR2": (30, 5)}
"""Start and target of what is counted by a query."""
WORK: dict[str, float | None] = {"GROWTH-KR2": 1, "SPEED-KR1": 2, "TRUST-KR2": None}
"""Points of work without an estimate; None where work is counted, not weighed."""
KEY_RESULTS = tuple(sorted({*METRICS, *QUERIES, *WORK}))


@dataclass(frozen=True, slots=True)
class Item:
    """One item and its right alignment. `key_results` are empty unless it is aligned."""

    tracker: str
    id: str
    key: str
    state: ItemState
    key_results: tuple[tuple[str, Fraction], ...] = ()
    category: str | None = None


@dataclass(frozen=True, slots=True)
class KeyResultAnswer:
    """Where a key result stands. `value` is in its own unit, done work for work; None without data."""

    value: float | None
    percent: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    """What counting needs to know of an item. `points` None: not estimated."""

    key: ItemKey
    name: str
    parent: ItemKey | None
    in_scope: bool
    is_done: bool = False
    is_dropped: bool = False
    points: float | None = None


class Truth:
    """The right answers about a world as it was generated. Answers are by tracker and id."""

    def __init__(
        self,
        jira: JiraSite,
        linear: LinearSpace,
        answers: Mapping[ItemKey, PlantedAnswer],
        pairs: Iterable[Pair] = (),
    ) -> None:
        self._jira = jira
        self._linear = linear
        self._answers = answers
        self._uncounted = {pair.uncounted for pair in pairs}

    def items(self) -> Iterator[Item]:
        """Every item of both trackers."""
        for row, answer in self._rows_with_answers():
            yield _item(row, answer)

    def key_results(self) -> dict[str, KeyResultAnswer]:
        """Every key result of the example company."""
        found = {name: KeyResultAnswer(value, percent) for name, (percent, value) in METRICS.items()}
        counts = {"TRUST-KR1": _open_bugs(self._jira), "SPEED-KR2": _flaky_tests(self._linear)}
        for name, (start, target) in QUERIES.items():
            progress = Fraction(counts[name] - start, target - start)
            found[name] = KeyResultAnswer(
                float(counts[name]), _percent(min(Fraction(1), max(Fraction(0), progress)))
            )
        return dict(sorted((found | self._work()).items()))

    def written(self) -> Iterator[bytes]:
        """All of it as one JSON text, piece by piece, one item a line."""
        key_results = {
            name: {"value": one.value, "percent": one.percent} for name, one in self.key_results().items()
        }
        yield (
            b'{"as_of":' + msgspec.json.encode(NOW) + b',\n"key_results":' + msgspec.json.encode(key_results)
        )
        yield b',\n"items":['
        between = b"\n"
        for item in self.items():
            yield between + msgspec.json.encode(_plain(item))
            between = b",\n"
        yield b"\n]}\n"

    def _rows_with_answers(self) -> Iterator[tuple[_Row, PlantedAnswer]]:
        """Every row with its answer, its own or its parent's. Parents are older, so they come first."""
        known: dict[ItemKey, PlantedAnswer] = {}
        for row in self._rows():
            answer = self._answers.get(row.key, NO_ANSWER)
            if not answer.is_decided and row.parent is not None:
                answer = known.get(row.parent, NO_ANSWER)
            if answer.is_decided:
                known[row.key] = answer
            yield row, answer

    def _rows(self) -> Iterator[_Row]:
        yield from _jira_rows(self._jira)
        yield from _linear_rows(self._linear)

    def _work(self) -> dict[str, KeyResultAnswer]:
        covered = {
            row.parent
            for row in self._rows()
            if row.in_scope and not row.is_dropped and row.parent is not None
        }
        whole, done = (dict.fromkeys(WORK, Fraction(0)) for _ in range(2))
        pieces, finished = (dict.fromkeys(WORK, 0) for _ in range(2))
        for row, answer in self._rows_with_answers():
            if not row.in_scope or row.is_dropped or row.key in covered or row.key in self._uncounted:
                continue
            for name, share in answer.serves:
                if name not in WORK:
                    continue
                missing = WORK[name]
                points = 1 if missing is None else missing if row.points is None else row.points
                weight = share * Fraction(points)
                pieces[name] += 1
                whole[name] += weight
                if row.is_done:
                    finished[name] += 1
                    done[name] += weight
        return {name: _work_answer(done[name], whole[name], finished[name], pieces[name]) for name in WORK}


def _work_answer(done: Fraction, whole: Fraction, finished: int, pieces: int) -> KeyResultAnswer:
    if not pieces:
        return KeyResultAnswer(None, None)
    percent = _percent(done / whole if whole else Fraction(finished, pieces))
    return KeyResultAnswer(float(done), percent if finished == pieces else min(percent, 99))


def _percent(part: Fraction) -> int:
    return math.floor(part * 100)


def _item(row: _Row, answer: PlantedAnswer) -> Item:
    if not row.in_scope:
        return Item(*row.key, row.name, "out_of_scope")
    if answer.serves:
        return Item(*row.key, row.name, "aligned", tuple(sorted(answer.serves)))
    if answer.exempt is not None:
        return Item(*row.key, row.name, "exempt", category=answer.exempt)
    return Item(*row.key, row.name, "unaligned")


def _plain(item: Item) -> dict[str, Any]:
    shown: dict[str, Any] = {"tracker": item.tracker, "id": item.id, "key": item.key, "state": item.state}
    if item.key_results:
        shown["key_results"] = {name: str(share) for name, share in item.key_results}
    return shown | ({"category": item.category} if item.category else {})


def _jira_rows(site: JiraSite) -> Iterator[_Row]:
    for issue in site.issues.values():
        parent = issue.parent
        if parent is None and EPIC_LINK in issue.custom:
            parent = site.keys[issue.custom[EPIC_LINK]]
        yield _Row(
            ("jira", str(issue.id)),
            issue.key,
            ("jira", str(parent)) if parent is not None else None,
            issue.project.key in JIRA_PROJECTS,
            issue.status.category == "done" and not _was_dropped(issue),
            _was_dropped(issue),
            issue.custom.get(POINTS_FIELDS.get(issue.project.key, "")),
        )


def _was_dropped(issue: JiraIssue) -> bool:
    if issue.status.category != "done":
        return False
    return issue.status.name in DROPPED or (issue.resolution is not None and issue.resolution.name in DROPPED)


def _linear_rows(space: LinearSpace) -> Iterator[_Row]:
    for initiative in space.initiatives.values():
        above = initiative.parent_initiative
        yield _Row(
            ("linear", initiative.id),
            initiative.name,
            ("linear", above.id) if above else None,
            in_scope=False,
        )
    for project in space.projects.values():
        yield _project_row(project)
    for issue in space.issues.values():
        above_it = issue.parent or issue.project
        # Closed work that was archived still counts in its cycle, as long as it was finished.
        is_there = issue.trashed is None and (issue.archived_at is None or issue.completed_at is not None)
        yield _Row(
            ("linear", issue.id),
            issue.identifier,
            ("linear", above_it.id) if above_it else None,
            is_there and issue.team.key in LINEAR_TEAMS,
            issue.completed_at is not None,
            issue.canceled_at is not None,
            issue.estimate,
        )


def _project_row(project: Project) -> _Row:
    above = min((join.initiative.id for join in project.initiative_to_projects), default=None)
    return _Row(
        ("linear", project.id),
        project.name,
        ("linear", above) if above else None,
        any(team.key in LINEAR_TEAMS for team in project.teams),
        project.completed_at is not None,
        project.canceled_at is not None,
    )


def _open_bugs(site: JiraSite) -> int:
    """Open bugs of operations of the highest priority."""
    return sum(
        issue.type.name == "Bug"
        and issue.priority.name == "Highest"
        and issue.project.key == "OPS"
        and issue.status.category != "done"
        for issue in site.issues.values()
    )


def _flaky_tests(space: LinearSpace) -> int:
    """Open issues with the label for flaky tests, wherever they are."""
    return sum(map(_is_open_flake, space.issues.values()))


def _is_open_flake(issue: Issue) -> bool:
    return (
        issue.completed_at is None
        and issue.canceled_at is None
        and issue.archived_at is None
        and any(label.name == "flaky-test" for label in issue.labels)
    )
