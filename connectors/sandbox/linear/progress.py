"""A project's progress as Linear computes it. Formula: contracts/linear.md, section 14."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import accumulate

from connectors.sandbox.linear.entities import Issue, Project

HISTORIES = (
    "scopeHistory",
    "completedScopeHistory",
    "inProgressScopeHistory",
    "issueCountHistory",
    "completedIssueCountHistory",
)
IN_PROGRESS = 0.25
"""What a point of work in progress counts for."""
WEEK = timedelta(weeks=1)


def _points(issue: Issue) -> float:
    return float(issue.estimate) if issue.estimate is not None else issue.team.default_issue_estimate


def _counted(project: Project) -> list[Issue]:
    return [
        issue
        for issue in project.issues
        if issue.state.type not in ("canceled", "duplicate") and issue.trashed is not True
    ]


def scope(project: Project) -> float:
    """Points of all work that is not canceled; work without an estimate counts its team's default."""
    return sum(map(_points, _counted(project)))


def progress(project: Project) -> float:
    """0..1: completed points and a quarter of those in progress, over the scope; 0 without work."""
    total = scope(project)
    if not total:
        return 0.0
    worth = {"completed": 1.0, "started": IN_PROGRESS}
    done = sum(worth.get(issue.state.type, 0.0) * _points(issue) for issue in _counted(project))
    return done / total


def history(project: Project, name: str, now: datetime) -> list[float]:
    """One of the five histories: an entry for each week since the project was created, the last up to now.

    A week counts what was so at its end, as the stamps of the work that is in the project today tell it.
    """
    began = project.created_at
    weeks = max(1, -(-(now - began) // WEEK))
    ends = [began + WEEK * week for week in range(1, weeks + 1)]
    issues = _counted(project)
    weigh = _one if "Count" in name else _points
    if name.startswith("completed"):
        steps = [(issue.completed_at, weigh(issue)) for issue in issues]
    elif name.startswith("inProgress"):
        steps = [(issue.started_at, weigh(issue)) for issue in issues]
        steps += [(issue.completed_at, -weigh(issue)) for issue in issues if issue.started_at]
    else:
        steps = [(issue.created_at, weigh(issue)) for issue in issues]
    ordered = sorted((at, amount) for at, amount in steps if at is not None)
    sums = [0.0, *accumulate(amount for _, amount in ordered)]
    moments = [at for at, _ in ordered]
    return [sums[bisect_right(moments, end)] for end in ends]


def _one(_issue: Issue) -> float:
    return 1.0
