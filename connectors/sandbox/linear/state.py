"""The Linear workspace: every row by its id, and who may sign in. Only the server's thread may touch it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.company import DIRECTORY, SERVICE, Clock
from connectors.sandbox.hook_tricks import HookTricks
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
    StatusUpdate,
    Team,
    User,
    WorkflowState,
)
from connectors.sandbox.linear.payloads import WebhookEvent
from connectors.sandbox.linear.surrounding_entities import CustomView, HistoryEntry, StateSpan, Webhook

TOKEN = "sandbox-linear-token"
PERSON_TOKEN = "sandbox-person-token"
APP_TOKEN = "lin_oauth_sandbox-app"
"""An OAuth token that acts as an app; to be sent with `Bearer`, unlike the keys above."""

KEY_SCOPES = frozenset(
    ["read", "write", "issues:create", "comments:create", "admin", "initiative:read", "initiative:write"]
)
APP_SCOPES = KEY_SCOPES - {"admin"}
"""An app-actor token can never have `admin`."""
_APPS_ONLY = frozenset(
    ["app:assignable", "app:mentionable", "customer:read", "customer:write", "timeSchedule:write"]
)
_GRANTABLE = {TOKEN: KEY_SCOPES, APP_TOKEN: APP_SCOPES | _APPS_ONLY}
"""What may stand behind the colon of a token: `lin_oauth_sandbox-app:read,write` has these scopes alone."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a token may do: whose it is, its scopes, and the keys of its teams (None for all)."""

    user: User
    scopes: frozenset[str]
    teams: frozenset[str] | None = None

    def allows(self, *scopes: str) -> bool:
        """Whether one of the scopes is there."""
        return not self.scopes.isdisjoint(scopes)


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

The last three, and whether "attachment", "comment", "relation" and "archive" belong here too, is not established, or told
otherwise of live ones: a test may give a space another set.
"""


class LinearSpace:
    """One workspace, with every kind of row by its id, in the order of their creation.

    What the contract leaves open, or what differs from workspace to workspace, is an attribute to be set:
    `quota` and `app_quota` are requests and complexity points per hour for each user (section 3), and
    `searches` those of each search field per minute; `meaningful` says which changes move
    `Issue.updatedAt`; `labels_by_admins` refuses label management to others; `conflict_status` is the HTTP
    status of a reused id; `guards_nested` refuses the initiatives of a project, too, to who lacks their scope;
    `retries_restamped` says whether a webhook's retry carries a new timestamp, and
    `patience` after how many deliveries given up in a row a webhook is disabled.
    """

    def __init__(self, clock: Clock, organization_id: str) -> None:
        self.clock = clock
        self.organization_id = organization_id
        self.created_at = clock.now()
        self.quota: tuple[float, float] = (2500.0, 3_000_000.0)
        self.app_quota: tuple[float, float] = (5000.0, 2_000_000.0)
        self.searches = 30.0
        self.labels_by_admins = False
        self.conflict_status = 200
        self.guards_nested = False
        self.retries_restamped = True
        self.patience = 3
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
        self.status_updates: dict[str, StatusUpdate] = {}
        self.custom_views: dict[str, CustomView] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.histories: dict[str, list[HistoryEntry]] = {}
        self.spans: dict[str, list[StateSpan]] = {}
        self.outbox: list[WebhookEvent] = []
        self.hook_tricks = HookTricks()
        self.deliver: Callable[[], None] | None = None
        self.identifiers: dict[str, Issue] = {}
        self.deleted_ids: set[str] = set()
        self.orders: dict[tuple[str, str], tuple[Any, list[Any]]] = {}
        self._granted: dict[str, Credential] = {}
        self.sync_id = 0
        self.closed = False
        """Whether another world is served by now, so that nothing is to be sent any more."""
        self.trash_looked_at: datetime | None = None

    def now(self) -> datetime:
        """The present, in milliseconds as the API tells it."""
        moment = self.clock.now()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def new_id(self) -> str:
        """An id for a row that came in without one."""
        return str(uuid.uuid4())

    def user_by_token(self, token: str) -> User | None:
        """Whose token this is."""
        credential = self.credential(token)
        return credential.user if credential else None

    def credential(self, token: str) -> Credential | None:
        """What this token stands for, if anything."""
        if token in self._granted:
            return self._granted[token]
        user: User | None = None
        whole, _, listed = token.partition(":")
        if whole in (TOKEN, APP_TOKEN):
            user = (
                self.users.get(SERVICE.linear_id)
                if whole == TOKEN
                else next((one for one in self.users.values() if one.app), None)
            )
            if user is not None and listed:
                scopes = frozenset(listed.split(","))
                # `read` is always there (contracts, section 2).
                return Credential(user, scopes | {"read"}) if scopes <= _GRANTABLE[whole] else None
        else:
            kind, _, email = token.partition(":")
            person = DIRECTORY.get(email) if kind == PERSON_TOKEN else None
            user = self.users.get(person.linear_id) if person else None
        return Credential(user, APP_SCOPES if user.app else KEY_SCOPES) if user else None

    def grant(
        self, token: str, user: User, scopes: Iterable[str] = KEY_SCOPES, teams: Iterable[str] | None = None
    ) -> str:
        """Make `token` a credential of `user` with these scopes, limited to the teams with these keys."""
        reach = None if teams is None else frozenset(teams)
        self._granted[token] = Credential(user, frozenset(scopes) | {"read"}, reach)
        return token

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
