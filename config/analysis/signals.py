"""Thresholds of the signals, each with the default that was tried on unplanted worlds. Pure."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from config.fields import ConfigModel, NonEmpty, reject_bool

Weeks = Annotated[int, Field(ge=1, le=52), BeforeValidator(reject_bool)]
Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(reject_bool)]
Percentile = Annotated[int, Field(ge=50, le=99), BeforeValidator(reject_bool)]
Chance = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(reject_bool)]


FindingId = Literal[
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
"""Findings, which are signals too, from the most to the least pressing."""

SignalId = Literal[
    "stalled_key_result",
    "word_against_numbers",
    "scope_creep",
    "blocked_by_other_team",
    "claimed_by_several",
    "aging_work",
    "starved_objective",
    "urgent_orphan",
    "low_priority_heavy",
    "overdue_check_in",
    "throughput_outside_limits",
    "nobody_assigned",
    "over_committed_team",
    "orphaned_work",
    FindingId,
]
"""The signals there are; sync/signals/rules.py has a rule for each."""
SIGNAL_IDS: tuple[SignalId, ...] = get_args(SignalId)


class SignalRules(ConfigModel):
    """When signals fire."""

    off: tuple[SignalId, ...] = Field(default=(), description="Signals that are not computed, by their id.")
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
    low_priorities: tuple[NonEmpty, ...] = Field(
        default=("Low", "Lowest", "Minor", "Trivial"),
        description="low_priority_heavy: priorities that are low, by any name that a tracker knows them by.",
    )
    urgent_priorities: tuple[NonEmpty, ...] = Field(
        default=("Urgent", "Highest", "Blocker"),
        description="urgent_orphan: priorities that are the highest, by any name that a tracker knows them by.",
    )
    committed_percent: Points = Field(
        default=40.0,
        description="over_committed_team: percent of its open key-result work that a team finishes by the end of the cycle if all "
        "goes well (one of ten futures); less is over-committed.",
    )
    blocked_days: Annotated[int, Field(ge=0, le=365), BeforeValidator(reject_bool)] = Field(
        default=5, description="blocked_by_other_team: days that work was blocked."
    )
    stale_days: Annotated[int, Field(ge=1, le=365), BeforeValidator(reject_bool)] = Field(
        default=14,
        description="overdue_check_in: days without a check-in, where neither the key result nor its measure says otherwise.",
    )
    creep_percent: Points = Field(
        default=20.0,
        description="scope_creep: percent of the scope that was added after the first half of the cycle.",
    )
    in_comment: tuple[SignalId, ...] = Field(
        default=(),
        description="Signals that the sticky comment of their items names, by id. Default: none.",
    )
    in_update: tuple[SignalId, ...] = Field(
        default=(),
        description="Signals that the status update of their project or initiative names, by id. Default: none.",
    )
