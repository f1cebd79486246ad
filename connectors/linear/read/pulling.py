"""One read of a Linear workspace in the making: everything of the teams in scope, what stands above it, and our marks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from config.names import folded
from config.text.issue_pages import IssuePages
from connectors.base import InitiativeUse, Progress
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import InitiativeNode, IssueNode, ProjectNode, TeamNode, ViewSlug
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.marks.status_updates import latest_updates
from connectors.linear.read.initiatives import InitiativeReader
from connectors.linear.read.issues import IssueReader, forget_trashed_parents, parents_of
from connectors.linear.read.mapping import ItemMapper, is_counted, unknown_types
from connectors.linear.read.own_updates import standing_updates
from connectors.linear.read.projects import ProjectReader, counted_projects
from connectors.linear.read.shown_marks import ShownMarks
from connectors.model import Marks, SetAside, WorkItem

UNSEEN = "it was written to, and may be an initiative, which the token may not read (initiative:read)"
"""Why an item that undo looks for is set aside."""


class Pulling:
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
        self.views: tuple[ViewSlug, ...] = ()
        self.visible: tuple[TeamNode, ...] = ()
        self._client = client
        self.mapper = mapper
        self._owner = mapper.labels.owner
        self.issues = IssueReader(client, self.set_aside, progress)
        self.marks = ShownMarks(client, mapper.labels, self.notes, elsewhere)
        self.initiatives = InitiativeReader(client, use, self.notes, self.set_aside)
        self.projects = ProjectReader(client, self.initiatives, self.set_aside)
        self._read: dict[str, IssueNode] = {}
        self.teamwork: dict[str, IssueNode] = {}

    @property
    def labels(self) -> OwnLabels:
        """The workspace's labels, and which of them are ours."""
        return self.mapper.labels

    def items(self) -> tuple[WorkItem, ...]:
        issues, projects = self._everything()
        self.teamwork = issues
        forget_trashed_parents(issues)
        counted = {one.id: one for one in issues.values() if is_counted(one, self.mapper.category_of(one))}
        above = parents_of(self.issues, counted, issues, {one.id for one in self.set_aside})
        open_or_used = counted_projects(projects, [*counted.values(), *above])
        initiatives = self.initiatives.above(open_or_used, lambda: names_of(issues.values(), projects))
        self._read = {**issues, **{one.id: one for one in above}}
        self.marks.learn(self._read)
        self.mapper = replace(self.mapper, labels=self.marks.labels)
        shown = self.marks.on(counted, open_or_used)
        self.note_oddities(counted, open_or_used)
        return (
            *(self.map_initiative(one) for one in initiatives),
            *(self.map_project(one, shown.get(one.id, Marks())) for one in open_or_used),
            *(self.map_issue(one, shown.get(one.id, Marks())) for one in counted.values()),
            *(self.map_issue(one, Marks(), in_scope=False) for one in above),
        )

    def _everything(self) -> tuple[dict[str, IssueNode], list[ProjectNode]]:
        """All issues and projects of the teams in scope; our records on issues are read beside them."""
        teams = list(self.mapper.teams)
        issues: dict[str, IssueNode] = {}
        projects: list[ProjectNode] = []

        def read_issues() -> None:
            issues.update(self.issues.of_teams(teams, self.marks.wanted, self.marks.read))

        def read_projects() -> None:
            projects.extend(self.projects.of_teams(teams))

        self._client.together([read_issues, read_projects])
        return issues, projects

    def map_issue(self, node: IssueNode, shown: Marks, *, in_scope: bool = True) -> WorkItem:
        ours, links = self.marks.not_of_people(node), self.marks.issue_links(node.id)
        return self.mapper.issue(node, shown, ours, in_scope=in_scope, links=links)

    def map_project(self, node: ProjectNode, shown: Marks) -> WorkItem:
        return self.mapper.project(
            node, shown, latest_updates(node.id, node.project_updates.nodes, self._owner)
        )

    def map_initiative(self, node: InitiativeNode) -> WorkItem:
        return self.mapper.initiative(
            node, latest_updates(node.id, node.initiative_updates.nodes, self._owner)
        )

    def owned_items(self, written: Collection[str]) -> tuple[WorkItem, ...]:
        """Every item with a trace of ours, in scope or not, and those whose comment alone is left."""
        on_projects, on_initiatives = standing_updates(self._client, self.initiatives, self._owner)
        scope = [one for one in self.items() if one.in_scope and one.writable]
        known = {one.ref.id for one in scope}
        of_others = self._of_others_elsewhere() - set(written)
        outside = (set(written) | self.marks.traces() | set(on_projects)) - known - of_others
        issues = {id_: one for id_, one in self._labelled(known).items() if id_ not in of_others}
        outside -= set(issues)
        issues |= self.issues.with_ids(outside)
        projects = [one for one in map(self.projects.now, sorted(outside - set(issues))) if one is not None]
        if self.initiatives.left_out:
            lost = outside - set(issues) - {one.id for one in projects}
            self.set_aside += [SetAside(one, one, UNSEEN) for one in sorted(lost & set(written))]
        shown = self.marks.on(issues, projects)
        away = [
            *(self.map_issue(one, shown.get(one.id, Marks())) for one in issues.values()),
            *(self.map_project(one, shown.get(one.id, Marks())) for one in projects),
            *(self.map_initiative(one) for one in self.initiatives.every() if one.id in on_initiatives),
        ]
        updates = on_projects | on_initiatives
        items = [
            replace(one, shown=replace(one.shown, update=updates.get(one.ref.id)))
            for one in self.marks.with_remnants([*scope, *away], written)
        ]
        return tuple(one for one in items if one.shown.stamp is not None or one.shown != Marks())

    def _of_others_elsewhere(self) -> set[str]:
        """Issues of another workspace that are not of the teams in scope: the organisation may be shared."""
        teams = self.mapper.teams
        here = {id_ for id_, one in self._read.items() if one.team.id in teams}
        return self.marks.of_others() - here

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
            "team": {"id": {"nin": sorted(self.mapper.teams)}},
        }
        found = self.issues.that(elsewhere)
        return here | {id_: one for id_, one in found.items() if id_ not in known and not one.trashed}

    def facts(self, ids: Sequence[str]) -> tuple[WorkItem, ...]:
        """The issues with these ids as plain facts, but those in the trash."""
        return tuple(
            self.mapper.issue(
                one,
                Marks(),
                self.labels.on(one.label_ids, one.team.id).ids,
                in_scope=one.team.id in self.mapper.teams,
            )
            for one in self.issues.with_ids(ids).values()
            if not one.trashed
        )

    def note_oddities(self, issues: Mapping[str, IssueNode], projects: Iterable[ProjectNode]) -> None:
        for project in projects:
            if len(project.initiatives.nodes) > 1:
                self.notes.append(
                    f"project {project.name!r} belongs to {len(project.initiatives.nodes)} initiatives; "
                    "only one is used as its parent."
                )
        new = unknown_types(issues.values(), projects)
        if new:
            self.notes.append(f"Unknown Linear state types, counted as not started: {', '.join(new)}.")


def names_of(issues: Iterable[IssueNode], projects: Iterable[ProjectNode]) -> set[str]:
    """What issues and projects are called, as rules compare it."""
    keys = [key for one in issues for key in (one.identifier, *one.previous_identifiers)]
    return {folded(name) for name in (*keys, *(one.name for one in projects))}
