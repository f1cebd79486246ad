"""What every item should show. Pure.

Open work shows its key results and its alignment; closed work is left as it was, but for warnings, which
go away with their cause. Items out of scope are never touched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import msgspec

from config.measures import KeepMeasure, MetricMeasure
from config.messages import DEFAULT
from config.okrs import KeyResult, Objective
from config.workspace import Workspace
from connectors.model import (
    AlignmentState,
    Comment,
    Fact,
    Health,
    KeyResultMark,
    Mark,
    Marks,
    Ref,
    WorkItem,
)
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.align.terms import terms
from sync.forecast.outlook import Outlooks
from sync.history.movement import Movement, WorkState
from sync.marks.comments import (
    ProgressFacts,
    SuggestedKeyResult,
    foretold_of,
    orphan_details,
    progress_details,
)
from sync.marks.contribution import blocked_for, contribution
from sync.marks.details import Goal
from sync.marks.facts import goal_fact, health_fact, owner_fact, percent_fact, title_fact
from sync.marks.goals import goal_line, goal_of, is_short, owner_of, short_goal
from sync.marks.identity import basis_id
from sync.marks.messages import messages_for
from sync.marks.policy import apply_policy
from sync.marks.precedence import in_precedence, places_in
from sync.marks.status_updates import PostedUpdate, StatusUpdates
from sync.marks.wording import with_text
from sync.measure import Reading, Scorecard, latest
from sync.signals.orphans import Orphan, Signals

AT_RISK: tuple[Health, ...] = ("at_risk", "off_track")
"""The healths that put open work on the view of key results at risk."""


def desired_marks(
    alignment: Alignment,
    scorecard: Scorecard,
    signals: Signals,
    workspace: Workspace,
    movements: Mapping[str, Movement] | None = None,
    closest: Mapping[Ref, Sequence[SuggestedKeyResult]] | None = None,
    last_updates: Mapping[Ref, PostedUpdate] | None = None,
    states: Mapping[str, WorkState] | None = None,
    outlooks: Outlooks = MappingProxyType({}),
) -> dict[Ref, Marks]:
    """The marks that every item in scope should show. Marks that an item cannot carry stay as shown.

    `movements` and `outlooks` by key result and `closest` by orphan only enrich the words of comments. `last_updates` is
    what the latest status updates said, as remembered, and `states` where work stands now.
    """
    builder = MarkBuilder(alignment, scorecard, workspace, movements or {}, closest or {}, outlooks)
    updates = StatusUpdates(
        alignment, scorecard, workspace, builder.marks, last_updates or {}, states or {}, outlooks
    )
    policies = {name: workspace.policy_of(name) for name in workspace.trackers}
    dangling = {claim.item for claim in alignment.dangling}
    wanted = {}
    for ref, item in alignment.items.items():
        if not item.in_scope and not item.triage:
            if "update" in item.writable:
                wanted[ref] = replace(item.shown, stamp=None, update=updates.wanted(item))
            continue
        placement = alignment.placements[ref]
        marks = (
            builder.open_item(item, placement, signals.orphans.get(ref))
            if item.is_open
            else builder.closed_item(item)
        )
        marks = builder.warning_labels(item, marks, is_dangling=ref in dangling)
        marks = replace(marks, twins=())
        marks = apply_policy(item, marks, policies[ref.tracker])
        wanted[ref] = _only_writable(item, replace(marks, update=updates.wanted(item)))
    return wanted


class MarkBuilder:
    """Marks ready to be taken: one per key result, and the labels of the policy."""

    def __init__(
        self,
        alignment: Alignment,
        scorecard: Scorecard,
        workspace: Workspace,
        movements: Mapping[str, Movement],
        closest: Mapping[Ref, Sequence[SuggestedKeyResult]],
        outlooks: Outlooks,
    ) -> None:
        self._alignment = alignment
        self._readings = scorecard.readings
        self._scorecard = scorecard
        self._workspace = workspace
        self._movements = movements
        self._closest = closest
        self._outlooks = outlooks
        self._messages = {name: messages_for(workspace, name) for name in workspace.trackers}
        self._key_results = {kr.id: kr for _, kr in workspace.key_results()}
        self._pieces = {
            name: {piece.item.ref: piece for piece in reading.pieces}
            for name, reading in self._readings.items()
        }
        self._places = places_in(workspace)
        self._terms = terms(workspace, scorecard.as_of.astimezone(workspace.zone).date())
        self._owners = {kr.id: owner_of(kr, objective) for objective, kr in workspace.key_results()}
        self._goals = {
            kr.id: goal_of(kr, self._readings[kr.id].unit, _due(objective, workspace))
            for objective, kr in workspace.key_results()
        }
        self._short_goals = {
            name: {id_: short_goal(goal, texts) for id_, goal in self._goals.items()}
            for name, texts in self._messages.items()
        }
        self.marks = {
            kr.id: mark_of(self._readings[kr.id], objective, kr, workspace, self._goals[kr.id])
            for objective, kr in workspace.key_results()
        }

    def open_item(self, item: WorkItem, placement: ItemAlignment, orphan: Orphan | None) -> Marks:
        if placement.state == "aligned":
            left = self._left(item, placement)
            links = self._in_precedence(item, [*placement.links, *(link for link, _ in left.values())])
            resting = {name: mark for name, (_, mark) in left.items()}
            return Marks(
                key_results=tuple(resting.get(link.key_result) or self._part(item, link) for link in links),
                alignment="aligned",
                labels=self._labels("aligned"),
                comment=self._progress_comment(item, placement, resting),
            )
        if placement.state == "rested":
            return self.closed_item(replace(item, shown=self._as_written(item.shown)))
        if placement.state == "exempt" and self._labels("exempt"):
            return Marks(alignment="exempt", labels=self._labels("exempt"))
        if orphan is not None:
            comment = self._orphan_comment(item, orphan) if orphan.top else None
            return Marks(alignment="orphaned", labels=self._labels("orphaned"), comment=comment)
        return Marks()

    def _left(self, item: WorkItem, placement: ItemAlignment) -> dict[str, tuple[Link, KeyResultMark]]:
        """What rests on it beside the marks that go on: those of key results that are closed, or whose cycle has just ended
        and has no successor yet. By key result, each with its link.
        """
        written = {mark.id: mark for mark in self._as_written(item.shown).key_results}
        return {
            link.key_result: (link, written[link.key_result])
            for link in placement.past
            if link.key_result in written and self._terms[link.key_result].rests
        }

    def _as_written(self, shown: Marks) -> Marks:
        """What was written last on open work, where people have put other values in its place since."""
        stamp = shown.stamp
        if stamp is None or stamp.copied or stamp.owner != self._workspace.workspace:
            return shown
        return replace(shown, key_results=stamp.key_results, alignment=stamp.alignment)

    def closed_item(self, item: WorkItem) -> Marks:
        shown, stamp = item.shown, item.shown.stamp
        if stamp is not None and stamp.copied:
            return Marks()
        if stamp is not None and stamp.owner == self._workspace.workspace:
            # What people put beside it by hand says another alignment than it had.
            shown = replace(shown, labels=tuple(one for one in shown.labels if one in stamp.labels))
        if shown.alignment == "orphaned":
            shown = replace(shown, alignment=None, labels=())
        # Nor does closed work bear the label where somebody copied it or put it on.
        warnings = {label.casefold() for label in self._labels("orphaned")}
        shown = replace(shown, labels=tuple(one for one in shown.labels if one.casefold() not in warnings))
        if shown.comment is not None and shown.comment.purpose == "orphan":
            shown = replace(shown, comment=None)
        return replace(shown, stamp=None)

    def warning_labels(self, item: WorkItem, marks: Marks, *, is_dangling: bool) -> Marks:
        """The marks with the labels of dangling claims and of risk on or off; they stand beside that of any alignment,
        and closed work bears neither.
        """
        policy = self._workspace.policy.labels
        at_risk = any(mark.health in AT_RISK for mark in marks.key_results)
        labels = marks.labels
        for label, is_wanted in ((policy.dangling, is_dangling), (policy.at_risk, at_risk)):
            if label is not None:
                others = {one for one in labels if one.casefold() != label.casefold()}
                labels = tuple(sorted(others | ({label} if is_wanted and item.is_open else set())))
        return replace(marks, labels=labels)

    def _part(self, item: WorkItem, link: Link) -> KeyResultMark:
        id_, texts = link.key_result, self._messages[item.ref.tracker]
        return contribution(
            replace(self.marks[id_], goal=self._short_goals[item.ref.tracker][id_]),
            item,
            link,
            self._alignment,
            self._key_results[id_],
            self._readings[id_],
            self._pieces[id_],
            texts,
        )

    def _in_precedence(self, item: WorkItem, links: Sequence[Link]) -> list[Link]:
        return in_precedence(links, item, self._readings, self._places)

    def _labels(self, state: AlignmentState) -> tuple[str, ...]:
        label = getattr(self._workspace.policy.labels, state)
        return (label,) if label else ()

    def _progress_comment(
        self, item: WorkItem, placement: ItemAlignment, resting: Mapping[str, KeyResultMark]
    ) -> Comment | None:
        """The comment on the epic or project that carries a key result itself. What rests is told as it was."""
        if not placement.carries or item.level not in ("epic", "project"):
            return None
        waiting = [
            link
            for link in placement.past
            if link.key_result in resting
            and not link.because.inherited
            and self._readings[link.key_result].closed is None
        ]
        parts = [
            self._progress(item, link, resting.get(link.key_result))
            for link in self._in_precedence(item, [*placement.carries, *waiting])
        ]
        as_of = self._scorecard.as_of.astimezone(self._workspace.zone)
        facts = (*(fact for one in parts for fact in _facts(one)), *self._language(item))
        details = msgspec.to_builtins(progress_details(parts, as_of))
        return with_text(Comment("progress", facts, details=details), self._messages[item.ref.tracker])

    def _progress(self, item: WorkItem, link: Link, rests: KeyResultMark | None) -> ProgressFacts:
        id_ = link.key_result
        leaves = [leaf for leaf, _ in self._alignment.leaves.get(id_, ())]
        return ProgressFacts(
            reading=self._readings[id_],
            mark=rests or self._part(item, link),
            goal=self._goals[id_],
            owner=self._owners[id_],
            movement=self._movements.get(id_),
            blocked=blocked_for(item, leaves, self._alignment),
            checked_in=self._checked_in(self._key_results[id_]),
            foretold=foretold_of(
                self._readings[id_], self._outlooks.get(id_), self._workspace.policy.health.chance
            ),
        )

    def _checked_in(self, key_result: KeyResult) -> date | None:
        measure = key_result.measure
        if not isinstance(measure, MetricMeasure | KeepMeasure):
            return None
        last = latest(measure.checkins, self._scorecard.as_of, self._workspace)
        return last.on if last else None

    def _orphan_comment(self, item: WorkItem, orphan: Orphan) -> Comment | None:
        closest = self._closest.get(item.ref, ())
        unmet = self._alignment.placements[item.ref].unmet
        details = msgspec.to_builtins(
            orphan_details(item, orphan, closest, self._workspace, self._alignment.offered, unmet)
        )
        comment = Comment("orphan", self._language(item), details=details)
        return with_text(comment, self._messages[item.ref.tracker])

    def _language(self, item: WorkItem) -> tuple[Fact, ...]:
        """A fact that renews every comment when its language, or the workspace's own texts, change.

        None for English as shipped: that is how comments were before there were languages.
        """
        messages = self._messages[item.ref.tracker]
        own = self._workspace.words.get(messages.language, {})
        if messages.language == DEFAULT and not own:
            return ()
        digest = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:8] if own else ""
        return (("words", f"{messages.language} {digest}".rstrip()),)


def mark_of(
    reading: Reading, objective: Objective, key_result: KeyResult, workspace: Workspace, goal: Goal
) -> KeyResultMark:
    """A key result's reading in the form in which items show it, without any item's own part in it, and in English."""
    return KeyResultMark(
        reading.key_result,
        reading.title,
        reading.percent,
        reading.health,
        workspace.url_of(key_result),
        objective=objective.title,
        due=_due(objective, workspace),
        goal=short_goal(goal),
        basis_id=basis_id(goal, is_shown=is_short(goal), page=key_result.url or workspace.site or ""),
    )


def _due(objective: Objective, workspace: Workspace) -> str:
    return workspace.cycles[objective.cycle].end.isoformat()


def _facts(one: ProgressFacts) -> tuple[Fact, ...]:
    mark = one.mark
    return (
        percent_fact(mark.id, mark.percent),
        health_fact(mark.id, mark.health),
        title_fact(mark.id, mark.title),
        goal_fact(mark.id, goal_line(one.goal)),
        owner_fact(mark.id, one.owner),
    )


def _only_writable(item: WorkItem, marks: Marks) -> Marks:
    shown: Mapping[Mark, object] = {
        "key_results": item.shown.key_results,
        "alignment": item.shown.alignment,
        "labels": item.shown.labels,
        "comment": item.shown.comment,
        "update": item.shown.update,
        "twins": item.shown.twins,
    }
    kept = {name: value for name, value in shown.items() if name not in item.writable}
    return replace(marks, **kept) if kept else marks  # type: ignore[arg-type]
