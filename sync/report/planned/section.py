"""A plan as sections, and what became of it: each row of a short one, a summary of a long one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from config.text.figures import ENGLISH
from config.wording import counted
from connectors.model import ALL_MARKS
from sync.plan.guards import NOUNS
from sync.plan.outcome import Applied, Moved
from sync.plan.plan import Plan, Refusal
from sync.plan.project_views import listed
from sync.report.planned.summary import summary
from sync.report.planned.view import EVERYTHING, PlanView
from sync.report.planned.words import edit_words
from sync.report.table import Cell, Section

NOTHING_TO_WRITE = "Nothing to write: every item is up to date."
MOST_ROWS = 200
"""Rows of a plan beyond which it is summarised, unless each is asked for."""
SHOW_EACH = "Each change: --all; narrow a plan: --item, --project, --tracker, --only orphans."
_FEW = 3
_WORDS = ("change", "reason")


def plan(whole: Plan, part: Plan, view: PlanView = EVERYTHING) -> Iterator[Section]:
    """The part of the plan that the view shows, in words, sorted: a row an item, or a summary of more than 200.

    What is left out is said.
    """
    is_summary = len(part.edits) > MOST_ROWS and not view.everything and view.most is None
    shown = _plan_rows(replace(part, edits=()) if is_summary else part, view.most)
    hidden = 0 if view.most is None else max(0, len(part.edits) - view.most)
    tail = (f"… and {ENGLISH.count(hidden)} more.",) if hidden else ()
    lead = list(_narrowed(whole, part, view) if view.narrows else _lead(whole))
    if is_summary:
        lead.append(f"Summarised below by kind of change and by project. {SHOW_EACH}")
    yield Section("Plan", tuple(lead), ("key", "change") if shown else (), shown, tail=tail, prose=_WORDS)
    if is_summary:
        yield from summary(part.edits)


def _lead(whole: Plan) -> Iterator[str]:
    if whole.empty and not whole.refusals:
        yield "Nothing to write now; some changes are on hold." if whole.waiting else NOTHING_TO_WRITE
    else:
        yield f"{_would(whole)}. Plan {whole.digest}."
    yield from (*whole.waiting, *whole.notes)


def _narrowed(whole: Plan, part: Plan, view: PlanView) -> Iterator[str]:
    """That this is a part, and of what: nobody is to take it for the plan."""
    yield f"Only {view.words}: {_would(part) or 'nothing to write'}."
    yield f"A view of plan {whole.digest}; a sync writes the whole of it: {counted(len(whole.edits), 'item')}."


def _would(part: Plan) -> str:
    totals = part.totals
    said = ", ".join(counted(totals[mark], NOUNS[mark]) for mark in ALL_MARKS if mark in totals)
    words = (
        [f"{counted(len(part.edits), 'item')} would change{f': {said}' if said else ''}"]
        if part.edits or part.refusals
        else []
    )
    words += [f"{counted(len(part.views), 'view')} would be updated"] * bool(part.views)
    return "; ".join(words)


def _plan_rows(part: Plan, most: int | None = None) -> tuple[tuple[Cell, ...], ...]:
    rows = tuple((Cell(edit.item.name, "strong"), Cell(edit_words(edit))) for edit in part.edits[:most])
    return rows + _refused_rows(
        one for one in part.refusals if one.owner != part.foreign_owner or not one.owner
    )


def _refused_rows(refusals: Iterable[Refusal]) -> tuple[tuple[Cell, ...], ...]:
    """A row for each reason: a whole workspace may be refused for one."""
    reasons: dict[str, list[str]] = {}
    for one in refusals:
        reasons.setdefault(one.reason, []).append(one.name)
    rows = []
    for reason, keys in reasons.items():
        few = f", for example {', '.join(keys[:_FEW])}" if len(keys) > 1 else ""
        name = keys[0] if len(keys) == 1 else counted(len(keys), "item")
        rows.append((Cell(name, "strong"), Cell(f"skipped: {reason}{few}", "warn")))
    return tuple(rows)


def moved(found: Sequence[Moved]) -> Section:
    """What of a saved plan changed since it was made."""
    if not found:
        return Section("Changed since the plan", ("No items.",))
    rows = tuple((Cell(one.name, "strong"), Cell(f"skipped: {one.what}", "warn")) for one in found)
    return Section("Changed since the plan", (), ("key", "reason"), rows, prose=_WORDS)


def undoing(whole: Plan, made: Mapping[str, tuple[str, ...]], *, complete: bool = True) -> Iterator[Section]:
    """What an undo would remove, and what it leaves alone. `complete`: everything could be looked at."""
    labels = [f"{label} ({tracker})" for tracker, names in made.items() for label in names]
    beside = (f"Labels created by Truenorth, deleted unless people use them: {', '.join(labels)}.",)
    if whole.empty and not whole.refusals:
        nothing = "No Truenorth marks found" + ("." if complete else " in what could be read.")
        yield Section("Undo", (nothing, *(beside if labels else ())))
        return
    lead = (
        f"Truenorth's marks would be removed from {counted(len(whole.edits), 'item')}. Plan {whole.digest}."
    )
    is_summary = len(whole.edits) > MOST_ROWS
    more = ("Summarised by kind and project. Show each: truenorth undo … --format json",) * is_summary
    rows = _plan_rows(replace(whole, edits=()) if is_summary else whole)
    lines = (lead, *more, *whole.notes, *(beside if labels else ()))
    yield Section("Undo", lines, ("key", "change") if rows else (), rows, prose=_WORDS)
    if is_summary:
        yield from summary(whole.edits)


def written(whole: Plan, applied: Applied, elapsed: float | None = None) -> Section:
    """What became of the plan, with everything that was not written."""
    names = {edit.item.ref: edit.item.name for edit in whole.edits}
    took = f" in {elapsed:.1f} s" if elapsed is not None else ""
    requests = sum(receipt.requests for receipt in applied.receipts)
    figures = ", ".join(
        f"{ENGLISH.count(applied.count(outcome))} {outcome}"
        for outcome in ("written", "skipped", "failed")
        if outcome == "written" or applied.count(outcome)
    )
    rows = tuple(
        (
            Cell(names.get(receipt.item, receipt.key), "strong"),
            Cell(receipt.outcome, "bad"),
            Cell(receipt.error or ""),
        )
        for receipt in applied.receipts
        if receipt.outcome != "written"
    )
    tail = tuple(f"{tracker} stopped: {why}" for tracker, why in applied.stopped.items())
    rows += tuple(
        (Cell(f"{one.view.tracker}: {one.view.name}", "strong"), Cell(one.outcome, "bad"), Cell(one.why))
        for one in applied.views
        if one.outcome != "written"
    )
    columns = ("key", "outcome", "reason") if rows else ()
    items = (f"{figures}, with {counted(requests, 'request')}{took}.",) if whole.edits else ()
    views = tuple(
        f"{one.view.tracker}: the {one.view.name} lists {listed(one.view)}."
        for one in applied.views
        if one.outcome == "written"
    )
    return Section("Written", (*items, *views), columns, rows, tail=tail, prose=_WORDS)
