"""Which workflow states issues stood in, as Linear keeps it in `stateHistory` (contracts, section 8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from connectors.http.dates import clamped
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import SpanNode
from connectors.linear.read.mapping import category_of_type, utc_or_none
from connectors.model import Category, Ref, StatusSpan, WorkItem


def histories(client: LinearClient, items: Collection[WorkItem]) -> dict[Ref, tuple[StatusSpan, ...]]:
    """See `KeepsHistories.histories`; projects keep none."""
    ids = sorted(item.ref.id for item in items if item.level not in ("project", "initiative"))
    found: dict[Ref, tuple[StatusSpan, ...]] = {}
    page = queries.HISTORIES.page
    for start in range(0, len(ids), page):
        some = ids[start : start + page]
        for issue in client.walk(queries.HISTORIES, lambda reply: reply.issues, ids=some):
            nodes = issue.state_history.nodes
            if issue.state_history.page_info.has_next_page:
                nodes = list(
                    client.walk(queries.HISTORY, lambda reply: reply.issue.state_history, id=issue.id)
                )
            spans = spans_of(nodes)
            if spans is not None:
                found[Ref(client.tracker, issue.id)] = spans
    return found


def spans_of(nodes: Sequence[SpanNode]) -> tuple[StatusSpan, ...] | None:
    """The spans, oldest first; None where there are none, or a state was deleted since."""
    if not nodes or any(node.state is None for node in nodes):
        return None
    return tuple(
        StatusSpan(
            _category(node.state.type),
            node.state.name,
            clamped(node.started_at),
            utc_or_none(node.ended_at),
        )
        for node in sorted(nodes, key=lambda one: one.started_at)
        if node.state is not None
    )


def _category(kind: str) -> Category:
    category = category_of_type(kind)
    return "done" if category == "dropped" else category
