"""What the generated Jira site consists of: its projects, their ways of working, their fields."""

from __future__ import annotations

from connectors.sandbox.company import Clock, team_of
from connectors.sandbox.jira import layout
from connectors.sandbox.jira.components import add_components_and_versions
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
    add_components_and_versions(site)
    layout.add_contexts_and_screens(site)
    return site


STATUSES: dict[int, Status] = {status.id: status for status in (*_WEB, *_OPERATIONS, *_STRATEGY, *_PEOPLE)}
POINTS_FIELDS = {"WEB": STORY_POINTS, "OPS": STORY_POINT_ESTIMATE}
"""Where each project keeps its points; the others estimate nothing."""
TEAMS = {"WEB": "web", "OPS": "operations", "HR": "people", "STRAT": "engineering"}
