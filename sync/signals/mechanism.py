"""The one mechanism of the signals: what a signal sees, how often it would have fired before, and all that fire now. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal, TypeVar, cast, get_args

from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.flow.journeys import Journey, Journeys, Visit
from sync.forecast.outlook import Outlooks
from sync.measure import Scorecard
from sync.observation import Observation, Past
from sync.signals.orphans import Signals
from sync.signals.signal import BaseRate, Severity, Signal, SubjectKind

T = TypeVar("T")

Need = Literal["journeys", "readings"]
"""What a signal may need that is not always there: histories of statuses, and kept readings of key results."""

Reason = Literal["flow_not_declared", "no_histories", "no_readings", "off"]
"""Why a signal is not computed."""

LOOK_BACK = 26
"""Weeks behind in which signals are tried for their base rate."""

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

Subject = tuple[SubjectKind, str]
"""The kind of a subject and its id."""


@dataclass(frozen=True)
class SignalContext:
    """What signals see, at `now`.

    - `journeys`: None where histories are not read. `readings`: what was kept of key results day by day, oldest first;
      without today's, which stands in the scorecard.
    - `found`: the orphans and findings of the run.
    - `week`: how many weeks this moment lies behind the one that is asked about; 0 for that itself. In a week behind, what
      stands in `alignment`, `scorecard`, `outlooks` and `observation` is still of today: today's rules and links. A signal
      that has a base rate must ask `journeys`, `readings`, and days that stand on the items.
    """

    alignment: Alignment
    scorecard: Scorecard
    outlooks: Outlooks
    observation: Observation
    journeys: Journeys | None
    workspace: Workspace
    now: datetime
    readings: Mapping[str, Sequence[Past]] = field(default_factory=dict)
    found: Signals = field(default_factory=lambda: Signals({}, ()))
    week: int = 0
    _here: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    _everywhere: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def today(self) -> date:
        """The day in the workspace's zone."""
        return self.now.astimezone(self.workspace.zone).date()

    def shared(self, compute: Callable[[SignalContext], T]) -> T:
        """What `compute` gives for this moment, computed once for all signals of it."""
        if compute not in self._here:
            self._here[compute] = compute(self)
        return cast("T", self._here[compute])

    def common(self, compute: Callable[[SignalContext], T]) -> T:
        """What `compute` gives whatever the week is, computed once for all weeks and signals."""
        if compute not in self._everywhere:
            self._everywhere[compute] = compute(self)
        return cast("T", self._everywhere[compute])

    def before(self, weeks: int) -> SignalContext:
        """The same so many weeks earlier."""
        return replace(self, now=self.now - timedelta(weeks=weeks), week=self.week + weeks, _here={})

    @property
    def at_work(self) -> Sequence[tuple[Journey, Visit]]:
        """The work that was in progress at this moment, in scope, with where it was, by ref."""
        return self.common(_at_work_by_week).get(self.week, ())


def _at_work_by_week(context: SignalContext) -> Mapping[int, Sequence[tuple[Journey, Visit]]]:
    """By week behind, the work that was in progress at its end: one walk over all visits for all weeks together."""
    latest = context.now + timedelta(weeks=context.week)
    moments = [latest - timedelta(weeks=back) for back in range(LOOK_BACK, -1, -1)]
    found: dict[int, list[tuple[Journey, Visit]]] = {back: [] for back in range(LOOK_BACK + 1)}
    journeys = context.journeys or {}
    for ref in sorted(journeys):
        journey = journeys[ref]
        if not journey.item.in_scope:
            continue
        for visit in journey.visits:
            if visit.stage is None or visit.stage.category != "doing":
                continue
            begin = bisect_left(moments, visit.begin)
            end = len(moments) if visit.end is None else bisect_left(moments, visit.end)
            for place in range(begin, end):
                found[LOOK_BACK - place].append((journey, visit))
    return found


@dataclass(frozen=True, slots=True)
class SignalRule:
    """A signal: its `id`, what it `needs`, and `fire`, which says each subject for which it fires at the context's moment.

    `replays`: whether it can be tried in the weeks behind, because all that it asks has a history, if `replay_needs` are met
    as well; else its base rate is unknown. A rule whose `needs` are not met is not computed, and tried for no base rate. `known_from`: the first day of
    which it is known whether it would have fired for a subject, where that is later than the rest says.
    """

    id: str
    fire: Callable[[SignalContext], Iterable[Signal]]
    needs: frozenset[Need] = frozenset()
    replays: bool = False
    replay_needs: frozenset[Need] = frozenset()
    known_from: Callable[[SignalContext, str], date] | None = None


def signals(
    context: SignalContext, rules: Iterable[SignalRule], *, with_rates: bool = True
) -> tuple[Signal, ...]:
    """All that fire now, by severity, then by subject, then in the order of the rules; each with its base rate, if it has one
    and that is asked for.
    """
    asked = [rule for rule in rules if rule.id not in context.workspace.signals.off]
    able = [rule for rule in asked if not lacking(rule.needs, context)]
    fired = {rule.id: tuple(rule.fire(context)) for rule in able}
    rates = _base_rates(
        context, {rule: fired[rule.id] for rule in able if with_rates and _can_replay(rule, context)}
    )
    found = [
        replace(one, base_rate=rates.get((rule.id, one.kind, one.subject)))
        for rule in able
        for one in fired[rule.id]
    ]
    order = {rule.id: place for place, rule in enumerate(able)}
    return tuple(
        sorted(found, key=lambda one: (SEVERITIES.index(one.severity), one.subject, order[one.id], one.items))
    )


def not_computed(context: SignalContext, rules: Iterable[SignalRule]) -> dict[str, tuple[Reason, ...]]:
    """The signals that are not computed, with why."""
    off = context.workspace.signals.off
    found: dict[str, tuple[Reason, ...]] = {}
    for rule in rules:
        if rule.id in off:
            found[rule.id] = ("off",)
        elif missing := lacking(rule.needs, context):
            found[rule.id] = tuple(sorted(_reason(one, context) for one in missing))
    return found


def _reason(missing: Need, context: SignalContext) -> Reason:
    if missing == "readings":
        return "no_readings"
    return "flow_not_declared" if context.workspace.flow is None else "no_histories"


def lacking(needs: Iterable[Need], context: SignalContext) -> frozenset[Need]:
    """What of this is not there."""
    there = {"journeys": bool(context.journeys), "readings": bool(context.readings)}
    return frozenset(one for one in needs if not there[one])


def _can_replay(rule: SignalRule, context: SignalContext) -> bool:
    return rule.replays and not lacking(rule.replay_needs, context)


def _base_rates(
    context: SignalContext, fired: Mapping[SignalRule, Sequence[Signal]]
) -> dict[tuple[str, SubjectKind, str], BaseRate]:
    """Of what fired now, by rule and subject, in how many of the weeks behind it would have; all weeks in one pass."""
    asked = {rule: {(one.kind, one.subject) for one in some} for rule, some in fired.items() if some}
    weeks = {
        (rule.id, *about): _known_weeks(rule, about, context)
        for rule, some in asked.items()
        for about in some
    }
    counts: Counter[tuple[str, SubjectKind, str]] = Counter()
    for back in range(1, max(weeks.values(), default=0) + 1):
        then = context.before(back)
        for rule, some in asked.items():
            if any(back <= weeks[rule.id, *about] for about in some):
                again = {(one.kind, one.subject) for one in rule.fire(then)}
                counts.update((rule.id, *about) for about in again & some if back <= weeks[rule.id, *about])
    return {name: BaseRate(counts[name], known) for name, known in weeks.items() if known}


def _known_weeks(rule: SignalRule, about: Subject, context: SignalContext) -> int:
    """In how many of the weeks behind it is known whether the rule would have fired for the subject.

    Not before the window of the histories, the first reading that was kept, or the first week of the cycle of a key result.
    """
    known = LOOK_BACK
    if "journeys" in rule.needs | rule.replay_needs and context.workspace.flow is not None:
        known = min(known, context.workspace.flow.window_weeks)
    days = []
    if "readings" in rule.needs | rule.replay_needs:
        days += [min((rows[0].on for rows in context.readings.values() if rows), default=context.today)]
    if about[0] == "key_result":
        cycles = {one.id: objective.cycle for objective, one in context.workspace.key_results()}
        days += [context.workspace.cycles[cycles[about[1]]].start]
    if rule.known_from is not None:
        days += [rule.known_from(context, about[1])]
    return max(0, min([known, *((context.today - day).days // 7 for day in days)]))
