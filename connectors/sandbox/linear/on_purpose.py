"""What is planted on purpose among the issues of the generated workspace, after chance has had its say: claims on parent
issues, points above sub-issues that have none, lives around the bounds of the example's cycle.

No further issue comes of it, and nothing is drawn: a workspace has what there is room for in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from connectors.sandbox.linear.entities import CLOSED, Issue, Label
from connectors.sandbox.linear.history import plant_spans
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.planted_answers import PlantedAnswer, claiming, put_before

Answers = dict[str, tuple[PlantedAnswer, ...]]
WORK = frozenset({"GROWTH-KR2", "SPEED-KR1", "TRUST-KR2"})
"""The key results of the example that are made of work."""


def _at(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PlannedLife:
    """`steps`: into which type of state an issue came, and when."""

    kind: str
    steps: tuple[tuple[str, datetime], ...]


_BEGUN = ("started", _at(9, 21, 8))
LIVES = (
    PlannedLife(
        "finished before, reopened in the cycle",
        (_BEGUN, ("completed", _at(9, 28, 9)), ("started", _at(10, 12, 8))),
    ),
    PlannedLife(
        "finished before, finished again in the cycle",
        (
            _BEGUN,
            ("completed", _at(9, 28, 9)),
            ("started", _at(10, 8, 8)),
            ("completed", _at(10, 29, 15)),
        ),
    ),
    PlannedLife(
        "finished in the last minute before the cycle", (_BEGUN, ("completed", _at(9, 30, 21, 59, 30)))
    ),
    PlannedLife("finished in the first minute of the cycle", (_BEGUN, ("completed", _at(9, 30, 22, 0, 30)))),
    PlannedLife(
        "finished and reopened in the cycle",
        (_BEGUN, ("completed", _at(10, 20, 10)), ("started", _at(11, 3, 9))),
    ),
)

PARENT_CLAIMS = (("kr:SPEED-KR1", "SPEED-KR1"), ("GROWTH-KR2", "GROWTH-KR2"), ("TRUST-KR3", "TRUST-KR3"))
"""Labels by which people claim a key result on a parent issue whose project a rule gives to another one."""


def plan_on_purpose(space: LinearSpace, issues: Sequence[Issue], answers: Answers) -> dict[str, list[str]]:
    """Plant it. Gives the ids of what was planted, by kind."""
    found: dict[str, list[str]] = {}
    taken: set[str] = set()

    def take(kind: str, fits: Callable[[Issue], bool]) -> Issue | None:
        """The first that fits and is not planted yet, neither it nor what is below or above it."""
        for issue in issues:
            family = {one.id for one in _family(issue)}
            if not family & taken and fits(issue):
                taken.update(family)
                found.setdefault(kind, []).append(issue.id)
                return issue
        return None

    labels = {label.name: label for label in space.labels.values() if label.team is None}
    _claim_parents(take, labels, answers)
    _estimate_parents(take, answers)
    for life in chain.from_iterable(zip(LIVES, LIVES, strict=True)):
        issue = take(life.kind, lambda one: _can_live(one, answers))
        if issue is not None:
            _let_live(space, issue, life)
    return found


def _claim_parents(
    take: Callable[[str, Callable[[Issue], bool]], Issue | None],
    labels: dict[str, Label],
    answers: Answers,
) -> None:
    for name, key_result in PARENT_CLAIMS:
        fits = partial(_can_claim, answers=answers, key_result=key_result)
        issue = take("a claim above sub-issues", fits)
        if issue is not None:
            issue.labels.append(labels[name])
            put_before(answers, issue.id, claiming(key_result))


def _can_claim(issue: Issue, answers: Answers, key_result: str) -> bool:
    """Whether a project's rule links it and what is below it, by nothing but their place, to another key result."""
    return (
        issue.archived_at is None
        and len(_live(issue.children)) > 0
        and all(_lives_in_a_project(one, answers, key_result) for one in (issue, *issue.children))
    )


def _lives_in_a_project(issue: Issue, answers: Answers, key_result: str) -> bool:
    said = answers.get(issue.id, ())
    return (
        len(said) == 1
        and said[0].source == "place"
        and key_result not in dict(said[0].serves)
        and not any(one.name.casefold().startswith("kr:") for one in issue.labels)
    )


def _estimate_parents(take: Callable[[str, Callable[[Issue], bool]], Issue | None], answers: Answers) -> None:
    """Points on an open and on a finished parent with nothing estimated below, and on one with both."""
    above = take("points above sub-issues", lambda one: _can_bear_points(one, answers, "started"))
    if above is not None:
        _estimate(above, 13, None)
    finished = take("points on a finished parent", lambda one: _can_bear_points(one, answers, "completed"))
    if finished is not None:
        _estimate(finished, 8, None)
    both = take(
        "points above and below",
        lambda one: _can_bear_points(one, answers) and len(_live(one.children)) > 1,
    )
    if both is not None:
        _estimate(both, 8, None)
        _live(both.children)[0].estimate = 2


def _can_bear_points(issue: Issue, answers: Answers, *states: str) -> bool:
    return (
        _is_work(issue, answers)
        and issue.team.issue_estimation_type != "notUsed"
        and (not states or issue.state.type in states)
        and issue.canceled_at is None
        and issue.archived_at is None
        and len(_live(issue.children)) > 0
    )


def _estimate(issue: Issue, points: int, below: int | None) -> None:
    issue.estimate = points
    for child in _descendants(issue):
        child.estimate = below


def _can_live(issue: Issue, answers: Answers) -> bool:
    """Whether it is a leaf that is made of work, and older than every planned life."""
    return (
        _is_work(issue, answers)
        and not issue.children
        and issue.archived_at is None
        and issue.state.type not in ("triage", "duplicate")
        and not any(one.name == "flaky-test" for one in issue.labels)
        and issue.created_at < _BEGUN[1]
    )


def _is_work(issue: Issue, answers: Answers) -> bool:
    """Whether the first thing that is said of it is that it serves a key result made of work."""
    said = answers.get(issue.id, ())
    return any(name in WORK for one in said[:1] for name, _ in one.serves)


def _let_live(space: LinearSpace, issue: Issue, life: PlannedLife) -> None:
    team = issue.team
    steps = [(at, team.state(kind)) for kind, at in life.steps]
    plant_spans(space, issue, [(issue.created_at, team.state("backlog", "unstarted")), *steps])
    last, state = steps[-1]
    issue.state, issue.updated_at = state, last
    issue.started_at = next(at for at, one in steps if one.type == "started")
    issue.completed_at = last if state.type in CLOSED else None
    issue.canceled_at = None


def _live(issues: Sequence[Issue]) -> list[Issue]:
    return [one for one in issues if one.canceled_at is None and one.trashed is None]


def _descendants(issue: Issue) -> Iterator[Issue]:
    for child in issue.children:
        yield child
        yield from _descendants(child)


def _family(issue: Issue) -> Iterator[Issue]:
    at = issue
    while at.parent is not None:
        at = at.parent
    yield at
    yield from _descendants(at)
