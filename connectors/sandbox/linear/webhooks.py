"""Mutations of webhooks. Wire facts: contracts/linear.md, section 17; the deliveries are in delivery.py."""

from __future__ import annotations

import secrets
from typing import Any

from connectors.sandbox.linear.entities import Team
from connectors.sandbox.linear.errors import BadArgument, Forbidden, InvalidInput, NotFound
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.rows import Input, check_url, fresh_id, required
from connectors.sandbox.linear.surrounding_entities import Webhook

RESOURCE_TYPES = frozenset(
    [
        "Issue", "Attachment", "Comment", "IssueLabel", "IssueSLA", "Reaction", "Project", "ProjectLabel",
        "ProjectUpdate", "Document", "Initiative", "InitiativeUpdate", "Cycle", "Customer", "CustomerNeed",
        "Release", "ReleaseNote", "User", "OAuthAuthorization", "PermissionChange", "AppUserNotification",
        "AgentSessionEvent",
    ]
)  # fmt: skip
_MOST_FAILURES = 50


def _may_manage(context: RequestContext) -> None:
    """Only an admin's key can: an app-actor token cannot have the scope `admin`."""
    if not context.viewer.admin or not context.credential.allows("admin"):
        raise Forbidden("Forbidden", "You need to be a workspace admin to manage webhooks.")


def create(context: RequestContext, given: Input) -> Webhook:
    """`webhookCreate`, for one team or for all public teams."""
    _may_manage(context)
    space = context.space
    new_id = fresh_id(context, given.get("id"), "Webhook", space.webhooks)
    everywhere = bool(given.get("allPublicTeams"))
    if everywhere == (given.get("teamId") is not None):
        raise InvalidInput(
            "teamId or allPublicTeams must be given", "A webhook is for one team or for all public teams."
        )
    check_url(given["url"])
    _check_types(given["resourceTypes"])
    hook = Webhook(
        id=new_id,
        created_at=context.now,
        updated_at=context.now,
        url=given["url"],
        resource_types=list(given["resourceTypes"]),
        secret=given.get("secret") or _new_secret(),
        label=given.get("label"),
        enabled=given.get("enabled") is not False,
        team=None if everywhere else _team(context, given["teamId"]),
        all_public_teams=everywhere,
        creator=context.viewer,
    )
    space.webhooks[hook.id] = hook
    return hook


def update(context: RequestContext, given_id: str, given: Input) -> Webhook:
    """`webhookUpdate`; a webhook that was disabled for its failures is enabled again by hand only."""
    _may_manage(context)
    hook: Webhook = required(context.space.webhooks, given_id, "Webhook")
    if given.get("url") is not None:
        check_url(given["url"])
    if given.get("resourceTypes") is not None:
        _check_types(given["resourceTypes"])
        hook.resource_types = list(given["resourceTypes"])
    hook.url = given.get("url") or hook.url
    hook.secret = given.get("secret") or hook.secret
    if "label" in given:
        hook.label = given["label"]
    if given.get("enabled") is not None:
        hook.enabled, hook.given_up = given["enabled"], 0
    hook.updated_at = context.now
    return hook


def delete(context: RequestContext, given_id: str) -> str:
    """`webhookDelete`."""
    _may_manage(context)
    hook: Webhook = required(context.space.webhooks, given_id, "Webhook")
    context.space.deleted_ids.add(hook.id)
    del context.space.webhooks[hook.id]
    return hook.id


def rotate_secret(context: RequestContext, given_id: str) -> str:
    """`webhookRotateSecret`: the old secret is no good from now on."""
    _may_manage(context)
    hook: Webhook = required(context.space.webhooks, given_id, "Webhook")
    hook.secret, hook.updated_at = _new_secret(), context.now
    return hook.secret


def listed(_root: Any, context: RequestContext) -> list[Webhook]:
    """What `webhooks` gives: nothing to those who may not manage them."""
    return list(context.space.webhooks.values()) if context.viewer.admin else []


def find(context: RequestContext, given: str) -> Webhook | None:
    """A webhook by its id, for those who may manage it."""
    return context.space.webhooks.get(given) if context.viewer.admin else None


def of_team(team: Team, context: RequestContext) -> list[Webhook]:
    """The webhooks of one team."""
    return [hook for hook in listed(None, context) if hook.team is team]


def last_failures(hook: Webhook, _context: RequestContext) -> list[Any]:
    """The failed attempts that the API still tells of."""
    return hook.failures[-_MOST_FAILURES:]


def _team(context: RequestContext, given: str) -> Team:
    """A team by id or key."""
    by_key = next((team for team in context.space.teams.values() if team.key == given.upper()), None)
    if by_key is None and given not in context.space.teams:
        raise NotFound("Team")
    team: Team = required(context.space.teams, by_key.id if by_key else given, "Team")
    return team


def _check_types(given: list[str]) -> None:
    if not given or not RESOURCE_TYPES.issuperset(given):
        raise BadArgument("resourceTypes", {"isEnum": "each value in resourceTypes must be a valid type"})


def _new_secret() -> str:
    return f"lin_wh_{secrets.token_urlsafe(30)}"
