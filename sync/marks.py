"""What every item should show. Pure.

Open work shows its key results and its alignment; closed work is left as it was, but for warnings, which
go away with their cause. Items out of scope are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from config.workspace import Workspace
from connectors.model import (
    AlignmentState,
    Comment,
    Fact,
    KeyResultMark,
    Mark,
    Marks,
    Ref,
    WorkItem,
)
from sync.align import Alignment, Link, Placement
from sync.measure import Reading, Scorecard
from sync.restraint import permitted
from sync.signals import Orphan, Signals
from sync.words import orphan_comment, progress_comment


def desired_marks(
    alignment: Alignment, scorecard: Scorecard, signals: Signals, workspace: Workspace
) -> dict[Ref, Marks]:
    """The marks that every item in scope should show. Marks that an item cannot carry stay as shown."""
    shelf = _Shelf(scorecard, workspace)
    policies = {name: workspace.policy_of(name) for name in workspace.trackers}
    wanted = {}
    for ref, item in alignment.items.items():
        if not item.in_scope:
            continue
        placement = alignment.placements[ref]
        marks = (
            shelf.for_open(item, placement, signals.orphans.get(ref))
            if item.is_open
            else shelf.for_closed(item)
        )
        wanted[ref] = _only_writable(item, permitted(item, marks, policies[ref.tracker]))
    return wanted


class _Shelf:
    """Marks ready to be taken: one per key result, and the labels of the policy."""

    def __init__(self, scorecard: Scorecard, workspace: Workspace) -> None:
        self._readings = scorecard.readings
        self._scorecard = scorecard
        self._workspace = workspace
        self._order = {kr.id: place for place, (_, kr) in enumerate(workspace.key_results())}
        self._marks = {
            kr.id: mark_of(self._readings[kr.id], workspace.url_of(kr)) for _, kr in workspace.key_results()
        }

    def for_open(self, item: WorkItem, placement: Placement, orphan: Orphan | None) -> Marks:
        if placement.state == "aligned":
            links = sorted(placement.links, key=lambda link: (-link.share, self._order[link.key_result]))
            return Marks(
                key_results=tuple(self._marks[link.key_result] for link in links),
                alignment="aligned",
                labels=self._labels("aligned"),
                comment=self._progress_comment(item, placement.carries),
            )
        if placement.state == "exempt" and self._labels("exempt"):
            return Marks(alignment="exempt", labels=self._labels("exempt"))
        if orphan is not None:
            comment = self._orphan_comment(item, orphan) if orphan.top else None
            return Marks(alignment="orphaned", labels=self._labels("orphaned"), comment=comment)
        return Marks()

    def for_closed(self, item: WorkItem) -> Marks:
        shown = item.shown
        if shown.alignment == "orphaned":
            shown = replace(shown, alignment=None, labels=())
        if shown.comment is not None and shown.comment.purpose == "orphan":
            shown = replace(shown, comment=None)
        return replace(shown, stamp=None)

    def _labels(self, state: AlignmentState) -> tuple[str, ...]:
        label = getattr(self._workspace.policy.labels, state)
        return (label,) if label else ()

    def _progress_comment(self, item: WorkItem, own: tuple[Link, ...]) -> Comment | None:
        """The comment on the epic or project that carries a key result itself."""
        if not own or item.level not in ("epic", "project"):
            return None
        readings = [self._readings[link.key_result] for link in own]
        marks = [self._marks[link.key_result] for link in own]
        return Comment(
            purpose="progress",
            facts=tuple(fact for mark in marks for fact in _facts(mark)),
            doc=progress_comment(readings, marks, [str(link.because) for link in own], self._scorecard.as_of),
        )

    def _orphan_comment(self, item: WorkItem, orphan: Orphan) -> Comment | None:
        return Comment("orphan", doc=orphan_comment(item, orphan, self._workspace))


def mark_of(reading: Reading, url: str) -> KeyResultMark:
    """A key result's reading in the form in which items show it."""
    return KeyResultMark(reading.key_result, reading.title, reading.percent, reading.health, url)


def _facts(mark: KeyResultMark) -> tuple[Fact, ...]:
    percent: Fact = (f"{mark.id} percent", "none" if mark.percent is None else mark.percent)
    return (percent, (f"{mark.id} health", mark.health), (f"{mark.id} title", mark.title))


def _only_writable(item: WorkItem, marks: Marks) -> Marks:
    shown: Mapping[Mark, object] = {
        "key_results": item.shown.key_results,
        "alignment": item.shown.alignment,
        "labels": item.shown.labels,
        "comment": item.shown.comment,
    }
    kept = {name: value for name, value in shown.items() if name not in item.writable}
    return replace(marks, **kept) if kept else marks  # type: ignore[arg-type]
