"""The seeded generator of the Linear workspace: issues of several months, in several states of disorder."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from connectors.sandbox.company import NOW, Clock, rng, title, work_moment
from connectors.sandbox.linear.decorate import Decorator, after
from connectors.sandbox.linear.entities import CLOSED, Issue, Team, WorkflowState
from connectors.sandbox.linear.foreign_parents import add_foreign_parents
from connectors.sandbox.linear.on_purpose import plan_on_purpose
from connectors.sandbox.linear.planted import (
    CLAIMS,
    ENDS,
    ODD_LABELINGS,
    PROJECTS,
    STREAMS,
    OddLabeling,
    WorkStream,
)
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.linear.workspace import SCALES, WorkspaceBuilder
from connectors.sandbox.planted_answers import Planted, PlantedAnswer, put_before

ROOMY = 70
"""Items from which a workspace has room for all planned work, not only for what the examples name."""
OLDEST = timedelta(days=700)
FEWEST_FLAKY, MOST_FLAKY = 6, 14
"""Open flaky tests, so that the example's key result (30 down to 5) stands somewhere between."""
ODD, ODD_LOOSE = 0.04, 0.25
"""Part of the issues that bear odd labels or claims: of those in projects, and of those in none."""
_STATE_WEIGHTS = {
    "backlog": 22,
    "unstarted": 18,
    "started": 22,
    "completed": 30,
    "canceled": 5,
    "duplicate": 3,
}


def generate_linear(items: int, seed: int, clock: Clock) -> LinearSpace:
    """A workspace with about `items` projects and issues; equal seeds give equal workspaces."""
    return planted_linear(items, seed, clock)[0]


def planted_linear(items: int, seed: int, clock: Clock) -> tuple[LinearSpace, Planted[str]]:
    """The workspace, and what was planted in it."""
    workspace = WorkspaceBuilder(seed, clock, roomy=items >= ROOMY)
    writer = _Writer(workspace, rng(seed, "linear", "issues"), roomy=items >= ROOMY)
    writer.write(max(len(writer.streams), items - len(workspace.space.projects)))
    for project in workspace.space.projects.values():
        if project.name in PROJECTS:
            writer.answers[project.id] = (PROJECTS[project.name],)
    return workspace.space, _noted(workspace.space, writer)


def _noted(space: LinearSpace, writer: _Writer) -> Planted[str]:
    """What was planted, written down once all of it is."""
    planted: Planted[str] = Planted(writer.answers, on_purpose=writer.on_purpose)
    for issue in space.issues.values():
        if issue.completed_at is not None:
            planted.finished[issue.id] = issue.completed_at
        if issue.state.type == "started" and issue.started_at is not None:
            planted.begun[issue.id] = issue.started_at
        planted.points += issue.estimate or 0
    for project in space.projects.values():
        if project.completed_at is not None:
            planted.finished[project.id] = project.completed_at
        if project.status.type == "started" and project.started_at is not None:
            planted.begun[project.id] = project.started_at
    return planted


def _shares(streams: Sequence[WorkStream], count: int) -> list[tuple[WorkStream, int]]:
    """How many issues each stream gets: at least one, `count` in all."""
    whole = sum(stream.part for stream in streams)
    shares = [(stream, max(1, int(stream.part / whole * count))) for stream in streams]
    missing = count - sum(number for _, number in shares)
    for at in range(abs(missing)):
        place = at % len(shares) if missing > 0 else max(range(len(shares)), key=lambda one: shares[one][1])
        shares[place] = (shares[place][0], shares[place][1] + (1 if missing > 0 else -1))
    return shares


class _Writer:
    """Writes issues into a workspace, and then what connects them."""

    def __init__(self, workspace: WorkspaceBuilder, source: random.Random, *, roomy: bool) -> None:
        self.workspace = workspace
        self.space = workspace.space
        self.random = source
        self.streams = [stream for stream in STREAMS if stream.early or roomy]
        self.answers: dict[str, tuple[PlantedAnswer, ...]] = {}
        self.on_purpose: dict[str, list[str]] = {}
        self._roomy = roomy
        self._flaky = 0
        self._labels = {
            label.name: label for label in self.space.labels.values() if label.team is None or label.is_group
        }
        self._projects = {project.name: project for project in self.space.projects.values()}
        self._states = {
            (team.key, kind): [state for state in team.states if state.type == kind]
            for team in self.space.teams.values()
            for kind in {state.type for state in team.states}
        }
        self._odd: dict[str | None, list[OddLabeling]] = {}

    def write(self, count: int) -> None:
        drafts = [
            (self._moment(stream), order, stream)
            for order, stream in enumerate(
                stream for stream, number in _shares(self.streams, count) for _ in range(number)
            )
        ]
        # In order of creation, so that numbers rise with time and a parent is older than its children.
        drafts.sort(key=lambda draft: draft[:2])
        for created, _, stream in drafts:
            self._issue(stream, created)
        del drafts
        issues = list(self.space.issues.values())
        Decorator(self.workspace, self.random, self._labels).decorate(issues)
        self._claim(issues)
        self._archive(issues)
        if self._roomy:
            add_foreign_parents(self.workspace, issues, self.answers)
            self.on_purpose |= plan_on_purpose(self.space, issues, self.answers)

    def _moment(self, stream: WorkStream) -> datetime:
        if stream.project:
            project = self._projects[stream.project]
            ended = project.completed_at or project.canceled_at or NOW
            last = (NOW - ended) / timedelta(days=1)
            age = self.random.uniform(last + 0.5, (NOW - project.created_at) / timedelta(days=1))
            return max(work_moment(self.random, (NOW - timedelta(days=age)).date()), project.created_at)
        # More young ones than old ones.
        age = 0.5 + (OLDEST / timedelta(days=1)) * self.random.random() ** 2.2
        return work_moment(self.random, (NOW - timedelta(days=age)).date())

    def _issue(self, stream: WorkStream, created: datetime) -> None:
        space, source = self.space, self.random
        team = space.team(stream.team)
        team.last_number += 1
        issue = Issue(
            **self.workspace.row(created),
            number=team.last_number,
            title=title(source, stream.theme),
            team=team,
            state=self._state(stream, team, created),
            sort_order=-float(team.last_number),
            creator=source.choice(team.members),
            assignee=source.choice(team.members) if source.random() < 0.7 else None,
            priority=source.choices((0, 1, 2, 3, 4), (30, 6, 18, 34, 12))[0],
            estimate=self._estimate(team),
        )
        issue.subscribers = [issue.creator] if issue.creator else []
        if stream.project:
            issue.project, issue.added_to_project_at = self._projects[stream.project], created
            issue.project.issues.append(issue)
        if stream.label:
            issue.labels.append(self._labels[stream.label])
        if stream.answer.is_decided:
            self.answers[issue.id] = (stream.answer,)
        self._stamp(issue)
        self._nest(issue)
        if stream.label is None and source.random() < (ODD if stream.project else ODD_LOOSE):
            self._mislabel(issue)
        team.issues.append(issue)
        space.issues[issue.id] = issue
        space.identifiers[issue.identifier] = issue
        if stream.project is None and team.key == "ENG" and source.random() < 0.03:
            # It was another team's first; the identifier that it had still leads to it.
            before = space.team("MOB")
            before.last_number += 1
            issue.previous_identifiers.append(f"{before.key}-{before.last_number}")
            space.identifiers[issue.previous_identifiers[0]] = issue

    def _mislabel(self, issue: Issue) -> None:
        """Labels and claims beside the plain ones; the issue then serves what the table says."""
        chosen = self._next_odd(issue) if issue.team.key != "PEO" else None
        if chosen is None:
            return
        issue.labels += [self._labels[name] for name in chosen.labels]
        if chosen.answer.is_decided:
            put_before(self.answers, issue.id, chosen.answer)

    def _next_odd(self, issue: Issue) -> OddLabeling | None:
        """The next oddity of its project that fits; each of them comes once before any comes again."""
        project = issue.project.name if issue.project else None
        deck = self._odd.setdefault(project, [])
        if not any(issue.completed_at or not odd.closed for odd in deck):
            cards = [odd for odd in ODD_LABELINGS if odd.project == project]
            deck += self.random.sample(cards, len(cards))
        fitting = (n for n, odd in enumerate(deck) if issue.completed_at or not odd.closed)
        place = next(fitting, None)
        return deck.pop(place) if place is not None else None

    def _estimate(self, team: Team) -> int | None:
        scale = SCALES[team.issue_estimation_type]
        if not scale or self.random.random() < 0.22:
            return None
        return self.random.choices(scale, (22, 28, 26, 16, 8))[0]

    def _state(self, stream: WorkStream, team: Team, created: datetime) -> WorkflowState:
        if stream.project in ENDS:
            canceled = self.random.random() < (0.75 if "Chat" in stream.project else 0.08)
            return self._states[team.key, "canceled" if canceled else "completed"][0]
        weights = dict(_STATE_WEIGHTS)
        if NOW - created > timedelta(days=150):
            weights |= {"backlog": 9, "unstarted": 3, "started": 2, "completed": 74}
        if NOW - created < timedelta(days=10):
            weights |= {"completed": 6, "canceled": 1, "duplicate": 2}
        if stream.theme == "flaky":
            weights |= {"completed": 12}
            if self._flaky < FEWEST_FLAKY:
                weights |= dict.fromkeys(("completed", "canceled", "duplicate"), 0)
        kind = self.random.choices(list(weights), list(weights.values()))[0]
        if stream.theme == "flaky" and kind not in ("completed", "canceled", "duplicate"):
            self._flaky += 1
            kind = "completed" if self._flaky > MOST_FLAKY else kind
        if team.triage_enabled and kind == "backlog" and NOW - created < timedelta(days=14):
            kind = "triage"
        return self.random.choice(self._states[team.key, kind])

    def _stamp(self, issue: Issue) -> None:
        """The times that go with the state, and the last meaningful update."""
        closed_type = issue.state.type in CLOSED
        # Finished work was taken up and ended within weeks, most of it.
        days = 40 * self.random.random() ** 2 + 1 if closed_type else None
        later = after(self.random, issue.created_at, days)
        if issue.state.type in ("started", "completed"):
            issue.started_at = later
        if issue.state.type == "completed":
            issue.completed_at = later = after(self.random, later, days)
        if issue.state.type in ("canceled", "duplicate"):
            issue.canceled_at = later
        issue.updated_at = later if self.random.random() < 0.85 else issue.created_at
        closed = issue.completed_at or issue.canceled_at
        if closed or issue.started_at:
            issue.updated_at = max(issue.updated_at, closed or issue.started_at or later)
        if not closed and self.random.random() < 0.15:
            issue.due_date = (NOW + timedelta(days=self.random.randint(-10, 40))).date()

    def _nest(self, issue: Issue) -> None:
        """Make some issues sub-issues of an older one of the same project, at most three deep."""
        if issue.project is None or self.random.random() > 0.3:
            return
        above = [
            one
            for one in issue.project.issues[-40:]
            if one is not issue
            and (one.parent is None or one.parent.parent is None)
            and one.created_at < issue.created_at
        ]
        if above:
            issue.parent = self.random.choice(above[-12:])
            issue.parent.children.append(issue)

    def _claim(self, issues: list[Issue]) -> None:
        """People's own word on a few issues that no rule would link: the label group, and a plain label."""
        loose = [
            issue
            for issue in issues
            if issue.team.key != "PEO" and issue.project is None and issue.state.type != "canceled"
        ]
        loose = [
            issue
            for issue in loose
            if not any(one.parent or one.name.casefold().startswith("kr:") for one in issue.labels)
        ]
        for issue, (name, answer) in zip(
            self.random.sample(loose, min(len(CLAIMS), len(loose))), CLAIMS, strict=False
        ):
            issue.labels.append(self._labels[name])
            put_before(self.answers, issue.id, answer)

    def _archive(self, issues: list[Issue]) -> None:
        """Old closed work without open parts goes to the archive, and one open issue to the trash."""
        closed = [
            issue
            for issue in issues
            if (issue.completed_at or issue.canceled_at or NOW) < NOW - timedelta(days=25)
            and not issue.children
        ]
        for issue in closed[: max(1, len(issues) // 40)]:
            issue.archived_at = NOW - timedelta(days=self.random.randint(2, 20))
        trash = next(
            (issue for issue in issues if issue.team.key == "PEO" and issue.archived_at is None), None
        )
        if trash is not None:
            trash.archived_at, trash.trashed = NOW - timedelta(days=3), True
