"""Setup of a workspace's webhooks: one for each team in scope, so that private teams are told of, and no other team is.

Wire facts: contracts/linear.md, section 17. They are for admins alone, and not for an app's token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec.json import Decoder

from connectors.errors import PermissionDenied, Refused
from connectors.linear.api.client import LinearClient
from connectors.linear.api.errors import NotFound
from connectors.linear.api.operation import MORE, Operation
from connectors.linear.api.wire import Connection, Wire
from connectors.made_names import described, is_ours
from connectors.setup import HOOK, PLACES, Action, Need, SetupProblem

if TYPE_CHECKING:
    from config.hooks.hook import Hook

TYPES = ("Issue", "IssueLabel", "Project", "ProjectUpdate")
_BY_HAND = (
    "Ask a workspace admin to run setup, or to add a webhook (Settings, API) for {url} that tells of issues and projects, and put "
    "the secret that Linear shows into {variable}. Until then the poll finds changes."
)


class _Team(Wire):
    key: str


class _Hook(Wire):
    id: str
    label: str | None = None
    url: str | None = None
    enabled: bool = True
    resource_types: tuple[str, ...] = ()
    team: _Team | None = None


class _Hooks(Wire):
    webhooks: Connection[_Hook]


class _Account(Wire):
    admin: bool = False
    owner: bool = False


class _Viewer(Wire):
    viewer: _Account


class _Done(Wire):
    success: bool
    webhook: _Hook | None = None


class _Answer(Wire):
    done: _Done


HOOKS = Operation(
    "query Hooks($first: Int!, $after: String) { webhooks(first: $first, after: $after) {"
    f" nodes {{ id label url enabled resourceTypes team {{ key }} }} {MORE} }} }}",
    Decoder(_Hooks),
)
VIEWER = Operation("query HookViewer { viewer { admin owner } }", Decoder(_Viewer))
_ANSWER = Decoder(_Answer)
_CREATE = Operation(
    "mutation MakeHook($input: WebhookCreateInput!) { done: webhookCreate(input: $input) { success webhook { id } } }",
    _ANSWER,
)
_CHANGE = Operation(
    "mutation SetHook($id: String!, $input: WebhookUpdateInput!)"
    " { done: webhookUpdate(id: $id, input: $input) { success webhook { id } } }",
    _ANSWER,
)
_REMOVE = Operation("mutation DropHook($id: String!) { done: webhookDelete(id: $id) { success } }", _ANSWER)


class HookSetup:
    """The webhooks of one workspace, for the teams with these keys."""

    def __init__(self, client: LinearClient, teams: tuple[str, ...]) -> None:
        self._client = client
        self._teams = teams
        self.places: dict[str, str] = {}

    def plan(
        self, need: Need, made: Mapping[str, str], problems: list[SetupProblem], there: dict[str, str]
    ) -> Iterator[Action]:
        """What is lacking, where they are wanted. Raises TrackerError."""
        hook = need.hook
        if hook is None or not need.wants_hook:
            return
        rows = self._ours(need, made) if self._may() else None
        if rows is None:
            why = "needs a workspace admin's API key"
            problems.append(
                SetupProblem("webhook", why, _BY_HAND.format(url=hook.signed_url, variable=hook.variable))
            )
            return
        for team in self._teams:
            body = {"hook": hook, "label": described(HOOK, need.owner, need.texts), "team": team}
            found = next((row for row in rows if row.team is not None and row.team.key == team), None)
            if found is None:
                yield Action("webhook", team, "create", "does not exist", None, body, f"for {team}")
                continue
            there[_known(team)] = found.id
            if reason := _difference(found, hook, made.get(f"{PLACES}{_known(team)}")):
                yield Action("webhook", team, "change", reason, found.id, body, f"for {team}")
        yield from (_removal(row, "its team is not in scope") for row in rows if _key(row) not in self._teams)

    def removal(self, need: Need, made: Mapping[str, str], problems: list[SetupProblem]) -> Iterator[Action]:
        """What takes away exactly ours. Who may not see webhooks made none, unless the store knows of one. Raises TrackerError."""
        rows = self._ours(need, made)
        if not rows and any(name.startswith(_known("")) for name in made) and not self._may():
            why = "removal needs a workspace admin's API key"
            problems.append(
                SetupProblem("webhook", why, "Ask a workspace admin to run this, or to delete it.")
            )
        yield from (_removal(row, "created by setup") for row in rows or ())

    def carry(self, action: Action) -> str | None:
        """See `Provisioner.carry`."""
        if action.verb == "remove":
            with suppress(NotFound):  # gone already
                self._confirmed(self._client.execute(_REMOVE, id=action.id))
            return None
        hook: Hook = action.body["hook"]
        given: dict[str, Any] = {
            "label": action.body["label"],
            "url": hook.signed_url,
            "secret": hook.secret.get_secret_value(),
            "resourceTypes": list(TYPES),
            "enabled": True,
        }
        if action.id is None:
            answer = self._client.execute(_CREATE, input=given | {"teamId": action.body["team"]})
        else:
            answer = self._client.execute(_CHANGE, id=action.id, input=given)
        there = self._confirmed(answer).webhook
        self.places[f"{PLACES}{action.what}"] = hook.fingerprint
        return there.id if there is not None else action.id

    def _confirmed(self, answer: _Answer) -> _Done:
        if not answer.done.success:
            raise Refused(self._client.tracker, "Linear did not confirm the change of a webhook.")
        return answer.done

    def _may(self) -> bool:
        viewer = self._client.execute(VIEWER).viewer
        return viewer.admin or viewer.owner

    def _ours(self, need: Need, made: Mapping[str, str]) -> list[_Hook] | None:
        """Those that setup made; None where the account may not know."""
        known = {id_ for name, id_ in made.items() if name.startswith(_known(""))}
        try:
            rows = list(self._client.walk(HOOKS, lambda reply: reply.webhooks))
        except (PermissionDenied, Refused):
            return None
        return [row for row in rows if row.id in known or is_ours(row.label, need.owner)]


def _known(team: str) -> str:
    return f"webhook {team}"


def _key(row: _Hook) -> str:
    return row.team.key if row.team is not None else ""


def _removal(row: _Hook, reason: str) -> Action:
    team = _key(row)
    return Action("webhook", team, "remove", reason, row.id, {}, f"for {team}" if team else "")


def _difference(row: _Hook, hook: Hook, fingerprint: str | None) -> str | None:
    """Why it must be written again."""
    if not row.enabled:
        # Linear does so with what failed for long, and enables nothing again by itself.
        return "disabled"
    if row.url != hook.signed_url:
        return "another address"
    if set(row.resource_types) != set(TYPES):
        return "other events"
    return "another secret" if fingerprint not in (None, hook.fingerprint) else None
