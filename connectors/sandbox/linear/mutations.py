"""Every mutation: what it does, what it gives back, which scope it needs, what webhooks hear of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.sandbox.linear import (
    comments,
    initiatives,
    issues,
    labels,
    payloads,
    projects,
    updates,
    views,
    webhooks,
)
from connectors.sandbox.linear.entities import Attachment, Comment, Issue
from connectors.sandbox.linear.entity_base import Entity
from connectors.sandbox.linear.errors import MissingScope
from connectors.sandbox.linear.payloads import Payload, WebhookEvent
from connectors.sandbox.linear.request_context import RequestContext

Args = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`change` takes the request's context and the arguments in the schema's order.

    `payload_field` is the field of the payload that holds what it returns, `table` the attribute of the space
    that holds the rows it changes.
    """

    payload_field: str
    change: Callable[..., Any]
    table: str = ""
    scopes: tuple[str, ...] = ("write",)

    def run(self, context: RequestContext, args: Args) -> dict[str, Any]:
        """The payload. Raises LinearError before anything has changed."""
        if not context.credential.allows(*self.scopes):
            raise MissingScope(*self.scopes)
        watch = _ChangeCapture(context, self, args) if context.space.webhooks and self.table else None
        given = self.change(context, *args.values())
        if watch is not None:
            watch.tell(given)
        context.space.sync_id += 1
        return {"success": True, "lastSyncId": float(context.space.sync_id), self.payload_field: given}


class _ChangeCapture:
    """What the rows were before a mutation, to tell webhooks what it changed."""

    def __init__(self, context: RequestContext, mutation: Mutation, args: Args) -> None:
        self._context = context
        self._mutation = mutation
        self._before = {row.id: (row, payloads.data_of(row)) for row in self._rows(args)}

    def _rows(self, args: Args) -> Iterable[Entity]:
        """The rows that the mutation names, those that an attachment with the same url stands for included."""
        table = self._table()
        ids = [args[name] for name in ("id",) if name in args] + list(args.get("ids", ()))
        for given in ids:
            row = self._context.space.issue(given) if self._mutation.table == "issues" else table.get(given)
            if row is not None:
                yield row
        if self._mutation.payload_field == "attachment" and "id" not in args:
            issue = self._context.space.issue(args["input"]["issueId"])
            yield from (one for one in issue.attachments if one.url == args["input"]["url"]) if issue else ()

    def _table(self) -> Mapping[str, Any]:
        table: Mapping[str, Any] = getattr(self._context.space, self._mutation.table)
        return table

    def tell(self, given: Any) -> None:
        """Put into the outbox what happened to the rows."""
        table = self._table()
        for row, data in self._before.values():
            if row.id not in table or (isinstance(row, Issue) and row.trashed and "trashed" not in data):
                self._event("remove", row, data, None)
                continue
            changed = payloads.updated_from(data, payloads.data_of(row))
            if changed:
                self._event("update", row, payloads.data_of(row), changed)
        given_rows = given if isinstance(given, list) else [given]
        for row in given_rows:
            if isinstance(row, Entity) and row.id not in self._before:
                self._event("create", row, payloads.data_of(row), None)

    def _event(self, action: str, row: Entity, data: Payload, changed: Payload | None) -> None:
        kind = payloads.type_of(row)
        if kind is None:
            return
        teams = payloads.teams_of(row)
        url = row.issue.url if isinstance(row, Attachment) else getattr(row, "url", None)
        if isinstance(row, Comment) and action != "create":
            url = None
        context = self._context
        event = WebhookEvent(action, kind, context.viewer, context.now, data, changed, url, teams)
        context.space.outbox.append(event)


_INITIATIVE = ("initiative:write",)
_issue = partial(Mutation, table="issues")
_project = partial(Mutation, table="projects")
_initiative = partial(Mutation, table="initiatives", scopes=_INITIATIVE)
_comment = partial(Mutation, table="comments")
_attachment = partial(Mutation, table="attachments")
_label = partial(Mutation, table="labels")
_project_label = partial(Mutation, table="project_labels")
_update = partial(Mutation, table="status_updates")
_initiative_update = partial(_update, scopes=_INITIATIVE)


def _of_projects(change: Callable[..., Any]) -> Callable[..., Any]:
    return partial(change, for_projects=True)


MUTATIONS: dict[str, Mutation] = {
    "issueCreate": _issue("issue", issues.create, scopes=("write", "issues:create")),
    "issueBatchCreate": _issue("issues", issues.create_batch, scopes=("write", "issues:create")),
    "issueUpdate": _issue("issue", issues.update),
    "issueBatchUpdate": _issue("issues", issues.update_batch),
    "issueAddLabel": _issue("issue", issues.add_label),
    "issueRemoveLabel": _issue("issue", issues.remove_label),
    "issueArchive": _issue("entity", issues.archive),
    "issueUnarchive": _issue("entity", issues.unarchive),
    "issueDelete": _issue("entity", issues.delete),
    "issueRelationCreate": Mutation("issueRelation", issues.relate),
    "issueRelationDelete": Mutation("entityId", issues.unrelate),
    "issueLabelCreate": _label("issueLabel", labels.create_label),
    "issueLabelUpdate": _label("issueLabel", labels.update_label),
    "issueLabelRetire": _label("issueLabel", labels.retire_label),
    "issueLabelRestore": _label("issueLabel", labels.restore_label),
    "issueLabelDelete": _label("entityId", labels.delete_label),
    "commentCreate": _comment("comment", comments.create_comment, scopes=("write", "comments:create")),
    "commentUpdate": _comment("comment", comments.update_comment),
    "commentDelete": _comment("entityId", comments.delete_comment),
    "attachmentCreate": _attachment("attachment", comments.create_attachment),
    "attachmentUpdate": _attachment("attachment", comments.update_attachment),
    "attachmentDelete": _attachment("entityId", comments.delete_attachment),
    "entityExternalLinkCreate": Mutation("entityExternalLink", comments.create_link),
    "entityExternalLinkUpdate": Mutation("entityExternalLink", comments.update_link),
    "entityExternalLinkDelete": Mutation("entityId", comments.delete_link),
    "projectCreate": _project("project", projects.create),
    "projectUpdate": _project("project", projects.update),
    "projectAddLabel": _project("project", projects.add_label),
    "projectRemoveLabel": _project("project", projects.remove_label),
    "projectArchive": _project("entity", projects.archive),
    "projectDelete": _project("entity", projects.delete),
    "projectUnarchive": _project("entity", projects.unarchive),
    "projectLabelCreate": _project_label("projectLabel", _of_projects(labels.create_label)),
    "projectLabelUpdate": _project_label("projectLabel", _of_projects(labels.update_label)),
    "projectLabelRetire": _project_label("projectLabel", _of_projects(labels.retire_label)),
    "projectLabelRestore": _project_label("projectLabel", _of_projects(labels.restore_label)),
    "projectLabelDelete": _project_label("entityId", _of_projects(labels.delete_label)),
    "projectUpdateCreate": _update("projectUpdate", updates.create),
    "projectUpdateUpdate": _update("projectUpdate", updates.update),
    "projectUpdateArchive": _update("entity", updates.archive),
    "projectUpdateUnarchive": _update("entity", updates.unarchive),
    "projectUpdateDelete": _update("entityId", updates.delete),
    "initiativeCreate": _initiative("initiative", initiatives.create),
    "initiativeUpdate": _initiative("initiative", initiatives.update),
    "initiativeArchive": _initiative("entity", initiatives.archive),
    "initiativeUnarchive": _initiative("entity", initiatives.unarchive),
    "initiativeDelete": _initiative("entityId", initiatives.delete),
    "initiativeToProjectCreate": Mutation("initiativeToProject", initiatives.join, scopes=_INITIATIVE),
    "initiativeToProjectUpdate": Mutation("initiativeToProject", initiatives.reorder, scopes=_INITIATIVE),
    "initiativeToProjectDelete": Mutation("entityId", initiatives.part, scopes=_INITIATIVE),
    "initiativeUpdateCreate": _initiative_update("initiativeUpdate", updates.create),
    "initiativeUpdateUpdate": _initiative_update("initiativeUpdate", updates.update),
    "initiativeUpdateArchive": _initiative_update("entity", updates.archive),
    "initiativeUpdateUnarchive": _initiative_update("entity", updates.unarchive),
    "customViewCreate": Mutation("customView", views.create),
    "customViewUpdate": Mutation("customView", views.update),
    "customViewDelete": Mutation("entityId", views.delete),
    "webhookCreate": Mutation("webhook", webhooks.create),
    "webhookUpdate": Mutation("webhook", webhooks.update),
    "webhookDelete": Mutation("entityId", webhooks.delete),
    "webhookRotateSecret": Mutation("secret", webhooks.rotate_secret),
}
