"""Sub-issues whose parent is elsewhere: in another team, another project, out of scope, in the archive.

One of each kind, so that what is inherited, and what is not, can be checked by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from connectors.sandbox.company import NOW
from connectors.sandbox.linear.entities import Issue
from connectors.sandbox.linear.workspace import WorkspaceBuilder
from connectors.sandbox.planted_answers import PlantedAnswer, claiming, put_before

IssueTest = Callable[[Issue], bool]


def add_foreign_parents(
    workspace: WorkspaceBuilder, issues: list[Issue], answers: dict[str, tuple[PlantedAnswer, ...]]
) -> None:
    """Hang one issue each below a parent of another kind, where the workspace has such a pair."""
    children = _unattached(issues, answers)

    def attach(is_parent: IssueTest, is_child: IssueTest) -> Issue | None:
        """Gives the parent."""
        for child in children:
            parent = next((one for one in issues if is_parent(one) and _can_be_parent(one, child)), None)
            if is_child(child) and parent is not None:
                children.remove(child)
                child.parent = parent
                parent.children.append(child)
                return parent
        return None

    # Across projects and teams: no word of its own, so the parent's holds.
    attach(lambda one: _in(one, "Faster API"), lambda one: one.team.key == "MOB")
    attach(
        lambda one: _in(one, "Onboarding v2") and one.parent is not None, lambda one: one.team.key == "ENG"
    )
    attach(lambda one: one.id not in answers and one.project is None, lambda one: one.team.key == "ENG")
    # The parent is of a team out of scope: without a claim in one case, with one in the other.
    unclaimed = attach(lambda one: one.team.key == "PEO", lambda one: one.team.key == "MOB")
    claimed = attach(
        lambda one: one.team.key == "PEO" and one is not unclaimed and not one.children,
        lambda one: one.team.key == "ENG",
    )
    if claimed is not None:
        claimed.labels.append(workspace.label("TRUST-KR3"))
        put_before(answers, claimed.id, claiming("TRUST-KR3"))
    # The parent was canceled and put into the archive, and still has its word.
    gone = attach(
        lambda one: (
            one.canceled_at is not None
            and one.id in answers
            and any(answer.serves for answer in answers[one.id])
        ),
        lambda one: one.team.key == "ENG",
    )
    if gone is not None and gone.archived_at is None:
        gone.archived_at = NOW - timedelta(days=2)


def _unattached(issues: list[Issue], answers: dict[str, tuple[PlantedAnswer, ...]]) -> list[Issue]:
    """Open work of no project, no parent and no word of its own, the youngest first."""
    return [one for one in reversed(issues) if _is_unattached(one) and one.id not in answers]


def _is_unattached(issue: Issue) -> bool:
    return (
        issue.project is None
        and issue.parent is None
        and not issue.children
        and issue.completed_at is None
        and issue.canceled_at is None
        and issue.archived_at is None
    )


def _can_be_parent(parent: Issue, child: Issue) -> bool:
    return parent.created_at < child.created_at and parent.trashed is None and parent is not child


def _in(issue: Issue, project: str) -> bool:
    return issue.project is not None and issue.project.name == project and issue.archived_at is None
