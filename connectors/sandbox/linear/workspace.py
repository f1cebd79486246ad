"""The lasting things of the pretend Linear workspace: users, teams, states, labels, projects, initiatives."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from connectors.sandbox.company import PEOPLE, SERVICE, Clock, rng, team_of, uuid4_from
from connectors.sandbox.linear.entities import (
    Initiative,
    InitiativeToProject,
    Label,
    Project,
    ProjectStatus,
    Team,
    User,
    WorkflowState,
)
from connectors.sandbox.linear.planted import ENDS, FURTHER_PROJECTS, ODD_LABELS
from connectors.sandbox.linear.posts import install_app, post_updates
from connectors.sandbox.linear.state import LinearSpace

FOUNDED = datetime(2024, 11, 11, 8, 0, tzinfo=UTC)

_TEAMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ENG": ("Engineering", "engineering", {"issue_estimation_type": "fibonacci", "triage_enabled": True}),
    "MOB": ("Mobile", "mobile", {"issue_estimation_type": "exponential", "default_issue_estimate": 2.0}),
    "PEO": ("People", "people", {"issue_estimation_type": "notUsed"}),
}
SCALES = {"fibonacci": (1, 2, 3, 5, 8), "exponential": (1, 2, 4, 8, 16), "notUsed": ()}
"""Points that people give, by the team's estimation type."""

# Names differ from team to team on purpose: only the type tells what a state means.
_STATES: dict[str, tuple[tuple[str, str], ...]] = {
    "ENG": (
        ("Triage", "triage"),
        ("Backlog", "backlog"),
        ("Todo", "unstarted"),
        ("In Progress", "started"),
        ("In Review", "started"),
        ("Done", "completed"),
        ("Canceled", "canceled"),
        ("Duplicate", "duplicate"),
    ),
    "MOB": (
        ("Icebox", "backlog"),
        ("Ready", "unstarted"),
        ("Building", "started"),
        ("On test devices", "started"),
        ("In the stores", "completed"),
        ("Won't do", "canceled"),
        ("Duplicate", "duplicate"),
    ),
    "PEO": (
        ("Backlog", "backlog"),
        ("To do", "unstarted"),
        ("Doing", "started"),
        ("Done", "completed"),
        ("Canceled", "canceled"),
        ("Duplicate", "duplicate"),
    ),
}
_STATE_COLOURS = {
    "triage": "#fc7840",
    "backlog": "#bec2c8",
    "unstarted": "#e2e2e2",
    "started": "#f2c94c",
    "completed": "#5e6ad2",
    "canceled": "#95a2b3",
    "duplicate": "#95a2b3",
}
_LABELS = (
    "onboarding",
    "activation",
    "failover",
    "flaky-test",
    "ktlo",
    "on-call",
    "security",
    "deploy-pipeline",
    "kr:SPEED-KR1",
    "Bug",
    "Feature",
    "Improvement",
)
_GROUPS = {"Key result": ("GROWTH-KR2", "TRUST-KR3"), "Area": ("Backend", "Frontend", "Infrastructure")}
_TEAM_LABELS = {"ENG": ("needs-spec",), "MOB": ("ios", "android"), "PEO": ("hiring",)}
RETIRED = "q3-launch"
"""A label that stands on old issues and can no longer be given."""

_STATUSES = (
    ("Backlog", "backlog"),
    ("Planned", "planned"),
    ("In Progress", "started"),
    ("On hold", "paused"),
    ("Completed", "completed"),
    ("Canceled", "canceled"),
)
# Name, teams, status type, lead, start, target, what it is about.
_PROJECTS: tuple[tuple[str, tuple[str, ...], str, str, date | None, date | None, str], ...] = (
    (
        "Onboarding v2",
        ("ENG", "MOB"),
        "started",
        "Ines Duarte",
        date(2026, 9, 1),
        date(2026, 12, 18),
        "A first hour that needs no help page.",
    ),
    (
        "Faster API",
        ("ENG",),
        "started",
        "Jonas Lindqvist",
        date(2026, 9, 21),
        date(2026, 12, 11),
        "p95 under 250 ms, without new hardware.",
    ),
    (
        "Continuous delivery",
        ("ENG",),
        "started",
        "Kavya Nair",
        date(2026, 8, 10),
        date(2026, 12, 31),
        "Merged means deployed, within the hour.",
    ),
    (
        "Mobile offline mode",
        ("MOB",),
        "started",
        "Mei Tanaka",
        date(2026, 10, 5),
        None,
        "Boards that work in a tunnel.",
    ),
    (
        "Design system refresh",
        ("ENG", "MOB"),
        "planned",
        "Olga Nowak",
        None,
        date(2027, 2, 26),
        "One set of components for web and mobile.",
    ),
    (
        "Handbook",
        ("PEO",),
        "started",
        "Priya Shah",
        date(2026, 7, 6),
        None,
        "Everything a new colleague asks.",
    ),
)
SERVING_NO_KEY_RESULT = ("Mobile offline mode", "Design system refresh")

# Name, status, parent, projects.
_INITIATIVES: tuple[tuple[str, str, str | None, tuple[str, ...]], ...] = (
    ("Acme 2026", "Active", None, ()),
    ("Self-serve growth", "Active", "Acme 2026", ("Onboarding v2", "Mobile offline mode")),
    ("Fast and safe", "Active", "Acme 2026", ("Faster API", "Continuous delivery")),
    ("One Acme look", "Planned", None, ("Design system refresh",)),
)


class WorkspaceBuilder:
    """The space with its lasting things in place, and ids drawn in a fixed order."""

    def __init__(self, seed: int, clock: Clock, *, roomy: bool = True) -> None:
        self.seed = seed
        self._roomy = roomy
        self._ids = rng(seed, "linear", "ids")
        self.space = LinearSpace(clock, self.new_id())
        self.space.created_at = FOUNDED
        self._add_users()
        self._add_teams()
        self._add_labels()
        self._add_projects()
        self._add_initiatives()

    def new_id(self) -> str:
        """The next id of this seed."""
        return uuid4_from(self._ids)

    def row(self, at: datetime = FOUNDED) -> dict[str, Any]:
        """Id and times for a row made at `at`."""
        return {"id": self.new_id(), "created_at": at, "updated_at": at}

    def user(self, name: str) -> User:
        """The user of that name."""
        return next(user for user in self.space.users.values() if user.name == name)

    def label(self, name: str) -> Label:
        """The label of that name."""
        return next(label for label in self.space.labels.values() if label.name == name)

    def project(self, name: str) -> Project:
        """The project of that name."""
        return next(project for project in self.space.projects.values() if project.name == name)

    def _add_users(self) -> None:
        for person in (*PEOPLE, SERVICE):
            row = self.row() | {"id": person.linear_id}
            admin = person.name == "Ines Duarte"
            self.space.users[person.linear_id] = User(
                **row, name=person.name, email=person.email, admin=admin
            )
        install_app(self.space)

    def _add_teams(self) -> None:
        for key, (name, people, settings) in _TEAMS.items():
            team = Team(**self.row(), key=key, name=name, color="#5e6ad2", **settings)
            team.members = [self.space.users[person.linear_id] for person in team_of(people)]
            self.space.teams[team.id] = team
            for position, (title, kind) in enumerate(_STATES[key]):
                state = WorkflowState(
                    **self.row(),
                    name=title,
                    type=kind,
                    color=_STATE_COLOURS[kind],
                    position=float(position),
                    team=team,
                )
                self.space.states[state.id] = state
                team.states.append(state)

    def _add_labels(self) -> None:
        for name in (*_LABELS, *ODD_LABELS, RETIRED):
            self._add_label(name)
        retired = self.label(RETIRED)
        retired.retired_at, retired.retired_by = (
            datetime(2026, 10, 1, 8, tzinfo=UTC),
            self.user("Ines Duarte"),
        )
        for group, children in _GROUPS.items():
            parent = self._add_label(group, is_group=True)
            parent.children = [self._add_label(child, parent=parent) for child in children]
        for key, names in _TEAM_LABELS.items():
            team = self.space.team(key)
            team.labels = [self._add_label(name, team=team) for name in names]
        for name in ("Customer request", "Tech debt"):
            label = Label(**self.row(), name=name, for_projects=True)
            self.space.project_labels[label.id] = label

        above = Label(**self.row(), name="Key result", is_group=True, for_projects=True)
        claim = Label(**self.row(), name="GROWTH-KR1", for_projects=True, parent=above)
        above.children = [claim]
        self.space.project_labels |= {above.id: above, claim.id: claim}

    def _add_label(self, name: str, **more: Any) -> Label:
        label = Label(**self.row(), name=name, **more)
        self.space.labels[label.id] = label
        return label

    def _add_projects(self) -> None:
        for position, (name, kind) in enumerate(_STATUSES):
            status = ProjectStatus(
                **self.row(), name=name, type=kind, color="#95a2b3", position=float(position)
            )
            self.space.project_statuses[status.id] = status
        planned = (*_PROJECTS, *FURTHER_PROJECTS) if self._roomy else _PROJECTS
        for order, (name, keys, kind, lead, start, target, about) in enumerate(planned):
            day = start or date(2026, 9, 14)
            made = datetime(day.year, day.month, day.day, 8, 30, tzinfo=UTC)
            project = Project(
                **self.row(made),
                name=name,
                slug_id=self.new_id()[:12].replace("-", ""),
                status=next(one for one in self.space.project_statuses.values() if one.type == kind),
                color="#26b5ce",
                sort_order=float(order),
                description=about,
                lead=self.user(lead),
                creator=self.user(lead),
                start_date=start,
                target_date=target,
                started_at=made if kind not in ("backlog", "planned") else None,
                completed_at=ENDS[name] if kind == "completed" else None,
                canceled_at=ENDS[name] if kind == "canceled" else None,
                teams=[self.space.team(key) for key in keys],
            )
            project.members = [member for team in project.teams for member in team.members]
            for team in project.teams:
                team.projects.append(project)
            self.space.projects[project.id] = project
        self.project("Continuous delivery").labels = [next(iter(self.space.project_labels.values()))]
        if self._roomy:
            labels = self.space.project_labels.values()
            self.project("Template gallery").labels = [one for one in labels if one.name == "GROWTH-KR1"]
        post_updates(self.space, self.seed)

    def _add_initiatives(self) -> None:
        by_name: dict[str, Initiative] = {}
        for order, (name, status, parent, projects) in enumerate(_INITIATIVES):
            initiative = Initiative(
                **self.row(),
                name=name,
                slug_id=self.new_id()[:12].replace("-", ""),
                status=status,
                sort_order=float(order),
                owner=self.user("Ines Duarte"),
                creator=self.user("Ines Duarte"),
                started_at=FOUNDED if status == "Active" else None,
                parent_initiative=by_name.get(parent or ""),
            )
            by_name[name] = initiative
            if initiative.parent_initiative is not None:
                initiative.parent_initiative.sub_initiatives.append(initiative)
            self.space.initiatives[initiative.id] = initiative
            for place, served in enumerate(projects):
                project = self.project(served)
                join = InitiativeToProject(
                    **self.row(), initiative=initiative, project=project, sort_order=f"{place}.0"
                )
                self.space.initiative_to_projects[join.id] = join
                initiative.initiative_to_projects.append(join)
                project.initiative_to_projects.append(join)
