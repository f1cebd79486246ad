"""What every item should show. Pure.

Open work shows its key results and its alignment; closed work is left as it was, but for warnings, which
go away with their cause. Items out of scope are never touched.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from config.workspace import Workspace
from connectors.model import ALL_MARKS, Mark, Marks, Pages, Ref, WorkItem
from sync.align.alignment import Alignment
from sync.align.pages import PageFinder
from sync.forecast.outlook import Outlooks
from sync.history.movement import WorkState
from sync.marks.building.item_marks import MarkBuilder
from sync.marks.building.shared import SharedMarks
from sync.marks.building.signal_lines import SignalLines
from sync.marks.orphan_comments import SuggestedKeyResult
from sync.marks.policy import apply_policy
from sync.marks.status_updates import PostedUpdate, StatusUpdates
from sync.measure import Scorecard
from sync.signals.orphans import Signals
from sync.signals.signal import Signal


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
    warnings: Sequence[Signal] = (),
) -> dict[Ref, Marks]:
    """The marks that every item in scope should show. Marks that an item cannot carry stay as shown.

    `outlooks` by key result and `closest` by orphan only enrich the words of comments. `last_updates` is what the latest
    status updates said, as remembered, and `states` where work stands now. `pages`: those of each tracker, to which links
    lead where no page is declared. `below_on`: the trackers on which orphans below orphans bear a label of their own.
    `claim_groups`: the name of the label group for claims, by tracker, where setup filled one. `warnings`: the signals that comments and updates may name.
    """
    finder = PageFinder(workspace, alignment, pages)
    shared = SharedMarks(alignment, scorecard, workspace, outlooks, finder)
    lines = SignalLines(warnings, workspace.signals)
    builder = MarkBuilder(shared, signals, closest or {}, claim_groups, lines)
    updates = StatusUpdates(
        alignment,
        scorecard,
        workspace,
        shared.marks,
        last_updates or {},
        states or {},
        outlooks,
        finder,
        lines,
    )
    policies = {name: workspace.policy_of(name) for name in workspace.trackers}
    dangling = {claim.item for claim in alignment.dangling}
    wanted = {}
    for ref, item in alignment.items.items():
        if not item.in_scope and not item.triage:
            if "update" in item.writable:
                wanted[ref] = replace(item.shown, stamp=None, update=updates.wanted(item))
            continue
        orphan = signals.orphans.get(ref)
        marks = (
            builder.open_item(item, alignment.placements[ref], orphan)
            if item.is_open
            else builder.closed_item(item)
        )
        is_below = orphan is not None and not orphan.top and ref.tracker in below_on
        labels = builder.warning_labels(item, marks, is_dangling=ref in dangling, is_below=is_below)
        marks = apply_policy(item, _with(marks, labels=labels, twins=()), policies[ref.tracker])
        page, update = builder.note_page(item, marks), updates.wanted(item)
        wanted[ref] = _only_writable(item, _with(marks, page=page, update=update))
    return wanted


def _with(marks: Marks, **parts: object) -> Marks:
    """The marks with other parts; the same where they are no others, as nearly always."""
    new = {name: part for name, part in parts.items() if getattr(marks, name) != part}
    return replace(marks, **new) if new else marks  # type: ignore[arg-type]


def _only_writable(item: WorkItem, marks: Marks) -> Marks:
    """The marks, with those as they are shown that the item cannot carry."""
    fixed = _fixed(item.writable)
    return _with(marks, **{name: getattr(item.shown, name) for name in fixed}) if fixed else marks


@functools.lru_cache(maxsize=64)
def _fixed(writable: frozenset[Mark]) -> tuple[Mark, ...]:
    return tuple(mark for mark in ALL_MARKS if mark not in writable)
