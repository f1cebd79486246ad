"""Which statuses issues stood in, from their changelogs.

Wire facts: contracts/jira.md, section 1.3. Statuses are known by id: their names are translated and change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from connectors.errors import BadReply
from connectors.http.dates import item_time
from connectors.jira.api import replies, wire
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.model import Category, Ref, StatusSpan, WorkItem

_CATEGORIES: Mapping[str, Category] = {"indeterminate": "doing", "done": "done"}


class Move(NamedTuple):
    """One change of status: when, from and to which, by their ids."""

    at: datetime
    before: str
    after: str


def histories(
    client: JiraClient, site_api: SiteApi, items: Collection[WorkItem]
) -> dict[Ref, tuple[StatusSpan, ...]]:
    """See `KeepsHistories.histories`."""
    if not items:
        return {}
    statuses = {one.id: one for one in client.call("GET", "status", replies.STATUSES)}
    found: dict[Ref, tuple[StatusSpan, ...]] = {}
    moves: defaultdict[str, list[Move]] = defaultdict(list)
    # One issue can span pages.
    for log in site_api.changelogs(sorted(item.ref.id for item in items)):
        moves[log.issue_id] += _read(client.name, log)
    for item in items:
        spans = spans_of(item, moves.get(item.ref.id, ()), statuses)
        if spans is not None:
            found[item.ref] = spans
    return found


def spans_of(
    item: WorkItem, moves: Iterable[Move], statuses: Mapping[str, wire.KnownStatus]
) -> tuple[StatusSpan, ...] | None:
    """The statuses from the creation on; None where one of them is not known any more, or the changes do not join.

    Without a change it stood all the time where it stands now.
    """
    ordered = sorted(moves)
    if not ordered:
        category: Category = "done" if item.category == "dropped" else item.category
        return (StatusSpan(category, item.status, item.created),)
    ids = [ordered[0].before, *(move.after for move in ordered)]
    if any(id_ not in statuses for id_ in ids) or any(a.after != b.before for a, b in pairwise(ordered)):
        return None
    begins = [item.created, *(move.at for move in ordered)]
    ends: Sequence[datetime | None] = [*begins[1:], None]
    return tuple(
        StatusSpan(_CATEGORIES.get(statuses[id_].status_category.key, "todo"), statuses[id_].name, begin, end)
        for id_, begin, end in zip(ids, begins, ends, strict=True)
    )


def _read(tracker: str, log: wire.IssueChangelog) -> Iterable[Move]:
    for entry in log.change_histories:
        for change in entry.items:
            # Data Center names no ids of fields; `status` is not translated there.
            if (change.field_id or change.field) == "status" and change.from_ and change.to:
                yield Move(_moment(tracker, log.issue_id, entry.created), change.from_, change.to)


def _moment(tracker: str, issue: str, text: str) -> datetime:
    when = item_time(text)
    if when is None:
        raise BadReply(tracker, f"the changelog of issue {issue} has an invalid time.")
    return when
