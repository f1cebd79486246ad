"""What changed on Linear since a bookmark, mapped as a whole pull maps it.

The streams tell what changed by itself; what hangs on it is read again with it. What cannot be told from what changed alone raises
NeedsWholeRead. What Linear does not tell at all waits for the sweep, or for the whole read (docs/performance/linear.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.changes import KnownItems, NeedsWholeRead
from connectors.linear.api import queries
from connectors.linear.api.change_queries import Row
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import IssueNode, ProjectNode
from connectors.linear.changes.bookmark import Bookmark, digest
from connectors.linear.changes.labels import changed_labels, own_labels, with_learnt
from connectors.linear.changes.sweep import Swept, sweep
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.read.issues import forget_trashed_parents, parents, parents_of
from connectors.linear.read.mapping import is_counted, project_category
from connectors.linear.read.pulling import Pulling, names_of
from connectors.model import Marks, WorkItem


@dataclass
class Found:
    """What came of it: items, ids of what is gone, and what the next bookmark remembers."""

    items: list[WorkItem] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    labels: OwnLabels | None = None
    names: dict[str, str] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    projects: set[str] = field(default_factory=set)
    initiatives: set[str] = field(default_factory=set)


class ChangesReader:
    """One read of changes. `rows`: what the streams tell, `news` of it what is new; `doubtful`: see `ReadsChanges.changes`."""

    def __init__(
        self,
        client: LinearClient,
        pulling: Pulling,
        before: Bookmark,
        known: KnownItems,
        rows: Mapping[str, Sequence[Row]],
        news: Mapping[str, Sequence[Row]],
        doubtful: Collection[str] = (),
    ) -> None:
        self._client = client
        self._pulling = pulling
        self._before = before
        self._known = known
        self._rows = rows
        self._news = news
        self._doubtful_projects = set(doubtful) & set(before.projects)
        self._doubtful_initiatives = set(doubtful) & set(before.initiatives)
        self._doubtful_issues = set(doubtful) - self._doubtful_projects - self._doubtful_initiatives
        self._teams = pulling.mapper.teams
        self._nodes: dict[str, IssueNode] = {}
        self._asked: set[str] = set()
        self._items: dict[str, WorkItem] = {}
        self._swept: Swept | None = None
        self.found = Found(
            names=dict(before.names),
            outside=set(before.outside),
            projects=set(before.projects),
            initiatives=set(before.initiatives),
        )

    def read(self, *, with_sweep: bool) -> Found:
        """All of it."""
        again = {one.id for one in self._news["issues"]} | set(self._before.aside) | self._committed()
        again |= {one.issue.id for one in self._news["attachments"] if one.issue is not None}
        again |= self._doubtful_issues
        if with_sweep:
            others = self.found.projects | self.found.initiatives
            self._swept = sweep(self._client, self._teams, self._pulling.mapper.dropped, self._known, others)
            again |= self._swept.again | self.found.outside
        named = self._named()
        some = any(self._news[name] for name in ("projects", "projectUpdates", "labels", "projectLabels"))
        roof = any(self._news.get(name) for name in ("initiatives", "initiativeUpdates"))
        some, roof = some or bool(self._doubtful_projects), roof or bool(self._doubtful_initiatives)
        if not (again or named or some or roof or with_sweep):
            return self.found
        named += self._labels()
        projects = self._projects_told()
        renamed = [one.id for one in self._news["projects"] if self._is_renamed(one)]
        named += [{"project": {"id": {"in": renamed}}}] if renamed else []
        self._read(again, named)
        self._map(projects, roof=roof or with_sweep or bool(self._news["projectLabels"]))
        return self.found

    # --- What is to be read again ------------------------------------------------------------------

    def _committed(self) -> set[str]:
        """Issues that came into an active cycle, or left it, be it because it began or ended."""
        if "committed" not in self._rows:
            return set()
        return {one.id for one in self._rows["committed"]} ^ set(self._before.committed)

    def _named(self) -> list[dict[str, Any]]:
        """Filters for the issues that carry the name of a state or person which is another now."""
        found: list[dict[str, Any]] = []
        for stream, condition in (("states", "state"), ("users", "assignee")):
            told = {one.id: digest(one.name, one.type) for one in self._news[stream]}
            changed = [id_ for id_, now in told.items() if self.found.names.get(id_, now) != now]
            self.found.names |= {id_: now for id_, now in told.items() if id_ in self.found.names}
            found += [{condition: {"id": {"in": changed}}}] if changed else []
        return found

    def _labels(self) -> list[dict[str, Any]]:
        """Learn the labels; a filter for the issues that bear one which is another now."""
        labels = {one.id: one for one in self._client.walk(queries.LABELS, lambda reply: reply.issue_labels)}
        own = own_labels(self._pulling.mapper.labels, labels, self._before.renamed)
        changed = changed_labels(self._before, own)
        self._use(own)
        return [{"labels": {"some": {"id": {"in": changed}}}}] if changed else []

    def _use(self, own: OwnLabels) -> None:
        self.found.labels = own
        self._pulling.marks.use(own)
        self._pulling.mapper = replace(self._pulling.mapper, labels=own)

    def _projects_told(self) -> list[ProjectNode]:
        told = {one.id for one in self._news["projects"]}
        told |= {one.project.id for one in self._news["projectUpdates"] if one.project is not None}
        told |= self._doubtful_projects
        self._asked_projects = set(told)
        return self._pulling.projects.with_ids(told, self._teams)

    def _is_renamed(self, row: Row) -> bool:
        """Whether issues may know a project by another name; issues of the scope may be in one that is of other teams alone."""
        item = self._known.items([row.id]).get(row.id)
        return item is None or item.project != row.name

    def _read(self, again: Collection[str], named: Sequence[Mapping[str, object]]) -> None:
        """Read the issues again, and those whose facts hang on them: their children."""
        if named:
            here: dict[str, object] = {"team": {"id": {"in": sorted(self._teams)}}}
            self._take(self._pulling.issues.that({"and": [here, {"or": list(named)}]}))
        waiting = set(again) - set(self._nodes)
        looked: set[str] = set()
        while waiting or set(self._nodes) - looked:
            self._asked |= waiting
            self._take(self._pulling.issues.with_ids(waiting))
            new = (set(self._nodes) | self._asked) - looked
            looked |= new
            waiting = self._children_touched(new) - set(self._nodes) - self._asked

    def _take(self, nodes: Mapping[str, IssueNode]) -> None:
        self._nodes |= nodes
        self._asked |= set(nodes)
        for one in nodes.values():
            self.found.names[one.state.id] = digest(one.state.name, one.state.type)
            if one.assignee is not None:
                self.found.names[one.assignee.id] = digest(one.assignee.name, "")

    def _children_touched(self, ids: Collection[str]) -> set[str]:
        """Ids of the issues below these that are to be read again: their parent went, came back, or has another key."""
        before = self._known.items(ids)
        self._items |= before
        lost, came = set(), set()
        for id_ in ids:
            node, item = self._nodes.get(id_), before.get(id_)
            if item is not None and (node is None or node.trashed or node.identifier != item.key):
                lost.add(id_)
            if item is None and node is not None and not node.trashed:
                came.add(id_)
        found = {one.ref.id for one in self._known.children(lost) if one.level in ("issue", "subtask")}
        old = self._before.streams["issues"].at
        if back := sorted(id_ for id_ in came if self._nodes[id_].created_at < old):
            below = self._pulling.issues.that({"parent": {"id": {"in": back}}})
            self._take(below)
        return found

    # --- What became of it -------------------------------------------------------------------------

    def _map(self, projects: list[ProjectNode], *, roof: bool) -> None:
        pulling, nodes = self._pulling, self._nodes
        forget_trashed_parents(nodes)
        counted = {
            id_: one
            for id_, one in nodes.items()
            if one.team.id in self._teams and is_counted(one, pulling.mapper.category_of(one))
        }
        aside = {one.id for one in pulling.set_aside}
        kept = {
            id_: one
            for id_, one in nodes.items()
            if id_ not in counted and not one.trashed and self._has_others_below(id_)
        }
        base = counted | kept
        there = set(self._known.items(parents(base.values()) - set(nodes)))
        above = {one.id: one for one in parents_of(pulling.issues, base, nodes, aside | there)} | kept
        forget_trashed_parents({**nodes, **above})
        emitted = {**counted, **above}
        self.found.gone |= {id_ for id_ in self._asked if id_ in self._items and id_ not in emitted}
        self._leave_parents(emitted)
        self.found.outside = (self.found.outside | set(above)) - set(counted) - self.found.gone
        of_projects = self._projects(projects, emitted, roof=roof)
        pulling.marks.read_on(set(counted))
        own = pulling.mapper.labels
        pulling.marks.learn(nodes)
        self._use(with_learnt(own, pulling.marks.labels, self._before))
        shown = pulling.marks.on(counted, of_projects)
        pulling.note_oddities(counted, of_projects)
        self.found.items += [
            *(pulling.map_project(one, shown.get(one.id, Marks())) for one in of_projects),
            *(pulling.map_issue(one, shown.get(one.id, Marks())) for one in counted.values()),
            *(pulling.map_issue(one, Marks(), in_scope=False) for one in above.values()),
        ]

    def _has_others_below(self, id_: str) -> bool:
        """Whether something is known below an issue that was not read again."""
        below = self._known.children([id_])
        return any(one.ref.id not in self._asked for one in below)

    def _leave_parents(self, emitted: Mapping[str, IssueNode]) -> None:
        """Issues above the scope below which nothing is any more are gone."""
        now = {id_: one.parent.id if one.parent else None for id_, one in emitted.items()}
        waiting = {
            item.parent.id
            for id_, item in self._items.items()
            if item.parent is not None and now.get(id_) != item.parent.id
        } & self.found.outside
        while waiting:
            next_: set[str] = set()
            for id_, item in self._known.items(waiting).items():
                below = {one.ref.id for one in self._known.children([id_])}
                left = {one for one in below - self.found.gone if now.get(one, id_) == id_}
                if left or id_ in now.values():
                    continue
                self.found.gone.add(id_)
                next_ |= {item.parent.id} if item.parent else set()
            waiting = (next_ & self.found.outside) - self.found.gone

    # --- Projects and initiatives -------------------------------------------------------------------

    def _projects(
        self, told: list[ProjectNode], emitted: Mapping[str, IssueNode], *, roof: bool
    ) -> list[ProjectNode]:
        touched = {one.project.id for one in emitted.values() if one.project is not None}
        before = {id_: item.own_project.id for id_, item in self._items.items() if item.own_project}
        touched |= set(before.values())
        pulling = self._pulling
        if not roof:
            have = {one.id for one in told}
            told = told + pulling.projects.with_ids(touched - have - self._asked_projects, self._teams)
            roof = not self._before.initiatives_left_out and any(map(self._is_moved, told))
        if roof:
            told = pulling.projects.of_teams(list(self._teams))
            touched |= self.found.projects
        touched |= self._asked_projects
        for one in told:
            if self._before.initiatives_left_out:
                one.initiatives.nodes = []
        used = {one.project.id for one in emitted.values() if one.project is not None}
        left = {
            project
            for id_, project in before.items()
            if id_ not in emitted or (at := emitted[id_].project) is None or at.id != project
        }
        found = [one for one in told if self._is_item(one, used, left)]
        ids = {one.id for one in found}
        self.found.gone |= (touched & self.found.projects) - ids
        self.found.projects = (self.found.projects - touched) | ids
        if roof:
            self._roof(found)
        return found

    def _is_moved(self, node: ProjectNode) -> bool:
        item = self._known.items([node.id]).get(node.id)
        first = min((one.id for one in node.initiatives.nodes), default=None)
        was = item.parent.id if item is not None and item.parent is not None else None
        return len(node.initiatives.nodes) > 1 or first != was

    def _is_item(self, node: ProjectNode, used: Collection[str], left: Collection[str]) -> bool:
        """Whether a project takes part, by itself or because of what is in it."""
        if is_counted(node, project_category(node)) or (node.id in used and not node.trashed):
            return True
        if node.trashed or node.id not in self.found.projects:
            return self._swept is not None and node.id in self._swept.used and not node.trashed
        if self._swept is not None:
            return node.id in self._swept.used
        if node.id in left or not self._known.children([node.id]):
            raise NeedsWholeRead(f'whether "{node.name}", which is in the archive, still holds work.')
        return True

    def _roof(self, projects: list[ProjectNode]) -> None:
        above = self._pulling.initiatives.above(projects, lambda: names_of(self._nodes.values(), projects))
        self.found.items += [self._pulling.map_initiative(one) for one in above]
        ids = {one.id for one in above}
        self.found.gone |= self.found.initiatives - ids
        self.found.initiatives = ids
