"""Status updates on projects and initiatives: whether there is news, and what it says. Pure.

An update tells people who did not ask, and sets the health that Linear shows. So there is one only on what a rule
or claim links to a key result itself, when a health or a percent moved enough, and never within the declared
interval after another: ours, or a person's, whose word is the newer one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import msgspec

from config.policy import UpdatePolicy
from config.workspace import Workspace
from connectors.model import Fact, Health, KeyResultMark, Ref, Update, UpdateHealth, WorkItem
from sync.align.alignment import Alignment
from sync.align.pages import PageFinder
from sync.align.terms import terms
from sync.forecast.outlook import Outlooks
from sync.history.movement import WorkState, movement
from sync.marks.building.signal_lines import SignalLines
from sync.marks.comments import blocked_of, foretold_of, moved_of, pace_of
from sync.marks.compare import same_facts
from sync.marks.contribution import blocked_for
from sync.marks.details import Previous, UpdateDetail, UpdateDetails
from sync.marks.facts import figures_in, health_fact, percent_fact
from sync.marks.messages import messages_for
from sync.marks.own_part import below
from sync.marks.wording import update_with_text
from sync.measure import Scorecard

HEALTHS: Mapping[Health, UpdateHealth] = {
    "on_track": "on_track",
    "done": "on_track",
    "at_risk": "at_risk",
    "off_track": "off_track",
}
"""Linear knows three healths; a key result without data has none to tell."""

_GRAVEST: tuple[UpdateHealth, ...] = ("off_track", "at_risk", "on_track")


@dataclass(frozen=True, slots=True)
class PostedUpdate:
    """What an update said, and where the work of its key results stood then."""

    on: date
    health: UpdateHealth
    facts: tuple[Fact, ...]
    work_states: Mapping[str, WorkState] = field(default_factory=dict)


def posted(update: Update | None, states: Mapping[str, WorkState]) -> PostedUpdate:
    """What to remember of an update that was posted just now."""
    assert update is not None  # noqa: S101  the caller has looked
    names = sorted(figures_in(update.facts).keys() & states.keys())
    return PostedUpdate(update.on, update.health, update.facts, {name: states[name] for name in names})


def is_news(before: PostedUpdate, health: UpdateHealth, facts: tuple[Fact, ...], step: int) -> bool:
    """Whether a health changed, a key result came or went, or a percent moved by at least `step` points."""
    now = dict(facts)
    # Older versions called done what is at its target and can fall again; that it is called otherwise is no news.
    said = tuple(
        (name, "on_track" if was == "done" and now.get(name) == "on_track" else was)
        for name, was in before.facts
    )
    return before.health != health or not same_facts(said, facts, step)


class StatusUpdates:
    """The updates that are due on a day."""

    def __init__(
        self,
        alignment: Alignment,
        scorecard: Scorecard,
        workspace: Workspace,
        marks: Mapping[str, KeyResultMark],
        last_updates: Mapping[Ref, PostedUpdate],
        states: Mapping[str, WorkState],
        outlooks: Outlooks = MappingProxyType({}),
        pages: PageFinder | None = None,
        lines: SignalLines | None = None,
    ) -> None:
        self._pages = pages or PageFinder(workspace, alignment, {})
        self._lines = lines or SignalLines((), workspace.signals)
        self._alignment = alignment
        self._scorecard = scorecard
        self._workspace = workspace
        self._marks = marks
        self._last_updates = last_updates
        self._states = states
        self._outlooks = outlooks
        self._readings = scorecard.readings
        self._policies = {name: self._policy(name) for name in workspace.trackers}
        self._today = scorecard.as_of.astimezone(workspace.zone).date()
        self._terms = terms(workspace, self._today)
        self._measures = {kr.id: kr.measure for _, kr in workspace.key_results()}

    def _policy(self, tracker: str) -> UpdatePolicy | None:
        policy = self._workspace.policy_of(tracker)
        return policy.updates if policy.mode == "full" else None

    def wanted(self, item: WorkItem) -> Update | None:
        """The update that the item should have as its latest; what it shows, where there is no news or no leave."""
        shown, policy = item.shown.update, self._policies[item.ref.tracker]
        if policy is None or item.level not in policy.levels or "update" not in item.writable:
            return shown
        names = self._key_results(item)
        if not names or not item.is_open or self._too_young(item) or self._rests(item):
            return shown
        facts = tuple(fact for name in names for fact in self._facts(name))
        healths = {HEALTHS[self._readings[name].health] for name in names}
        health = next(one for one in _GRAVEST if one in healths)
        last = self._last(item)
        if last is not None and not is_news(last, health, facts, policy.step):
            return shown
        if self._is_too_soon(item, last, policy):
            return shown
        named = self._lines.in_update((item.ref, *below(item, self._alignment)), names)
        details = UpdateDetails(tuple(self._detail(item, name, last) for name in names), named)
        update = Update(health, self._today, facts, details=msgspec.to_builtins(details))
        return update_with_text(update, messages_for(self._workspace, item.ref.tracker))

    def _key_results(self, item: WorkItem) -> list[str]:
        """Those that the item carries itself, that go on, and of which something is known."""
        carried = dict.fromkeys(link.key_result for link in self._alignment.placements[item.ref].carries)
        readings = self._readings
        return [
            name
            for name in self._marks
            if name in carried
            and readings[name].stands_on is None
            and readings[name].phase == "running"
            and readings[name].health in HEALTHS
        ]

    def _rests(self, item: WorkItem) -> bool:
        """Whether something that it carries is of a cycle that has just ended and has no successor yet: no news is told."""
        past = self._alignment.placements[item.ref].past
        return any(
            self._terms[link.key_result].rests and self._readings[link.key_result].closed is None
            for link in past
            if not link.because.inherited
        )

    def _facts(self, name: str) -> tuple[Fact, Fact]:
        reading = self._readings[name]
        return percent_fact(name, reading.percent), health_fact(name, reading.health)

    def _too_young(self, item: WorkItem) -> bool:
        grace = self._workspace.policy_of(item.ref.tracker).grace_days
        return (self._scorecard.as_of - item.created).days < grace

    def _last(self, item: WorkItem) -> PostedUpdate | None:
        """What was posted last: the tracker says it, and the store where a person deleted it for good."""
        seen, kept = item.shown.update, self._last_updates.get(item.ref)
        if seen is None or (kept is not None and kept.on >= seen.on):
            return kept
        return PostedUpdate(seen.on, seen.health, seen.facts)

    def _is_too_soon(self, item: WorkItem, last: PostedUpdate | None, policy: UpdatePolicy) -> bool:
        days = [last.on] if last is not None else []
        others = item.last_update_by_others
        days += [others.astimezone(self._workspace.zone).date()] if others is not None else []
        return bool(days) and (self._today - max(days)).days < policy.every_days

    def _detail(self, item: WorkItem, name: str, last: PostedUpdate | None) -> UpdateDetail:
        leaves = [leaf for leaf, _ in self._alignment.leaves.get(name, ())]
        reading = self._readings[name]
        carried = self._alignment.placements[item.ref].carries
        return UpdateDetail(
            reading.title,
            self._pages.of(item, next(link for link in carried if link.key_result == name)),
            pace_of(reading),
            self._previous(name, last),
            blocked_of(blocked_for(item, leaves, self._alignment, self._workspace.zone)),
            foretold_of(reading, self._outlooks.get(name), self._workspace.policy.health.chance),
            at_target=reading.at_target,
        )

    def _previous(self, name: str, last: PostedUpdate | None) -> Previous | None:
        """What the last update said of a key result, and what moved since; None where that was forgotten."""
        said = figures_in(last.facts).get(name) if last is not None else None
        if last is None or said is None or said.percent is None:
            return None
        # The record comes from the tracker: anything may stand there.
        now_health = self._readings[name].health
        health = next((one for one in HEALTHS if one == said.health), now_health)
        state, now = last.work_states.get(name), self._states.get(name)
        moved = movement(state, now, self._measures[name]) if state is not None and now is not None else None
        return Previous(last.on.isoformat(), said.percent, health, moved_of(moved) if moved else None)
