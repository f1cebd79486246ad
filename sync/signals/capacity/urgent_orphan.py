"""urgent_orphan: started work of the highest priority that serves no key result. Priorities have no history: no base rate. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from config.names import folded
from config.text.phrases import phrase
from connectors.model import WorkItem
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Signal
from sync.signals.subjects import short_team, team_of

ID = "urgent_orphan"


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team with such work: leaves in scope, in progress, not exempt, without a grace period."""
    urgent = {folded(name) for name in context.workspace.signals.urgent_priorities}
    teams: dict[str, list[WorkItem]] = defaultdict(list)
    for ref, placement in context.alignment.placements.items():
        item = context.alignment.items[ref]
        if (
            placement.state == "unaligned"
            and item.category == "doing"
            and context.alignment.is_leaf(ref)
            and has_priority(item, urgent)
        ):
            teams[team_of(item)].append(item)
    for team, items in sorted(teams.items()):
        yield Signal(
            ID,
            "high",
            "team",
            team,
            tuple(item.ref for item in items),
            phrase(
                f"signals.{ID}.message",
                team=short_team(team),
                items=len(items),
                names=tuple(item.name for item in items),
                count="items",
            ),
            phrase(f"signals.{ID}.formula"),
            "urgent_priorities: " + ", ".join(context.workspace.signals.urgent_priorities),
            phrase(f"signals.{ID}.remedy"),
        )


def has_priority(item: WorkItem, names: Collection[str]) -> bool:
    """Whether the item has one of these priorities, by any name of it; the names are folded."""
    return any(folded(name) in names for name in item.called("priority"))


URGENT_ORPHAN = SignalRule(ID, fire)
