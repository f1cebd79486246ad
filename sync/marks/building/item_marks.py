"""All marks of one item: of what is open, of what is closed, and the labels beside any alignment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.model import NOTHING, AlignmentState, Health, Marks, Ref, WorkItem
from sync.align.alignment import ItemAlignment
from sync.marks.building.comments import StickyComments
from sync.marks.building.key_results import ItemKeyResults
from sync.marks.building.shared import SharedMarks
from sync.marks.building.signal_lines import SignalLines
from sync.marks.orphan_comments import SuggestedKeyResult
from sync.signals.orphans import Orphan, Signals

AT_RISK: tuple[Health, ...] = ("at_risk", "off_track")
"""The healths that put open work on the view of key results at risk."""


class MarkBuilder:
    """The marks of items, as far as no policy is asked."""

    def __init__(
        self,
        shared: SharedMarks,
        signals: Signals,
        closest: Mapping[Ref, Sequence[SuggestedKeyResult]],
        claim_groups: Mapping[str, str],
        lines: SignalLines,
    ) -> None:
        self._shared = shared
        self._key_results = ItemKeyResults(shared)
        self._comments = StickyComments(shared, signals, closest, claim_groups, lines)
        policy = shared.workspace.policy.labels
        self._labels: dict[AlignmentState, tuple[str, ...]] = {
            "aligned": (policy.aligned,) if policy.aligned else (),
            "orphaned": (policy.orphaned,) if policy.orphaned else (),
            "exempt": (policy.exempt,) if policy.exempt else (),
        }
        self._warnings = frozenset(label.casefold() for label in self._labels["orphaned"])

    def open_item(self, item: WorkItem, placement: ItemAlignment, orphan: Orphan | None) -> Marks:
        """The marks of open work."""
        if placement.state == "aligned":
            resting = self._key_results.resting(item, placement)
            return Marks(
                key_results=self._key_results.shown(item, placement, resting),
                alignment="aligned",
                labels=self._labels["aligned"],
                comment=self._comments.progress(item, placement, resting),
            )
        if placement.state == "rested":
            return self.closed_item(replace(item, shown=self._shared.as_written(item.shown)))
        if placement.state == "exempt" and self._labels["exempt"]:
            return Marks(alignment="exempt", labels=self._labels["exempt"])
        if orphan is not None:
            comment = self._comments.orphan(item, orphan) if orphan.top else None
            return Marks(alignment="orphaned", labels=self._labels["orphaned"], comment=comment)
        return NOTHING

    def closed_item(self, item: WorkItem) -> Marks:
        """The marks of closed work: those that it bears, but for warnings."""
        shown, stamp = item.shown, item.shown.stamp
        if shown is NOTHING:
            return NOTHING
        if stamp is not None and stamp.copied:
            return NOTHING
        if stamp is not None and stamp.owner == self._shared.workspace.workspace:
            # What people put beside it by hand says another alignment than it had.
            shown = replace(shown, labels=tuple(one for one in shown.labels if one in stamp.labels))
        if shown.alignment == "orphaned":
            shown = replace(shown, alignment=None, labels=())
        # Nor does closed work bear the label where somebody copied it or put it on.
        shown = replace(
            shown, labels=tuple(one for one in shown.labels if one.casefold() not in self._warnings)
        )
        if shown.comment is not None and shown.comment.purpose == "orphan":
            shown = replace(shown, comment=None)
        return replace(shown, stamp=None)

    def warning_labels(
        self, item: WorkItem, marks: Marks, *, is_dangling: bool, is_below: bool
    ) -> tuple[str, ...]:
        """The labels of the marks with those of dangling claims, of risk and of orphans below others on or off; they stand
        beside that of any alignment, and closed work bears none.
        """
        policy = self._shared.workspace.policy.labels
        at_risk = any(mark.health in AT_RISK for mark in marks.key_results)
        labels = marks.labels
        labelled = ((policy.dangling, is_dangling), (policy.at_risk, at_risk), (policy.below, is_below))
        for label, is_wanted in labelled:
            if label is not None and (labels or (is_wanted and item.is_open)):
                others = {one for one in labels if one.casefold() != label.casefold()}
                labels = tuple(sorted(others | ({label} if is_wanted and item.is_open else set())))
        return labels

    def note_page(self, item: WorkItem, marks: Marks) -> str:
        """Where the note leads that stands for key results where an item has none; one that is there keeps its address."""
        if marks.key_results or not self._shared.keeps_addresses(item):
            return ""
        return item.shown.page or self._shared.pages.of_note(item)
