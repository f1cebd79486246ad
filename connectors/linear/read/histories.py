"""Which workflow states issues stood in, as Linear keeps it in `stateHistory` (contracts, section 8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import partial

from connectors.http.dates import clamped
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import SpanNode
from connectors.linear.read.issues import in_parts
from connectors.linear.read.mapping import category_of_type, utc_or_none
from connectors.model import Category, Ref, StatusSpan, WorkItem

DELETED = "a deleted state"
_NEVER = datetime.max.replace(tzinfo=UTC)


def histories(client: LinearClient, items: Collection[WorkItem]) -> dict[Ref, tuple[StatusSpan, ...]]:
    """See `KeepsHistories.histories`; projects keep none."""
    ids = sorted(item.ref.id for item in items if item.level not in ("project", "initiative"))
    found: dict[Ref, tuple[StatusSpan, ...]] = {}

    def read(some: list[str]) -> list[tuple[str, tuple[StatusSpan, ...]]]:
        read_now = []
        for issue in client.walk(queries.HISTORIES, lambda reply: reply.issues, ids=some):
            nodes = issue.state_history.nodes
            if issue.state_history.page_info.has_next_page:
                nodes = list(
                    client.walk(queries.HISTORY, lambda reply: reply.issue.state_history, id=issue.id)
                )
            read_now.append((issue.id, spans_of(nodes)))
        return read_now

    parts = in_parts(ids, queries.HISTORIES.page)
    for part in client.together([partial(read, some) for some in parts]):
        found |= {Ref(client.tracker, id_): spans for id_, spans in part if spans}
    return found


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
