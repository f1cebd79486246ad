"""What items of Linear show of ours: records on attachments and links, labels, and comments that are still there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from config.wording import counted
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.comments import comments_on
from connectors.linear.api.wire import AttachmentNode, IssueNode, ProjectNode
from connectors.linear.marks.label_groups import stand
from connectors.linear.marks.own_ids import is_own_comment
from connectors.linear.marks.records import (
    COMMENT_ONLY,
    CONTAINS,
    OwnRecords,
    find_in_attachments,
    find_in_links,
    shown_on,
)
from connectors.linear.read.mapping import ItemMapper
from connectors.model import Marks, Stamp, WorkItem

_BATCH = 100


class ShownMarks:
    """Reads marks of one owner; what is odd about them goes to `notes`."""

    def __init__(self, client: LinearClient, mapper: ItemMapper, owner: str, notes: list[str]) -> None:
        self._client = client
        self._mapper = mapper
        self._owner = owner
        self._notes = notes
        self._on_issues: dict[str, OwnRecords] | None = None

    def on(self, issues: Mapping[str, IssueNode], projects: Iterable[ProjectNode]) -> dict[str, Marks]:
        """What the items show, by id: ours and foreign stamps, none for items without either."""
        found = self.traced()
        outside = sum(1 for one, own in found.items() if own.records and one not in issues)
        if outside:
            self._notes.append(
                f"Marks of this workspace remain on {counted(outside, 'issue')} out of scope or archived."
            )
        for project in projects:
            found[project.id] = find_in_links(project.external_links.nodes, project.id, self._owner)
        alive = self._existing_comments(found)
        current = {one.id: one.label_ids for one in issues.values()}

        def shown(one: str, own: OwnRecords) -> Marks:
            ids = current.get(one, ())
            whole = one not in current or own.stamp is None or stand(own.stamp, ids, self._mapper.labels)
            return shown_on(own, self._mapper.label_names(ids), one in alive, whole)

        return {one: shown(one, own) for one, own in found.items()}

    def traced(self) -> dict[str, OwnRecords]:
        """Our records, and foreign ones, by issue: of the whole workspace, read once."""
        if self._on_issues is None:
            nodes: dict[str, list[AttachmentNode]] = {}
            for node in self._client.walk(
                queries.ATTACHMENTS, lambda reply: reply.attachments, contains=CONTAINS
            ):
                nodes.setdefault(node.issue.id, []).append(node)
            self._on_issues = {one: find_in_attachments(some, self._owner) for one, some in nodes.items()}
        return dict(self._on_issues)

    def _existing_comments(self, found: Mapping[str, OwnRecords]) -> set[str]:
        """Ids of the items whose stamp names a comment that is still there."""
        home = {
            own.stamp.comment_id: one
            for one, own in found.items()
            if own.stamp is not None and own.stamp.comment_id
        }
        ids, alive = sorted(home), set()
        for start in range(0, len(ids), _BATCH):
            walk = self._client.walk(
                queries.COMMENTS, lambda reply: reply.comments, ids=ids[start : start + _BATCH]
            )
            for comment in walk:
                place = comment.issue or comment.project
                if place is not None and place.id == home.get(comment.id):
                    alive.add(place.id)
        return alive

    def with_remnants(self, items: list[WorkItem], written: Collection[str]) -> list[WorkItem]:
        """A comment of ours outlives its stamp when a person deletes the attachment: its id tells that it is ours."""
        bare = [one for one in items if one.ref.id in written and one.shown.stamp is None]
        issues = [one.ref.id for one in bare if one.level in ("issue", "subtask")]
        projects = [one.ref.id for one in bare if one.level == "project"]
        left = {
            place: comment.id
            for place, there in comments_on(self._client, issues, projects).items()
            for comment in there
            if is_own_comment(comment.id, self._owner, place)
        }
        return [
            replace(
                one, shown=replace(one.shown, comment=COMMENT_ONLY, stamp=Stamp(self._owner, comment_id=id_))
            )
            if (id_ := left.get(one.ref.id))
            else one
            for one in items
        ]
