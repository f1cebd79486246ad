"""The Linear workspace: every row by its id, and who may sign in. Only the server's thread may touch it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

from connectors.sandbox.company import DIRECTORY, SERVICE, Clock
from connectors.sandbox.linear.entities import (
    Attachment,
    Comment,
    ExternalLink,
    Initiative,
    InitiativeToProject,
    Issue,
    Label,
    Project,
    ProjectStatus,
    Relation,
    Team,
    User,
    WorkflowState,
)

TOKEN = "sandbox-linear-token"
PERSON_TOKEN = "sandbox-person-token"

MEANINGFUL = frozenset(
    [
        "title",
        "description",
        "priority",
        "dueDate",
        "stateId",
        "assigneeId",
        "labelIds",
        "projectId",
        "estimate",
        "parentId",
        "teamId",
    ]
)
"""Changes that move `Issue.updatedAt` (contracts/linear.md, section 9).

The last three, and whether "attachment", "comment" and "relation" belong here too, is not established: a
test may give a space another set.
"""


class LinearSpace:
    """One workspace, with every kind of row by its id, in the order of their creation.

    `quota` are requests and complexity points per hour for each user (section 3 of the contract);
    `meaningful` says which changes move `Issue.updatedAt`.
    """

    def __init__(self, clock: Clock, organization_id: str) -> None:
        self.clock = clock
        self.organization_id = organization_id
        self.created_at = clock.now()
        self.quota: tuple[float, float] = (2500.0, 3_000_000.0)
        self.meaningful: frozenset[str] = MEANINGFUL
        self.users: dict[str, User] = {}
        self.teams: dict[str, Team] = {}
        self.states: dict[str, WorkflowState] = {}
        self.labels: dict[str, Label] = {}
        self.project_labels: dict[str, Label] = {}
        self.issues: dict[str, Issue] = {}
        self.relations: dict[str, Relation] = {}
        self.project_statuses: dict[str, ProjectStatus] = {}
        self.projects: dict[str, Project] = {}
        self.initiatives: dict[str, Initiative] = {}
        self.initiative_to_projects: dict[str, InitiativeToProject] = {}
        self.external_links: dict[str, ExternalLink] = {}
        self.comments: dict[str, Comment] = {}
        self.attachments: dict[str, Attachment] = {}
        self.identifiers: dict[str, Issue] = {}
        self.deleted_ids: set[str] = set()
        self.sync_id = 0

    def now(self) -> datetime:
        """The present, in milliseconds as the API tells it."""
        moment = self.clock.now()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def new_id(self) -> str:
        """An id for a row that came in without one."""
        return str(uuid.uuid4())

    def user_by_token(self, token: str) -> User | None:
        """Whose API key this is."""
        if token == TOKEN:
            return self.users.get(SERVICE.linear_id)
        kind, _, email = token.partition(":")
        person = DIRECTORY.get(email) if kind == PERSON_TOKEN else None
        return self.users.get(person.linear_id) if person else None

    def issue(self, given: str) -> Issue | None:
        """An issue by its id or by an identifier, an old one included."""
        return self.issues.get(given) or self.identifiers.get(given.upper())

    def team(self, key: str) -> Team:
        """The team with this key. Raises StopIteration where there is none."""
        return next(team for team in self.teams.values() if team.key == key)

    def overview(self) -> Iterator[tuple[Team, list[Issue]]]:
        """Each team with its latest few issues, for the index page."""
        for team in self.teams.values():
            seen = [issue for issue in reversed(team.issues) if issue.archived_at is None]
            yield team, seen[:6]
