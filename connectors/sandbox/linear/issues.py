"""Mutations of issues: fields, states, moves between teams, archive, relations.

Wire facts: contracts/linear.md, sections 8 to 10. Each function takes the request's context and the arguments
of the mutation, and gives the changed row; each raises a LinearError before it has changed anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.linear import dates, history, markdown
from connectors.sandbox.linear.entities import CLOSED, Issue, Project, Relation, Team, User, WorkflowState
from connectors.sandbox.linear.errors import BadArgument, InvalidInput, LinearError, NotFound
from connectors.sandbox.linear.labels import labels_after
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.rows import (
    Input,
    bot_actor_of,
    check_name,
    creation_time,
    find_issue,
    fresh_id,
    known,
    open_issue,
    required,
    touch,
)
from connectors.sandbox.linear.trash import remove_for_good

LARGEST_BATCH = 50
MOST_POINTS = 64
"""The top of the longest scale; which steps of it a team uses is left to people here."""


def create(context: RequestContext, given: Input) -> Issue:
    """`issueCreate`."""
    space = context.space
    new_id = fresh_id(context, given.get("id"), "Issue", space.issues)
    team: Team = required(space.teams, given["teamId"], "Team")
    check_name(given.get("title"), "title")
    bot = bot_actor_of(context, given)
    created = creation_time(context, given)
    start = team.state("triage", "backlog") if team.triage_enabled else team.state("backlog", "unstarted")
    issue = Issue(
        id=new_id,
        created_at=created,
        updated_at=created,
        number=team.last_number + 1,
        title="",
        team=team,
        state=start,
        sort_order=-float(team.last_number + 1),
        creator=None if bot else context.viewer,
        bot_actor=bot,
        subscribers=[context.viewer],
    )
    wanted = _resolved(context, issue, given)
    team.last_number += 1
    space.issues[issue.id] = issue
    space.identifiers[issue.identifier] = issue
    team.issues.append(issue)
    _assign(context, issue, wanted)
    if given.get("completedAt") and issue.state.type == "completed":
        issue.completed_at = dates.parse(given["completedAt"], context.now)
    issue.updated_at = issue.created_at
    return issue


def create_batch(context: RequestContext, given: Input) -> list[Issue]:
    """`issueBatchCreate`, in one transaction: the inputs are checked before the first is made."""
    _check_batch("issues", given["issues"])
    made: list[Issue] = []
    try:
        made.extend(create(context, one) for one in given["issues"])
    except LinearError:
        for issue in made:
            remove_for_good(context.space, issue)
            context.space.deleted_ids.discard(issue.id)
            issue.team.last_number -= 1
        raise
    return made


def update(context: RequestContext, given_id: str, given: Input) -> Issue:
    """`issueUpdate`. Only a change moves `updatedAt`, and only a meaningful one."""
    issue = open_issue(context, given_id)
    if "labelIds" in given and ("addedLabelIds" in given or "removedLabelIds" in given):
        raise InvalidInput("labelIds cannot be combined with addedLabelIds or removedLabelIds")
    _change(context, issue, given, _resolved(context, issue, given))
    return issue


def update_batch(context: RequestContext, ids: list[str], given: Input) -> list[Issue]:
    """`issueBatchUpdate`: all or nothing. Takes ids only, no identifiers."""
    _check_batch("ids", ids)
    if strange := [one for one in ids if one not in context.space.issues]:
        raise NotFound("Issue", f"Could not find {len(strange)} of the referenced issues.")
    rows = [open_issue(context, one) for one in dict.fromkeys(ids)]
    wanted = [_resolved(context, issue, given) for issue in rows]
    for issue, values in zip(rows, wanted, strict=True):
        _change(context, issue, given, values)
    return rows


def _check_batch(name: str, given: list[Any]) -> None:
    if not 1 <= len(given) <= LARGEST_BATCH:
        limit = {"arrayMaxSize": f"{name} must contain no more than {LARGEST_BATCH} elements"}
        raise BadArgument(name, limit if given else {"arrayNotEmpty": f"{name} should not be empty"})


def _change(context: RequestContext, issue: Issue, given: Input, wanted: Mapping[str, Any]) -> None:
    before = history.before_change(issue)
    changed = _assign(context, issue, wanted)
    history.record(context, issue, before)
    if given.get("trashed"):
        archive(context, issue.id, trash=True)
    if changed & context.space.meaningful:
        issue.updated_at = context.now


def _resolved(context: RequestContext, issue: Issue, given: Input) -> dict[str, Any]:
    """The input with ids replaced by rows, everything checked."""
    space = context.space
    wanted: dict[str, Any] = {
        name: given[name]
        for name in ("title", "priority", "estimate", "sortOrder", "subIssueSortOrder")
        if name in given
    }
    if "title" in wanted:
        check_name(wanted["title"], "title")
    if "description" in given:
        text = given["description"]
        # What is sent unchanged stays: a save normalises only what it touches.
        wanted["description"] = text if text == issue.description else markdown.stored(text or "") or None
    if "priority" in wanted:
        wanted["priority"] = wanted["priority"] or 0
    if "sortOrder" in wanted and wanted["sortOrder"] is None:
        del wanted["sortOrder"]
    _check_estimate(wanted.get("estimate"))
    if not 0 <= (wanted.get("priority") or 0) <= 4:
        raise BadArgument("priority", {"max": "priority must not be greater than 4"})
    if "dueDate" in given:
        wanted["dueDate"] = dates.parse_day(given["dueDate"], context.now) if given["dueDate"] else None
    team = known(space.teams, given.get("teamId"), "Team") or issue.team
    wanted["teamId"] = team
    wanted |= _resolved_rows(context, issue, team, given)
    wanted["labelIds"] = labels_after(context, issue, team, given)
    return wanted


def _resolved_rows(context: RequestContext, issue: Issue, team: Team, given: Input) -> dict[str, Any]:
    """Those of the input's ids that name one row, or subscribers."""
    space, wanted = context.space, dict[str, Any]()
    if given.get("stateId"):
        state: WorkflowState = known(space.states, given.get("stateId"), "WorkflowState")
        if state.team is not team:
            raise InvalidInput(f"WorkflowState does not belong to team {team.key}")
        wanted["stateId"] = state
    if "assigneeId" in given:
        wanted["assigneeId"] = _person(context, given.get("assigneeId"))
    if "delegateId" in given:
        wanted["delegateId"] = _person(context, given.get("delegateId"), app=True)
    if "projectId" in given:
        wanted["projectId"] = known(space.projects, given.get("projectId"), "Project")
    if "parentId" in given:
        wanted["parentId"] = _parent(context, issue, given["parentId"])
    if "subscriberIds" in given:
        wanted["subscriberIds"] = [known(space.users, one, "User") for one in given["subscriberIds"] or ()]
    return wanted


def _person(context: RequestContext, given: str | None, *, app: bool = False) -> User | None:
    """Who is to do the work: people are assigned, apps are delegated to."""
    user: User | None = known(context.space.users, given, "User")
    if user is not None and (user.app is not app or not user.active):
        raise InvalidInput("User cannot do this", f"{user.name} cannot be given issues in this way.")
    return user


def _check_estimate(points: int | None) -> None:
    if points is not None and not 0 <= points <= MOST_POINTS:
        raise BadArgument("estimate", {"max": f"estimate must be between 0 and {MOST_POINTS}"})


def _parent(context: RequestContext, issue: Issue, given: str | None) -> Issue | None:
    if given is None:
        return None
    parent = find_issue(context, given)
    above: Issue | None = parent
    while above is not None:
        if above is issue:
            raise InvalidInput("Issue cannot be its own parent", "An issue cannot be a sub-issue of itself.")
        above = above.parent
    return parent


def _assign(context: RequestContext, issue: Issue, wanted: Mapping[str, Any]) -> set[str]:
    """Put checked values into the issue; gives the names of what really changed."""
    plain = {
        "title": "title",
        "description": "description",
        "priority": "priority",
        "estimate": "estimate",
        "dueDate": "due_date",
        "assigneeId": "assignee",
        "sortOrder": "sort_order",
        "subIssueSortOrder": "sub_issue_sort_order",
        "delegateId": "delegate",
        "subscriberIds": "subscribers",
    }
    changed = {
        name
        for name, attribute in plain.items()
        if name in wanted and getattr(issue, attribute) != wanted[name]
    }
    for name in changed:
        setattr(issue, plain[name], wanted[name])
    if wanted["teamId"] is not issue.team:
        _move(context, issue, wanted["teamId"])
        changed.add("teamId")
    if "stateId" in wanted and wanted["stateId"] is not issue.state:
        _enter(issue, wanted["stateId"], context)
        changed.add("stateId")
    if "projectId" in wanted and wanted["projectId"] is not issue.project:
        _join(context, issue, wanted["projectId"])
        changed.add("projectId")
    if "parentId" in wanted and wanted["parentId"] is not issue.parent:
        if issue.parent is not None:
            issue.parent.children.remove(issue)
        issue.parent = wanted["parentId"]
        if issue.parent is not None:
            issue.parent.children.append(issue)
        changed.add("parentId")
    if set(wanted["labelIds"]) != set(issue.labels):
        for label in set(wanted["labelIds"]) - set(issue.labels):
            label.last_applied_at = context.now
        issue.labels = wanted["labelIds"]
        changed.add("labelIds")
    return changed


def _enter(issue: Issue, state: WorkflowState, context: RequestContext) -> None:
    """Change the state. The three stamps tell the current state only, not the past."""
    issue.state = state
    if state.type == "started":
        issue.started_at = issue.started_at or context.now
    elif state.type not in CLOSED:
        issue.started_at = None
    issue.completed_at = context.now if state.type == "completed" else None
    issue.canceled_at = context.now if state.type in ("canceled", "duplicate") else None


def _join(context: RequestContext, issue: Issue, project: Project | None) -> None:
    if issue.project is not None:
        issue.project.issues.remove(issue)
    issue.project = project
    issue.added_to_project_at = context.now if project else None
    if project is not None:
        project.issues.append(issue)


def _move(context: RequestContext, issue: Issue, team: Team) -> None:
    """Another team: another identifier, a state of the same type there; the old identifier still finds it."""
    issue.previous_identifiers.append(issue.identifier)
    issue.team.issues.remove(issue)
    team.last_number += 1
    issue.team, issue.number = team, team.last_number
    issue.state = team.state(issue.state.type, "backlog")
    team.issues.append(issue)
    context.space.identifiers[issue.identifier] = issue


def add_label(context: RequestContext, given_id: str, label_id: str) -> Issue:
    """`issueAddLabel`."""
    return update(context, given_id, {"addedLabelIds": [label_id]})


def remove_label(context: RequestContext, given_id: str, label_id: str) -> Issue:
    """`issueRemoveLabel`."""
    return update(context, given_id, {"removedLabelIds": [label_id]})


# --- Archive, relations --------------------------------------------------------------------------


def archive(context: RequestContext, given_id: str, trash: bool | None = None) -> Issue:
    """`issueArchive`, and `issueDelete` with `trash`: hidden, still read by id; `updatedAt` stays."""
    issue = find_issue(context, given_id)
    if issue.archived_at is None or (trash and not issue.trashed):
        history.note(context, issue, archived=True, trashed=True if trash else None)
    issue.archived_at = issue.archived_at or context.now
    issue.trashed = True if trash else issue.trashed
    touch(context, issue, "archive")
    return issue


def unarchive(context: RequestContext, given_id: str) -> Issue:
    """`issueUnarchive`."""
    issue = find_issue(context, given_id)
    if issue.archived_at is not None:
        history.note(context, issue, archived=False, trashed=False if issue.trashed else None)
    issue.archived_at = issue.trashed = None
    touch(context, issue, "archive")
    return issue


def delete(context: RequestContext, given_id: str, for_good: bool = False) -> Issue:
    """`issueDelete`: into the trash, or gone with all that hangs on it. The latter is for admins."""
    issue = archive(context, given_id, trash=True)
    if for_good and context.viewer.admin:
        remove_for_good(context.space, issue)
    return issue


def relate(context: RequestContext, given: Input, created: str | None = None) -> Relation:
    """`issueRelationCreate`; `created` backdates it."""
    new_id = fresh_id(context, given.get("id"), "IssueRelation", context.space.relations)
    source, target = find_issue(context, given["issueId"]), find_issue(context, given["relatedIssueId"])
    if source is target:
        raise InvalidInput("Issue cannot be related to itself")
    now = dates.parse(created, context.now) if created else context.now
    relation = Relation(
        id=new_id, created_at=now, updated_at=now, type=given["type"], issue=source, related_issue=target
    )
    context.space.relations[relation.id] = relation
    source.relations.append(relation)
    target.inverse_relations.append(relation)
    touch(context, source, "relation")
    for issue, other in ((source, target), (target, source)):
        change = {"identifier": other.identifier, "type": f"add_{relation.type}"}
        history.note(context, issue, relation_changes=[change])
    return relation


def unrelate(context: RequestContext, given_id: str) -> str:
    """`issueRelationDelete`."""
    relation = context.space.relations.pop(given_id, None)
    if relation is None:
        raise NotFound("IssueRelation")
    relation.issue.relations.remove(relation)
    relation.related_issue.inverse_relations.remove(relation)
    touch(context, relation.issue, "relation")
    return relation.id
