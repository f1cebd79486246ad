"""Reading a Linear workspace: everything of the teams in scope, what stands above it, and our marks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

import structlog

from config.text.issue_pages import IssuePages
from config.trackers import LinearTracker
from connectors.base import UNSAID, InitiativeUse, Progress
from connectors.changes import Landing
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.scope import check_credential_and_views, scoped_teams, visible_teams
from connectors.linear.api.wire import LabelNode, TeamNode
from connectors.linear.changes.changes import about, bookmark_of
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.marks.pages import pages_of
from connectors.linear.read.mapping import ItemMapper, dropped_names
from connectors.linear.read.pulling import Pulling
from connectors.model import Owned, Pull, SetAside, WorkItem
from connectors.set_aside import check_share, named

log = structlog.get_logger(__name__)


def pull(
    client: LinearClient,
    tracker: LinearTracker,
    known: OwnLabels,
    progress: Progress | None = None,
    use: InitiativeUse = UNSAID,
    elsewhere: Sequence[IssuePages] = (),
    *,
    cycles: bool = False,
    views: Mapping[str, str] = MappingProxyType({}),
    landing: Landing | None = None,
    since: datetime | None = None,
) -> tuple[Pull, OwnLabels]:
    """Everything in scope and its ancestors, with marks; and the workspace's issue labels beside it.

    `known`: of our labels, what needs no reading; `elsewhere`: where issues of other trackers have their pages; `cycles`: ask
    which issues are in an active cycle; `views`: ids of the views that marks lead to; `landing`: where pages of issues are kept;
    `since`: when the first of what the client holds already was read. Raises TrackerError: all or nothing.
    """
    before = client.requests
    pulling, as_of = _opened(client, tracker, known, progress, use, elsewhere, views)
    pulling.issues.query = queries.ISSUES_WITH_CYCLES if cycles else queries.ISSUES
    of = about(tracker, known, use, elsewhere, cycles=cycles)
    if landing is not None:
        landing.begin(as_of, of)
        pulling.issues.landing = landing
    items = pulling.items()
    aside = tuple(sorted(set(pulling.set_aside), key=lambda one: one.id))
    check_share(client.tracker, aside, len(items) + len(aside))
    sent, notes = client.requests - before, tuple(pulling.notes)
    urls = (item.url for item in items if item.level in ("issue", "subtask"))
    pages = pages_of(urls, views, pulling.views)
    begun = min(filter(None, (as_of, since, landing.begun if landing is not None else None)))
    bookmark = bookmark_of(pulling, items, begun, of, cycles=cycles)
    return Pull(client.tracker, items, as_of, sent, notes, aside, pages, bookmark), pulling.labels


def owned_items(
    client: LinearClient,
    tracker: LinearTracker,
    known: OwnLabels,
    written: Collection[str],
    progress: Progress | None = None,
    use: InitiativeUse = UNSAID,
) -> tuple[Owned, OwnLabels]:
    """Every item that bears anything of ours, and the labels beside it; see `Connector.owned_items`."""
    pulling, _ = _opened(client, tracker, known, progress, use)
    found = pulling.owned_items(written)
    return Owned(found, tuple(sorted(set(pulling.set_aside), key=lambda one: one.id))), pulling.labels


def fetch(
    client: LinearClient, tracker: LinearTracker, known: OwnLabels, ids: Collection[str]
) -> tuple[WorkItem, ...]:
    """The issues with these ids, without marks; see `AnswersQueries.fetch`."""
    if not ids:
        return ()
    pulling, _ = _opened(client, tracker, known, None)
    found = pulling.facts(sorted(ids))
    _log_aside(client.tracker, pulling.set_aside)
    return found


def _log_aside(tracker: str, aside: Collection[SetAside]) -> None:
    """Say what was set aside where nothing else can say it."""
    if aside:
        log.warning("cannot read items", tracker=tracker, items=named(aside))


def _opened(
    client: LinearClient,
    tracker: LinearTracker,
    known: OwnLabels,
    progress: Progress | None,
    use: InitiativeUse = UNSAID,
    elsewhere: Sequence[IssuePages] = (),
    views: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Pulling, datetime]:
    """What every read begins with: the credential, which of the views stand, the teams, the labels."""
    # By itself, so that a wrong credential is tried once.
    standing = check_credential_and_views(client, sorted(views.values()))
    as_of = client.server_time or datetime.now(UTC)
    visible: list[TeamNode] = []
    labels: dict[str, LabelNode] = {}

    def read_labels() -> None:
        walk = client.walk(queries.LABELS, lambda reply: reply.issue_labels)
        labels.update((one.id, one) for one in walk)

    client.together([lambda: visible.extend(visible_teams(client)), read_labels])
    teams = scoped_teams(client.tracker, visible, tracker.scope.teams)
    mapper = ItemMapper(
        client.tracker,
        {team.id: team.key for team in teams},
        frozenset(team.id for team in visible if team.visibility == "public"),
        dropped_names(tracker),
        known.reread(labels),
    )
    pulling = Pulling(client, mapper, progress, use, elsewhere)
    pulling.views, pulling.visible = standing, tuple(visible)
    return pulling, as_of
