"""Proving before the first write that it can succeed. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from connectors.base import Connector
from connectors.checkup import Check


def check(connectors: Mapping[str, Connector], labels: tuple[str, ...]) -> dict[str, list[Check]]:
    """What every tracker says, by its name; one that is in trouble does not hide the others."""
    with ThreadPoolExecutor(max_workers=len(connectors), thread_name_prefix="check") as pool:
        found = pool.map(lambda one: list(one.examine(labels)), connectors.values())
        return dict(zip(connectors, found, strict=True))


def is_well(found: Mapping[str, list[Check]]) -> bool:
    """Whether nothing stands in the way of a sync."""
    return all(one.verdict != "wrong" for checks in found.values() for one in checks)
