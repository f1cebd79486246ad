"""Where marks go: an issue with its attachments and labels, or a project with its links.

A target says how its item is looked at and which writes put marks there. All writes are safe to repeat, so a
reply that was lost is no trouble: creates are upserts or carry an id of our choice, and deleting what is gone
already is success. Two runs at once can add the same link to a project twice; the next one sees it and heals it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.errors import BadReply
from connectors.linear.api import mutations
from connectors.linear.api.effects import Effects, ReadItem, find_comment, read_item, send
from connectors.linear.api.errors import Conflict
from connectors.linear.api.mutations import Write
from connectors.linear.api.wire import CommentNode, Connection, IssueNow, ProjectNow
from connectors.linear.marks import records
from connectors.linear.marks.labels import LabelCatalog
from connectors.linear.marks.own_labels import NONE_OF_OURS, OwnOnIssue
from connectors.linear.marks.random_ids import new_id
from connectors.linear.marks.records import MarkRecord, OwnRecords, shown_on
from connectors.model import KeyResultMark, Marks, Stamp


@dataclass(frozen=True, slots=True)
class CurrentState:
    """An item as it is right now. `labels` are the ids of all its labels, `own` what of them is ours."""

    found: OwnRecords
    shown: Marks
    labels: frozenset[str]
    own: OwnOnIssue
    team: str | None
    read_only: bool


class MarkTarget(Protocol):
    """An item that can carry marks."""

    def look(self, comment: str) -> Effects[CurrentState]:
        """The item now. `comment` is the id that our comment likely has; a good guess saves a request."""
        ...

    def address(self, mark: KeyResultMark | None) -> str:
        """The address of a key result's record, or of the note, which leads to the `page` of the target."""
        ...

    def put(self, mark: KeyResultMark | None, stamp: Stamp | None, old: MarkRecord | None) -> Effects[None]:
        """Write one record in place of `old`."""
        ...

    def drop(self, record: MarkRecord) -> Write:
        """What takes one record away."""
        ...

    def labelling(self, state: CurrentState, add: Iterable[str], remove: Iterable[str]) -> tuple[Write, ...]:
        """What puts labels on and takes others off, by their ids, in one write; () when nothing does."""
        ...

    @property
    def comment_parent(self) -> dict[str, Any]:
        """What a new comment's input says about where it belongs."""
        ...

    def holds(self, comment: CommentNode) -> bool:
        """Whether the comment stands on this item."""
        ...


class _Base:
    def __init__(
        self,
        tracker: str,
        owner: str,
        item: str,
        author: Mapping[str, str],
        page: str,
        texts: Texts = ENGLISH_TEXTS,
    ) -> None:
        self._page = page
        self._author = author
        self._texts = texts
        self._tracker = tracker
        self._owner = owner
        self._item = item

    def holds(self, comment: CommentNode) -> bool:
        place = comment.issue or comment.project
        return place is not None and place.id == self._item

    def _all_there(self, part: Connection[Any], what: str) -> None:
        """One page holds far more than any sane item has; a cut list must not look like a whole one."""
        if part.page_info.has_next_page:
            raise BadReply(self._tracker, f"the item has more than {len(part.nodes)} {what}.")

    def _comment_exists(self, stamp: Stamp | None, asked: str, found: CommentNode | None) -> Effects[bool]:
        if stamp is None or not stamp.comment_id:
            return False
        if stamp.comment_id != asked:
            found = yield from find_comment(stamp.comment_id)
        return found is not None and self.holds(found)


class IssueTarget(_Base):
    """An issue: one attachment for each key result, labels, a comment."""

    def __init__(
        self,
        tracker: str,
        catalog: LabelCatalog,
        owner: str,
        item: str,
        author: Mapping[str, str],
        page: str,
        texts: Texts = ENGLISH_TEXTS,
    ) -> None:
        super().__init__(tracker, owner, item, author, page, texts)
        self._catalog = catalog

    @property
    def comment_parent(self) -> dict[str, Any]:
        return {"issueId": self._item, "doNotSubscribeToIssue": True, **self._author}

    def look(self, comment: str) -> Effects[CurrentState]:
        seen = yield from read_item(ReadItem(self._item, is_project=False, comment=comment))
        issue = seen.item
        assert isinstance(issue, IssueNow)  # noqa: S101  an issue was asked for
        self._all_there(issue.attachments, "Truenorth attachments")
        found = records.find_in_attachments(issue.attachments.nodes, self._item, self._owner)
        labels, catalog = frozenset(issue.label_ids), self._catalog.own
        own = catalog.on(issue.label_ids, issue.team.id, found.proof, found.their_labels)
        exists = yield from self._comment_exists(found.stamp, comment, seen.comment)
        read_only = issue.archived_at is not None or bool(issue.trashed)
        whole = found.stamp is None or catalog.stand(found.stamp, labels, own)
        shown = shown_on(found, own, self._owner, exists, whole)
        return CurrentState(found, shown, labels, own, issue.team.id, read_only)

    def address(self, mark: KeyResultMark | None) -> str:
        return (
            records.address_of(mark, self._owner) if mark else records.note_address(self._owner, self._page)
        )

    def put(self, mark: KeyResultMark | None, stamp: Stamp | None, old: MarkRecord | None) -> Effects[None]:  # noqa: ARG002
        """The same address on the same issue updates the attachment that is there."""
        given = {
            "issueId": self._item,
            "url": self.address(mark),
            "title": records.title_of(mark) if mark else records.note_title(stamp, self._texts),
            "subtitle": records.subtitle_of(mark, self._texts) if mark else "",
            "metadata": records.metadata_for(self._owner, mark, stamp),
            **self._author,
        }
        yield from send(Write(mutations.ATTACHMENT_PUT, {"input": given}))

    def drop(self, record: MarkRecord) -> Write:
        return Write(mutations.ATTACHMENT_DELETE, {"id": record.id})

    def labelling(self, state: CurrentState, add: Iterable[str], remove: Iterable[str]) -> tuple[Write, ...]:
        """Single labels only: the whole set would overwrite what people put there meanwhile."""
        removed = sorted(set(remove) & state.labels)
        added = sorted(set(add) - state.labels)
        if not added and not removed:
            return ()
        given = {"addedLabelIds": added, "removedLabelIds": removed}
        return (Write(mutations.ISSUE_UPDATE, {"id": self._item, "input": given}),)


class ProjectTarget(_Base):
    """A project: one external link for each key result, and a comment."""

    def __init__(
        self,
        tracker: str,
        owner: str,
        item: str,
        author: Mapping[str, str],
        page: str,
        texts: Texts = ENGLISH_TEXTS,
    ) -> None:
        super().__init__(tracker, owner, item, author, page, texts)
        self._added: dict[str, str] = {}
        """Ids of the links that were added just now, by address: what stamps are put on after."""

    @property
    def comment_parent(self) -> dict[str, Any]:
        return {"projectId": self._item, **self._author}

    def look(self, comment: str) -> Effects[CurrentState]:
        seen = yield from read_item(ReadItem(self._item, is_project=True, comment=comment))
        project = seen.item
        assert isinstance(project, ProjectNow)  # noqa: S101  a project was asked for
        self._all_there(project.external_links, "links")
        found = records.find_in_links(project.external_links.nodes, self._item, self._owner)
        exists = yield from self._comment_exists(found.stamp, comment, seen.comment)
        read_only = project.archived_at is not None or bool(project.trashed)
        shown = shown_on(found, NONE_OF_OURS, self._owner, exists)
        return CurrentState(found, shown, frozenset(), NONE_OF_OURS, None, read_only)

    def address(self, mark: KeyResultMark | None) -> str:
        """Without fragment: that is where the record goes."""
        address = (
            records.address_of(mark, self._owner) if mark else records.note_address(self._owner, self._page)
        )
        return address.partition("#")[0]

    def put(self, mark: KeyResultMark | None, stamp: Stamp | None, old: MarkRecord | None) -> Effects[None]:
        address = self.address(mark)
        given = {
            "label": records.link_label_of(mark, self._texts)
            if mark
            else records.note_title(stamp, self._texts),
            "url": records.link_url(address, self._item, mark, stamp),
        }
        there = old.id if old is not None else self._added.get(address)
        if there is not None:
            yield from send(Write(mutations.LINK_UPDATE, {"id": there, "input": given}))
            return
        identity = new_id()
        new = {**given, "id": identity, "projectId": self._item}
        try:
            yield from send(Write(mutations.LINK_CREATE, {"input": new}))
        except Conflict:
            # It landed although no reply came.
            yield from send(Write(mutations.LINK_UPDATE, {"id": identity, "input": given}))
        self._added[address] = identity

    def drop(self, record: MarkRecord) -> Write:
        return Write(mutations.LINK_DELETE, {"id": record.id})

    def labelling(self, state: CurrentState, add: Iterable[str], remove: Iterable[str]) -> tuple[Write, ...]:  # noqa: ARG002
        """Projects bear labels of another kind, and none of ours."""
        return ()
