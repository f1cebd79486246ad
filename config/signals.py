"""Thresholds of the signals, each with the default that was tried on unplanted worlds. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from config.fields import ConfigModel, reject_bool

Weeks = Annotated[int, Field(ge=1, le=52), BeforeValidator(reject_bool)]
Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(reject_bool)]
Percentile = Annotated[int, Field(ge=50, le=99), BeforeValidator(reject_bool)]
Chance = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(reject_bool)]


class SignalRules(ConfigModel):
    """When signals fire."""

    off: tuple[str, ...] = Field(default=(), description="Signals that are not computed, by their id.")
    stalled_weeks: Weeks = Field(
        default=3, description="stalled_key_result: weeks without movement of a key result."
    )
    aging_percentile: Percentile = Field(
        default=85,
        description="aging_work: started work older than so many percent ever were at its stage.",
    )
    starved_points: Points = Field(
        default=5.0,
        description="starved_objective: points under its declared share of person-days.",
    )
    heavy_weight: Points = Field(
        default=40.0,
        description="low_priority_heavy: percent of its objective from which a key result counts as heavy.",
    )
    blocked_days: Annotated[int, Field(ge=0, le=365), BeforeValidator(reject_bool)] = Field(
        default=5, description="blocked_by_other_team: days that work was blocked."
    )
    stale_days: Annotated[int, Field(ge=1, le=365), BeforeValidator(reject_bool)] = Field(
        default=14,
        description="overdue_check_in: days without a check-in, where neither the key result nor its measure says otherwise.",
    )
    creep_percent: Points = Field(
        default=10.0,
        description="scope_creep: percent of the scope that was added after the first half of the cycle.",
    )
    in_comment: tuple[str, ...] = Field(
        default=(),
        description="Signals that the sticky comment of their items names, by id. Default: none.",
    )
    in_update: tuple[str, ...] = Field(
        default=(),
        description="Signals that the status update of their project or initiative names, by id. Default: none.",
    )
