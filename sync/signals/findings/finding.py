"""A finding: something that people should look at, and the kinds of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from connectors.model import Ref

Kind = Literal[
    "dangling_claim",
    "unmatched_rule",
    "moved_key",
    "unseen_parent",
    "parent_cycle",
    "link_cycle",
    "missing_cycle",
    "unserved_key_result",
    "finished_before",
    "lost_work",
    "done_over_open",
    "dropped_over_open",
    "mirrors_differ",
    "closed_key_result",
    "claim_against_rule",
    "ambiguous_key",
    "shared_name",
    "two_objectives",
    "against_parent",
    "too_many_key_results",
    "over_budget",
    "unset_waiting",
    "output_without_outcome",
    "drift",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""From the most to the least pressing. One of tickets asks for something that can still be done: it is about open work, or,
as `lost_work`, about what has to be brought back; one of a key result, about one that runs."""
FEW = 5
"""How many items a message names; the finding itself holds them all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that people should look at: what, on which items, and a remedy; of a declaration its `file:line`."""

    kind: Kind
    items: tuple[Ref, ...]
    message: str
    remedy: str
    place: str = ""
