"""The impact map for programs: every place and every band, nothing folded. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.model import Ref, WorkItem
from sync.impact_map.values import Band, Effort, ImpactMap, Node

Data = dict[str, Any]


def data(found: ImpactMap, items: Mapping[Ref, WorkItem]) -> Data:
    """`unit`: "points" or "items". `items` counts pieces of work; where they are in an epic or project, or in none, `keys` names them."""
    last = {one.id for one in found.of_layer("deliverable")}
    return {
        "cycles": list(found.cycles),
        "unit": found.unit,
        "effort": _effort(found.effort),
        "nodes": [_node(one, items) for one in found.nodes],
        "bands": [_band(one, items, names=one.target in last) for one in found.bands],
    }


def _node(one: Node, items: Mapping[Ref, WorkItem]) -> Data:
    item = None if one.ref is None else items[one.ref]
    return {
        "id": one.id,
        "layer": one.layer,
        "kind": one.kind,
        "name": one.name or None,
        "title": one.title or None,
        "url": None if item is None else item.url,
        "tracker": None if item is None else item.ref.tracker,
        "restricted": item is not None and item.private,
        "health": one.health,
        "branch": one.branch or None,
        "cycle": one.cycle or None,
        "parent": one.parent or None,
        **_effort(one.effort),
    }


def _band(one: Band, items: Mapping[Ref, WorkItem], *, names: bool) -> Data:
    keys = {"keys": [items[ref].name for ref in one.effort.items]} if names else {}
    return {
        "source": one.source,
        "target": one.target,
        "health": one.health,
        **_effort(one.effort),
        **keys,
    }


def _effort(one: Effort) -> Data:
    return {"amount": round(one.amount, 6), "done": round(one.done, 6), "items": len(one.items)}
