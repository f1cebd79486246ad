"""blocked_by_other_team: work that serves a key result waits for another team's work that does not. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.phrases import phrase
from connectors.model import Ref
from sync.signals.conflicts.waits import Wait, edges, waits
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Signal
from sync.signals.subjects import short_team

ID = "blocked_by_other_team"
_LONG = 4
"""How many times the threshold makes it urgent."""


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team that waits for another longer than declared, the oldest wait first."""
    least = context.workspace.signals.blocked_days
    long = [one for one in context.shared(waits) if one.days(context.now) >= least]
    for edge in edges(long):
        oldest = edge.waits[0]
        days = oldest.days(context.now)
        yield Signal(
            ID,
            "high" if days >= _LONG * max(least, 1) else "medium",
            "team",
            edge.team,
            tuple(dict.fromkeys(ref for one in edge.waits for ref in _refs(one))),
            phrase(
                "signals.blocked_by_other_team.message",
                team=short_team(edge.team),
                other=short_team(edge.of),
                item=oldest.item.name,
                blocker=oldest.blocker.name,
                serves=oldest.serves,
                instead=phrase("signals.blocked_by_other_team.serves", key_results=oldest.instead)
                if oldest.instead
                else phrase("signals.blocked_by_other_team.none"),
                waits=len(edge.waits),
                count="waits",
            ),
            phrase("signals.blocked_by_other_team.formula"),
            f"blocked_days: {least}",
            phrase("signals.blocked_by_other_team.remedy"),
            days,
        )


def _refs(one: Wait) -> tuple[Ref, Ref]:
    return one.item.ref, one.blocker.ref


BLOCKED_BY_OTHER_TEAM = SignalRule(ID, fire, replays=True, replay_needs=frozenset({"journeys"}))
