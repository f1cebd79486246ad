"""Whether a configuration uses a tracker's initiatives, which its credential may not be allowed to read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.conditions import Condition
from config.names import folded
from config.trackers import kind_of
from config.workspace import Workspace
from connectors.base import InitiativeUse
from sync.align.rule_book import declared_rules

_KEY = re.compile(r"(?:[\w-]+:)?[a-z][a-z0-9_]*-\d+")
"""Of a ticket, folded, with the tracker that may stand before it."""


def initiative_use(workspace: Workspace, tracker: str) -> InitiativeUse:
    """What on this tracker needs initiatives: status updates on them, and rules that ask for one.

    A rule that merely might match one, as by its title, does not: what it matches besides is matched all the same.
    """
    updates = workspace.policy_of(tracker).updates
    if updates is not None and "initiative" in updates.levels and workspace.trackers[tracker].has_updates:
        return InitiativeUse("status updates on initiatives (policy.updates.levels)")
    names: set[str] = set()
    for rule in declared_rules(workspace):
        for one in _possible(rule.condition, workspace, tracker):
            if (asked := _asked(one)) is not None:
                return InitiativeUse(f"{asked} in a rule of {rule.owner}")
            names |= {folded(name) for name in (one.key, one.parent, one.under) if name is not None}
    return InitiativeUse("", frozenset(name for name in names if _KEY.fullmatch(name) is None))


def _asked(condition: Condition) -> str | None:
    """The part that asks for an initiative, in words."""
    if condition.initiative is not None:
        return f'initiative "{condition.initiative}"'
    if condition.level == "initiative":
        return "level: initiative"
    return "type: Initiative" if folded(condition.type or "") == "initiative" else None


def _possible(condition: Condition, workspace: Workspace, tracker: str) -> Iterator[Condition]:
    """The condition and those inside it, as far as items of the tracker can fulfil what surrounds them."""
    kind = workspace.trackers[tracker]
    if condition.tracker not in (None, tracker) or (
        condition.native is not None and kind_of(condition.native.language).title != kind.title
    ):
        return
    if (condition.component is not None or condition.field is not None) and "custom" not in kind.item_fields:
        return
    yield condition
    for one in (*condition.all, *condition.any, *((condition.not_,) if condition.not_ else ())):
        yield from _possible(one, workspace, tracker)
