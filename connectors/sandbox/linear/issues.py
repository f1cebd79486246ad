"""Mutations of issues: fields, states, moves between teams, archive, relations.

Wire facts: contracts/linear.md, sections 8 to 10. Each function takes who asks and the arguments of the
mutation, and gives the changed row; each raises a LinearError before it has changed anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.linear import moments
from connectors.sandbox.linear.asker import Asker
from connectors.sandbox.linear.entities import CLOSED, Issue, Project, Relation, Team, WorkflowState
from connectors.sandbox.linear.errors import BadArgument, InvalidInput, NotFound
from connectors.sandbox.linear.labels import labels_after
from connectors.sandbox.linear.rows import Input, find_issue, fresh_id, known, open_issue, touch


def create(asker: Asker, given: Input) -> Issue:
    """`issueCreate`."""
    space = asker.space
    new_id = fresh_id(asker, given.get("id"), "Issue", space.issues)
    team = space.teams.get(given["teamId"])
    if team is None:
        raise NotFound("Team")
    if not (given.get("title") or "").strip():
        raise BadArgument("title", {"isNotEmpty": "title should not be empty"})
    created = moments.parse(given["createdAt"], asker.now) if given.get("createdAt") else asker.now
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
        creator=asker.viewer,
        subscribers=[asker.viewer],
    )
    wanted = _resolved(asker, issue, given)
    team.last_number += 1
    space.issues[issue.id] = issue
    space.identifiers[issue.identifier] = issue
    team.issues.append(issue)
    _assign(asker, issue, wanted)
    issue.updated_at = issue.created_at
    return issue


def update(asker: Asker, given_id: str, given: Input) -> Issue:
    """`issueUpdate`. Only a change moves `updatedAt`, and only a meaningful one."""
    issue = open_issue(asker, given_id)
    if "labelIds" in given and ("addedLabelIds" in given or "removedLabelIds" in given):
        raise InvalidInput("labelIds cannot be combined with addedLabelIds or removedLabelIds")
    changed = _assign(asker, issue, _resolved(asker, issue, given))
    if given.get("trashed"):
        archive(asker, given_id, trash=True)
    if changed & asker.space.meaningful:
        issue.updated_at = asker.now
    return issue


def _resolved(asker: Asker, issue: Issue, given: Input) -> dict[str, Any]:
    """The input with ids replaced by rows, everything checked."""
    space = asker.space
    wanted: dict[str, Any] = {
        name: given[name]
        for name in ("title", "description", "priority", "estimate", "sortOrder")
        if name in given
    }
    if "title" in wanted and not (wanted["title"] or "").strip():
        raise BadArgument("title", {"isNotEmpty": "title should not be empty"})
    if not 0 <= (wanted.get("priority") or 0) <= 4:
        raise BadArgument("priority", {"max": "priority must not be greater than 4"})
    if "dueDate" in given:
        wanted["dueDate"] = moments.day_in(given["dueDate"], asker.now) if given["dueDate"] else None
    team = known(space.teams, given.get("teamId"), "Team") or issue.team
    wanted["teamId"] = team
    if given.get("stateId"):
        state: WorkflowState = known(space.states, given.get("stateId"), "WorkflowState")
        if state.team is not team:
            raise InvalidInput(f"WorkflowState does not belong to team {team.key}")
        wanted["stateId"] = state
    if "assigneeId" in given:
        wanted["assigneeId"] = known(space.users, given.get("assigneeId"), "User")
    if "projectId" in given:
        wanted["projectId"] = known(space.projects, given.get("projectId"), "Project")
    if "parentId" in given:
        wanted["parentId"] = _parent(asker, issue, given["parentId"])
    if "subscriberIds" in given:
        wanted["subscriberIds"] = [known(space.users, one, "User") for one in given["subscriberIds"] or ()]
    wanted["labelIds"] = labels_after(asker, issue, team, given)
    return wanted


def _parent(asker: Asker, issue: Issue, given: str | None) -> Issue | None:
    if given is None:
        return None
    parent = find_issue(asker, given)
    above: Issue | None = parent
    while above is not None:
        if above is issue:
            raise InvalidInput("Issue cannot be its own parent", "An issue cannot be a sub-issue of itself.")
        above = above.parent
    return parent


def _assign(asker: Asker, issue: Issue, wanted: Mapping[str, Any]) -> set[str]:
    """Put checked values into the issue; gives the names of what really changed."""
    plain = {
        "title": "title",
        "description": "description",
        "priority": "priority",
        "estimate": "estimate",
        "dueDate": "due_date",
        "assigneeId": "assignee",
        "sortOrder": "sort_order",
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
        _move(asker, issue, wanted["teamId"])
        changed.add("teamId")
    if "stateId" in wanted and wanted["stateId"] is not issue.state:
        _enter(issue, wanted["stateId"], asker)
        changed.add("stateId")
    if "projectId" in wanted and wanted["projectId"] is not issue.project:
        _join(asker, issue, wanted["projectId"])
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
            label.last_applied_at = asker.now
        issue.labels = wanted["labelIds"]
        changed.add("labelIds")
    return changed


def _enter(issue: Issue, state: WorkflowState, asker: Asker) -> None:
    """Change the state. The three stamps tell the current state only, not the past."""
    issue.state = state
    if state.type == "started":
        issue.started_at = issue.started_at or asker.now
    elif state.type not in CLOSED:
        issue.started_at = None
    issue.completed_at = asker.now if state.type == "completed" else None
    issue.canceled_at = asker.now if state.type in ("canceled", "duplicate") else None


def _join(asker: Asker, issue: Issue, project: Project | None) -> None:
    if issue.project is not None:
        issue.project.issues.remove(issue)
    issue.project = project
    issue.added_to_project_at = asker.now if project else None
    if project is not None:
        project.issues.append(issue)


def _move(asker: Asker, issue: Issue, team: Team) -> None:
    """Another team: another identifier, a state of the same type there; the old identifier still finds it."""
    issue.previous_identifiers.append(issue.identifier)
    issue.team.issues.remove(issue)
    team.last_number += 1
    issue.team, issue.number = team, team.last_number
    issue.state = team.state(issue.state.type, "backlog")
    team.issues.append(issue)
    asker.space.identifiers[issue.identifier] = issue


def add_label(asker: Asker, given_id: str, label_id: str) -> Issue:
    """`issueAddLabel`."""
    return update(asker, given_id, {"addedLabelIds": [label_id]})


def remove_label(asker: Asker, given_id: str, label_id: str) -> Issue:
    """`issueRemoveLabel`."""
    return update(asker, given_id, {"removedLabelIds": [label_id]})


# --- Archive, relations --------------------------------------------------------------------------


def archive(asker: Asker, given_id: str, trash: bool | None = None) -> Issue:
    """`issueArchive`, and `issueDelete` with `trash`: hidden, still read by id; `updatedAt` stays."""
    issue = find_issue(asker, given_id)
    issue.archived_at = issue.archived_at or asker.now
    issue.trashed = True if trash else issue.trashed
    return issue


def unarchive(asker: Asker, given_id: str) -> Issue:
    """`issueUnarchive`."""
    issue = find_issue(asker, given_id)
    issue.archived_at = issue.trashed = None
    return issue


def delete(asker: Asker, given_id: str, for_good: bool = False) -> Issue:
    """`issueDelete`: into the trash, or gone with all that hangs on it. The latter is for admins."""
    issue = archive(asker, given_id, trash=True)
    if not for_good or not asker.viewer.admin:
        return issue
    space = asker.space
    for child in issue.children:
        child.parent = None
    for relation in [*issue.relations, *issue.inverse_relations]:
        unrelate(asker, relation.id)
    for comment in issue.comments:
        del space.comments[comment.id]
    for attachment in issue.attachments:
        del space.attachments[attachment.id]
    for rows in (issue.team.issues, issue.project.issues if issue.project else None):
        if rows is not None:
            rows.remove(issue)
    if issue.parent is not None:
        issue.parent.children.remove(issue)
    for name in [issue.identifier, *issue.previous_identifiers]:
        space.identifiers.pop(name, None)
    space.deleted_ids.add(issue.id)
    del space.issues[issue.id]
    return issue


def relate(asker: Asker, given: Input, created: str | None = None) -> Relation:
    """`issueRelationCreate`; `created` backdates it."""
    new_id = fresh_id(asker, given.get("id"), "IssueRelation", asker.space.relations)
    source, target = find_issue(asker, given["issueId"]), find_issue(asker, given["relatedIssueId"])
    if source is target:
        raise InvalidInput("Issue cannot be related to itself")
    now = moments.parse(created, asker.now) if created else asker.now
    relation = Relation(
        id=new_id, created_at=now, updated_at=now, type=given["type"], issue=source, related_issue=target
    )
    asker.space.relations[relation.id] = relation
    source.relations.append(relation)
    target.inverse_relations.append(relation)
    touch(asker, source, "relation")
    return relation


def unrelate(asker: Asker, given_id: str) -> str:
    """`issueRelationDelete`."""
    relation = asker.space.relations.pop(given_id, None)
    if relation is None:
        raise NotFound("IssueRelation")
    relation.issue.relations.remove(relation)
    relation.related_issue.inverse_relations.remove(relation)
    return relation.id
