"""From what Linear answers to work items. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import UNSET

from config.names import folded
from config.text.redaction import redactor
from config.trackers import DROPPED, LinearTracker
from connectors.http.dates import clamped
from connectors.linear.api.wire import InitiativeNode, IssueNode, ProjectLabelNode, ProjectNode
from connectors.linear.marks.label_groups import short_of
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.marks.status_updates import LatestUpdates
from connectors.made_names import names_of
from connectors.model import CLAIM_NAME, MARKS, Category, Mark, Marks, Mirror, Ref, WorkItem, claims_in

ISSUE_MARKS: frozenset[Mark] = frozenset(MARKS)
PROJECT_MARKS: frozenset[Mark] = frozenset(("key_results", "comment", "update"))
INITIATIVE_MARKS: frozenset[Mark] = frozenset(("update",))
READ_ONLY: frozenset[Mark] = frozenset()
NO_UPDATES = LatestUpdates()
_USUALLY_DROPPED = frozenset(map(folded, DROPPED))

_ISSUE: dict[str, Category] = {
    "triage": "todo",
    "backlog": "todo",
    "unstarted": "todo",
    "started": "doing",
    "completed": "done",
    "canceled": "dropped",
    "duplicate": "dropped",
}
_PROJECT: dict[str, Category] = {
    "backlog": "todo",
    "planned": "todo",
    "paused": "todo",
    "started": "doing",
    "completed": "done",
    "canceled": "dropped",
}
_INITIATIVE: dict[str, Category] = {
    "Proposed": "todo",
    "Planned": "todo",
    "Active": "doing",
    "Completed": "done",
    "Canceled": "dropped",
}


@dataclass(frozen=True, slots=True)
class ItemMapper:
    """Makes work items of what one workspace answers.

    `teams`: keys of the teams in scope by id; `open_teams`: ids of the teams that everybody sees.
    `dropped`: state names, folded, that mean: will not be done; None: the usual ones among completed states.
    `labels`: all issue labels, and which of them are ours.
    """

    tracker: str
    teams: Mapping[str, str]
    open_teams: frozenset[str]
    dropped: frozenset[str] | None
    labels: OwnLabels

    def ref(self, identity: str | None) -> Ref | None:
        return Ref(self.tracker, identity) if identity is not None else None

    def _in_claim_group(self, label: ProjectLabelNode) -> bool:
        names = names_of(CLAIM_NAME, self.labels.texts)
        return label.parent is not None and label.parent.name.casefold() in map(str.casefold, names)

    def category_of(self, node: IssueNode) -> Category:
        """By the type of the state, or as dropped by its name."""
        return category_by_name(node.state.name, node.state.type, self.dropped)

    def issue(
        self,
        node: IssueNode,
        shown: Marks,
        ours: Collection[str],
        *,
        in_scope: bool,
        links: tuple[str, ...] = (),
    ) -> WorkItem:
        """An issue. Archived ones are read-only in Linear until somebody restores them.

        `ours`: ids of those of its labels that no person chose; `links`: see `WorkItem.issue_links`.
        """
        known = self.labels.labels
        labels = [known[one] for one in node.label_ids if one in known and one not in ours]
        plain = [one for one in labels if not self.labels.is_claim(one)]
        names = [one.name for one in plain]
        claims = [self.labels.claimed(one) for one in labels if self.labels.is_claim(one)]
        groups = ((self.labels.group_of(one), one.name) for one in plain)
        category = self.category_of(node)
        blockers = self._blockers(node)
        parent = node.parent.id if node.parent else node.project.id if node.project else None
        return WorkItem(
            ref=Ref(self.tracker, node.id),
            key=node.identifier,
            url=_page(node.url, node.title),
            level="subtask" if node.parent else "issue",
            kind="Sub-issue" if node.parent else "Issue",
            title=node.title,
            category=category,
            status=node.state.name,
            created=clamped(node.created_at),
            updated=clamped(node.updated_at),
            team=node.team.key,
            project=node.project.name if node.project else None,
            project_id=node.project.id if node.project else None,
            parent=self.ref(parent),
            parent_key=node.parent.identifier if node.parent else None,
            own_project=self.ref(node.project.id) if node.project else None,
            triage=node.state.type == "triage" and category == "todo",
            committed=None if node.cycle is UNSET else node.cycle is not None and node.cycle.is_active,
            former_keys=tuple(node.previous_identifiers),
            labels=tuple(sorted(names)),
            grouped_labels=_grouped(groups),
            estimate=node.estimate,
            priority=_priority(node.priority_label),
            assignee=node.assignee.name if node.assignee else None,
            assignee_id=node.assignee.id if node.assignee else None,
            started=utc_or_none(node.started_at),
            completed=utc_or_none(node.completed_at) if category == "done" else None,
            dropped=_dropped(node, category),
            due=node.due_date,
            blocked_by=tuple(blockers),
            blocked_since=tuple((ref, at) for ref, at in blockers.items() if at is not None),
            claims=_claims(claims, names),
            private=node.team.id not in self.open_teams,
            in_scope=in_scope,
            writable=ISSUE_MARKS if in_scope and node.archived_at is None else READ_ONLY,
            shown=shown,
            mirrors=_mirrors(node),
            issue_links=links,
        )

    def _blockers(self, node: IssueNode) -> dict[Ref, datetime | None]:
        """The issues that block this one, in order of their ids, and since when; of two relations the older one counts."""
        found: dict[Ref, datetime | None] = {}
        for one in sorted(node.inverse_relations.nodes, key=lambda one: one.issue.id):
            if one.type == "blocks":
                ref, at = Ref(self.tracker, one.issue.id), utc_or_none(one.created_at)
                before = found.get(ref)
                found[ref] = at if before is None or at is None else min(before, at)
        return found

    def project(self, node: ProjectNode, shown: Marks, updates: LatestUpdates = NO_UPDATES) -> WorkItem:
        """A project. It stands for one team where only one of its teams is in scope."""
        # Of projects' labels we write none; a policy's name on one of them is no fact of its own either.
        theirs = [one for one in node.labels.nodes if not self.labels.is_policy_name(one.name)]
        plain = [one.name for one in theirs if not self._in_claim_group(one)]
        claims = [short_of(one.name) for one in theirs if self._in_claim_group(one)]
        groups = (
            (one.parent.name if one.parent else None, one.name)
            for one in theirs
            if not self._in_claim_group(one)
        )
        keys = [team.key for team in node.teams.nodes if team.id in self.teams]
        category = _PROJECT.get(node.status.type, "todo")
        return WorkItem(
            ref=Ref(self.tracker, node.id),
            key=node.name,
            url=_page(node.url, node.name),
            level="project",
            kind="Project",
            title=node.name,
            category=category,
            status=node.status.name,
            created=clamped(node.created_at),
            updated=clamped(node.updated_at),
            team=keys[0] if len(keys) == 1 else None,
            project=node.name,
            project_id=node.id,
            parent=self.ref(min((one.id for one in node.initiatives.nodes), default=None)),
            labels=tuple(sorted(plain)),
            grouped_labels=_grouped(groups),
            progress=node.progress,
            priority=_priority(node.priority_label),
            assignee=node.lead.name if node.lead else None,
            started=utc_or_none(node.started_at),
            completed=utc_or_none(node.completed_at) if category == "done" else None,
            dropped=_dropped(node, category),
            due=node.target_date,
            claims=_claims(claims, plain),
            private=not any(team.id in self.open_teams for team in node.teams.nodes),
            last_update_by_others=updates.by_others,
            given_health=updates.given,
            writable=PROJECT_MARKS if node.archived_at is None else READ_ONLY,
            shown=replace(shown, update=updates.own),
        )

    def initiative(self, node: InitiativeNode, updates: LatestUpdates = NO_UPDATES) -> WorkItem:
        """An initiative: read for what hangs below it; a status update is all that it ever gets."""
        category = _INITIATIVE.get(node.status, "todo")
        return WorkItem(
            ref=Ref(self.tracker, node.id),
            key=node.name,
            url=_page(node.url, node.name),
            level="initiative",
            kind="Initiative",
            title=node.name,
            category=category,
            status=node.status,
            created=clamped(node.created_at),
            updated=clamped(node.updated_at),
            parent=self.ref(node.parent_initiative.id if node.parent_initiative else None),
            assignee=node.owner.name if node.owner else None,
            started=utc_or_none(node.started_at),
            completed=utc_or_none(node.completed_at) if category == "done" else None,
            due=node.target_date,
            in_scope=False,
            last_update_by_others=updates.by_others,
            given_health=updates.given,
            writable=INITIATIVE_MARKS if node.archived_at is None else READ_ONLY,
            shown=Marks(update=updates.own),
        )


def _dropped(node: IssueNode | ProjectNode, category: Category) -> datetime | None:
    """When it was dropped; what only the name of its state drops is completed to Linear."""
    return utc_or_none(node.canceled_at or node.completed_at) if category == "dropped" else None


def dropped_names(tracker: LinearTracker) -> frozenset[str] | None:
    """See `ItemMapper.dropped`."""
    return None if tracker.dropped_states is None else frozenset(map(folded, tracker.dropped_states))


def category_by_name(state: str, kind: str, dropped: frozenset[str] | None) -> Category:
    """The category of a state by its type, or as dropped by its name; `dropped` as in `ItemMapper`."""
    category, name = category_of_type(kind), folded(state)
    if dropped is None:
        return "dropped" if category == "done" and name in _USUALLY_DROPPED else category
    return "dropped" if name in dropped else category


def category_of_type(kind: str) -> Category:
    """The category of a state by its type; a type that is new to us counts as not begun."""
    return _ISSUE.get(kind, "todo")


def unknown_types(issues: Iterable[IssueNode], projects: Iterable[ProjectNode]) -> list[str]:
    """State types that are new to us, sorted."""
    states = {node.state.type for node in issues} - set(_ISSUE)
    return sorted(states | ({node.status.type for node in projects} - set(_PROJECT)))


def is_counted(node: IssueNode | ProjectNode, category: Category) -> bool:
    """Whether an item takes part: not in the trash, and if archived then as finished work.

    Linear archives closed work by itself after a while; what was done still counts in its cycle.
    """
    return not node.trashed and (node.archived_at is None or category == "done")


def project_category(node: ProjectNode) -> Category:
    return _PROJECT.get(node.status.type, "todo")


def _mirrors(node: IssueNode) -> tuple[Mirror, ...]:
    """What Linear's own sync keeps equal with the issue, but chat messages."""
    found = (
        Mirror(one.service, one.id, (one.metadata.issue_key or "") if one.metadata else "")
        for one in node.synced_with or ()
        if one.service != "slack"
    )
    return tuple(sorted(set(found)))


def _claims(grouped: Sequence[str], plain: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*sorted(grouped), *claims_in(sorted(plain))]))


def _page(url: str, title: str) -> str:
    """The address of a page. It holds the title in small letters, cut somewhere: not one with a secret in it."""
    if redactor.text(title) == title:
        return url
    start, _, end = url.rpartition("/")
    # An issue's key stands before its title, the short id of a project or an initiative after it.
    return start if "/issue/" in url else f"{start}/{end.rpartition('-')[2]}"


def _grouped(labels: Iterable[tuple[str | None, str]]) -> tuple[str, ...]:
    return tuple(sorted(f"{group}/{name}" for group, name in labels if group))


def _priority(label: str) -> str | None:
    return None if label == "No priority" else label


def utc_or_none(moment: datetime | None) -> datetime | None:
    """The time in UTC."""
    return clamped(moment) if moment is not None else None
