"""The health of key results by their chance of success. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from config.workspace import Workspace
from sync.forecast.outlook import Outlooks
from sync.measure import Reading, Scorecard

UNSAID = timedelta(weeks=2)
"""So long into a cycle a chance says nothing of health: the work has hardly begun."""


def with_chances(card: Scorecard, outlooks: Outlooks, workspace: Workspace) -> Scorecard:
    """The scorecard in which key results that are on track, but unlikely to succeed, are at risk.

    Never off track; by the raw chance, as long as a working day is left: without one, where a value stands is all there
    is to say of it. An objective's own health stays that of its progress.
    """
    least, today = workspace.policy.health.chance, card.as_of.astimezone(workspace.zone).date()

    def judged(reading: Reading, cycle: str) -> Reading:
        outlook = outlooks.get(reading.key_result)
        if outlook is None or outlook.forecast is None or reading.health != "on_track":
            return reading
        if outlook.days_left <= 0:
            return reading
        if today < workspace.cycles[cycle].start + UNSAID or outlook.forecast.chance >= least:
            return reading
        return replace(reading, health="at_risk", is_unlikely=True)

    return replace(
        card,
        objectives=tuple(
            replace(row, readings=tuple(judged(one, row.cycle) for one in row.readings))
            for row in card.objectives
        ),
    )
