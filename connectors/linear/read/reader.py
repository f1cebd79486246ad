"""Reading a Linear workspace: everything of the teams in scope, what stands above it, and our marks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import structlog

from config.names import folded
from config.text.issue_pages import IssuePages
from config.trackers import LinearTracker
from connectors.base import UNSAID, InitiativeUse, Progress
from connectors.errors import BadReply
from connectors.linear.api import project_queries, queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.errors import NotFound
from connectors.linear.api.scope import check_credential_and_views, scoped_teams, visible_teams
from connectors.linear.api.wire import (
    Connection,
    InitiativeNode,
    IssueNode,
    ProjectNode,
    ViewSlug,
)
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.marks.pages import pages_of
from connectors.linear.marks.status_updates import latest_updates
from connectors.linear.read.initiatives import InitiativeReader
from connectors.linear.read.mapping import (
    ItemMapper,
    dropped_names,
    is_counted,
    project_category,
    unknown_types,
)
from connectors.linear.read.own_updates import standing_updates
from connectors.linear.read.shown_marks import ShownMarks
from connectors.model import Marks, Owned, Pull, SetAside, WorkItem
from connectors.set_aside import check_share, named

log = structlog.get_logger(__name__)

_BATCH = 100
UNSEEN = "it was written to, and may be an initiative, which the token may not read (initiative:read)"
"""Why an item that undo looks for is set aside."""


def pull(
    client: LinearClient,
    tracker: LinearTracker,
    known: OwnLabels,
    progress: Progress | None = None,
    use: InitiativeUse = UNSAID,
    elsewhere: Sequence[IssuePages] = (),
    *,
    cycles: bool = False,
    views: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Pull, OwnLabels]:
    """Everything in scope and its ancestors, with marks; and the workspace's issue labels beside it.

    `known`: of our labels, what needs no reading; `elsewhere`: where issues of other trackers have their pages; `cycles`: ask
    which issues are in an active cycle; `views`: ids of the views that marks lead to. Raises TrackerError: all or nothing.
    """
    before = client.requests
    pulling, as_of = _opened(client, tracker, known, progress, use, elsewhere, views)
    pulling.query = queries.ISSUES_WITH_CYCLES if cycles else queries.ISSUES
    items = pulling.items()
    aside = tuple(sorted(set(pulling.set_aside), key=lambda one: one.id))
    check_share(client.tracker, aside, len(items) + len(aside))
    sent, notes = client.requests - before, tuple(pulling.notes)
    urls = (item.url for item in items if item.level in ("issue", "subtask"))
    pages = pages_of(urls, views, pulling.views)
    return Pull(client.tracker, items, as_of, sent, notes, aside, pages), pulling.labels


def owned_items(
    client: LinearClient,
    tracker: LinearTracker,
    known: OwnLabels,
    written: Collection[str],
    progress: Progress | None = None,
    use: InitiativeUse = UNSAID,
) -> tuple[Owned, OwnLabels]:
    """Every item that bears anything of ours, and the labels beside it; see `Connector.owned_items`."""
    pulling, _ = _opened(client, tracker, known, progress, use)
    found = pulling.owned_items(written)
    return Owned(found, tuple(sorted(set(pulling.set_aside), key=lambda one: one.id))), pulling.labels


def fetch(
    client: LinearClient, tracker: LinearTracker, known: OwnLabels, ids: Collection[str]
) -> tuple[WorkItem, ...]:
    """The issues with these ids, without marks; see `AnswersQueries.fetch`."""
    if not ids:
        return ()
    pulling, _ = _opened(client, tracker, known, None)
    found = pulling.facts(sorted(ids))
    _log_aside(client.tracker, pulling.set_aside)
    return found


def _log_aside(tracker: str, aside: Collection[SetAside]) -> None:
    """Say what was set aside where nothing else can say it."""
    if aside:
        log.warning("cannot read items", tracker=tracker, items=named(aside))


def _opened(
    client: LinearClient,
    tracker: LinearTracker,
    known: OwnLabels,
    progress: Progress | None,
    use: InitiativeUse = UNSAID,
    elsewhere: Sequence[IssuePages] = (),
    views: Mapping[str, str] = MappingProxyType({}),
) -> tuple[_Pulling, datetime]:
    """What every read begins with: the credential, which of the views stand, the teams, the labels."""
    standing = check_credential_and_views(client, sorted(views.values()))
    as_of = client.server_time or datetime.now(UTC)
    visible = visible_teams(client)
    teams = scoped_teams(client.tracker, visible, tracker.scope.teams)
    labels = {one.id: one for one in client.walk(queries.LABELS, lambda reply: reply.issue_labels)}
    mapper = ItemMapper(
        client.tracker,
        {team.id: team.key for team in teams},
        frozenset(team.id for team in visible if team.visibility == "public"),
        dropped_names(tracker),
        known.reread(labels),
    )
    pulling = _Pulling(client, mapper, progress, use, elsewhere)
    pulling.views = standing
    return pulling, as_of


class _Pulling:
    """One pull in the making."""

    def __init__(
        self,
        client: LinearClient,
        mapper: ItemMapper,
        progress: Progress | None,
        use: InitiativeUse,
        elsewhere: Sequence[IssuePages],
    ) -> None:
        self.notes: list[str] = []
        self.set_aside: list[SetAside] = []
        self.query = queries.ISSUES
        self.views: tuple[ViewSlug, ...] = ()
        self._client = client
        self._mapper = mapper
        self._owner = mapper.labels.owner
        self._progress = progress
        self._marks = ShownMarks(client, mapper.labels, self.notes, elsewhere)
        self._initiatives = InitiativeReader(client, use, self.notes, self.set_aside)
        self._read: dict[str, IssueNode] = {}

    @property
    def labels(self) -> OwnLabels:
        """The workspace's labels, and which of them are ours."""
        return self._mapper.labels

    def items(self) -> tuple[WorkItem, ...]:
        issues = self._issues({"team": {"id": {"in": list(self._mapper.teams)}}})
        projects = self._projects()
        _forget_trashed_parents(issues)
        counted = {one.id: one for one in issues.values() if is_counted(one, self._mapper.category_of(one))}
        above = self._parents_of(counted, issues)
        open_or_used = self._counted_projects(projects, [*counted.values(), *above])
        initiatives = self._initiatives.above(open_or_used, lambda: _names(issues.values(), projects))
        self._read = {**issues, **{one.id: one for one in above}}
        self._marks.learn(self._read)
        self._mapper = replace(self._mapper, labels=self._marks.labels)
        shown = self._marks.on(counted, open_or_used)
        self._note_oddities(counted, open_or_used)
        return (
            *(self._initiative(one) for one in initiatives),
            *(self._project(one, shown.get(one.id, Marks())) for one in open_or_used),
            *(self._issue(one, shown.get(one.id, Marks())) for one in counted.values()),
            *(self._issue(one, Marks(), in_scope=False) for one in above),
        )

    def _issue(self, node: IssueNode, shown: Marks, *, in_scope: bool = True) -> WorkItem:
        ours, links = self._marks.not_of_people(node), self._marks.issue_links(node.id)
        return self._mapper.issue(node, shown, ours, in_scope=in_scope, links=links)

    def _project(self, node: ProjectNode, shown: Marks) -> WorkItem:
        return self._mapper.project(
            node, shown, latest_updates(node.id, node.project_updates.nodes, self._owner)
        )

    def _initiative(self, node: InitiativeNode) -> WorkItem:
        return self._mapper.initiative(
            node, latest_updates(node.id, node.initiative_updates.nodes, self._owner)
        )

    def owned_items(self, written: Collection[str]) -> tuple[WorkItem, ...]:
        """Every item with a trace of ours, in scope or not, and those whose comment alone is left."""
        on_projects, on_initiatives = standing_updates(self._client, self._initiatives, self._owner)
        scope = [one for one in self.items() if one.in_scope and one.writable]
        known = {one.ref.id for one in scope}
        of_others = self._of_others_elsewhere() - set(written)
        outside = (set(written) | self._marks.traces() | set(on_projects)) - known - of_others
        issues = {id_: one for id_, one in self._labelled(known).items() if id_ not in of_others}
        outside -= set(issues)
        for start in range(0, len(outside), _BATCH):
            issues |= self._issues({"id": {"in": sorted(outside)[start : start + _BATCH]}})
        projects = [one for one in map(self._project_now, sorted(outside - set(issues))) if one is not None]
        if self._initiatives.left_out:
            lost = outside - set(issues) - {one.id for one in projects}
            self.set_aside += [SetAside(one, one, UNSEEN) for one in sorted(lost & set(written))]
        shown = self._marks.on(issues, projects)
        away = [
            *(self._issue(one, shown.get(one.id, Marks())) for one in issues.values()),
            *(self._project(one, shown.get(one.id, Marks())) for one in projects),
            *(self._initiative(one) for one in self._initiatives.every() if one.id in on_initiatives),
        ]
        updates = on_projects | on_initiatives
        items = [
            replace(one, shown=replace(one.shown, update=updates.get(one.ref.id)))
            for one in self._marks.with_remnants([*scope, *away], written)
        ]
        return tuple(one for one in items if one.shown.stamp is not None or one.shown != Marks())

    def _of_others_elsewhere(self) -> set[str]:
        """Issues of another workspace that are not of the teams in scope: the organisation may be shared."""
        teams = self._mapper.teams
        here = {id_ for id_, one in self._read.items() if one.team.id in teams}
        return self._marks.of_others() - here

    def _labelled(self, known: Collection[str]) -> dict[str, IssueNode]:
        """Other issues that bear labels of ours, without any other trace: of the teams in scope those that do not
        count, and those of other teams.
        """
        ours = self.labels.everywhere()
        here = {
            id_: one
            for id_, one in self._read.items()
            if id_ not in known and not one.trashed and ours.intersection(one.label_ids)
        }
        if not ours:
            return here
        elsewhere = {
            "labels": {"some": {"id": {"in": sorted(ours)}}},
            "team": {"id": {"nin": sorted(self._mapper.teams)}},
        }
        found = self._issues(elsewhere)
        return here | {id_: one for id_, one in found.items() if id_ not in known and not one.trashed}

    def facts(self, ids: Sequence[str]) -> tuple[WorkItem, ...]:
        """The issues with these ids as plain facts, but those in the trash."""
        issues: dict[str, IssueNode] = {}
        for start in range(0, len(ids), _BATCH):
            issues |= self._issues({"id": {"in": list(ids[start : start + _BATCH])}})
        return tuple(
            self._mapper.issue(
                one,
                Marks(),
                self.labels.on(one.label_ids, one.team.id).ids,
                in_scope=one.team.id in self._mapper.teams,
            )
            for one in issues.values()
            if not one.trashed
        )

    def _project_now(self, identity: str) -> ProjectNode | None:
        try:
            return self._one_project(identity)
        except NotFound:
            return None

    # --- Issues ----------------------------------------------------------------------------------

    def _issues(self, only: Mapping[str, object]) -> dict[str, IssueNode]:
        found: dict[str, IssueNode] = {}
        for node in self._client.walk(self.query, lambda reply: reply.issues, self.set_aside, filter=only):
            found[node.id] = node
            if node.inverse_relations.page_info.has_next_page:
                node.inverse_relations.nodes = list(
                    self._client.walk(
                        queries.RELATIONS, lambda reply: reply.issue.inverse_relations, id=node.id
                    )
                )
            if self._progress is not None and len(found) % 250 == 0:
                self._progress("issues", len(found), None)
        if self._progress is not None:
            self._progress("issues", len(found), None)
        return found

    def _parents_of(
        self, counted: Mapping[str, IssueNode], issues: Mapping[str, IssueNode]
    ) -> list[IssueNode]:
        """Issues that do not count but have counted work below them, those of other teams included."""
        above: dict[str, IssueNode] = {}
        asked = {one.id for one in self.set_aside}
        wanted = _parents(counted.values()) - set(counted) - asked
        while wanted:
            known = {one: issues[one] for one in wanted if one in issues}
            missing = sorted(wanted - set(known))
            for start in range(0, len(missing), _BATCH):
                known |= self._issues({"id": {"in": missing[start : start + _BATCH]}})
            asked |= wanted
            _forget_trashed_parents({**counted, **above, **known})
            above |= {one.id: one for one in known.values() if not one.trashed}
            wanted = _parents(known.values()) - set(counted) - asked
        return list(above.values())

    # --- Projects and initiatives ----------------------------------------------------------------

    def _projects(self) -> list[ProjectNode]:
        teams = list(self._mapper.teams)

        def read(initiatives: bool) -> list[ProjectNode]:
            query = project_queries.projects(initiatives=initiatives)
            return list(self._client.walk(query, lambda reply: reply.projects, self.set_aside, teams=teams))

        return [self._whole(node) for node in self._initiatives.beside(read)]

    def _one_project(self, identity: str) -> ProjectNode:
        def read(initiatives: bool) -> ProjectNode:
            return self._client.execute(project_queries.project(initiatives=initiatives), id=identity).project

        return self._initiatives.beside(read)

    def _whole(self, node: ProjectNode) -> ProjectNode:
        """The project with all of its nested lists, read again on its own where a page cut them off."""

        def cut(one: ProjectNode) -> bool:
            lists: tuple[Connection[object], ...] = (
                one.teams,  # type: ignore[assignment]
                one.initiatives,
                one.labels,
                one.external_links,
            )
            return any(part.page_info.has_next_page for part in lists)

        if not cut(node):
            return node
        whole = self._one_project(node.id)
        if cut(whole):
            raise BadReply(
                self._client.tracker, f"project {node.name!r} has more than 250 teams, labels or links."
            )
        return whole

    def _counted_projects(
        self, projects: Iterable[ProjectNode], issues: Iterable[IssueNode]
    ) -> list[ProjectNode]:
        used = {one.project.id for one in issues if one.project is not None}
        return [
            one
            for one in projects
            if is_counted(one, project_category(one)) or (one.id in used and not one.trashed)
        ]

    def _note_oddities(self, issues: Mapping[str, IssueNode], projects: Iterable[ProjectNode]) -> None:
        for project in projects:
            if len(project.initiatives.nodes) > 1:
                self.notes.append(
                    f"project {project.name!r} belongs to {len(project.initiatives.nodes)} initiatives; "
                    "only one is used as its parent."
                )
        new = unknown_types(issues.values(), projects)
        if new:
            self.notes.append(f"Unknown Linear state types, counted as not started: {', '.join(new)}.")


def _names(issues: Iterable[IssueNode], projects: Iterable[ProjectNode]) -> set[str]:
    """What issues and projects are called, as rules compare it."""
    keys = [key for one in issues for key in (one.identifier, *one.previous_identifiers)]
    return {folded(name) for name in (*keys, *(one.name for one in projects))}


def _forget_trashed_parents(issues: Mapping[str, IssueNode]) -> None:
    """A parent in the trash is none: what it hid is not unknown, it is gone."""
    for one in issues.values():
        if one.parent is not None and one.parent.id in issues and issues[one.parent.id].trashed:
            one.parent = None


def _parents(issues: Iterable[IssueNode]) -> set[str]:
    return {one.parent.id for one in issues if one.parent is not None}
