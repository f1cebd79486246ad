"""How well a key result does: what its measure means by done, and what guard-rails spoil. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from config.measures import CompositeMeasure, FlowMeasure, Measure, MetricMeasure, QueryMeasure
from config.policy import HealthPolicy
from connectors.model import Health
from sync.measure.context import MeasuredValue
from sync.measure.reading import Reading, health

SPOILT_BY_A_GUARD_RAIL: tuple[Health, ...] = ("on_track", "done", "no_data")
"""The healths that a broken guard-rail makes at risk; others are worse, or say the same."""


def can_fall(how: Measure, others: Mapping[str, Reading]) -> bool:
    """Whether a value of this measure that reached its target can leave it again while the cycle runs.

    A metric, a query's result and the flow of work go up and down with the world. Linked work, milestones, a project and
    what is declared as done are finished once; what reopens or is added is new scope. A composite is as its parts are.
    """
    if isinstance(how, CompositeMeasure):
        return any(
            others[name].can_fall
            for name in how.of
            if others[name].counts and others[name].phase != "planned"
        )
    return isinstance(how, MetricMeasure | QueryMeasure | FlowMeasure)


def health_of(
    value: MeasuredValue, progress: float | None, by_now: float, policy: HealthPolicy, *, can_fall: bool
) -> Health:
    """The health of a key result whose progress, measured or set by hand, is this.

    A guard-rail is on track or off track: what must only stay so is never done, and nothing about it is gradual.
    """
    if not value.counts and progress is not None:
        return "on_track" if progress >= 1 else "off_track"
    return spoilt(health(progress, by_now, policy, can_fall=can_fall), is_broken=bool(value.broken))


def spoilt(found: Health, *, is_broken: bool) -> Health:
    """The health, at risk at best where a guard-rail is broken."""
    return "at_risk" if is_broken and found in SPOILT_BY_A_GUARD_RAIL else found
