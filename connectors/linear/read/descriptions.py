"""The keywords of issues' and projects' descriptions, asked for by their ids."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from connectors.linear.api import queries, wire
from connectors.linear.api.client import LinearClient
from connectors.linear.api.operation import Operation
from connectors.linear.read.issues import in_parts
from connectors.model import Ref, WorkItem
from connectors.text.keywords import Keywords, extract_keywords

T = TypeVar("T")


def keywords(client: LinearClient, items: Collection[WorkItem]) -> dict[Ref, Keywords]:
    """See `HasDescriptions.keywords`; initiatives are not asked about."""
    issues = sorted(item.ref.id for item in items if item.level not in ("project", "initiative"))
    projects = sorted(item.ref.id for item in items if item.level == "project")
    nodes = [
        *_described(client, queries.DESCRIBED_ISSUES, lambda reply: reply.issues, issues),
        *_described(client, queries.DESCRIBED_PROJECTS, lambda reply: reply.projects, projects),
    ]
    # A project has a line about it, and a text.
    found = {node.id: extract_keywords(f"{node.description or ''}\n{node.content or ''}") for node in nodes}
    return {Ref(client.tracker, id_): words for id_, words in found.items() if words}


def _described(
    client: LinearClient,
    operation: Operation[T],
    nodes: Callable[[T], wire.Connection[wire.DescribedNode]],
    ids: Sequence[str],
) -> list[wire.DescribedNode]:
    parts = in_parts(ids, operation.page)

    def read(some: list[str]) -> list[wire.DescribedNode]:
        return list(client.walk(operation, nodes, ids=some))

    return [node for part in client.together([partial(read, part) for part in parts]) for node in part]
