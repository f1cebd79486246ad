"""The likeliest key results of work that serves none, with the words that speak for each. Pure.

What work says is its title, its parent's, its labels, its description, its project, team, type and assignee, and the
family that it stands in. Each of these speaks for the key results that other work which says the same serves; what much work
says speaks quietly, and what the text of a key result or of its rules says speaks for it too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from config.workspace import Workspace
from connectors.model import Ref
from connectors.text.keywords import Keywords
from sync.align.alignment import Alignment
from sync.align.evidence.evidence import FURTHER, MOST, Evidence, Suggestion

__all__ = ["FURTHER", "MOST", "THRESHOLD", "Suggestion", "suggest"]

THRESHOLD = 0.2
"""Where the likeliest scores less nothing is suggested; see docs/suggestions.md for what that costs and saves."""


def suggest(
    alignment: Alignment,
    workspace: Workspace,
    keywords: Mapping[Ref, Keywords] | None = None,
    asked: Collection[Ref] | None = None,
) -> dict[Ref, tuple[Suggestion, ...]]:
    """At most three suggestions for each open item that serves no key result, the likeliest first: of those offered now.

    `keywords`: of the descriptions of such items, as far as they were read. `asked`: the items for which suggestions are
    wanted, None: all; those of an item are the same whoever else is asked about. An item for which nothing scores
    `THRESHOLD` is left out. Refs come in order.
    """
    wanted = [
        ref
        for ref, placement in sorted(alignment.placements.items())
        if placement.state == "unaligned" and alignment.items[ref].is_open and (asked is None or ref in asked)
    ]
    if not wanted:
        return {}
    evidence = Evidence(alignment, workspace, keywords or {}, wanted)
    found: dict[Ref, tuple[Suggestion, ...]] = {}
    for ref in wanted:
        ranked = tuple(evidence.ranked(alignment.items[ref]))
        if ranked and ranked[0].score >= THRESHOLD:
            found[ref] = ranked
    return found
