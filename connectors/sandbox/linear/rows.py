"""What all mutations share: ids for new rows, finding rows, saying that something changed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.linear.asker import Asker
from connectors.sandbox.linear.entities import Issue, User
from connectors.sandbox.linear.errors import BadArgument, Conflict, InvalidInput, NotFound

Input = Mapping[str, Any]


def fresh_id(asker: Asker, given: str | None, kind: str, taken: Mapping[str, Any]) -> str:
    """The client's id for a new row, or one of ours. Raises Conflict for one that is or was in use."""
    if given is None:
        return asker.space.new_id()
    try:
        is_v4 = uuid.UUID(given).version == 4 and str(uuid.UUID(given)) == given.lower()
    except ValueError:
        is_v4 = False
    if not is_v4:
        raise BadArgument("id", {"isUuid": "id must be a UUID"})
    if given.lower() in taken or given.lower() in asker.space.deleted_ids:
        raise Conflict(kind, given)
    return given.lower()


def find_issue(asker: Asker, given: str) -> Issue:
    """An issue by id or identifier. Raises NotFound."""
    issue = asker.space.issue(given)
    if issue is None:
        raise NotFound("Issue")
    return issue


def open_issue(asker: Asker, given: str) -> Issue:
    """An issue that may be written to. Raises InvalidInput for an archived one."""
    issue = find_issue(asker, given)
    if issue.archived_at is not None:
        raise InvalidInput(
            "Issue is archived", f"{issue.identifier} is archived. Restore it to make changes."
        )
    return issue


def known(rows: Mapping[str, Any], given: str | None, kind: str) -> Any:
    """The row with this id, or None for no id. Raises NotFound."""
    if given is None:
        return None
    if given not in rows:
        raise NotFound(kind)
    return rows[given]


def touch(asker: Asker, issue: Issue, what: str) -> None:
    """Move `updatedAt` where the space says that `what` moves it."""
    if what in asker.space.meaningful:
        issue.updated_at = asker.now


def subscribe(issue: Issue, user: User) -> None:
    """Let the user be told of what happens to the issue."""
    if user not in issue.subscribers:
        issue.subscribers.append(user)
