"""Which issue an identifier leads to, that it has or had once."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from connectors.errors import PermissionDenied, Refused
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.model import Identity


def items_by_key(client: LinearClient, keys: Collection[str]) -> dict[str, Identity]:
    """The issues that have or had these identifiers; see `ResolvesKeys.items_by_key`.

    One request for each: a root field that finds nothing voids the whole reply.
    """
    found = {}
    for key in sorted(keys):
        with suppress(Refused, PermissionDenied):
            node = client.execute(queries.ISSUE_BY_KEY, key=key).issue
            found[key] = Identity(node.id, node.identifier)
    return found
