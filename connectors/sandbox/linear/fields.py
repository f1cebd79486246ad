"""Where the fields of the schema find their values, as far as a row has no attribute of that name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.sandbox.linear import history, initiatives, progress, updates, views, webhooks
from connectors.sandbox.linear.entities import Comment, Entity, Initiative, Issue, Project, Team, User, slug
from connectors.sandbox.linear.filters import ancestors, snake
from connectors.sandbox.linear.request_context import Asker
from connectors.sandbox.linear.surrounding_entities import StatusUpdate

Of = Callable[[Any, Asker], Any]
"""A field's value of a row, for whoever asks."""

_UPDATES = ("ProjectUpdate", "InitiativeUpdate")
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
    return lambda row, asker: progress.history(row, name, asker.now)


def _is_stale(update: StatusUpdate, asker: Asker) -> bool:
    place = update.project or update.initiative
    is_latest = place is not None and updates.latest(place) is update
    return not is_latest or asker.now - update.created_at > updates.STALE


def _data_of(model: str) -> Of:
    return lambda view, _asker: view.stored if view.model == model else None


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
    "Team.private": lambda row, _asker: row.visibility == "private",
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
    **{f"{kind}.bodyData": _comment_data for kind in ("Comment", "ProjectUpdate", "InitiativeUpdate")},
    "Comment.initiativeId": _of_parent("initiative"),
    "Comment.projectUpdateId": _of_parent("project_update"),
    "Comment.initiativeUpdateId": _of_parent("initiative_update"),
    **{f"{kind}.commentCount": lambda row, _asker: len(row.comments) for kind in _UPDATES},
    **{f"{kind}.isStale": _is_stale for kind in _UPDATES},
    "Project.lastUpdate": lambda row, _asker: updates.latest(row),
    "Initiative.lastUpdate": lambda row, _asker: updates.latest(row),
    "Initiative.prioritySortOrder": lambda row, _asker: row.sort_order,
    **{f"IssueHistory.{name}": history.field(snake(name)) for name in _ENTRY_FIELDS},
    "IssueStateSpan.stateId": lambda span, _asker: span.state.id,
    "CustomView.modelName": lambda view, _asker: view.model,
    "CustomView.filterData": lambda view, _asker: view.stored if view.model == "Issue" else {},
    "CustomView.filters": lambda view, _asker: view.stored if view.model == "Issue" else {},
    "CustomView.projectFilterData": _data_of("Project"),
    "CustomView.initiativeFilterData": _data_of("Initiative"),
    "Webhook.failures": webhooks.last_failures,
    "Webhook.teamIds": lambda hook, _asker: [hook.team.id] if hook.team else None,
    "Organization.securitySettings": lambda _row, asker: {
        "labelManagementRole": "admin" if asker.space.labels_by_admins else "user"
    },
    "Organization.restrictLabelManagementToAdmins": lambda _row, asker: asker.space.labels_by_admins,
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
            "Team.cyclesEnabled",
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
            "Issue.addedToCycleAt",
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
    "Query.teams": lambda _root, asker: asker.space.teams.values(),
    "Query.users": lambda _root, asker: asker.space.users.values(),
    "Query.workflowStates": lambda _root, asker: asker.space.states.values(),
    "Query.issueLabels": lambda _root, asker: asker.space.labels.values(),
    "Query.projectLabels": lambda _root, asker: asker.space.project_labels.values(),
    "Query.projectUpdates": lambda _root, asker: _updates(asker, "project"),
    "Query.initiativeUpdates": lambda _root, asker: _updates(asker, "initiative"),
    "Query.initiativeRelations": initiatives.nestings,
    "Query.customViews": views.listed,
    "Query.webhooks": webhooks.listed,
    "Team.webhooks": webhooks.of_team,
    "Issue.history": lambda row, asker: history.entries_of(asker.space, row),
    "Issue.stateHistory": lambda row, asker: history.spans_of(asker.space, row),
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


def _updates(asker: Asker, place: str) -> list[StatusUpdate]:
    return [one for one in asker.space.status_updates.values() if getattr(one, place) is not None]


def _issues_where(asker: Asker, holds: Callable[[Issue], bool]) -> Iterable[Issue]:
    return filter(holds, asker.space.issues.values())


Finder = Callable[[Asker, str], Entity | None]


def _team(asker: Asker, given: str) -> Team | None:
    """A team by id or key."""
    by_key = (team for team in asker.space.teams.values() if team.key == given.upper())
    return asker.space.teams.get(given) or next(by_key, None)


def _by_slug(rows: Mapping[str, Any], given: str) -> Any:
    """A row by its id or the last part of its address."""
    return rows.get(given) or next((row for row in rows.values() if row.slug_id == given), None)


LOOKUPS: dict[str, tuple[Finder, str]] = {
    "Query.issue": (lambda asker, given: asker.space.issue(given), "Issue"),
    "Query.team": (lambda asker, given: _team(asker, given), "Team"),
    "Query.user": (lambda asker, given: asker.space.users.get(given), "User"),
    "Query.workflowState": (lambda asker, given: asker.space.states.get(given), "WorkflowState"),
    "Query.issueLabel": (lambda asker, given: asker.space.labels.get(given), "IssueLabel"),
    "Query.project": (lambda asker, given: _by_slug(asker.space.projects, given), "Project"),
    "Query.initiative": (lambda asker, given: _by_slug(asker.space.initiatives, given), "Initiative"),
    "Query.projectLabel": (lambda asker, given: asker.space.project_labels.get(given), "ProjectLabel"),
    "Query.projectStatus": (lambda asker, given: asker.space.project_statuses.get(given), "ProjectStatus"),
    "Query.initiativeToProject": (
        lambda asker, given: asker.space.initiative_to_projects.get(given),
        "InitiativeToProject",
    ),
    "Query.projectUpdate": (updates.finder("ProjectUpdate"), "ProjectUpdate"),
    "Query.initiativeUpdate": (updates.finder("InitiativeUpdate"), "InitiativeUpdate"),
    "Query.customView": (views.find, "CustomView"),
    "Query.webhook": (webhooks.find, "Webhook"),
    "Query.attachment": (lambda asker, given: asker.space.attachments.get(given), "Attachment"),
    "Query.comment": (lambda asker, given: asker.space.comments.get(given), "Comment"),
    "Query.issueRelation": (lambda asker, given: asker.space.relations.get(given), "IssueRelation"),
    "Query.entityExternalLink": (
        lambda asker, given: asker.space.external_links.get(given),
        "EntityExternalLink",
    ),
}
