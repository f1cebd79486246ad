"""Bookmarks of whole reads, and reads of changes that begin with one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from config.text.issue_pages import IssuePages
from config.trackers import LinearTracker
from connectors.base import InitiativeUse, Progress
from connectors.changes import Changes, KnownItems, NeedsWholeRead
from connectors.http.dates import clamped
from connectors.linear.api import queries
from connectors.linear.api.change_queries import Row
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import CycleNode, IssueNode, ViewSlug
from connectors.linear.changes import bookmark as bookmarks
from connectors.linear.changes.bookmark import OVERLAP, VERSION, Bookmark, Place, digest, label_digests
from connectors.linear.changes.labels import known_renames
from connectors.linear.changes.read import ChangesReader
from connectors.linear.changes.streams import OF_INITIATIVES, WATCHED, filters, read_streams
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.marks.pages import pages_of
from connectors.linear.read.mapping import ItemMapper, dropped_names
from connectors.linear.read.pulling import Pulling
from connectors.made_names import names_of
from connectors.model import CLAIM_NAME, WorkItem


def about(
    tracker: LinearTracker,
    own: OwnLabels,
    use: InitiativeUse,
    elsewhere: Sequence[IssuePages],
    *,
    cycles: bool,
) -> str:
    """What of a configuration tells how Linear is read: a bookmark of another one is of no use."""
    groups = (sorted(names_of(CLAIM_NAME, own.texts)), sorted(names_of(ALIGNMENT_GROUP, own.texts)))
    return digest(
        VERSION,
        sorted(tracker.scope.teams),
        tracker.dropped_states,
        own.owner,
        sorted(own.policy.all),
        sorted(own.policy.by_key.items()),
        groups,
        use.because,
        sorted(use.names),
        [repr(one) for one in elsewhere],
        cycles,
    )


def bookmark_of(
    pulling: Pulling, items: Collection[WorkItem], begun: datetime, of: str, *, cycles: bool
) -> str:
    """The bookmark of a whole read that began then, of the configuration `of`."""
    issues = pulling.teamwork
    at = min(begun, clamped(max((one.updated_at for one in issues.values()), default=begun))) - OVERLAP
    rows = (Row(one.id, one.updated_at, one.archived_at, one.trashed) for one in issues.values())
    seen = {one.id: one.state for one in rows if _last(one) >= at}
    left_out = pulling.initiatives.left_out
    others = (*WATCHED[1:], *(() if left_out else OF_INITIATIVES))
    names: dict[str, str] = {}
    for one in issues.values():
        names[one.state.id] = digest(one.state.name, one.state.type)
        if one.assignee is not None:
            names[one.assignee.id] = digest(one.assignee.name, "")
    by_level = {level: [one.ref.id for one in items if one.level == level] for level in _ROOF}
    return bookmarks.written(
        Bookmark(
            VERSION,
            of,
            {"issues": Place(at, seen)} | {name: Place(begun - OVERLAP) for name in others},
            teams={one.id: (one.key, one.visibility) for one in pulling.visible},
            labels=label_digests(pulling.labels.labels),
            names=names,
            renamed=known_renames(pulling.labels),
            outside=[one.ref.id for one in items if not one.in_scope and one.level not in _ROOF],
            projects=by_level["project"],
            initiatives=by_level["initiative"],
            committed=sorted(one.id for one in issues.values() if cycles and _is_committed(one)),
            aside=sorted({one.id for one in pulling.set_aside}),
            place=next((one.url for one in issues.values()), ""),
            initiatives_left_out=left_out,
        )
    )


_ROOF = ("project", "initiative")


def _last(row: Row) -> datetime:
    assert row.updated_at is not None  # noqa: S101  of an issue
    return max(row.updated_at, row.archived_at or row.updated_at)


def _is_committed(node: IssueNode) -> bool:
    return isinstance(node.cycle, CycleNode) and node.cycle.is_active


def read_changes(
    client: LinearClient,
    tracker: LinearTracker,
    last: OwnLabels,
    known: KnownItems,
    text: str,
    of: str,
    progress: Progress | None,
    use: InitiativeUse,
    elsewhere: Sequence[IssuePages],
    views: Mapping[str, str],
    *,
    cycles: bool,
    sweep: bool,
    doubtful: Collection[str] = (),
) -> tuple[Changes, OwnLabels | None]:
    """See `ReadsChanges.changes`; the labels beside it, where they were read."""
    before = bookmarks.read(text, of)
    if before is None:
        raise NeedsWholeRead("what was read before is of another configuration or version.")
    teams = {id_: key for id_, (key, _) in before.teams.items() if key in tracker.scope.teams}
    sent = client.requests
    mapper = ItemMapper(
        client.tracker,
        teams,
        frozenset(id_ for id_, (_, visibility) in before.teams.items() if visibility == "public"),
        dropped_names(tracker),
        last,
    )
    pulling = Pulling(client, mapper, progress, use, elsewhere)
    pulling.issues.query = queries.ISSUES_WITH_CYCLES if cycles else queries.ISSUES
    given = filters(before, list(teams), pulling.marks.wanted, sorted(views.values()), cycles=cycles)
    rows = read_streams(client, given)
    as_of = client.server_time or datetime.now(UTC)
    _check_teams(before, teams, rows["teams"])
    if before.initiatives and "initiatives" not in rows:
        raise NeedsWholeRead("the token may not read initiatives any more.")
    news = {name: place.news(rows[name]) for name, place in before.streams.items() if name in rows}
    reader = ChangesReader(client, pulling, before, known, rows, news, doubtful)
    found = reader.read(with_sweep=sweep)
    ids = {one.ref.id for one in found.items}
    aside = tuple(sorted(set(pulling.set_aside), key=lambda one: one.id))
    after = Bookmark(
        VERSION,
        of,
        {name: place.after(rows.get(name, ()), as_of) for name, place in before.streams.items()},
        teams=before.teams | {one.id: (one.key, one.visibility) for one in rows["teams"]},
        labels=label_digests(found.labels.labels) if found.labels else before.labels,
        names=found.names,
        renamed=known_renames(found.labels) if found.labels else before.renamed,
        outside=sorted(found.outside),
        projects=sorted(found.projects),
        initiatives=sorted(found.initiatives),
        committed=sorted(one.id for one in rows.get("committed", ())),
        aside=sorted({one.id for one in aside}),
        place=before.place,
        initiatives_left_out=before.initiatives_left_out,
    )
    standing = [ViewSlug(one.id, one.slug_id) for one in rows.get("views", ())]
    changes = Changes(
        client.tracker,
        tuple(found.items),
        frozenset(found.gone - ids),
        bookmarks.written(after),
        as_of,
        client.requests - sent,
        tuple(pulling.notes),
        aside,
        pages_of([before.place], views, standing),
        swept=sweep,
    )
    return changes, found.labels


def _check_teams(before: Bookmark, scope: Collection[str], rows: Sequence[Row]) -> None:
    """Raises NeedsWholeRead where a team is called otherwise, or seen by others, or not seen any more."""
    if set(scope) - {one.id for one in rows}:
        raise NeedsWholeRead("a team in scope is not seen any more.")
    for one in rows:
        known = before.teams.get(one.id)
        if known is not None and known != (one.key, one.visibility):
            raise NeedsWholeRead(f"the team {one.key} has another key or visibility.")
