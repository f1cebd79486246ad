"""Which statuses issues stood in, from their changelogs.

Wire facts: contracts/jira.md, section 1.3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from connectors.errors import BadReply
from connectors.jira.api import replies, wire
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.read.status_moves import KnownStatuses, Move, Status, in_order, moves_in
from connectors.jira.read.words import Words
from connectors.model import Category, Ref, StatusSpan, WorkItem

_CLOCK_STEP = timedelta(seconds=5)
"""By which the times of a change and of what it changed can differ."""


def histories(
    client: JiraClient, site_api: SiteApi, items: Collection[WorkItem], words: Words
) -> dict[Ref, tuple[StatusSpan, ...]]:
    """See `KeepsHistories.histories`; `words` are those of the account's language."""
    if not items:
        return {}
    listed = client.call("GET", "status", replies.STATUSES)
    statuses = KnownStatuses(listed, words)
    moves: defaultdict[str, list[Move]] = defaultdict(list)
    cut: set[str] = set()
    # One issue can span pages.
    for log in site_api.changelogs(sorted(item.ref.id for item in items)):
        moves[log.issue_id] += moves_of(client.name, log.issue_id, log.change_histories)
        if not log.is_whole:
            cut.add(log.issue_id)
    told = {
        item.ref: spans_of(item, moves.get(item.ref.id, ()), statuses)
        for item in items
        if item.ref.id not in cut
    }
    return {ref: spans for ref, spans in told.items() if spans}


def moves_of(tracker: str, issue: str, entries: Iterable[wire.ChangelogEntry]) -> list[Move]:
    """The changes of an issue's status. Raises BadReply, naming the issue, for an invalid time."""
    try:
        return list(moves_in(entries))
    except ValueError:
        raise BadReply(tracker, f"the changelog of issue {issue} has an invalid time.") from None


def spans_of(item: WorkItem, moves: Iterable[Move], statuses: KnownStatuses) -> tuple[StatusSpan, ...]:
    """The statuses from the creation on; see `StatusSpan` for those that the changelog leaves open.

    Open work without a change stood all the time where it stands now. Of closed work without one nothing is told:
    its changes are not there, as after an import.
    """
    ordered = in_order(moves)
    if not ordered:
        return (StatusSpan(item.category, item.status, item.created),) if item.is_open else ()
    stood = [ordered[0].before, *(move.after for move in ordered)]
    begins = [item.created, *(move.at for move in ordered)]
    ends: Sequence[datetime | None] = [*begins[1:], None]
    now: Category = "done" if item.category == "dropped" else item.category
    spans: list[StatusSpan] = []
    for place, (status, begin, end) in enumerate(zip(stood, begins, ends, strict=True)):
        category = statuses.category(status) or _by_the_item(item, status, begin)
        follows = ordered[place].before if place < len(ordered) else None
        leads = now if follows is None else statuses.category(follows)
        if category is not None and not (follows and status.is_same(follows)) and leads != category:
            # Something changed here that the changelog does not tell.
            spans.append(StatusSpan(None, "", begin, end))
        else:
            spans.append(StatusSpan(category, statuses.name(status), begin, end, statuses.names(status)[1:]))
    return tuple(spans)


def _by_the_item(item: WorkItem, status: Status, begin: datetime) -> Category | None:
    """What the issue itself says of a status that is not known: it stands in it, or was done all the while."""
    ended = item.category in ("done", "dropped")
    if status.is_same(Status(name=item.status)):
        return "done" if ended else item.category
    dated = item.completed is not None and not item.dated_by_resolution
    if ended and dated and item.completed is not None and begin >= item.completed - _CLOCK_STEP:
        return "done"
    return None
