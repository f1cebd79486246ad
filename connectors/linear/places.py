"""Where marks go: an issue with its attachments and labels, or a project with its links.

A place looks at its item as it is right now and carries out single writes. All of them are safe to repeat,
so a reply that was lost is no trouble: creates are upserts or carry an id of our choice, and deleting what
is gone already is success.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.base import BadReply, Refused
from connectors.linear import marks, queries
from connectors.linear.client import LinearClient
from connectors.linear.faults import Conflict, NotFound
from connectors.linear.labels import LabelShelf
from connectors.linear.marks import Found, Trace, shown_on
from connectors.linear.queries import Operation
from connectors.linear.wire import CommentNode, Comments, Connection, Done
from connectors.model import KeyResultMark, Marks, Stamp

GENERATIONS = 100
"""How many ids of ours may be used up, by people who delete what we write, before we give up on the item."""


@dataclass(frozen=True, slots=True)
class Sight:
    """An item as it is right now. `labels` are the names of all its labels by id."""

    found: Found
    shown: Marks
    labels: dict[str, str]
    team: str | None
    read_only: bool


class Place(Protocol):
    """An item that can carry marks."""

    def look(self, comments: Iterable[str]) -> Sight:
        """The item now. `comments` are ids that our comment may have; it saves a request to guess well."""
        ...

    def address(self, mark: KeyResultMark | None) -> str:
        """The address of a key result's trace, or of the note."""
        ...

    def put(self, mark: KeyResultMark | None, stamp: Stamp | None, old: Trace | None) -> None:
        """Write one trace in place of `old`."""
        ...

    def drop(self, trace: Trace) -> None:
        """Take one trace away."""
        ...

    def set_labels(self, sight: Sight, add: Iterable[str], remove: Iterable[str]) -> None:
        """Put labels on by id and take others off by name, in one write."""
        ...

    @property
    def comment_parent(self) -> dict[str, Any]:
        """What a new comment's input says about where it belongs."""
        ...

    def holds(self, comment: CommentNode) -> bool:
        """Whether the comment stands on this item."""
        ...


def own_id(owner: str, item: str, what: str, generation: int) -> str:
    """An id of our choice, always the same for the same thing.

    Linear wants version 4 and its variant; ids of version 5 were not shown to be accepted.
    """
    digest = hashlib.sha256("\0".join((owner, item, what, str(generation))).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def send(client: LinearClient, operation: Operation[Done], **variables: Any) -> None:
    """A write. Raises Refused when Linear reports no success, though it names no error."""
    if not client.execute(operation, **variables).done.success:
        raise Refused(client.tracker, "Linear reports no success.")


def send_delete(client: LinearClient, operation: Operation[Done], identity: str) -> None:
    """A deletion; what is gone already counts as deleted."""
    try:
        send(client, operation, id=identity)
    except NotFound:
        return


class _Base:
    def __init__(self, client: LinearClient, owner: str, item: str) -> None:
        self._client = client
        self._owner = owner
        self._item = item

    def holds(self, comment: CommentNode) -> bool:
        place = comment.issue or comment.project
        return place is not None and place.id == self._item

    def _all_there(self, part: Connection[Any], what: str) -> None:
        """One page holds far more than any sane item has; a cut list must not look like a whole one."""
        if part.page_info.has_next_page:
            raise BadReply(self._client.tracker, f"the item has more than {len(part.nodes)} {what}.")

    def _comment_exists(self, stamp: Stamp | None, asked: Iterable[str], reply: list[CommentNode]) -> bool:
        if stamp is None or not stamp.comment_id:
            return False
        if stamp.comment_id not in asked:
            more: Comments = self._client.execute(
                queries.COMMENTS, first=1, after=None, ids=[stamp.comment_id]
            )
            reply = more.comments.nodes
        return any(one.id == stamp.comment_id and self.holds(one) for one in reply)


class IssuePlace(_Base):
    """An issue: one attachment for each key result, labels, a comment."""

    def __init__(self, client: LinearClient, shelf: LabelShelf, owner: str, item: str) -> None:
        super().__init__(client, owner, item)
        self._shelf = shelf

    @property
    def comment_parent(self) -> dict[str, Any]:
        return {"issueId": self._item, "doNotSubscribeToIssue": True}

    def look(self, comments: Iterable[str]) -> Sight:
        asked = sorted(comments)
        reply = self._client.execute(
            queries.ISSUE_NOW, id=self._item, contains=marks.CONTAINS, comments=asked
        )
        issue = reply.issue
        self._all_there(issue.attachments, "attachments of Truenorth's")
        found = marks.find_in_attachments(issue.attachments.nodes, self._owner)
        labels = self._shelf.named(issue.label_ids)
        exists = self._comment_exists(found.stamp, asked, reply.comments.nodes)
        read_only = issue.archived_at is not None or bool(issue.trashed)
        return Sight(found, shown_on(found, labels.values(), exists), labels, issue.team.id, read_only)

    def address(self, mark: KeyResultMark | None) -> str:
        return marks.address_of(mark, self._owner) if mark else marks.note_address(self._owner)

    def put(self, mark: KeyResultMark | None, stamp: Stamp | None, old: Trace | None) -> None:  # noqa: ARG002
        """The same address on the same issue updates the attachment that is there."""
        given = {
            "issueId": self._item,
            "url": self.address(mark),
            "title": marks.title_of(mark) if mark else marks.note_title(stamp),
            "subtitle": marks.figures_of(mark) if mark else "",
            "metadata": marks.metadata_for(self._owner, mark, stamp),
        }
        send(self._client, queries.ATTACHMENT_PUT, input=given)

    def drop(self, trace: Trace) -> None:
        send_delete(self._client, queries.ATTACHMENT_DELETE, trace.id)

    def set_labels(self, sight: Sight, add: Iterable[str], remove: Iterable[str]) -> None:
        """Single labels only: the whole set would overwrite what people put there meanwhile."""
        names = {name.casefold() for name in remove}
        removed = sorted(one for one, name in sight.labels.items() if name.casefold() in names)
        added = sorted(set(add) - set(sight.labels))
        if added or removed:
            send(self._client, queries.ISSUE_LABELS, id=self._item, added=added, removed=removed)


class ProjectPlace(_Base):
    """A project: one external link for each key result, and a comment."""

    @property
    def comment_parent(self) -> dict[str, Any]:
        return {"projectId": self._item}

    def look(self, comments: Iterable[str]) -> Sight:
        asked = sorted(comments)
        reply = self._client.execute(queries.PROJECT_NOW, id=self._item, comments=asked)
        project = reply.project
        self._all_there(project.external_links, "links")
        found = marks.find_in_links(project.external_links.nodes, self._item, self._owner)
        exists = self._comment_exists(found.stamp, asked, reply.comments.nodes)
        read_only = project.archived_at is not None or bool(project.trashed)
        return Sight(found, shown_on(found, (), exists), {}, None, read_only)

    def address(self, mark: KeyResultMark | None) -> str:
        """Without fragment: that is where the record goes."""
        if mark is None:
            return marks.note_address(self._owner)
        return marks.address_of(mark, self._owner).partition("#")[0]

    def put(self, mark: KeyResultMark | None, stamp: Stamp | None, old: Trace | None) -> None:
        address = self.address(mark)
        given = {
            "label": marks.link_label_of(mark) if mark else marks.note_title(stamp),
            "url": marks.link_url(address, self._item, mark, stamp),
        }
        if old is not None:
            send(self._client, queries.LINK_UPDATE, id=old.id, input=given)
            return
        for generation in range(GENERATIONS):
            identity = own_id(self._owner, self._item, address, generation)
            if self._create(identity, given):
                return
        raise Refused(self._client.tracker, "no id is left for another link on this project.")

    def _create(self, identity: str, given: dict[str, str]) -> bool:
        """Whether the link is there now; False when its id once belonged to a link since deleted."""
        try:
            send(
                self._client,
                queries.LINK_CREATE,
                input={**given, "id": identity, "projectId": self._item},
            )
        except Conflict:
            try:
                send(self._client, queries.LINK_UPDATE, id=identity, input=given)
            except NotFound:
                return False
        return True

    def drop(self, trace: Trace) -> None:
        send_delete(self._client, queries.LINK_DELETE, trace.id)

    def set_labels(self, sight: Sight, add: Iterable[str], remove: Iterable[str]) -> None:
        """Projects bear labels of another kind, and none of ours."""
