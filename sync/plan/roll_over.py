"""Edits by which marks move from a cycle that has ended to the one after it, and warnings offer what goes on: expected of every
ticket, once a cycle. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from config.okrs import Cycle
from config.wording import agree, counted
from config.workspace import Workspace
from connectors.model import Mark, Marks, Ref
from sync.align.terms import phase_of, terms
from sync.marks.details import offers_in
from sync.plan.plan import Edit
from sync.plan.unaligned import listed

_MOVED: frozenset[Mark] = frozenset({"key_results", "comment", "labels", "update"})
"""What such an edit may change; it takes no alignment away and gives none."""


def rolled_over(edits: Sequence[Edit], workspace: Workspace, today: date) -> dict[Ref, tuple[str, str]]:
    """The items on which key results of running cycles come in the place of those of cycles that ended before these began, and
    nothing else changes: each with the names of both cycles. Of several the last that ended, and the first that runs on.
    """
    cycle_of = {kr.id: objective.cycle for objective, kr in workspace.key_results()}
    found = {}
    for edit in edits:
        shown, wanted = _ids(edit.item.shown), {mark.id for mark in edit.wanted.key_results}
        gone, come = shown - wanted, wanted - shown
        if not gone or not come or not (gone | come) <= cycle_of.keys():
            continue
        if not _moves_alone(edit):
            continue
        before = {cycle_of[name]: workspace.cycles[cycle_of[name]] for name in gone}
        after = {cycle_of[name]: workspace.cycles[cycle_of[name]] for name in come}
        if _follow(before, after, today):
            last = max(before, key=lambda name: (before[name].end, name))
            first = min(after, key=lambda name: (after[name].end, name))
            found[edit.item.ref] = (last, first)
    return found


def roll_over_notes(edits: Sequence[Edit], workspace: Workspace, today: date) -> tuple[str, ...]:
    """A sentence for each two cycles between which marks move, and one on warnings."""
    counts = Counter(rolled_over(edits, workspace, today).values())
    return tuple(
        f"{counted(count, 'item')} {agree(count, 'moves', 'move')} from {before} to {after}: one edit each, in place. "
        "The guards on mass changes do not count them."
        for (before, after), count in sorted(counts.items())
    ) + _reoffered_note(edits, workspace, today)


def reoffered(edits: Sequence[Edit], workspace: Workspace, today: date) -> dict[Ref, frozenset[str]]:
    """The items whose standing warning offers key results that are over, closed or of a cycle that is, and is renewed in place
    while nothing else changes: each with these key results.
    """
    over = {
        name
        for name, term in terms(workspace, today).items()
        if term.closed is not None or (term.phase == "ended" and not term.rests)
    }
    found = {}
    for edit in edits:
        shown, wanted = edit.item.shown.comment, edit.wanted.comment
        if shown is None or wanted is None or {shown.purpose, wanted.purpose} != {"orphan"}:
            continue
        gone = over.intersection(one.id for one in offers_in(shown.details))
        if gone and all(change.mark == "comment" for change in edit.changes):
            found[edit.item.ref] = frozenset(gone)
    return found


def _reoffered_note(edits: Sequence[Edit], workspace: Workspace, today: date) -> tuple[str, ...]:
    found = reoffered(edits, workspace, today)
    if not found:
        return ()
    names = sorted(frozenset().union(*found.values()))
    count, are = len(found), agree(len(names), "is", "are")
    what = f"{counted(count, 'warning')} {agree(count, 'offers', 'offer')} {listed(names)}, which {are} over"
    return (f"{what}: one edit each, in place. The guards on mass changes do not count them.",)


def _ids(shown: Marks) -> set[str]:
    stamp = shown.stamp
    written = stamp.key_results if stamp is not None and not stamp.copied else ()
    return {mark.id for mark in (*shown.key_results, *written)}


def _moves_alone(edit: Edit) -> bool:
    shown, wanted = edit.item.shown, edit.wanted
    comments = [one.purpose if one is not None else None for one in (shown.comment, wanted.comment)]
    return (
        all(change.mark in _MOVED for change in edit.changes)
        and wanted.alignment == shown.alignment
        and comments[0] == comments[1]
    )


def _follow(before: Mapping[str, Cycle], after: Mapping[str, Cycle], today: date) -> bool:
    """Whether all of these have ended and all of those run, and began after that."""
    ended = all(phase_of(one, today) == "ended" for one in before.values())
    running = all(phase_of(one, today) == "running" for one in after.values())
    return (
        ended
        and running
        and max(one.end for one in before.values()) < min(one.start for one in after.values())
    )
