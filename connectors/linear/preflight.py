"""A look at a Linear workspace before the first write: reads only.

Linear does not tell which scopes a key has, so that it may write is only known from the first write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

from config.names import folded
from config.text.figures import ENGLISH
from config.trackers import LinearTracker
from connectors.base import UNSAID, InitiativeUse
from connectors.errors import CredentialError, MissingScope, ScopeError, TrackerError
from connectors.linear.api import project_queries, queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import LabelNode, TeamNode
from connectors.linear.read.mapping import category_by_name, dropped_names
from connectors.model import MARKS, Mark
from connectors.preflight import MOST_READ, Check, Endings, clock_check, quota_check

UNTOLD = " is only known at the first write"
"""What no read tells."""


def preflight(
    client: LinearClient,
    tracker: LinearTracker,
    labels: Iterable[str],
    updates: Collection[str],
    marks: Collection[Mark] = MARKS,
    use: InitiativeUse = UNSAID,
) -> Iterator[Check]:
    """One check after the other; a credential that is no good is the last one. Never raises TrackerError.

    `labels` are the names that marks will use, `updates` the levels of status updates, `marks` the kinds that are to be
    written, `use` is what the configuration does with initiatives.
    """
    try:
        viewer = client.execute(queries.VIEWER).viewer
        untold = f"; write access{UNTOLD}" if marks or updates else ""
        yield Check("credential", "ok", f"signed in as {viewer.name}{untold}")
        if tracker.app is not None:
            yield _author(tracker.app.name, is_app=viewer.app)
        yield clock_check(client.server_time, datetime.now(UTC))
        teams = {team.key: team for team in client.walk(queries.TEAMS, lambda reply: reply.teams)}
        known = list(client.walk(queries.LABELS, lambda reply: reply.issue_labels))
        for key in tracker.scope.teams:
            if key not in teams:
                seen = ", ".join(sorted(teams)) or "none"
                remedy = f"Correct scope.teams, or give the credential access. Visible teams: {seen}."
                what = "does not exist, or the credential cannot see it"
                yield Check(f"team {key}", "wrong", what, remedy, ScopeError.cause)
                continue
            yield Check(f"team {key}", "ok", "readable")
            yield from (_label(name, teams[key], known) for name in labels)
        yield from _endings(
            client, tracker, [team for key, team in teams.items() if key in tracker.scope.teams]
        )
        yield _initiatives(client, use, posts="initiative" in updates)
        for reading in client.throttle.readings:
            yield quota_check(reading, client.throttle.reserved_share)
    except TrackerError as error:
        about = "credential" if isinstance(error, CredentialError) else "workspace"
        yield Check.unread(about, error)


def _endings(client: LinearClient, tracker: LinearTracker, teams: Collection[TeamNode]) -> Iterator[Check]:
    """Which states count as done, and which as dropped."""
    found = Endings()
    only = {"team": {"id": {"in": [team.id for team in teams]}}}
    walk = client.walk(queries.STATES, lambda reply: reply.issues, filter=only) if teams else iter(())
    read = 0
    for node in islice(walk, MOST_READ):
        read += 1
        category = category_by_name(node.state.name, node.state.type, dropped_names(tracker))
        if category in ("done", "dropped") and not node.trashed:
            found.add(category, node.state.name)
    yield from found.checks(f"; of the newest {ENGLISH.count(MOST_READ)} issues" if read == MOST_READ else "")


def _author(name: str, *, is_app: bool) -> Check:
    """Whether marks can bear the declared name."""
    if is_app:
        return Check("app", "ok", f"comments and attachments show {name} as their author")
    remedy = "Use a token with actor=app, or remove `app`."
    return Check(
        "app", "warning", f"the credential belongs to a person, so {name} is not shown as author", remedy
    )


def _initiatives(client: LinearClient, use: InitiativeUse, *, posts: bool) -> Check:
    """Whether the token may read initiatives, where the configuration needs them.

    Reading needs `initiative:read` or `initiative:write`, and which of them a credential has nothing tells.
    Source: contracts/linear.md, section 2.
    """
    about = "initiatives"
    try:
        next(iter(client.walk(project_queries.INITIATIVES, lambda reply: reply.initiatives)), None)
    except MissingScope as error:
        because = use.because
        if not because and (unknown := sorted(use.names - _project_names(client))):
            because = f'the name "{unknown[0]}" in a rule, which may be that of an initiative'
        if posts:
            remedy = "Grant the app initiative:write, or remove initiative from policy.updates.levels."
            return Check(about, "wrong", error.what, remedy)
        if because:
            return Check(about, "wrong", f"{error.what.rstrip('.')}, which {because} needs.", error.remedy)
        return Check(about, "ok", "not readable with this token (initiative:read), and not used: left out")
    found = "readable"
    if posts:
        found += f"; posting updates with an app's token needs initiative:write,{UNTOLD.removeprefix(' is')}"
    return Check(about, "ok", found)


def _project_names(client: LinearClient) -> set[str]:
    return {
        folded(one.name) for one in client.walk(project_queries.PROJECT_NAMES, lambda reply: reply.projects)
    }


def _label(name: str, team: TeamNode, known: Iterable[LabelNode]) -> Check:
    """Whether issues of the team can bear the label."""
    about = f"team {team.key}"
    named = [
        one
        for one in known
        if one.name.casefold() == name.casefold() and (one.team is None or one.team.id == team.id)
    ]
    if any(not one.is_group and one.archived_at is None and one.retired_at is None for one in named):
        return Check(about, "ok", f"label {name} exists")
    if any(one.is_group for one in named):
        remedy = "Rename the group, or choose another label in policy.labels."
        return Check(about, "wrong", f"{name} is a label group; issues cannot have it as a label", remedy)
    if named:
        remedy = "Restore it in Linear, or choose another label in policy.labels."
        return Check(about, "warning", f"label {name} is retired or archived", remedy)
    return Check(about, "ok", f"label {name} will be created at the first write")
