"""Which workflow states issues stood in, as Linear keeps it in `stateHistory`, and who they were assigned to, as far as the latest
entries of `history` tell it (contracts, section 8). Flags it has none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter

from connectors.http.dates import clamped
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import Connection, HistoryNode, IssueHistory, SpanNode
from connectors.linear.read.issues import in_parts
from connectors.linear.read.mapping import category_of_type, utc_or_none
from connectors.model import AssigneeSpan, Category, History, Ref, StatusSpan, WorkItem

DELETED = "a deleted state"
_NEVER = datetime.max.replace(tzinfo=UTC)


def histories(
    client: LinearClient, items: Collection[WorkItem], *, everything: bool = False
) -> dict[Ref, History]:
    """See `KeepsHistories.histories`; projects keep none. A request for fifty issues."""
    issues = {item.ref.id: item for item in items if item.level not in ("project", "initiative")}
    found: dict[Ref, History] = {}

    def read(some: list[str]) -> list[tuple[str, History]]:
        if not everything:
            walk = client.walk(queries.HISTORIES, lambda reply: reply.issues, ids=some)
            return [(one.id, History(_spans(client, one))) for one in walk]
        pasts = client.walk(queries.PASTS, lambda reply: reply.issues, ids=some)
        return [
            (one.id, History(_spans(client, one), assignees_of(issues[one.id], one.history))) for one in pasts
        ]

    parts = in_parts(sorted(issues), queries.HISTORIES.page)
    for part in client.together([partial(read, some) for some in parts]):
        found |= {Ref(client.tracker, id_): history for id_, history in part if history.statuses}
    return found


def _spans(client: LinearClient, issue: IssueHistory) -> tuple[StatusSpan, ...]:
    nodes = issue.state_history.nodes
    if issue.state_history.page_info.has_next_page:
        nodes = list(client.walk(queries.HISTORY, lambda reply: reply.issue.state_history, id=issue.id))
    return spans_of(nodes)


def assignees_of(item: WorkItem, entries: Connection[HistoryNode]) -> tuple[AssigneeSpan, ...] | None:
    """Who an issue was assigned to, from its creation on, or from the oldest entry on where there were more of them.

    None where the entries do not lead to whom it is assigned to now.
    """
    # The newest came first, also of one moment.
    oldest_first = list(reversed(entries.nodes))
    oldest_first.sort(key=attrgetter("created_at"))
    changes = [
        (clamped(one.created_at), one.from_assignee_id, one.to_assignee_id)
        for one in oldest_first
        if one.from_assignee_id != one.to_assignee_id
    ]
    begin = item.created
    if entries.page_info.has_next_page:
        begin = min((clamped(one.created_at) for one in entries.nodes), default=item.created)
    now = item.assignee_id or item.assignee
    spans: list[AssigneeSpan] = []
    person = changes[0][1] if changes else now
    for at, _, after in changes:
        if after == person:
            continue
        if at > begin:
            spans.append(AssigneeSpan(person, begin, at))
            begin = at
        person = after
    if person != now:
        return None
    return (*spans, AssigneeSpan(person, begin))


def spans_of(nodes: Sequence[SpanNode]) -> tuple[StatusSpan, ...]:
    """The spans, oldest first. Of a state that was deleted since nothing is told but when the issue stood in it."""
    return tuple(
        StatusSpan(
            _category(node.state.type) if node.state else None,
            node.state.name if node.state else DELETED,
            clamped(node.started_at),
            utc_or_none(node.ended_at),
        )
        # Those of one moment: the one that ended then came before the one that went on.
        for node in sorted(nodes, key=lambda one: (one.started_at, one.ended_at or _NEVER))
    )


def _category(kind: str) -> Category:
    category = category_of_type(kind)
    return "done" if category == "dropped" else category
