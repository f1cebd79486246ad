"""Where the fields of the schema find their values, as far as a row has no attribute of that name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from connectors.sandbox.linear import progress
from connectors.sandbox.linear.asker import Asker
from connectors.sandbox.linear.entities import Comment, Entity, Initiative, Issue, Project, User, slug
from connectors.sandbox.linear.filters import ancestors

Of = Callable[[Any, Asker], Any]
"""A field's value of a row, for whoever asks."""

PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")


def _branch(issue: Issue, asker: Asker) -> str:
    return f"{asker.viewer.display_name}/{issue.identifier.lower()}-{slug(issue.title)}"


def _projects_below(initiative: Initiative, _asker: Asker) -> list[Project]:
    """The initiative's projects and those of the initiatives under it, each once: the default of the API."""
    found: dict[str, Project] = {}
    waiting, seen = [initiative], {initiative.id}
    while waiting:
        here = waiting.pop()
        found |= {join.project.id: join.project for join in here.initiative_to_projects}
        below = [sub for sub in here.sub_initiatives if sub.id not in seen]
        seen |= {sub.id for sub in below}
        waiting += below
    return list(found.values())


def _comment_data(comment: Comment, _asker: Asker) -> str:
    # The real one holds the editor's document; nobody but Linear's own client reads it.
    return '{"type":"doc"}' if comment.body else "{}"


def _of_parent(place: str) -> Of:
    def get(comment: Comment, _asker: Asker) -> str | None:
        row: Entity | None = getattr(comment, place)
        return row.id if row else None

    return get


def _history(name: str) -> Of:
    return lambda row, asker: progress.history(row, asker.now)[name]


def _initials(user: User, _asker: Asker) -> str:
    return "".join(word[0] for word in re.findall(r"\w+", user.name))[:2].upper()


def _label_ids(row: Issue | Project, _asker: Asker) -> list[str]:
    return [label.id for label in row.labels]


def _self(_root: Any, asker: Asker) -> Asker:
    return asker


VALUES: dict[str, Of] = {
    "Query.viewer": lambda _root, asker: asker.viewer,
    "Query.organization": _self,
    "Query.rateLimitStatus": lambda _root, asker: asker.quota.status(asker.viewer.id, asker.now),
    "Organization.id": lambda _row, asker: asker.space.organization_id,
    "Organization.createdAt": lambda _row, asker: asker.space.created_at,
    "Organization.updatedAt": lambda _row, asker: asker.space.created_at,
    "Organization.userCount": lambda _row, asker: len(asker.space.users),
    "Organization.createdIssueCount": lambda _row, asker: len(asker.space.issues),
    "Organization.projectStatuses": lambda _row, asker: asker.space.project_statuses.values(),
    "User.isMe": lambda row, asker: row is asker.viewer,
    "User.initials": _initials,
    "Team.issueCount": lambda row, _asker: sum(issue.archived_at is None for issue in row.issues),
    "Team.defaultIssueState": lambda row, _asker: row.state("backlog", "unstarted"),
    "Team.triageIssueState": lambda row, _asker: row.state("triage") if row.triage_enabled else None,
    "Team.displayName": lambda row, _asker: row.name,
    "Issue.prioritySortOrder": lambda row, _asker: row.sort_order,
    "Issue.addedToTeamAt": lambda row, _asker: row.created_at,
    "Project.prioritySortOrder": lambda row, _asker: row.sort_order,
    "Issue.labelIds": _label_ids,
    "Issue.branchName": _branch,
    "Issue.priorityLabel": lambda row, _asker: PRIORITIES[row.priority],
    "Project.labelIds": _label_ids,
    "Project.priorityLabel": lambda row, _asker: PRIORITIES[row.priority],
    "Project.state": lambda row, _asker: row.status.type,
    "Project.progress": lambda row, _asker: progress.progress(row),
    "Project.scope": lambda row, _asker: progress.scope(row),
    **{f"Project.{name}": _history(name) for name in progress.HISTORIES},
    "Comment.bodyData": _comment_data,
    "Comment.issueId": _of_parent("issue"),
    "Comment.projectId": _of_parent("project"),
    "Comment.parentId": _of_parent("parent"),
    **{
        f"{kind}.organization": _self for kind in ("User", "Team", "IssueLabel", "ProjectLabel", "Initiative")
    },
}

CONSTANTS: dict[str, Any] = {
    "Organization.name": "Acme",
    "Organization.urlKey": "acme",
    "Organization.fiscalYearStartMonth": 0,
    "Team.private": False,
    "Team.visibility": "public",
    "Team.timezone": "Europe/Paris",
    "Team.autoArchivePeriod": 6,
    "Team.children": (),
    "Team.ancestors": (),
    "Initiative.previousIdentifiers": (),
    "Initiative.visibility": "public",
    "Comment.reactionData": {},
    "User.avatarBackgroundColor": "#5e6ad2",
    **dict.fromkeys(("User.isAssignable", "User.isMentionable"), True),
    **dict.fromkeys(
        [
            "User.app",
            "User.guest",
            "User.owner",
            "Team.cyclesEnabled",
            "Team.inheritIssueEstimation",
            "Team.inheritWorkflowStatuses",
            "Team.issueEstimationExtended",
            "Team.issueEstimationAllowZero",
            "Comment.hideInLinear",
        ],
        False,
    ),
    **dict.fromkeys(("Issue.customerTicketCount",), 0),
    **dict.fromkeys(
        [
            "Organization.archivedAt",
            "Organization.logoUrl",
            "User.avatarUrl",
            "User.timezone",
            "User.title",
            "User.description",
            "Team.icon",
            "Team.parent",
            "Team.autoClosePeriod",
            "WorkflowState.inheritedFrom",
            "IssueLabel.inheritedFrom",
            "Issue.autoArchivedAt",
            "Issue.autoClosedAt",
            "Issue.startedTriageAt",
            "Issue.addedToCycleAt",
            "Issue.snoozedBy",
            "Issue.snoozedUntilAt",
            "Issue.delegate",
            "Issue.botActor",
            "Issue.subIssueSortOrder",
            "Project.autoArchivedAt",
            "Comment.botActor",
            "Comment.resolvedAt",
            "Attachment.source",
            "Attachment.bodyData",
        ],
        None,
    ),
}
ROWS: dict[str, Of] = {
    "Query.teams": lambda _root, asker: asker.space.teams.values(),
    "Query.users": lambda _root, asker: asker.space.users.values(),
    "Query.workflowStates": lambda _root, asker: asker.space.states.values(),
    "Query.issueLabels": lambda _root, asker: asker.space.labels.values(),
    "Query.projectLabels": lambda _root, asker: asker.space.project_labels.values(),
    "Query.issues": lambda _root, asker: asker.space.issues.values(),
    "Query.issueRelations": lambda _root, asker: asker.space.relations.values(),
    "Query.projects": lambda _root, asker: asker.space.projects.values(),
    "Query.projectStatuses": lambda _root, asker: asker.space.project_statuses.values(),
    "Query.initiatives": lambda _root, asker: asker.space.initiatives.values(),
    "Query.initiativeToProjects": lambda _root, asker: asker.space.initiative_to_projects.values(),
    "Query.attachments": lambda _root, asker: asker.space.attachments.values(),
    "Query.attachmentsForURL": lambda _root, asker: asker.space.attachments.values(),
    "Query.comments": lambda _root, asker: asker.space.comments.values(),
    "Organization.teams": lambda _row, asker: asker.space.teams.values(),
    "Organization.users": lambda _row, asker: asker.space.users.values(),
    "Organization.labels": lambda _row, asker: [
        one for one in asker.space.labels.values() if one.team is None
    ],
    "Organization.projectLabels": lambda _row, asker: asker.space.project_labels.values(),
    "User.teams": lambda row, asker: [team for team in asker.space.teams.values() if row in team.members],
    "User.assignedIssues": lambda row, asker: _issues_where(asker, lambda issue: issue.assignee is row),
    "User.createdIssues": lambda row, asker: _issues_where(asker, lambda issue: issue.creator is row),
    "WorkflowState.issues": lambda row, _asker: [issue for issue in row.team.issues if issue.state is row],
    "IssueLabel.issues": lambda row, asker: _issues_where(asker, lambda issue: row in issue.labels),
    "ProjectLabel.projects": lambda row, asker: [
        one for one in asker.space.projects.values() if row in one.labels
    ],
    "Issue.formerAttachments": lambda _row, _asker: (),
    "Project.initiatives": lambda row, _asker: [join.initiative for join in row.initiative_to_projects],
    "Initiative.projects": _projects_below,
    "Initiative.parentInitiatives": lambda row, _asker: list(ancestors(row))[:1],
}


def _issues_where(asker: Asker, holds: Callable[[Issue], bool]) -> Iterable[Issue]:
    return filter(holds, asker.space.issues.values())


Finder = Callable[[Asker, str], Entity | None]

LOOKUPS: dict[str, tuple[Finder, str]] = {
    "Query.issue": (lambda asker, given: asker.space.issue(given), "Issue"),
    "Query.team": (lambda asker, given: asker.space.teams.get(given), "Team"),
    "Query.user": (lambda asker, given: asker.space.users.get(given), "User"),
    "Query.workflowState": (lambda asker, given: asker.space.states.get(given), "WorkflowState"),
    "Query.issueLabel": (lambda asker, given: asker.space.labels.get(given), "IssueLabel"),
    "Query.project": (lambda asker, given: asker.space.projects.get(given), "Project"),
    "Query.initiative": (lambda asker, given: asker.space.initiatives.get(given), "Initiative"),
    "Query.attachment": (lambda asker, given: asker.space.attachments.get(given), "Attachment"),
    "Query.comment": (lambda asker, given: asker.space.comments.get(given), "Comment"),
    "Query.issueRelation": (lambda asker, given: asker.space.relations.get(given), "IssueRelation"),
    "Query.entityExternalLink": (
        lambda asker, given: asker.space.external_links.get(given),
        "EntityExternalLink",
    ),
}
