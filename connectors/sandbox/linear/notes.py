"""Mutations of what hangs on issues and projects: comments, attachments, external links.

Wire facts: contracts/linear.md, sections 11 to 13.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.linear import markdown, moments
from connectors.sandbox.linear.asker import Asker
from connectors.sandbox.linear.entities import Attachment, Comment, ExternalLink, Project
from connectors.sandbox.linear.errors import BadArgument, Forbidden, InvalidInput, NotFound
from connectors.sandbox.linear.filters import snake
from connectors.sandbox.linear.rows import Input, fresh_id, known, open_issue, subscribe, touch

MOST_METADATA = 10_000
_RICH_METADATA = ("messages", "attributes")


# --- Comments ------------------------------------------------------------------------------------


def create_comment(asker: Asker, given: Input) -> Comment:
    """`commentCreate` on exactly one of an issue, a project, another comment."""
    space = asker.space
    new_id = fresh_id(asker, given.get("id"), "Comment", space.comments)
    places = [name for name in ("issueId", "projectId", "parentId") if given.get(name) is not None]
    # A reply may name the place of its thread as well.
    if not places or {"issueId", "projectId"} <= set(places):
        raise InvalidInput(
            "Exactly one parent must be given", "A comment needs exactly one place to stand in."
        )
    parent: Comment | None = known(space.comments, given.get("parentId"), "Comment")
    issue = open_issue(asker, given["issueId"]) if given.get("issueId") else parent.issue if parent else None
    project = known(space.projects, given.get("projectId"), "Project") or (parent.project if parent else None)
    created = moments.parse(given["createdAt"], asker.now) if given.get("createdAt") else asker.now
    comment = Comment(
        id=new_id,
        created_at=created,
        updated_at=created,
        body=markdown.stored(given.get("body") or ""),
        user=asker.viewer,
        issue=issue,
        project=project,
        parent=parent,
        quoted_text=given.get("quotedText"),
    )
    space.comments[comment.id] = comment
    if parent is not None:
        parent.children.append(comment)
    if issue is not None:
        issue.comments.append(comment)
        touch(asker, issue, "comment")
        if not given.get("doNotSubscribeToIssue"):
            subscribe(issue, asker.viewer)
    elif project is not None:
        project.comments.append(comment)
    return comment


def update_comment(asker: Asker, given_id: str, given: Input, skip_edited_at: bool = False) -> Comment:
    """`commentUpdate`, by its author only."""
    comment = _own_comment(asker, given_id)
    if given.get("body") is not None:
        comment.body = markdown.stored(given["body"])
    if "quotedText" in given:
        comment.quoted_text = given["quotedText"]
    comment.updated_at = asker.now
    if not skip_edited_at:
        comment.edited_at = asker.now
    return comment


def delete_comment(asker: Asker, given_id: str) -> str:
    """`commentDelete`, by its author only; its id is never free again."""
    comment = _own_comment(asker, given_id)
    for child in list(comment.children):
        _drop_comment(asker, child)
    _drop_comment(asker, comment)
    return comment.id


def _drop_comment(asker: Asker, comment: Comment) -> None:
    place = comment.issue or comment.project
    for rows in (place.comments if place else None, comment.parent.children if comment.parent else None):
        if rows is not None:
            rows.remove(comment)
    asker.space.deleted_ids.add(comment.id)
    del asker.space.comments[comment.id]


def _own_comment(asker: Asker, given_id: str) -> Comment:
    comment: Comment | None = asker.space.comments.get(given_id)
    if comment is None:
        raise NotFound("Comment")
    if comment.user is not asker.viewer:
        raise Forbidden("Forbidden", "You can only change your own comments.")
    return comment


# --- Attachments ---------------------------------------------------------------------------------


def create_attachment(asker: Asker, given: Input) -> Attachment:
    """`attachmentCreate`: the same url on the same issue updates the record that is there."""
    space = asker.space
    issue = open_issue(asker, given["issueId"])
    _check_attachment(given)
    _check_url(given["url"])
    standing = next((one for one in issue.attachments if one.url == given["url"]), None)
    if standing is not None:
        return _change_attachment(asker, standing, given)
    attachment = Attachment(
        id=fresh_id(asker, given.get("id"), "Attachment", space.attachments),
        created_at=asker.now,
        updated_at=asker.now,
        issue=issue,
        title=given["title"],
        url=given["url"],
        subtitle=given.get("subtitle"),
        metadata=dict(given.get("metadata") or {}),
        icon_url=given.get("iconUrl"),
        group_by_source=bool(given.get("groupBySource")),
        creator=asker.viewer,
    )
    space.attachments[attachment.id] = attachment
    issue.attachments.append(attachment)
    touch(asker, issue, "attachment")
    return attachment


def update_attachment(asker: Asker, given_id: str, given: Input) -> Attachment:
    """`attachmentUpdate`; the url cannot change."""
    attachment = asker.space.attachments.get(given_id)
    if attachment is None:
        raise NotFound("Attachment")
    _check_attachment(given)
    return _change_attachment(asker, attachment, given)


def _change_attachment(asker: Asker, attachment: Attachment, given: Input) -> Attachment:
    attachment.title = given["title"]
    if "subtitle" in given:
        attachment.subtitle = given["subtitle"]
    if "metadata" in given:
        attachment.metadata = dict(given["metadata"] or {})
    if "iconUrl" in given:
        attachment.icon_url = given["iconUrl"]
    attachment.updated_at = asker.now
    touch(asker, attachment.issue, "attachment")
    return attachment


def delete_attachment(asker: Asker, given_id: str) -> str:
    """`attachmentDelete`."""
    attachment = asker.space.attachments.pop(given_id, None)
    if attachment is None:
        raise NotFound("Attachment")
    attachment.issue.attachments.remove(attachment)
    asker.space.deleted_ids.add(attachment.id)
    touch(asker, attachment.issue, "attachment")
    return attachment.id


def _check_attachment(given: Input) -> None:
    """The documented shape of metadata is flat text and numbers; what lies outside is refused here."""
    if not given["title"].strip():
        raise BadArgument("title", {"isNotEmpty": "title should not be empty"})
    metadata = given.get("metadata") or {}
    if not isinstance(metadata, Mapping):
        raise BadArgument("metadata", {"isObject": "metadata must be an object"})
    for name, value in metadata.items():
        if name in _RICH_METADATA and isinstance(value, list):
            if len(repr(value)) > MOST_METADATA:
                raise InvalidInput("metadata too large", f"{name} is longer than {MOST_METADATA} characters.")
        elif isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise InvalidInput("invalid metadata", f"The metadata value {name} is neither text nor a number.")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadArgument("url", {"isUrl": "url must be a URL address"})


# --- External links, projects --------------------------------------------------------------------


def create_link(asker: Asker, given: Input) -> ExternalLink:
    """`entityExternalLinkCreate` on exactly one of a project, an initiative."""
    space = asker.space
    project = known(space.projects, given.get("projectId"), "Project")
    initiative = known(space.initiatives, given.get("initiativeId"), "Initiative")
    if (project is None) == (initiative is None):
        raise InvalidInput("Exactly one parent must be given", "A link needs exactly one place to stand in.")
    _check_url(given["url"])
    rows: list[ExternalLink] = project.external_links if project else initiative.links
    link = ExternalLink(
        id=fresh_id(asker, given.get("id"), "EntityExternalLink", space.external_links),
        created_at=asker.now,
        updated_at=asker.now,
        label=given["label"],
        url=given["url"],
        sort_order=given.get("sortOrder") or float(len(rows)),
        creator=asker.viewer,
        project=project,
        initiative=initiative,
    )
    space.external_links[link.id] = link
    rows.append(link)
    return link


def update_link(asker: Asker, given_id: str, given: Input) -> ExternalLink:
    """`entityExternalLinkUpdate`; here the url may change."""
    link: ExternalLink | None = asker.space.external_links.get(given_id)
    if link is None:
        raise NotFound("EntityExternalLink")
    if given.get("url") is not None:
        _check_url(given["url"])
    for name in ("label", "url", "sortOrder"):
        if given.get(name) is not None:
            setattr(link, snake(name), given[name])
    link.updated_at = asker.now
    return link


def delete_link(asker: Asker, given_id: str) -> str:
    """`entityExternalLinkDelete`."""
    link = asker.space.external_links.pop(given_id, None)
    if link is None:
        raise NotFound("EntityExternalLink")
    if link.project is not None:
        link.project.external_links.remove(link)
    if link.initiative is not None:
        link.initiative.links.remove(link)
    asker.space.deleted_ids.add(link.id)
    return link.id


def update_project(asker: Asker, given_id: str, given: Input) -> Project:
    """The mutation `projectUpdate`; the query of that name reads a status update and is not served."""
    space = asker.space
    project: Project = known(space.projects, given_id, "Project")
    values: dict[str, Any] = {}
    rows: dict[str, tuple[str, Mapping[str, Any]]] = {
        "statusId": ("status", space.project_statuses),
        "leadId": ("lead", space.users),
    }
    lists: dict[str, tuple[str, Mapping[str, Any]]] = {
        "labelIds": ("labels", space.project_labels),
        "memberIds": ("members", space.users),
    }
    for name, value in given.items():
        if name in rows:
            attribute, source = rows[name]
            values[attribute] = known(source, value, "ProjectStatus" if name == "statusId" else "User")
        elif name in lists:
            attribute, source = lists[name]
            values[attribute] = [known(source, one, attribute) for one in value or ()]
        elif name == "teamIds":
            values["teams"] = [known(space.teams, one, "Team") for one in value or ()]
        else:
            values[snake(name)] = _project_value(name, value, asker)
    for team in space.teams.values():
        if "teams" in values:
            _keep(team.projects, project, team in values["teams"])
    changed = {name for name, value in values.items() if getattr(project, name) != value}
    for name in changed:
        setattr(project, name, values[name])
    if changed:
        project.updated_at = asker.now
    return project


def _project_value(name: str, value: Any, asker: Asker) -> str | int | float | date | None:
    if name in ("startDate", "targetDate"):
        return moments.day_in(value, asker.now) if value else None
    return value  # type: ignore[no-any-return]


def _keep(rows: list[Project], row: Project, wanted: bool) -> None:
    if wanted and row not in rows:
        rows.append(row)
    elif not wanted and row in rows:
        rows.remove(row)
