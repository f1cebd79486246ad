"""From what was read, and what earlier runs left, to what would be written. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Protocol

from config.text.texts import texts_for
from config.workspace import Workspace
from connectors.made_names import called
from connectors.model import CLAIM_NAME, Marks, Ref
from sync.align.alignment import Alignment, align
from sync.align.suggestions import suggest
from sync.forecast.health import with_chances
from sync.forecast.key_results import outlooks
from sync.forecast.one_thing import OneThings, one_things
from sync.forecast.outlook import Outlooks
from sync.history.movement import WorkState, work_states
from sync.marks.desired import desired_marks
from sync.marks.orphan_comments import SuggestedKeyResult
from sync.marks.policy import shows_below, warns_in_comment
from sync.measure import Scorecard, measure
from sync.memory import Memory
from sync.observation import ItemKeywords, Observation
from sync.plan.backoff import skip_quarantined
from sync.plan.edit_notes import replaced_notes, unlikely_notes
from sync.plan.foreign import owners, with_foreign_note
from sync.plan.guards import GuardViolation, guards
from sync.plan.plan import Plan, make_plan
from sync.plan.project_views import missing_notes, project_views, view_note
from sync.plan.reasons import reason_notes
from sync.plan.roll_over import roll_over_notes
from sync.plan.setup_basis import setup_notes
from sync.plan.throttle import throttle
from sync.plan.unaligned import grace_notes
from sync.plan.upgrade import upgrade_notes
from sync.signals.budgets import Slice, Usage, slices, usages
from sync.signals.context import context_of
from sync.signals.effort import Effort, efforts
from sync.signals.grace import lost_links, shows_link
from sync.signals.mechanism import SignalContext, signals
from sync.signals.orphans import Signals, find_findings, find_unaligned
from sync.signals.rules import RULES
from sync.signals.signal import Signal


class Later(Protocol):
    """What not every command asks for; see the properties of `Decision`."""

    @property
    def unaligned(self) -> Signals: ...
    @property
    def signals(self) -> Signals: ...
    @property
    def efforts(self) -> Mapping[Ref, Effort]: ...
    @property
    def slices(self) -> tuple[Slice, ...]: ...
    @property
    def usages(self) -> tuple[Usage, ...]: ...
    @property
    def homonyms(self) -> frozenset[str]: ...
    @property
    def signal_context(self) -> SignalContext: ...
    @property
    def warnings(self) -> tuple[Signal, ...]: ...
    @property
    def work_states(self) -> Mapping[str, WorkState]: ...
    @property
    def one_things(self) -> Mapping[str, OneThings]: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def stops(self) -> tuple[GuardViolation, ...]: ...
    @property
    def unshown(self) -> frozenset[Ref]: ...


@dataclass(frozen=True)
class Decision:
    """One run: what was read and remembered, what it means, and what would be written.

    `outlooks`: where its cycle will leave every key result. `unlinked_since`: unaligned work that was linked, and since when
    not. What not every command asks for is decided when it is first asked for. `narrowed`: the part of the signals that
    somebody asked for, in place of all.
    """

    observation: Observation
    memory: Memory
    alignment: Alignment
    scorecard: Scorecard
    outlooks: Outlooks
    unlinked_since: Mapping[Ref, date]
    later: Later = field(repr=False)
    narrowed: Signals | None = None

    @property
    def signals(self) -> Signals:
        """Orphans, work that is not warned about, findings."""
        return self.narrowed or self.later.signals

    @property
    def unaligned(self) -> Signals:
        """All of them but the findings, which cost as much as the rest."""
        return self.narrowed or self.later.unaligned

    @property
    def efforts(self) -> Mapping[Ref, Effort]:
        """The effort at stake in unaligned work, see `sync.signals.effort`; at least in each orphan."""
        return self.later.efforts

    @property
    def slices(self) -> tuple[Slice, ...]:
        """Where the running work goes."""
        return self.later.slices

    @property
    def usages(self) -> tuple[Usage, ...]:
        """What each category with a budget takes of it."""
        return self.later.usages

    @property
    def homonyms(self) -> frozenset[str]:
        """Folded, the keys that items of more than one tracker have."""
        return self.later.homonyms

    @property
    def signal_context(self) -> SignalContext:
        """What the warning signals of this run are computed from."""
        return self.later.signal_context

    @property
    def warnings(self) -> tuple[Signal, ...]:
        """The warning signals that fire, with their base rates: computed for who lists them, never for a plan."""
        return self.later.warnings

    @property
    def work_states(self) -> Mapping[str, WorkState]:
        """Where the work of every key result stands."""
        return self.later.work_states

    @property
    def one_things(self) -> Mapping[str, OneThings]:
        """What raises the chance of each key result most, or why nothing is named."""
        return self.later.one_things

    @property
    def plan(self) -> Plan:
        """What would be written."""
        return self.later.plan

    @property
    def stops(self) -> tuple[GuardViolation, ...]:
        """The guards that the plan violates."""
        return self.later.stops

    @property
    def unshown(self) -> frozenset[Ref]:
        """Linked work on whose tickets the policy lets no link be shown."""
        return self.later.unshown


def decide(
    observation: Observation,
    memory: Memory,
    workspace: Workspace,
    now: datetime,
    alignment: Alignment | None = None,
) -> Decision:
    """Decide at `now`, the plan and its guards included. `alignment`: that of the items, if it is there already."""
    decision = look(observation, memory, workspace, now, alignment)
    assert decision.stops is not None  # noqa: S101  decided now, and all that it stands on
    return decision


def look(
    observation: Observation,
    memory: Memory,
    workspace: Workspace,
    now: datetime,
    alignment: Alignment | None = None,
) -> Decision:
    """The same, for who shows a part of it: signals, marks, plan and guards are decided when they are asked for."""
    today = now.astimezone(workspace.zone).date()
    if alignment is None:
        alignment = align(observation.items, workspace, observation.answers, today)
    measured = measure(alignment, observation, workspace, now, memory.past)
    ends = outlooks(alignment, measured, workspace, memory.recent)
    scorecard = with_chances(measured, ends, workspace)
    since = lost_links(alignment, memory.links, workspace, today, memory.last_read)
    later = _Later(observation, memory, workspace, now, alignment, scorecard, ends, since)
    return Decision(observation, memory, alignment, scorecard, ends, since, later)


@dataclass(frozen=True)
class _Later:
    """What is decided when it is asked for, once; a function of the values that it is made of."""

    observation: Observation
    memory: Memory
    workspace: Workspace
    now: datetime
    alignment: Alignment
    scorecard: Scorecard
    outlooks: Outlooks
    since: Mapping[Ref, date]

    @cached_property
    def unaligned(self) -> Signals:
        return find_unaligned(self.alignment, self.workspace, self.now, self.since)

    @cached_property
    def signals(self) -> Signals:
        found = find_findings(self.alignment, self.scorecard, self.observation, self.workspace, self.now)
        return replace(self.unaligned, findings=found)

    @cached_property
    def efforts(self) -> Mapping[Ref, Effort]:
        return efforts(self.alignment)

    @cached_property
    def slices(self) -> tuple[Slice, ...]:
        return slices(self.alignment, self.workspace, self.now)

    @cached_property
    def usages(self) -> tuple[Usage, ...]:
        return usages(self.alignment, self.workspace, self.now)

    @cached_property
    def homonyms(self) -> frozenset[str]:
        return frozenset(item.key.casefold() for item in self.observation.items if item.homonym)

    @cached_property
    def signal_context(self) -> SignalContext:
        readings, parts = self.memory.recent, (self.alignment, self.scorecard, self.outlooks, self.signals)
        return context_of(self.observation, *parts, readings, self.workspace, self.now)

    @cached_property
    def warnings(self) -> tuple[Signal, ...]:
        return signals(self.signal_context, RULES)

    @cached_property
    def work_states(self) -> Mapping[str, WorkState]:
        return work_states(self.scorecard, self.workspace)

    @cached_property
    def _named(self) -> tuple[Signal, ...]:
        """Those that tickets name; nothing is computed where the policy asks for none."""
        rules = self.workspace.signals
        wanted = {*rules.in_comment, *rules.in_update}
        named = [rule for rule in RULES if rule.id in wanted]
        return signals(self.signal_context, named, with_rates=False) if named else ()

    @cached_property
    def one_things(self) -> Mapping[str, OneThings]:
        return one_things(self.alignment, self.scorecard, self.workspace, self.outlooks, self.memory.recent)

    @cached_property
    def _wanted(self) -> Mapping[Ref, Marks]:
        observation, memory, workspace = self.observation, self.memory, self.workspace
        return desired_marks(
            self.alignment,
            self.scorecard,
            self.signals,
            workspace,
            closest=_closest(self.alignment, self.signals, workspace, observation.keywords),
            last_updates=memory.last_updates,
            states=self.work_states,
            outlooks=self.outlooks,
            claim_groups=_claim_groups(workspace, memory.provisions),
            pages={pull.tracker: pull.pages for pull in observation.pulls},
            below_on=shows_below(workspace, memory.provisions, observation.items),
            warnings=self._named,
        )

    @cached_property
    def unshown(self) -> frozenset[Ref]:
        wanted = self._wanted
        return frozenset(
            ref
            for ref, placement in self.alignment.placements.items()
            if placement.state == "aligned" and ref in wanted and not shows_link(wanted[ref])
        )

    @cached_property
    def plan(self) -> Plan:
        observation, memory, workspace = self.observation, self.memory, self.workspace
        alignment, scorecard, signals = self.alignment, self.scorecard, self.signals
        today = self.now.astimezone(workspace.zone).date()
        allowed, waiting = _allowed(self._wanted, observation, memory, workspace, self.now)
        views = project_views(workspace, memory, signals.orphans, alignment, observation.stale, self.now)
        plan = make_plan(observation.items, allowed, workspace, views, alignment.offered)
        notes = (
            *upgrade_notes(plan.edits, memory),
            *roll_over_notes(plan.edits, workspace, today),
            *replaced_notes(plan.edits),
            *setup_notes(workspace, memory),
            *missing_notes(workspace, memory),
            *map(view_note, views),
            *grace_notes(plan, signals),
            *unlikely_notes(plan.edits, scorecard),
            *reason_notes(plan, signals, scorecard),
        )
        plan = replace(plan, waiting=waiting, notes=notes)
        found = owners(observation.items)
        has_written = memory.writing_runs > 0 or found[workspace.workspace] > 0
        return with_foreign_note(plan, found, workspace.workspace, has_written=has_written)

    @cached_property
    def stops(self) -> tuple[GuardViolation, ...]:
        return guards(self.observation, self.scorecard, self.plan, self.workspace, self.memory, self.signals)


def _allowed(
    wanted: Mapping[Ref, Marks],
    observation: Observation,
    memory: Memory,
    workspace: Workspace,
    now: datetime,
) -> tuple[dict[Ref, Marks], tuple[str, ...]]:
    """What may be written now of what is wanted, and sentences about the rest."""
    allowed, waiting = throttle(observation.items, wanted, workspace, now, memory.commented)
    known = {item.ref: item for item in observation.items}
    allowed, quarantined = skip_quarantined(allowed, known, memory.quarantine)
    stale = (
        f"{one.subject} is not written to: cannot read it ({one.what}); using the snapshot of {_minute(one.as_of)}"
        for one in observation.unread
        if one.kind == "tracker"
    )
    allowed = {ref: marks for ref, marks in allowed.items() if ref.tracker not in observation.stale}
    return allowed, (*stale, *waiting, *quarantined)


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "an earlier run"


def _claim_groups(workspace: Workspace, provisions: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The name of the label group in which people claim key results, by tracker: of one that setup made as the language
    has it, of one of theirs, to which it added key results, as it looks for one.
    """
    group = f"label {CLAIM_NAME}"
    return {
        name: called(CLAIM_NAME, texts_for(workspace, name)) if group in made else CLAIM_NAME
        for name, made in provisions.items()
        if name in workspace.trackers and any(one == group or one.startswith(f"{group}: ") for one in made)
    }


def _closest(
    alignment: Alignment, signals: Signals, workspace: Workspace, keywords: ItemKeywords
) -> dict[Ref, tuple[SuggestedKeyResult, ...]]:
    """What the comment on each orphan that bears one names as near."""
    policies = {name: workspace.policy_of(name) for name in workspace.trackers}
    commented = {
        ref
        for ref, orphan in signals.orphans.items()
        if orphan.top and warns_in_comment(alignment.items[ref], policies[ref.tracker])
    }
    titles = {key_result.id: key_result.title for _, key_result in workspace.key_results()}
    teams = Counter((name, leaf.team) for name, leaves in alignment.leaves.items() for leaf, _ in leaves)
    return {
        ref: tuple(
            SuggestedKeyResult(name, titles[name], one.words, teams[name, team] if team else 0)
            for one in near
            for name in (one.key_result,)
        )
        for ref, near in suggest(alignment, workspace, keywords, commented).items()
        for team in (alignment.items[ref].team,)
    }
