"""What a plan changes because a forecast became doubtful, in a sentence beside its edits. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from config.wording import counted
from sync.measure import Scorecard
from sync.plan.plan import Edit


def unlikely_notes(edits: Sequence[Edit], scorecard: Scorecard) -> tuple[str, ...]:
    """At most one sentence: on key results shown as on track that are at risk by the chance of their forecast alone."""
    unlikely = {name for name, one in scorecard.readings.items() if one.is_unlikely}
    named: set[str] = set()
    count = 0
    for edit in edits:
        shown = {mark.id for mark in edit.item.shown.key_results if mark.health == "on_track"}
        turned = {mark.id for mark in edit.wanted.key_results if mark.id in unlikely & shown}
        named |= turned
        count += bool(turned)
    if not count:
        return ()
    names = ", ".join(sorted(named))
    why = "at risk because the forecast gives success too small a chance (policy.health.chance)"
    return (f"{names}: {why}; {counted(count, 'item')} showed it as on track.",)
