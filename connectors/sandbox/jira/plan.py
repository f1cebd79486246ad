"""What the generated Jira site consists of: its projects, and the epics that the examples count on."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.company import Clock, team_of
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    KEY_RESULT,
    KR_PROGRESS,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    TYPES,
    JiraSite,
    Project,
    Status,
)

ROOM_FOR_KEY_RESULTS = {KEY_RESULT, KR_PROGRESS, "customfield_10015"}

_WORK = (TYPES["Epic"], TYPES["Story"], TYPES["Task"], TYPES["Sub-task"], TYPES["Bug"])
_WEB = (
    Status(10000, "To Do", "new"),
    Status(10001, "In Progress", "indeterminate"),
    Status(10002, "In Review", "indeterminate"),
    Status(10003, "Done", "done"),
)
_OPERATIONS = (
    Status(10010, "Open", "new"),
    Status(10011, "Triaged", "new"),
    Status(10012, "Working", "indeterminate"),
    Status(10013, "Waiting for supplier", "indeterminate"),
    Status(10014, "Closed", "done"),
    Status(10015, "Rejected", "done"),
)
_STRATEGY = (
    Status(10020, "Idea", "new"),
    Status(10021, "Active", "indeterminate"),
    Status(10022, "Achieved", "done"),
)
_PEOPLE = (
    Status(10030, "Planned", "new"),
    Status(10031, "Doing", "indeterminate"),
    Status(10032, "Done", "done"),
)


def empty_site(clock: Clock) -> JiraSite:
    """The site with its projects and no issues. OPS has its own words for statuses and its own points."""
    site = JiraSite(clock)
    for project in (
        Project(
            10000,
            "WEB",
            "Web",
            team_of("web")[0],
            _WEB,
            _WORK,
            {STORY_POINTS, EPIC_LINK} | ROOM_FOR_KEY_RESULTS,
        ),
        Project(
            10001,
            "OPS",
            "Operations",
            team_of("operations")[0],
            _OPERATIONS,
            (*_WORK, TYPES["Vulnerability"]),
            {STORY_POINT_ESTIMATE, EPIC_LINK} | ROOM_FOR_KEY_RESULTS,
        ),
        Project(
            10002,
            "STRAT",
            "Strategy",
            team_of("engineering")[0],
            _STRATEGY,
            (TYPES["Initiative"],),
            set(ROOM_FOR_KEY_RESULTS),
        ),
        # Team-managed: global fields do not reach it, so "Key result" cannot be set there.
        Project(
            10003,
            "HR",
            "People",
            team_of("people")[0],
            _PEOPLE,
            (TYPES["Epic"], TYPES["Task"], TYPES["Sub-task"]),
            {STORY_POINT_ESTIMATE},
            simplified=True,
        ),
    ):
        site.projects[project.key] = project
    return site


@dataclass(frozen=True, slots=True)
class PlannedEpic:
    """`age` in days; `weight` is its part of the project's further issues."""

    project: str
    title: str
    theme: str
    age: int
    weight: int
    initiative: int | None = None
    labels: tuple[str, ...] = ()


INITIATIVES = (
    "Win teams in their first week",
    "Never lose a customer's trust",
    "Half the cost of running the platform",
)

# In order of age, so that keys come out as the example OKRs name them: WEB-1, WEB-2, OPS-1.
EPICS = (
    PlannedEpic("WEB", "New onboarding", "onboarding", 166, 30, initiative=0),
    PlannedEpic("WEB", "First dashboard in minutes", "dashboard", 159, 22, initiative=0),
    PlannedEpic("OPS", "Automatic failover", "failover", 161, 24, initiative=1),
    # Serve no key result, and have had time to: the orphans.
    PlannedEpic("WEB", "Billing settings refresh", "other", 96, 14),
    PlannedEpic("WEB", "Partner directory", "other", 61, 8),
    PlannedEpic("OPS", "Cost of the data platform", "other", 83, 10, initiative=2),
    # Serves none either, but was only just written down.
    PlannedEpic("WEB", "Colour tokens for the new brand", "other", 3, 2),
    # Exempt, or linked by label.
    PlannedEpic("OPS", "Keep the lights on", "ktlo", 140, 10, labels=("ktlo",)),
    PlannedEpic("OPS", "Faster deploy pipeline", "deploy", 75, 10, labels=("deploy-pipeline",)),
    PlannedEpic("WEB", "Sign-up without a password", "onboarding", 44, 8, labels=("onboarding",)),
    PlannedEpic("HR", "Hiring plan", "people", 120, 4),
)

# Work below no epic, one of each kind that the rules of the examples tell apart: project, theme, labels,
# age in days.
LOOSE: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("WEB", "onboarding", ("onboarding",), 40),
    ("WEB", "onboarding", ("activation",), 33),
    ("WEB", "security", ("security",), 27),
    ("WEB", "other", (), 50),
    ("WEB", "other", (), 2),
    ("OPS", "failover", ("failover",), 21),
    ("OPS", "deploy", ("deploy-pipeline",), 30),
    ("OPS", "ktlo", ("on-call",), 64),
)
