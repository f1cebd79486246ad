"""The seeded generator of the Linear workspace: issues of several months, in several states of disorder."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.sandbox.company import MESSY_TITLES, NOW, Clock, rng, title, work_moment
from connectors.sandbox.linear.entities import Attachment, Comment, Issue, Relation, Team, WorkflowState
from connectors.sandbox.linear.markdown import stored
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.linear.workspace import RETIRED, SCALES, Workspace

OLDEST = timedelta(days=120)
MOST_FLAKY = 14
"""Open flaky tests at the most, so that the example's key result (30 down to 5) stands somewhere between."""


@dataclass(frozen=True, slots=True)
class _Stream:
    """A kind of work: who does it, in which project, under which label, and its part of all issues."""

    part: float
    team: str
    theme: str
    project: str | None = None
    label: str | None = None


_STREAMS = (
    _Stream(0.15, "ENG", "onboarding", "Onboarding v2"),
    _Stream(0.08, "MOB", "onboarding", "Onboarding v2"),
    _Stream(0.14, "ENG", "api", "Faster API"),
    _Stream(0.12, "ENG", "deploy", "Continuous delivery"),
    _Stream(0.03, "ENG", "deploy", None, "deploy-pipeline"),
    _Stream(0.10, "ENG", "flaky", None, "flaky-test"),
    _Stream(0.03, "ENG", "onboarding", None, "activation"),
    # The example's rule for this label asks for a Jira project too: here it links nothing.
    _Stream(0.02, "ENG", "onboarding", None, "onboarding"),
    _Stream(0.02, "ENG", "failover", None, "failover"),
    _Stream(0.05, "ENG", "ktlo", None, "ktlo"),
    _Stream(0.03, "MOB", "ktlo", None, "on-call"),
    _Stream(0.02, "ENG", "security", None, "security"),
    _Stream(0.08, "MOB", "mobile", "Mobile offline mode"),
    _Stream(0.03, "ENG", "other", "Design system refresh"),
    _Stream(0.04, "ENG", "other"),
    _Stream(0.02, "MOB", "other"),
    _Stream(0.04, "PEO", "people", "Handbook"),
)
_REMARKS = (
    "Looked at it with the team; smaller than we thought.",
    "Blocked until the new staging is up.\n\n- ask operations\n- try again on Thursday",
    "Draft is in [the document](https://docs.acme.example/drafts/17). Comments welcome!",
    "I can take this **next week**.",
    "Reproduced on `main`:\n\n```\nError: timeout after 30 s\n```",
    "Thanks! 🎉",
)
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
    workspace = Workspace(seed, clock)
    count = max(len(_STREAMS), items - len(workspace.space.projects))
    _Writer(workspace, rng(seed, "linear", "issues")).write(count)
    return workspace.space


def _shares(count: int) -> list[tuple[_Stream, int]]:
    """How many issues each stream gets: at least one, `count` in all."""
    shares = [(stream, max(1, int(stream.part * count))) for stream in _STREAMS]
    missing = count - sum(number for _, number in shares)
    for at in range(abs(missing)):
        place = at % len(shares) if missing > 0 else max(range(len(shares)), key=lambda one: shares[one][1])
        shares[place] = (shares[place][0], shares[place][1] + (1 if missing > 0 else -1))
    return shares


class _Writer:
    """Writes issues into a workspace, and then what connects them."""

    def __init__(self, workspace: Workspace, source: random.Random) -> None:
        self.workspace = workspace
        self.space = workspace.space
        self.random = source
        self._flaky = 0

    def write(self, count: int) -> None:
        drafts = [
            (self._moment(stream), order, stream)
            for order, stream in enumerate(stream for stream, number in _shares(count) for _ in range(number))
        ]
        # In order of creation, so that numbers rise with time and a parent is older than its children.
        for created, _, stream in sorted(drafts, key=lambda draft: draft[:2]):
            self._issue(stream, created)
        issues = list(self.space.issues.values())
        self._mess_up_titles(issues)
        self._relate(issues)
        for issue in issues:
            self._decorate(issue)
        self._claim(issues)
        self._archive(issues)

    def _moment(self, stream: _Stream) -> datetime:
        if stream.project:
            made = self.workspace.project(stream.project).created_at
            age = self.random.uniform(0.5, (NOW - made) / timedelta(days=1))
        else:
            # More young ones than old ones.
            age = 0.5 + (OLDEST / timedelta(days=1)) * self.random.random() ** 1.4
        moment = work_moment(self.random, (NOW - timedelta(days=age)).date())
        return max(moment, self.workspace.project(stream.project).created_at) if stream.project else moment

    def _issue(self, stream: _Stream, created: datetime) -> None:
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
            issue.project, issue.added_to_project_at = self.workspace.project(stream.project), created
            issue.project.issues.append(issue)
        if stream.label:
            issue.labels.append(self.workspace.label(stream.label))
        self._stamp(issue)
        self._nest(issue)
        team.issues.append(issue)
        space.issues[issue.id] = issue
        space.identifiers[issue.identifier] = issue

    def _estimate(self, team: Team) -> int | None:
        scale = SCALES[team.issue_estimation_type]
        if not scale or self.random.random() < 0.22:
            return None
        return self.random.choices(scale, (22, 28, 26, 16, 8))[0]

    def _state(self, stream: _Stream, team: Team, created: datetime) -> WorkflowState:
        weights = dict(_STATE_WEIGHTS)
        if NOW - created < timedelta(days=10):
            weights |= {"completed": 6, "canceled": 1, "duplicate": 2}
        if stream.theme == "flaky":
            weights |= {"completed": 12}
        kind = self.random.choices(list(weights), list(weights.values()))[0]
        if stream.theme == "flaky" and kind not in ("completed", "canceled", "duplicate"):
            self._flaky += 1
            kind = "completed" if self._flaky > MOST_FLAKY else kind
        if team.triage_enabled and kind == "backlog" and NOW - created < timedelta(days=14):
            kind = "triage"
        return self.random.choice([state for state in team.states if state.type == kind])

    def _stamp(self, issue: Issue) -> None:
        """The times that go with the state, and the last meaningful update."""
        later = self._after(issue.created_at)
        if issue.state.type in ("started", "completed"):
            issue.started_at = later
        if issue.state.type == "completed":
            issue.completed_at = later = self._after(later)
        if issue.state.type in ("canceled", "duplicate"):
            issue.canceled_at = later
        issue.updated_at = later if self.random.random() < 0.85 else issue.created_at
        closed = issue.completed_at or issue.canceled_at
        if closed or issue.started_at:
            issue.updated_at = max(issue.updated_at, closed or issue.started_at or later)
        if not closed and self.random.random() < 0.15:
            issue.due_date = (NOW + timedelta(days=self.random.randint(-10, 40))).date()

    def _after(self, moment: datetime) -> datetime:
        """A moment at work between `moment` and now."""
        day: date = (moment + (NOW - moment) * self.random.uniform(0.05, 0.9)).date()
        return min(max(work_moment(self.random, day), moment + timedelta(minutes=20)), NOW)

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

    def _mess_up_titles(self, issues: list[Issue]) -> None:
        open_ones = [issue for issue in issues if issue.team.key != "PEO" and issue.parent is None]
        for issue, messy in zip(self.random.sample(open_ones, len(MESSY_TITLES)), MESSY_TITLES, strict=True):
            issue.title = messy

    def _relate(self, issues: list[Issue]) -> None:
        """Blockers, across teams too; and what duplicates point at."""
        workers = [issue for issue in issues if issue.team.key != "PEO"]
        for issue in workers:
            kind = "duplicate" if issue.state.type == "duplicate" else "blocks"
            if kind == "blocks" and self.random.random() > 0.08:
                continue
            other = self.random.choice(workers)
            if other is issue or any(
                one.related_issue is other for one in (*issue.relations, *other.relations)
            ):
                continue
            at = max(issue.created_at, other.created_at)
            relation = Relation(**self.workspace.row(at), type=kind, issue=issue, related_issue=other)
            self.space.relations[relation.id] = relation
            issue.relations.append(relation)
            other.inverse_relations.append(relation)

    def _decorate(self, issue: Issue) -> None:
        """What people put on an issue: a kind, an area, a description, remarks, links."""
        source, workspace = self.random, self.workspace
        if issue.team.key != "PEO":
            if source.random() < 0.4:
                issue.labels.append(workspace.label(source.choice(("Bug", "Feature", "Improvement"))))
            if source.random() < 0.25:
                issue.labels.append(workspace.label(source.choice(("Backend", "Frontend", "Infrastructure"))))
            if issue.created_at < NOW - timedelta(days=60) and source.random() < 0.1:
                issue.labels.append(workspace.label(RETIRED))
        if issue.team.labels and source.random() < 0.12:
            issue.labels.append(source.choice(issue.team.labels))
        if source.random() < 0.5:
            issue.description = stored(f"{title(source, 'other')}.\n\n- how it is now\n- how it should be\n")
        for _ in range(source.choices((0, 1, 2, 3), (60, 25, 10, 5))[0]):
            self._comment(issue)
        if source.random() < 0.15:
            self._attach(issue)

    def _comment(self, issue: Issue) -> None:
        made = self._after(issue.created_at)
        comment = Comment(
            **self.workspace.row(made),
            body=stored(self.random.choice(_REMARKS)),
            user=self.random.choice(issue.team.members),
            issue=issue,
        )
        if self.random.random() < 0.1:
            comment.updated_at = comment.edited_at = min(made + timedelta(minutes=7), NOW)
        issue.comments.append(comment)
        self.space.comments[comment.id] = comment

    def _attach(self, issue: Issue) -> None:
        number = self.random.randint(100, 9999)
        attachment = Attachment(
            **self.workspace.row(self._after(issue.created_at)),
            issue=issue,
            title=f"#{number} {title(self.random, 'other')}",
            subtitle="Merged" if issue.completed_at else "Open",
            url=f"https://github.com/acme/monolith/pull/{number}",
            metadata={"number": number, "status": "merged" if issue.completed_at else "open"},
            source_type="github",
            creator=issue.assignee,
        )
        issue.attachments.append(attachment)
        self.space.attachments[attachment.id] = attachment

    def _claim(self, issues: list[Issue]) -> None:
        """People's own word on a few issues that no rule would link: the label group, and a plain label."""
        loose = [
            issue
            for issue in issues
            if issue.team.key != "PEO" and issue.project is None and issue.state.type != "canceled"
        ]
        names = ("GROWTH-KR2", "TRUST-KR3", "kr:SPEED-KR1", "GROWTH-KR2")
        for issue, name in zip(self.random.sample(loose, min(len(names), len(loose))), names, strict=False):
            issue.labels.append(self.workspace.label(name))

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
