"""Writing one item the way `sync.apply` writes many."""

from __future__ import annotations

from connectors.base import Connector
from connectors.model import Marks, Receipt, WorkItem


def write_one(connector: Connector, item: WorkItem, wanted: Marks) -> Receipt:
    """The receipt of a batch of one."""
    (receipt,) = connector.write_batch([(item, wanted)])
    return receipt
