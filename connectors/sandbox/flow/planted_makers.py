"""Puts work with a chosen life into either tracker by the same words, so that a case is planted alike in both.

Quiet teams get it, HR on the Jira site and PEO in the Linear workspace, that are out of the example's scope; `elsewhere` are
OPS and ENG. Equal worlds get equal work: nothing is drawn from the generators of the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any, Literal, Protocol

from connectors.sandbox.company import NOW, PEOPLE, Person, rng, uuid4_from
from connectors.sandbox.flow import jira_deeds, linear_deeds
from connectors.sandbox.jira.generate_history import NOTHING, ChangeKind, HistoryBuilder
from connectors.sandbox.jira.state import PRIORITIES, RESOLUTIONS, TYPES, JiraSite
from connectors.sandbox.jira.state import Issue as JiraIssue
from connectors.sandbox.linear.entities import Issue, Label, Project, Relation, User
from connectors.sandbox.linear.history import plant_spans
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.planted_answers import ItemKey

Urgency = Literal["urgent", "usual", "low"]


def ago(days: float) -> datetime:
    """The moment so many days before the world begins."""
    return NOW - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Life:
    """How it went with a piece of work, in days before now. `has_somebody`: whether anybody is assigned."""

    created: float = 60
    begun: float | None = None
    ended: float | None = None
    dropped: bool = False
    urgency: Urgency = "usual"
    has_somebody: bool = True


OPEN = Life()


@dataclass(frozen=True, slots=True)
class Made:
    """A planted piece of work: by tracker and id, and by key."""

    item: ItemKey
    key: str


class Maker(Protocol):
    """What plants work in a tracker. `team` is the quiet team as signals name it."""

    @property
    def team(self) -> str: ...

    def work(
        self, *labels: str, life: Life = OPEN, below: Made | None = None, elsewhere: bool = False
    ) -> Made:
        """A piece of work."""
        ...

    def block(self, blocker: Made, blocked: Made, days: float) -> None:
        """Let one wait for another since so many days."""
        ...

    def move(self, made: Made) -> tuple[Made, str]:
        """Give it another key; gives it as it is now, and the key that it had."""
        ...

    def good_word(self, label: str) -> Made:
        """What holds work of that label, of which a person says that it goes well, or which a rule names."""
        ...


class JiraMaker:
    """Plants on a site that has the fields of `jira_deeds`."""

    team = "jira/HR"

    def __init__(self, site: JiraSite) -> None:
        self._site = site
        self._people: Iterator[Person] = cycle(PEOPLE)

    def work(
        self, *labels: str, life: Life = OPEN, below: Made | None = None, elsewhere: bool = False
    ) -> Made:
        return self._made(
            self._issue(labels, life, below, "OPS" if elsewhere else "HR", "Sub-task" if below else "Task")
        )

    def block(self, blocker: Made, blocked: Made, days: float) -> None:
        source, target = self._of(blocker), self._of(blocked)
        jira_deeds.block(self._site, source, target, ago(days), target.reporter)

    def move(self, made: Made) -> tuple[Made, str]:
        issue = self._of(made)
        issue.key = self._site.new_key(issue.project)
        self._site.keys[issue.key] = issue.id
        return self._made(issue), made.key

    def good_word(self, label: str) -> Made:
        # Fields of the site do not reach the quiet project.
        epic = self._issue((label,), OPEN, None, "WEB", "Epic")
        jira_deeds.give_health(self._site, epic, "Green", ago(5), epic.reporter)
        return self._made(epic)

    def _of(self, made: Made) -> JiraIssue:
        return self._site.issues[int(made.item[1])]

    @staticmethod
    def _made(issue: JiraIssue) -> Made:
        return Made(("jira", str(issue.id)), issue.key)

    def _issue(
        self, labels: tuple[str, ...], life: Life, below: Made | None, project_key: str, kind: str
    ) -> JiraIssue:
        site, somebody = self._site, next(self._people)
        project, created = site.projects[project_key], ago(life.created)
        names = {"urgent": "Highest", "usual": "Medium", "low": "Low"}
        issue = JiraIssue(
            id=site.next_id(),
            key=site.new_key(project),
            project=project,
            type=TYPES[kind],
            summary=f"Planted work {len(site.issues)}",
            status=project.statuses[0],
            reporter=somebody,
            created=created,
            updated=created,
            category_changed=created,
            priority=next(one for one in PRIORITIES if one.name == names[life.urgency]),
            assignee=somebody if life.has_somebody else None,
            labels=[*labels],
            parent=int(below.item[1]) if below else None,
        )
        self._let_live(issue, life)
        return site.add(issue)

    def _let_live(self, issue: JiraIssue, life: Life) -> None:
        """The past's entries take the ids that follow on the issue's."""
        history = HistoryBuilder()
        for days, category in ((life.begun, "indeterminate"), (life.ended, "done")):
            if days is None:
                continue
            status, moment = (
                next(one for one in issue.project.statuses if one.category == category),
                ago(days),
            )
            history.add(moment.timestamp(), issue.reporter, ChangeKind.STATUS, issue.status.id, status.id)
            issue.status, issue.category_changed, issue.updated = status, moment, moment
            if category == "done":
                name = "Won't Do" if life.dropped else "Done"
                issue.resolution = next(one for one in RESOLUTIONS if one.name == name)
                issue.resolved = moment
                resolution = issue.resolution.id
                history.add(moment.timestamp(), issue.reporter, ChangeKind.RESOLUTION, NOTHING, resolution)
        issue.past, entries = history.packed()
        for _ in range(entries):
            self._site.next_id()


class LinearMaker:
    """Plants in a workspace."""

    team = "linear/PEO"
    project = "Planted promise"
    """Of which a person says that it goes well."""

    def __init__(self, space: LinearSpace) -> None:
        self._space = space
        self._people: Iterator[User] = cycle([one for one in space.users.values() if not one.app])
        self._ids = rng(0, "planted-signals", "linear")

    def work(
        self, *labels: str, life: Life = OPEN, below: Made | None = None, elsewhere: bool = False
    ) -> Made:
        return self._made(self._issue(labels, life, below, "ENG" if elsewhere else "PEO"))

    def block(self, blocker: Made, blocked: Made, days: float) -> None:
        source, target = self._of(blocker), self._of(blocked)
        relation = Relation(**self._row(ago(days)), type="blocks", issue=source, related_issue=target)
        self._space.relations[relation.id] = relation
        source.relations.append(relation)
        target.inverse_relations.append(relation)

    def move(self, made: Made) -> tuple[Made, str]:
        issue = self._of(made)
        issue.team.last_number += 1
        issue.previous_identifiers.append(issue.identifier)
        issue.number = issue.team.last_number
        self._space.identifiers[issue.identifier] = issue
        return self._made(issue), made.key

    def good_word(self, label: str) -> Made:
        space, team, somebody = self._space, self._space.team("PEO"), next(self._people)
        project = Project(
            **self._row(ago(60)),
            name=self.project,
            slug_id="planted00001",
            status=next(one for one in space.project_statuses.values() if one.type == "started"),
            color="#26b5ce",
            lead=somebody,
            creator=somebody,
            started_at=ago(60),
            teams=[team],
            members=[somebody],
        )
        team.projects.append(project)
        space.projects[project.id] = project
        linear_deeds.give_health(space, project, "onTrack", ago(5), somebody, "All is well.")
        issue = self._of(self.work(label))
        issue.project, issue.added_to_project_at = project, issue.created_at
        project.issues.append(issue)
        return Made(("linear", project.id), project.name)

    def _of(self, made: Made) -> Issue:
        return self._space.issues[made.item[1]]

    @staticmethod
    def _made(issue: Issue) -> Made:
        return Made(("linear", issue.id), issue.identifier)

    def _row(self, at: datetime) -> dict[str, Any]:
        return {"id": uuid4_from(self._ids), "created_at": at, "updated_at": at}

    def _issue(self, labels: tuple[str, ...], life: Life, below: Made | None, team_key: str) -> Issue:
        space, somebody = self._space, next(self._people)
        team = space.team(team_key)
        team.last_number += 1
        steps = [(ago(life.created), team.state("backlog", "unstarted"))]
        if life.begun is not None:
            steps.append((ago(life.begun), team.state("started")))
        if life.ended is not None:
            steps.append((ago(life.ended), team.state("canceled" if life.dropped else "completed")))
        last, state = steps[-1]
        issue = Issue(
            **self._row(ago(life.created)),
            number=team.last_number,
            title=f"Planted work {len(space.issues)}",
            team=team,
            state=state,
            sort_order=-float(team.last_number),
            creator=somebody,
            assignee=somebody if life.has_somebody else None,
            priority={"urgent": 1, "usual": 3, "low": 4}[life.urgency],
            started_at=ago(life.begun) if life.begun is not None else None,
            completed_at=last if state.type == "completed" else None,
            canceled_at=last if state.type == "canceled" else None,
            labels=[self._label(name) for name in labels],
        )
        issue.updated_at = last
        if below is not None:
            issue.parent = self._of(below)
            issue.parent.children.append(issue)
        plant_spans(space, issue, steps)
        team.issues.append(issue)
        space.issues[issue.id] = issue
        space.identifiers[issue.identifier] = issue
        return issue

    def _label(self, name: str) -> Label:
        known = (one for one in self._space.labels.values() if one.name == name and one.team is None)
        label = next(known, None)
        if label is None:
            label = Label(**self._row(ago(900)), name=name)
            self._space.labels[label.id] = label
        return label
