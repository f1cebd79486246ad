"""A project's progress as Linear computes it. Formula: contracts/linear.md, section 14."""

from __future__ import annotations

from datetime import datetime, timedelta

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


def history(project: Project, now: datetime) -> dict[str, list[float]]:
    """The five histories, one entry for each week since the project was created, as today's issues tell it."""
    rows: dict[str, list[float]] = {name: [] for name in HISTORIES}
    issues = _counted(project)
    end = project.created_at + timedelta(weeks=1)
    while end <= now + timedelta(weeks=1):
        there = [issue for issue in issues if issue.created_at <= end]
        done = [issue for issue in there if issue.completed_at and issue.completed_at <= end]
        doing = [
            issue for issue in there if issue.started_at and issue.started_at <= end and issue not in done
        ]
        rows["scopeHistory"].append(sum(map(_points, there)))
        rows["completedScopeHistory"].append(sum(map(_points, done)))
        rows["inProgressScopeHistory"].append(sum(map(_points, doing)))
        rows["issueCountHistory"].append(float(len(there)))
        rows["completedIssueCountHistory"].append(float(len(done)))
        end += timedelta(weeks=1)
    return rows
