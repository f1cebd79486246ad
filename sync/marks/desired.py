"""What every item should show. Pure.

Open work shows its key results and its alignment; closed work is left as it was, but for warnings, which
go away with their cause. Items out of scope are never touched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import msgspec

from config.measures import MilestonesMeasure
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
    Pages,
    Ref,
    WorkItem,
)
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.align.pages import PageFinder
from sync.align.terms import terms
from sync.forecast.outlook import Outlooks
from sync.history.movement import WorkState
from sync.marks.comments import ProgressFacts, foretold_of, progress_details
from sync.marks.contribution import blocked_for, contribution
from sync.marks.details import Goal
from sync.marks.goals import goal_of, is_short, owner_of, short_goal
from sync.marks.identity import basis_id
from sync.marks.messages import messages_for
from sync.marks.orphan_comments import OrphanFacts, SuggestedKeyResult, orphan_details
from sync.marks.own_part import below, own_part
from sync.marks.policy import apply_policy
from sync.marks.precedence import in_precedence, places_in
from sync.marks.reached import reached_on
from sync.marks.status_updates import PostedUpdate, StatusUpdates
from sync.marks.wording import with_text
from sync.measure import Reading, Scorecard, milestone_pieces
from sync.signals.orphans import Orphan, Signals, orphans_below

AT_RISK: tuple[Health, ...] = ("at_risk", "off_track")
"""The healths that put open work on the view of key results at risk."""


def desired_marks(
    alignment: Alignment,
    scorecard: Scorecard,
    signals: Signals,
    workspace: Workspace,
    closest: Mapping[Ref, Sequence[SuggestedKeyResult]] | None = None,
    last_updates: Mapping[Ref, PostedUpdate] | None = None,
    states: Mapping[str, WorkState] | None = None,
    outlooks: Outlooks = MappingProxyType({}),
    claim_groups: Mapping[str, str] = MappingProxyType({}),
    pages: Mapping[str, Pages] = MappingProxyType({}),
    below_on: Collection[str] = frozenset(),
) -> dict[Ref, Marks]:
    """The marks that every item in scope should show. Marks that an item cannot carry stay as shown.

    `outlooks` by key result and `closest` by orphan only enrich the words of comments. `last_updates` is what the latest
    status updates said, as remembered, and `states` where work stands now. `pages`: those of each tracker, to which links
    lead where no page is declared. `below_on`: the trackers on which orphans below orphans bear a label of their own.
    `claim_groups`: the name of the label group for claims, by tracker, where setup filled one.
    """
    finder = PageFinder(workspace, alignment, pages)
    builder = MarkBuilder(
        alignment, scorecard, signals, workspace, closest or {}, outlooks, finder, claim_groups
    )
    updates = StatusUpdates(
        alignment, scorecard, workspace, builder.marks, last_updates or {}, states or {}, outlooks, finder
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
        orphan = signals.orphans.get(ref)
        is_below = orphan is not None and not orphan.top and ref.tracker in below_on
        marks = builder.warning_labels(item, marks, is_dangling=ref in dangling, is_below=is_below)
        marks = replace(marks, twins=())
        marks = apply_policy(item, marks, policies[ref.tracker])
        marks = replace(marks, page=builder.note_page(item, marks))
        wanted[ref] = _only_writable(item, replace(marks, update=updates.wanted(item)))
    return wanted


class MarkBuilder:
    """Marks ready to be taken: one per key result, and the labels of the policy."""

    def __init__(
        self,
        alignment: Alignment,
        scorecard: Scorecard,
        signals: Signals,
        workspace: Workspace,
        closest: Mapping[Ref, Sequence[SuggestedKeyResult]],
        outlooks: Outlooks,
        pages: PageFinder,
        claim_groups: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._claim_groups = claim_groups
        self._pages = pages
        self._alignment = alignment
        self._readings = scorecard.readings
        self._scorecard = scorecard
        self._workspace = workspace
        self._below = orphans_below(signals.orphans)
        self._closest = closest
        self._outlooks = outlooks
        self._messages = {name: messages_for(workspace, name) for name in workspace.trackers}
        self._key_results = {kr.id: kr for _, kr in workspace.key_results()}
        self._pieces = {
            name: {piece.item.ref: piece for piece in reading.pieces}
            for name, reading in self._readings.items()
        }
        self._places = places_in(workspace)
        self._today = scorecard.as_of.astimezone(workspace.zone).date()
        self._terms = terms(workspace, self._today)
        self._milestones = {
            kr.id: milestone_pieces(kr, kr.measure, alignment, self._readings[kr.id].bounds)
            for _, kr in workspace.key_results()
            if isinstance(kr.measure, MilestonesMeasure)
        }
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

    def warning_labels(self, item: WorkItem, marks: Marks, *, is_dangling: bool, is_below: bool) -> Marks:
        """The marks with the labels of dangling claims, of risk and of orphans below others on or off; they stand beside that of
        any alignment, and closed work bears none.
        """
        policy = self._workspace.policy.labels
        at_risk = any(mark.health in AT_RISK for mark in marks.key_results)
        labels = marks.labels
        labelled = ((policy.dangling, is_dangling), (policy.at_risk, at_risk), (policy.below, is_below))
        for label, is_wanted in labelled:
            if label is not None:
                others = {one for one in labels if one.casefold() != label.casefold()}
                labels = tuple(sorted(others | ({label} if is_wanted and item.is_open else set())))
        return replace(marks, labels=labels)

    def note_page(self, item: WorkItem, marks: Marks) -> str:
        """Where the note leads that stands for key results where an item has none; one that is there keeps its address."""
        if marks.key_results or not self._keeps_addresses(item):
            return ""
        return item.shown.page or self._pages.of_note(item)

    def _keeps_addresses(self, item: WorkItem) -> bool:
        return self._workspace.trackers[item.ref.tracker].keeps_addresses

    def _part(self, item: WorkItem, link: Link) -> KeyResultMark:
        """The mark as the item should show it. Where its address is its identity, one that is there keeps it."""
        mark = self._on_its_page(item, link)
        shown = next((one for one in item.shown.key_results if one.id == mark.id and one.url), None)
        return replace(mark, url=shown.url) if shown and self._keeps_addresses(item) else mark

    def _part_in_comment(self, item: WorkItem, link: Link) -> KeyResultMark:
        """The mark as the item's comment tells it. A comment can lead elsewhere by an edit; that it should, because another
        page was declared, is no reason for one where the other marks stay as they are.
        """
        mark, kept = self._on_its_page(item, link), self._part(item, link)
        shown = next((one for one in item.shown.key_results if one.id == mark.id), None)
        return kept if shown and shown.basis_id != mark.basis_id else mark

    def _on_its_page(self, item: WorkItem, link: Link) -> KeyResultMark:
        id_, tracker = link.key_result, item.ref.tracker
        goal, page = self._short_goals[tracker][id_], self._pages.of(item, link)
        return contribution(
            replace(self.marks[id_], goal=goal, url=page),
            item,
            link,
            self._alignment,
            self._key_results[id_],
            self._readings[id_],
            self._pieces[id_],
            self._messages[tracker],
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
        within = below(item, self._alignment)
        parts = [
            self._progress(item, within, link, resting.get(link.key_result))
            for link in self._in_precedence(item, [*placement.carries, *waiting])
        ]
        facts = (*(fact for one in parts for fact in one.facts), *self._language(item))
        details = msgspec.to_builtins(progress_details(parts, item, self._today))
        return with_text(Comment("progress", facts, details=details), self._messages[item.ref.tracker])

    def _progress(
        self, item: WorkItem, within: frozenset[Ref], link: Link, rests: KeyResultMark | None
    ) -> ProgressFacts:
        id_ = link.key_result
        key_result, reading, milestones = (
            self._key_results[id_],
            self._readings[id_],
            self._milestones.get(id_, ()),
        )
        own = [leaf for leaf, _ in self._alignment.leaves.get(id_, ()) if leaf.ref in within]
        return ProgressFacts(
            reading=reading,
            mark=rests or self._part_in_comment(item, link),
            goal=self._goals[id_],
            owner=self._owners[id_],
            own=own_part(item, within, key_result, reading, milestones),
            waits=blocked_for(item, own, self._alignment, self._workspace.zone),
            foretold=foretold_of(reading, self._outlooks.get(id_), self._workspace.policy.health.chance),
            reached=reached_on(key_result, reading, milestones, self._today),
        )

    def _orphan_comment(self, item: WorkItem, orphan: Orphan) -> Comment | None:
        facts = OrphanFacts(
            item,
            orphan,
            self._closest.get(item.ref, ()),
            self._below[item.ref],
            self._alignment.placements[item.ref].unmet,
        )
        # Projects of Linear bear labels of another kind.
        group = self._claim_groups.get(item.ref.tracker, "") if item.level != "project" else ""
        details = orphan_details(facts, self._workspace, self._alignment.offered, self._today, group)
        comment = Comment("orphan", self._language(item), details=msgspec.to_builtins(details))
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
