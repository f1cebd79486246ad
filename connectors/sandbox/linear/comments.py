"""Mutations of what hangs on the work: comments, attachments, external links.

Wire facts: contracts/linear.md, sections 11 to 13.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.sandbox.linear import history, markdown
from connectors.sandbox.linear.entities import (
    Attachment,
    Comment,
    ExternalLink,
    Initiative,
    Project,
    StatusUpdate,
)
from connectors.sandbox.linear.entity_base import snake
from connectors.sandbox.linear.errors import BadArgument, Forbidden, InvalidInput, NotFound
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.rows import (
    Input,
    bot_actor_of,
    check_url,
    creation_time,
    fresh_id,
    known,
    open_issue,
    required,
    subscribe,
    touch,
)

MOST_METADATA = 10_000
_RICH_METADATA = ("messages", "attributes")


# --- Comments ------------------------------------------------------------------------------------


def create_comment(context: RequestContext, given: Input) -> Comment:
    """`commentCreate` on exactly one of an issue, a project, another comment."""
    space = context.space
    new_id = fresh_id(context, given.get("id"), "Comment", space.comments)
    parent: Comment | None = known(space.comments, given.get("parentId"), "Comment")
    issue = open_issue(context, given["issueId"]) if given.get("issueId") else None
    project: Project | None = known(space.projects, given.get("projectId"), "Project")
    initiative: Initiative | None = known(space.initiatives, given.get("initiativeId"), "Initiative")
    project_update = _update(context, given.get("projectUpdateId"), "ProjectUpdate")
    initiative_update = _update(context, given.get("initiativeUpdateId"), "InitiativeUpdate")
    places = [one for one in (issue, project, initiative, project_update, initiative_update) if one]
    # A reply may name the place of its thread as well.
    if len(places) > 1 or not (places or parent):
        raise InvalidInput(
            "Exactly one parent must be given", "A comment needs exactly one place to stand in."
        )
    if not places and parent is not None:
        issue, project, initiative = parent.issue, parent.project, parent.initiative
        project_update = parent.status_update
    bot, created = bot_actor_of(context, given), creation_time(context, given)
    comment = Comment(
        id=new_id,
        created_at=created,
        updated_at=created,
        body=markdown.stored(given.get("body") or ""),
        user=None if bot else context.viewer,
        bot_actor=bot,
        issue=issue,
        project=project,
        initiative=initiative,
        status_update=project_update or initiative_update,
        parent=parent,
        quoted_text=given.get("quotedText"),
    )
    space.comments[comment.id] = comment
    if parent is not None:
        parent.children.append(comment)
    if issue is not None:
        issue.comments.append(comment)
        touch(context, issue, "comment")
        if not given.get("doNotSubscribeToIssue"):
            subscribe(issue, context.viewer)
    elif isinstance(comment.place, (Project, StatusUpdate)):
        comment.place.comments.append(comment)
    return comment


def _update(context: RequestContext, given: str | None, kind: str) -> StatusUpdate | None:
    update: StatusUpdate | None = known(context.space.status_updates, given, kind)
    if update is not None and (update.project is None) == (kind == "ProjectUpdate"):
        raise NotFound(kind)
    return update


def update_comment(
    context: RequestContext, given_id: str, given: Input, skip_edited_at: bool = False
) -> Comment:
    """`commentUpdate`, by its author only."""
    comment = _own_comment(context, given_id)
    if given.get("body") is not None:
        comment.body = markdown.stored(given["body"])
    if "quotedText" in given:
        comment.quoted_text = given["quotedText"]
    comment.updated_at = context.now
    if not skip_edited_at:
        comment.edited_at = context.now
    return comment


def delete_comment(context: RequestContext, given_id: str) -> str:
    """`commentDelete`, by its author only; its id is never free again."""
    comment = _own_comment(context, given_id)
    _drop_comment(context, comment)
    return comment.id


def _drop_comment(context: RequestContext, comment: Comment) -> None:
    for child in list(comment.children):
        _drop_comment(context, child)
    for rows in (
        getattr(comment.place, "comments", None),
        comment.parent.children if comment.parent else None,
    ):
        if rows is not None:
            rows.remove(comment)
    context.space.deleted_ids.add(comment.id)
    del context.space.comments[comment.id]


def _own_comment(context: RequestContext, given_id: str) -> Comment:
    comment: Comment = required(context.space.comments, given_id, "Comment")
    if comment.issue is not None and comment.issue.archived_at is not None:
        open_issue(context, comment.issue.id)
    author = comment.bot_actor.id if comment.bot_actor else comment.user.id if comment.user else None
    if author != context.viewer.id:
        raise Forbidden("Forbidden", "You can only change your own comments.")
    return comment


# --- Attachments ---------------------------------------------------------------------------------


def create_attachment(context: RequestContext, given: Input) -> Attachment:
    """`attachmentCreate`: the same url on the same issue updates the record that is there."""
    space = context.space
    issue = open_issue(context, given["issueId"])
    _check_attachment(given)
    check_url(given["url"])
    existing = next((one for one in issue.attachments if one.url == given["url"]), None)
    bot = bot_actor_of(context, given)
    if existing is not None:
        return _change_attachment(context, existing, given)
    attachment = Attachment(
        id=fresh_id(context, given.get("id"), "Attachment", space.attachments),
        created_at=context.now,
        updated_at=context.now,
        issue=issue,
        title=given["title"],
        url=given["url"],
        subtitle=given.get("subtitle"),
        metadata=dict(given.get("metadata") or {}),
        icon_url=given.get("iconUrl"),
        group_by_source=bool(given.get("groupBySource")),
        creator=None if bot else context.viewer,
    )
    space.attachments[attachment.id] = attachment
    issue.attachments.append(attachment)
    history.note(context, issue, attachment=attachment)
    touch(context, issue, "attachment")
    if given.get("commentBody"):
        create_comment(context, {"issueId": issue.id, "body": given["commentBody"]})
    return attachment


def update_attachment(context: RequestContext, given_id: str, given: Input) -> Attachment:
    """`attachmentUpdate`; the url cannot change."""
    attachment: Attachment = required(context.space.attachments, given_id, "Attachment")
    open_issue(context, attachment.issue.id)
    _check_attachment(given)
    return _change_attachment(context, attachment, given)


def _change_attachment(context: RequestContext, attachment: Attachment, given: Input) -> Attachment:
    attachment.title = given["title"]
    if "subtitle" in given:
        attachment.subtitle = given["subtitle"]
    if "metadata" in given:
        attachment.metadata = dict(given["metadata"] or {})
    if "iconUrl" in given:
        attachment.icon_url = given["iconUrl"]
    attachment.updated_at = context.now
    touch(context, attachment.issue, "attachment")
    return attachment


def delete_attachment(context: RequestContext, given_id: str) -> str:
    """`attachmentDelete`."""
    attachment: Attachment = required(context.space.attachments, given_id, "Attachment")
    open_issue(context, attachment.issue.id)
    del context.space.attachments[attachment.id]
    attachment.issue.attachments.remove(attachment)
    context.space.deleted_ids.add(attachment.id)
    touch(context, attachment.issue, "attachment")
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


# --- External links ------------------------------------------------------------------------------


def create_link(context: RequestContext, given: Input) -> ExternalLink:
    """`entityExternalLinkCreate` on exactly one of a project, an initiative."""
    space = context.space
    project = known(space.projects, given.get("projectId"), "Project")
    initiative = known(space.initiatives, given.get("initiativeId"), "Initiative")
    if (project is None) == (initiative is None):
        raise InvalidInput("Exactly one parent must be given", "A link needs exactly one place to stand in.")
    check_url(given["url"])
    rows: list[ExternalLink] = project.external_links if project else initiative.links
    link = ExternalLink(
        id=fresh_id(context, given.get("id"), "EntityExternalLink", space.external_links),
        created_at=context.now,
        updated_at=context.now,
        label=given["label"],
        url=given["url"],
        sort_order=given.get("sortOrder") or float(len(rows)),
        creator=context.viewer,
        project=project,
        initiative=initiative,
    )
    space.external_links[link.id] = link
    rows.append(link)
    return link


def update_link(context: RequestContext, given_id: str, given: Input) -> ExternalLink:
    """`entityExternalLinkUpdate`; here the url may change."""
    link: ExternalLink = required(context.space.external_links, given_id, "EntityExternalLink")
    if given.get("url") is not None:
        check_url(given["url"])
    for name in ("label", "url", "sortOrder"):
        if given.get(name) is not None:
            setattr(link, snake(name), given[name])
    link.updated_at = context.now
    return link


def delete_link(context: RequestContext, given_id: str) -> str:
    """`entityExternalLinkDelete`."""
    link: ExternalLink = required(context.space.external_links, given_id, "EntityExternalLink")
    del context.space.external_links[link.id]
    if link.project is not None:
        link.project.external_links.remove(link)
    if link.initiative is not None:
        link.initiative.links.remove(link)
    context.space.deleted_ids.add(link.id)
    return link.id
