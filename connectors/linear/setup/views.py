"""The shared views of a workspace: how they are read, and what each filters. Wire facts: contracts/linear.md, 16."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec.json import Decoder

from connectors.linear.api.queries import Operation
from connectors.linear.api.wire import Connection, Wire
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP
from connectors.linear.marks.records import PARAMETER
from connectors.setup import AT_RISK, BY_KEY_RESULT, DANGLING, UNALIGNED, Need


class ViewNode(Wire):
    id: str
    name: str
    shared: bool = False
    description: str | None = None
    filter_data: dict[str, Any] = msgspec.field(default_factory=dict)


class Views(Wire):
    custom_views: Connection[ViewNode]


VIEWS = Operation(
    "query Views($first: Int!, $after: String) { customViews(first: $first, after: $after) {"
    " nodes { id name shared description filterData } pageInfo { hasNextPage endCursor } } }",
    Decoder(Views),
)


def views_wanted(need: Need, teams: tuple[str, ...]) -> dict[str, dict[str, Any] | None]:
    """Name of each view to its IssueFilter: open work of the teams in scope. None: its label is not written."""
    within: dict[str, Any] = {
        "team": {"key": {"in": list(teams)}},
        "state": {"type": {"nin": ["completed", "canceled", "duplicate"]}},
    }
    words = [{"subtitle": {"containsIgnoreCase": word}} for word in ("at risk", "off track")]
    # A person's attachment may use the same words: ours is known by its address.
    ours = {"url": {"contains": urlencode({PARAMETER: need.owner})}}
    labelled = {
        UNALIGNED: _labelled(need.orphaned, "orphaned"),
        BY_KEY_RESULT: _labelled(need.aligned, "aligned"),
        DANGLING: _labelled(need.dangling, None),
    }
    views = {name: within | {"labels": {"some": one}} if one else None for name, one in labelled.items()}
    return views | {AT_RISK: within | {"attachments": {"some": ours | {"or": words}}}}


def _labelled(label: str | None, child: str | None) -> dict[str, Any] | None:
    """A label of the policy, or else the child of our group that says the same; None where there is neither."""
    if label:
        return {"name": {"eqIgnoreCase": label}}
    return {"name": {"eq": child}, "parent": {"name": {"eq": ALIGNMENT_GROUP}}} if child else None


def parts_of(given: Mapping[str, Any]) -> list[str]:
    """A filter in one shape: Linear gives what was sent back as a conjunction."""
    parts = [{name: value} for name, value in given.items() if name != "and"] + list(given.get("and") or ())
    return sorted(msgspec.json.encode(part, order="sorted").decode() for part in parts)
