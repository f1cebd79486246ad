"""Which teams a credential sees, and which of them are declared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from config.errors import nearest
from connectors.errors import PermissionDenied, Refused, ScopeError
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import TeamNode, ViewSlug


def check_credential(client: LinearClient) -> str:
    """The id of the user or app that the credential acts as; CredentialError when it is no good."""
    return client.execute(queries.VIEWER).viewer.id


def check_credential_and_views(client: LinearClient, views: Sequence[str]) -> tuple[ViewSlug, ...]:
    """Likewise, in the same request with which of these views stand; none of them where the credential may not see views."""
    if views:
        try:
            return tuple(client.walk(queries.VIEWER_AND_VIEWS, lambda reply: reply.custom_views, views=views))
        except (Refused, PermissionDenied):
            pass  # the plain question tells whether it is the credential
    check_credential(client)
    return ()


def visible_teams(client: LinearClient) -> list[TeamNode]:
    """Every team that the credential sees."""
    return list(client.walk(queries.TEAMS, lambda reply: reply.teams))


def scoped_teams(tracker: str, teams: Iterable[TeamNode], keys: Sequence[str]) -> list[TeamNode]:
    """The declared teams; ScopeError names one that does not exist or cannot be seen."""
    visible = {team.key: team for team in teams}
    for key in keys:
        if key in visible:
            continue
        near = nearest(key, visible)
        meant = f' Did you mean "{near}"?' if near else ""
        seen = ", ".join(sorted(visible)) or "none"
        raise ScopeError(
            tracker,
            f'team "{key}" does not exist, or the credential cannot see it.{meant}',
            f"Correct scope.teams, or give the credential access. Visible teams: {seen}.",
        )
    return [visible[key] for key in dict.fromkeys(keys)]
