"""Where the fields of the schema find their values, as far as a row has no attribute of that name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.sandbox.linear import history, initiatives, progress, updates, views, webhooks
from connectors.sandbox.linear.entities import Comment, Initiative, Issue, Project, StatusUpdate, Team, User
from connectors.sandbox.linear.entity_base import Entity, slug, snake
from connectors.sandbox.linear.filters import ancestors
from connectors.sandbox.linear.request_context import RequestContext

Of = Callable[[Any, RequestContext], Any]
"""A field's value of a row, for whoever asks."""

_UPDATES = ("ProjectUpdate", "InitiativeUpdate")
PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")


def _branch(issue: Issue, context: RequestContext) -> str:
    return f"{context.viewer.display_name}/{issue.identifier.lower()}-{slug(issue.title)}"


def _projects_below(initiative: Initiative, _context: RequestContext) -> list[Project]:
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


def _comment_data(comment: Comment, _context: RequestContext) -> str:
    # The real one holds the editor's document; nobody but Linear's own client reads it.
    return '{"type":"doc"}' if comment.body else "{}"


def _of_parent(place: str) -> Of:
    def get(comment: Comment, _context: RequestContext) -> str | None:
        row: Entity | None = getattr(comment, place)
        return row.id if row else None

    return get


def _history(name: str) -> Of:
    return lambda row, context: progress.history(row, name, context.now)


def _is_stale(update: StatusUpdate, context: RequestContext) -> bool:
    place = update.project or update.initiative
    is_latest = place is not None and updates.latest(place) is update
    return not is_latest or context.now - update.created_at > updates.STALE


def _data_of(model: str) -> Of:
    return lambda view, _context: view.stored if view.model == model else None


_ENTRY_FIELDS = [
    "actorId",
    "addedLabelIds",
    "addedLabels",
    "archived",
    "attachment",
    "attachmentId",
    "fromAssignee",
    "fromAssigneeId",
    "fromDueDate",
    "fromEstimate",
    "fromParent",
    "fromParentId",
    "fromPriority",
    "fromProject",
    "fromProjectId",
    "fromState",
    "fromStateId",
    "fromTeam",
    "fromTeamId",
    "fromTitle",
    "relationChanges",
    "removedLabelIds",
    "removedLabels",
    "toAssignee",
    "toAssigneeId",
    "toDueDate",
    "toEstimate",
    "toParent",
    "toParentId",
    "toPriority",
    "toProject",
    "toProjectId",
    "toState",
    "toStateId",
    "toTeam",
    "toTeamId",
    "toTitle",
    "trashed",
    "updatedDescription",
]


def _initials(user: User, _context: RequestContext) -> str:
    return "".join(word[0] for word in re.findall(r"\w+", user.name))[:2].upper()


def _label_ids(row: Issue | Project, _context: RequestContext) -> list[str]:
    return [label.id for label in row.labels]


def _self(_root: Any, context: RequestContext) -> RequestContext:
    return context


VALUES: dict[str, Of] = {
    "Query.viewer": lambda _root, context: context.viewer,
    "Query.organization": _self,
    "Query.rateLimitStatus": lambda _root, context: context.quota.status(context.viewer.id, context.now),
    "Organization.id": lambda _row, context: context.space.organization_id,
    "Organization.createdAt": lambda _row, context: context.space.created_at,
    "Organization.updatedAt": lambda _row, context: context.space.created_at,
    "Organization.userCount": lambda _row, context: len(context.space.users),
    "Organization.createdIssueCount": lambda _row, context: len(context.space.issues),
    "Organization.projectStatuses": lambda _row, context: context.space.project_statuses.values(),
    "Team.private": lambda row, _context: row.visibility == "private",
    "User.isMe": lambda row, context: row is context.viewer,
    "User.initials": _initials,
    "Team.issueCount": lambda row, _context: sum(issue.archived_at is None for issue in row.issues),
    "Team.defaultIssueState": lambda row, _context: row.state("backlog", "unstarted"),
    "Team.triageIssueState": lambda row, _context: row.state("triage") if row.triage_enabled else None,
    "Team.displayName": lambda row, _context: row.name,
    "Team.cyclesEnabled": lambda row, _context: bool(row.cycles),
    "Cycle.isActive": lambda row, context: row.is_active(context.now),
    "Cycle.isFuture": lambda row, context: context.now < row.starts_at,
    "Cycle.isPast": lambda row, context: context.now >= row.ends_at,
    "Issue.prioritySortOrder": lambda row, _context: row.sort_order,
    "Issue.addedToTeamAt": lambda row, _context: row.created_at,
    "Project.prioritySortOrder": lambda row, _context: row.sort_order,
    "Issue.labelIds": _label_ids,
    "Issue.branchName": _branch,
    "Issue.priorityLabel": lambda row, _context: PRIORITIES[row.priority],
    "Project.labelIds": _label_ids,
    "Project.priorityLabel": lambda row, _context: PRIORITIES[row.priority],
    "Project.state": lambda row, _context: row.status.type,
    "Project.progress": lambda row, _context: progress.progress(row),
    "Project.scope": lambda row, _context: progress.scope(row),
    **{f"Project.{name}": _history(name) for name in progress.HISTORIES},
    **{f"{kind}.bodyData": _comment_data for kind in ("Comment", "ProjectUpdate", "InitiativeUpdate")},
    "Comment.initiativeId": _of_parent("initiative"),
    "Comment.projectUpdateId": _of_parent("project_update"),
    "Comment.initiativeUpdateId": _of_parent("initiative_update"),
    **{f"{kind}.commentCount": lambda row, _context: len(row.comments) for kind in _UPDATES},
    **{f"{kind}.isStale": _is_stale for kind in _UPDATES},
    "Project.lastUpdate": lambda row, _context: updates.latest(row),
    "Initiative.lastUpdate": lambda row, _context: updates.latest(row),
    "Initiative.prioritySortOrder": lambda row, _context: row.sort_order,
    **{f"IssueHistory.{name}": history.field(snake(name)) for name in _ENTRY_FIELDS},
    "IssueStateSpan.stateId": lambda span, _context: span.state.id,
    "CustomView.modelName": lambda view, _context: view.model,
    "CustomView.filterData": lambda view, _context: view.stored if view.model == "Issue" else {},
    "CustomView.filters": lambda view, _context: view.stored if view.model == "Issue" else {},
    "CustomView.projectFilterData": _data_of("Project"),
    "CustomView.initiativeFilterData": _data_of("Initiative"),
    "Webhook.failures": webhooks.last_failures,
    "Webhook.teamIds": lambda hook, _context: [hook.team.id] if hook.team else None,
    "Organization.securitySettings": lambda _row, context: {
        "labelManagementRole": "admin" if context.space.labels_by_admins else "user"
    },
    "Organization.restrictLabelManagementToAdmins": lambda _row, context: context.space.labels_by_admins,
    "Comment.issueId": _of_parent("issue"),
    "Comment.projectId": _of_parent("project"),
    "Comment.parentId": _of_parent("parent"),
    **{
        f"{kind}.organization": _self
        for kind in ("User", "Team", "IssueLabel", "ProjectLabel", "Initiative", "CustomView")
    },
}

CONSTANTS: dict[str, Any] = {
    "Organization.name": "Acme",
    "Organization.urlKey": "acme",
    "Organization.fiscalYearStartMonth": 0,
    "Team.timezone": "Europe/Paris",
    "Team.autoArchivePeriod": 6,
    "Team.children": (),
    "Team.ancestors": (),
    "Initiative.previousIdentifiers": (),
    "Initiative.visibility": "public",
    **{f"{kind}.reactionData": {} for kind in ("Comment", *_UPDATES)},
    **{f"{kind}.metadata": {} for kind in ("IssueSearchResult", "ProjectSearchResult")},
    "User.avatarBackgroundColor": "#5e6ad2",
    **dict.fromkeys(("User.isAssignable", "User.isMentionable"), True),
    **dict.fromkeys(
        [
            "User.guest",
            "User.owner",
            "Team.inheritIssueEstimation",
            "Team.inheritWorkflowStatuses",
            "Team.issueEstimationExtended",
            "Team.issueEstimationAllowZero",
            "Comment.hideInLinear",
            "IssueHistory.autoArchived",
            "IssueHistory.autoClosed",
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
            "Cycle.autoArchivedAt",
            "Issue.snoozedBy",
            "Issue.snoozedUntilAt",
            "Project.autoArchivedAt",
            "Comment.resolvedAt",
            "Attachment.source",
            "Attachment.bodyData",
            "IssueHistory.botActor",
            *(f"{kind}.{name}" for kind in _UPDATES for name in ("diff", "infoSnapshot")),
        ],
        None,
    ),
}
ROWS: dict[str, Of] = {
    "Query.teams": lambda _root, context: context.space.teams.values(),
    "Query.users": lambda _root, context: context.space.users.values(),
    "Query.workflowStates": lambda _root, context: context.space.states.values(),
    "Query.issueLabels": lambda _root, context: context.space.labels.values(),
    "Query.projectLabels": lambda _root, context: context.space.project_labels.values(),
    "Query.projectUpdates": lambda _root, context: _updates(context, "project"),
    "Query.initiativeUpdates": lambda _root, context: _updates(context, "initiative"),
    "Query.initiativeRelations": initiatives.nestings,
    "Query.customViews": views.listed,
    "Query.webhooks": webhooks.listed,
    "Team.webhooks": webhooks.of_team,
    "Issue.history": lambda row, context: history.entries_of(context.space, row),
    "Issue.stateHistory": lambda row, context: history.spans_of(context.space, row),
    "Query.issues": lambda _root, context: context.space.issues.values(),
    "Query.issueRelations": lambda _root, context: context.space.relations.values(),
    "Query.projects": lambda _root, context: context.space.projects.values(),
    "Query.projectStatuses": lambda _root, context: context.space.project_statuses.values(),
    "Query.initiatives": lambda _root, context: context.space.initiatives.values(),
    "Query.initiativeToProjects": lambda _root, context: context.space.initiative_to_projects.values(),
    "Query.attachments": lambda _root, context: context.space.attachments.values(),
    "Query.attachmentsForURL": lambda _root, context: context.space.attachments.values(),
    "Query.comments": lambda _root, context: context.space.comments.values(),
    "Organization.teams": lambda _row, context: context.space.teams.values(),
    "Organization.users": lambda _row, context: context.space.users.values(),
    "Organization.labels": lambda _row, context: [
        one for one in context.space.labels.values() if one.team is None
    ],
    "Organization.projectLabels": lambda _row, context: context.space.project_labels.values(),
    "User.teams": lambda row, context: [team for team in context.space.teams.values() if row in team.members],
    "User.assignedIssues": lambda row, context: _issues_where(context, lambda issue: issue.assignee is row),
    "User.createdIssues": lambda row, context: _issues_where(context, lambda issue: issue.creator is row),
    "WorkflowState.issues": lambda row, _context: [issue for issue in row.team.issues if issue.state is row],
    "IssueLabel.issues": lambda row, context: _issues_where(context, lambda issue: row in issue.labels),
    "ProjectLabel.projects": lambda row, context: [
        one for one in context.space.projects.values() if row in one.labels
    ],
    "Issue.formerAttachments": lambda _row, _context: (),
    "Project.initiatives": lambda row, _context: [join.initiative for join in row.initiative_to_projects],
    "Initiative.projects": _projects_below,
    "Initiative.parentInitiatives": lambda row, _context: list(ancestors(row))[:1],
}


def _updates(context: RequestContext, place: str) -> list[StatusUpdate]:
    return [one for one in context.space.status_updates.values() if getattr(one, place) is not None]


def _issues_where(context: RequestContext, holds: Callable[[Issue], bool]) -> Iterable[Issue]:
    return filter(holds, context.space.issues.values())


Finder = Callable[[RequestContext, str], Entity | None]


def _team(context: RequestContext, given: str) -> Team | None:
    """A team by id or key."""
    by_key = (team for team in context.space.teams.values() if team.key == given.upper())
    return context.space.teams.get(given) or next(by_key, None)


def _by_slug(rows: Mapping[str, Any], given: str) -> Any:
    """A row by its id or the last part of its address."""
    return rows.get(given) or next((row for row in rows.values() if row.slug_id == given), None)


LOOKUPS: dict[str, tuple[Finder, str]] = {
    "Query.issue": (lambda context, given: context.space.issue(given), "Issue"),
    "Query.team": (lambda context, given: _team(context, given), "Team"),
    "Query.user": (lambda context, given: context.space.users.get(given), "User"),
    "Query.workflowState": (lambda context, given: context.space.states.get(given), "WorkflowState"),
    "Query.issueLabel": (lambda context, given: context.space.labels.get(given), "IssueLabel"),
    "Query.project": (lambda context, given: _by_slug(context.space.projects, given), "Project"),
    "Query.initiative": (lambda context, given: _by_slug(context.space.initiatives, given), "Initiative"),
    "Query.projectLabel": (lambda context, given: context.space.project_labels.get(given), "ProjectLabel"),
    "Query.projectStatus": (
        lambda context, given: context.space.project_statuses.get(given),
        "ProjectStatus",
    ),
    "Query.initiativeToProject": (
        lambda context, given: context.space.initiative_to_projects.get(given),
        "InitiativeToProject",
    ),
    "Query.projectUpdate": (updates.finder("ProjectUpdate"), "ProjectUpdate"),
    "Query.initiativeUpdate": (updates.finder("InitiativeUpdate"), "InitiativeUpdate"),
    "Query.customView": (views.find, "CustomView"),
    "Query.webhook": (webhooks.find, "Webhook"),
    "Query.attachment": (lambda context, given: context.space.attachments.get(given), "Attachment"),
    "Query.comment": (lambda context, given: context.space.comments.get(given), "Comment"),
    "Query.issueRelation": (lambda context, given: context.space.relations.get(given), "IssueRelation"),
    "Query.entityExternalLink": (
        lambda context, given: context.space.external_links.get(given),
        "EntityExternalLink",
    ),
}
