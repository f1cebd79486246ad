"""What all mutations share: ids for new rows, finding rows, saying that something changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.linear import dates
from connectors.sandbox.linear.entities import BotActor, Issue, User
from connectors.sandbox.linear.errors import BadArgument, Conflict, InvalidInput, NotFound
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.visibility import is_visible

Input = Mapping[str, Any]


def fresh_id(context: RequestContext, given: str | None, kind: str, taken: Mapping[str, Any]) -> str:
    """The client's id for a new row, or one of ours. Raises Conflict for one that is or was in use."""
    if given is None:
        return context.space.new_id()
    try:
        is_v4 = uuid.UUID(given).version == 4 and str(uuid.UUID(given)) == given.lower()
    except ValueError:
        is_v4 = False
    if not is_v4:
        raise BadArgument("id", {"isUuid": "id must be a UUID"})
    if given.lower() in taken or given.lower() in context.space.deleted_ids:
        raise Conflict(kind, given, context.space.conflict_status)
    return given.lower()


def find_issue(context: RequestContext, given: str) -> Issue:
    """An issue by id or identifier. Raises NotFound."""
    issue = context.space.issue(given)
    if issue is None or not is_visible(issue):
        raise NotFound("Issue")
    return issue


def open_issue(context: RequestContext, given: str) -> Issue:
    """An issue that may be written to. Raises InvalidInput for an archived one."""
    issue = find_issue(context, given)
    if issue.archived_at is not None:
        raise InvalidInput(
            "Issue is archived", f"{issue.identifier} is archived. Restore it to make changes."
        )
    return issue


def known(rows: Mapping[str, Any], given: str | None, kind: str) -> Any:
    """The row with this id, or None for no id. Raises NotFound."""
    return None if given is None else required(rows, given, kind)


def required(rows: Mapping[str, Any], given: str, kind: str) -> Any:
    """The row with this id. Raises NotFound."""
    row = rows.get(given)
    if row is None or not is_visible(row):
        raise NotFound(kind)
    return row


def bot_actor_of(context: RequestContext, given: Input) -> BotActor | None:
    """Whom an app writes for, by `createAsUser` and `displayIconUrl`. Raises InvalidInput from a key."""
    name, icon = given.get("createAsUser"), given.get("displayIconUrl")
    if name is None and icon is None:
        return None
    if not context.viewer.app:
        raise InvalidInput(
            "createAsUser is not allowed", "createAsUser and displayIconUrl need a token with actor=app."
        )
    return BotActor(context.viewer.id, context.viewer.name, name, icon)


def creation_time(context: RequestContext, given: Input) -> datetime:
    """When the row was made: now, or as backdated."""
    return dates.parse(given["createdAt"], context.now) if given.get("createdAt") else context.now


def check_name(given: str | None, field: str = "name") -> str:
    """The name without the blanks around it. Raises BadArgument for an empty one."""
    if not (given or "").strip():
        raise BadArgument(field, {"isNotEmpty": f"{field} should not be empty"})
    return str(given).strip()


def check_url(url: str) -> None:
    """Raises BadArgument for what is no address of the web."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise BadArgument("url", {"isUrl": "url must be a URL address"})


def touch(context: RequestContext, issue: Issue, what: str) -> None:
    """Move `updatedAt` where the space says that `what` moves it."""
    if what in context.space.meaningful:
        issue.updated_at = context.now


def subscribe(issue: Issue, user: User) -> None:
    """Subscribe the user to what happens to the issue."""
    if user not in issue.subscribers:
        issue.subscribers.append(user)
