"""All signals, in the order in which a lead should read those of one severity. Pure."""

from __future__ import annotations

from sync.signals.capacity.low_priority_heavy import LOW_PRIORITY_HEAVY
from sync.signals.capacity.nobody_assigned import NOBODY_ASSIGNED
from sync.signals.capacity.over_committed_team import OVER_COMMITTED_TEAM
from sync.signals.capacity.overdue_check_in import OVERDUE_CHECK_IN
from sync.signals.capacity.starved_objective import STARVED_OBJECTIVE
from sync.signals.capacity.throughput_outside_limits import THROUGHPUT_OUTSIDE_LIMITS
from sync.signals.capacity.urgent_orphan import URGENT_ORPHAN
from sync.signals.conflicts.blocked_by_other_team import BLOCKED_BY_OTHER_TEAM
from sync.signals.conflicts.claimed_by_several import CLAIMED_BY_SEVERAL
from sync.signals.expectations.scope_creep import SCOPE_CREEP
from sync.signals.expectations.word_against_numbers import WORD_AGAINST_NUMBERS
from sync.signals.findings.joined import JOINED
from sync.signals.mechanism import SignalRule
from sync.signals.stagnation.aging_work import AGING_WORK
from sync.signals.stagnation.stalled_key_result import STALLED_KEY_RESULT

RULES: tuple[SignalRule, ...] = (
    STALLED_KEY_RESULT,
    WORD_AGAINST_NUMBERS,
    SCOPE_CREEP,
    BLOCKED_BY_OTHER_TEAM,
    CLAIMED_BY_SEVERAL,
    AGING_WORK,
    STARVED_OBJECTIVE,
    URGENT_ORPHAN,
    LOW_PRIORITY_HEAVY,
    OVERDUE_CHECK_IN,
    THROUGHPUT_OUTSIDE_LIMITS,
    NOBODY_ASSIGNED,
    OVER_COMMITTED_TEAM,
    *JOINED,
)
"""The one table: a signal that stands here is computed, listed, switched off and documented by its id."""
