"""What items of Linear show of ours: records on attachments and links, labels, and comments that are still there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from config.text.issue_pages import IssuePages
from config.wording import counted
from connectors.linear.api import change_queries, queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.comments import comments_on, comments_with_ids
from connectors.linear.api.wire import AttachmentNode, IssueNode, ProjectNode
from connectors.linear.marks.own_ids import is_own_comment
from connectors.linear.marks.own_labels import NONE_OF_OURS, OwnLabels, OwnOnIssue
from connectors.linear.marks.records import (
    COMMENT_ONLY,
    CONTAINS,
    OwnRecords,
    find_in_attachments,
    find_in_links,
    shown_on,
)
from connectors.linear.read.issues import in_parts
from connectors.linear.read.windowed import WindowedList
from connectors.linear.read.windows import UNKNOWN, Sample
from connectors.model import Marks, Stamp, WorkItem


class ShownMarks:
    """Reads marks of one owner; what is odd about them goes to `notes`."""

    def __init__(
        self, client: LinearClient, own: OwnLabels, notes: list[str], elsewhere: Sequence[IssuePages] = ()
    ) -> None:
        self._client = client
        self._elsewhere = elsewhere
        self._links: dict[str, set[str]] = {}
        self._labels = own
        self._owner = own.owner
        self._notes = notes
        self._on_issues: dict[str, OwnRecords] | None = None
        self.wanted = _wanted(elsewhere)
        """The filter for those attachments."""

    @property
    def labels(self) -> OwnLabels:
        """Which labels are ours, as far as it was learnt."""
        return self._labels

    def use(self, own: OwnLabels) -> None:
        """Know of the labels what was learnt elsewhere."""
        self._labels = own

    def learn(self, issues: Mapping[str, IssueNode]) -> None:
        """Find out from all stamps, and from the labels of these issues, which labels people renamed."""
        ids = {one: frozenset(issue.label_ids) for one, issue in issues.items()}
        carriers = ((one, own.carrier) for one, own in self.traced().items())
        stamped = (
            (carrier.stamp, ids.get(one))
            for one, carrier in carriers
            if carrier is not None and carrier.stamp
        )
        self._labels = self._labels.learn(stamped)
        self._notes += self._labels.notes()

    def on(self, issues: Mapping[str, IssueNode], projects: Iterable[ProjectNode]) -> dict[str, Marks]:
        """What the items show, by id: ours and foreign stamps, none for items without either."""
        found = dict(self.traced())
        outside = sum(1 for one, own in found.items() if own.records and one not in issues)
        if outside:
            self._notes.append(
                f"Marks of this workspace remain on {counted(outside, 'issue')} out of scope or archived."
            )
        for project in projects:
            found[project.id] = find_in_links(project.external_links.nodes, project.id, self._owner)
        alive = self._existing_comments(found)

        def shown(one: str, records: OwnRecords) -> Marks:
            if one not in issues:
                return shown_on(records, NONE_OF_OURS, self._owner, one in alive)
            own, ids = self.own_on(issues[one]), issues[one].label_ids
            whole = records.stamp is None or self._labels.stand(records.stamp, ids, own)
            return shown_on(records, own, self._owner, one in alive, whole)

        there = {one: shown(one, found.get(one, OwnRecords())) for one in (*found, *issues)}
        return {one: marks for one, marks in there.items() if one in found or marks.stamp is not None}

    def own_on(self, issue: IssueNode) -> OwnOnIssue:
        """What of an issue's labels is ours."""
        records = self.traced().get(issue.id, OwnRecords())
        if records.is_of_others:
            return NONE_OF_OURS
        return self._labels.on(issue.label_ids, issue.team.id, records.proof, records.their_labels)

    def not_of_people(self, issue: IssueNode) -> frozenset[str]:
        """Ids of those labels of an issue that no person chose: ours, and those of another workspace of Truenorth."""
        return self.own_on(issue).ids | self.traced().get(issue.id, OwnRecords()).their_labels

    def traced(self) -> dict[str, OwnRecords]:
        """Our records, and foreign ones, by issue: of the whole workspace, read once."""
        if self._on_issues is None:
            self.read()
        assert self._on_issues is not None  # noqa: S101  it was just read
        return self._on_issues

    def read(self, spread: Sample = UNKNOWN) -> None:
        """Read them. `spread`: how such attachments are spread over their times of creation."""
        listed = WindowedList(self._client, queries.ATTACHMENTS, lambda reply: reply.attachments, self.wanted)
        listed.begin()
        self._take((node.issue.id, node) for node in listed.finish(spread).values())

    def read_on(self, issues: Collection[str]) -> None:
        """Read those on the issues with these ids alone."""

        def some(ids: list[str]) -> list[tuple[str, AttachmentNode]]:
            found = []
            for one in self._client.walk(
                change_queries.ATTACHED, lambda reply: reply.issues, ids=ids, wanted=self.wanted
            ):
                cards: list[AttachmentNode] = one.attachments.nodes
                if one.attachments.page_info.has_next_page:
                    cards = list(
                        self._client.walk(
                            change_queries.ATTACHED_TO,
                            lambda reply: reply.issue.attachments,
                            id=one.id,
                            wanted=self.wanted,
                        )
                    )
                found += [(one.id, card) for card in cards]
            return found

        parts = in_parts(sorted(issues), change_queries.ATTACHED.page)
        read = self._client.together([partial(some, part) for part in parts])
        self._take(one for part in read for one in part)

    def _take(self, cards: Iterable[tuple[str, AttachmentNode]]) -> None:
        nodes: dict[str, list[AttachmentNode]] = {}
        for issue, node in cards:
            if CONTAINS in node.url:
                nodes.setdefault(issue, []).append(node)
            elif any(pages.key_at(node.url) for pages in self._elsewhere):
                self._links.setdefault(issue, set()).add(node.url)
        self._on_issues = {one: find_in_attachments(some, one, self._owner) for one, some in nodes.items()}

    def issue_links(self, issue: str) -> tuple[str, ...]:
        """Addresses of other trackers' issues that are attached to an issue, sorted. None of them is ours."""
        self.traced()
        return tuple(sorted(self._links.get(issue, ())))

    def traces(self) -> set[str]:
        """Ids of the issues in the whole workspace that bear records of ours, or are another owner's."""
        return {one for one, found in self.traced().items() if found.records or found.is_of_others}

    def of_others(self) -> set[str]:
        """Ids of those that are another owner's."""
        return {one for one, found in self.traced().items() if found.is_of_others}

    def _existing_comments(self, found: Mapping[str, OwnRecords]) -> set[str]:
        """Ids of the items whose stamp names a comment that is still there."""
        home: dict[str, set[str]] = {}
        for one, own in found.items():
            if own.stamp is not None and own.stamp.comment_id:
                # A stamp of an older version does not tell its item, and people may have copied it.
                home.setdefault(own.stamp.comment_id, set()).add(one)
        return {
            place.id
            for comment in comments_with_ids(self._client, home)
            if (place := comment.issue or comment.project) is not None
            and place.id in home.get(comment.id, ())
        }

    def with_remnants(self, items: list[WorkItem], written: Collection[str]) -> list[WorkItem]:
        """A comment of ours outlives its stamp when a person deletes the attachment: its id tells that it is ours."""
        bare = [one for one in items if one.ref.id in written and _is_unproven(one.shown)]
        issues = [one.ref.id for one in bare if one.level in ("issue", "subtask")]
        projects = [one.ref.id for one in bare if one.level == "project"]
        left = {
            place: comment.id
            for place, there in comments_on(self._client, issues, projects).items()
            for comment in there
            if is_own_comment(comment.id, self._owner, place)
        }
        return [
            _with_comment(one, left[one.ref.id], self._owner) if one.ref.id in left else one for one in items
        ]


def _wanted(elsewhere: Sequence[IssuePages]) -> dict[str, object]:
    """The filter for attachments of ours, and for those that lead to issues elsewhere."""
    ours: dict[str, object] = {"url": {"contains": CONTAINS}}
    theirs: list[dict[str, object]] = [
        {
            "url": {"containsIgnoreCase": pages.place},
            "or": [{"url": {"contains": hint}} for hint in pages.hints],
        }
        for pages in elsewhere
    ]
    return {"or": [ours, *theirs]} if theirs else ours


def _is_unproven(shown: Marks) -> bool:
    return shown.stamp is None or shown.stamp.copied


def _with_comment(item: WorkItem, comment: str, owner: str) -> WorkItem:
    stamp = replace(item.shown.stamp or Stamp(owner), comment_id=comment)
    return replace(item, shown=replace(item.shown, comment=COMMENT_ONLY, stamp=stamp))
