"""Where the running work goes, for people and for programs. Pure."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from config.wording import amount, percent
from config.workspace import Workspace
from sync.align.terms import missing_successors
from sync.decide import Decision
from sync.report.table import Cell, Section


def section(run: Decision, workspace: Workspace) -> Section:
    """One row for each objective and category, and one for what serves neither."""
    now = run.scorecard.as_of
    parts = run.slices
    if not parts:
        today = now.astimezone(workspace.zone).date()
        missing = " and ".join(missing_successors(workspace, today))
        over = f"{missing} ended, and no next cycle is declared." if missing else ""
        return Section("Where the work goes", (over or "No running cycle, or no work in progress.",))
    titles = {objective.id: objective.title for objective in workspace.objectives}
    budgets = {one.category: one for one in run.usages}
    rows = []
    for part in parts:
        name = part.name or "unaligned"
        usage = budgets.get(part.name) if part.kind == "category" else None
        limit = Cell("")
        if usage is not None:
            words = f"{_whole(usage.share)} of at most {_whole(usage.budget)}"
            limit = Cell(words, "bad" if usage.is_over else "good")
        what = titles.get(name, "") if part.kind == "objective" else ""
        rows.append(
            (Cell(name), Cell(what), Cell(amount(float(part.pieces))), Cell(_whole(part.share)), limit)
        )
    lead = "Work in progress, or done since the running cycles began; shared work is split."
    return Section(
        "Where the work goes",
        (lead,),
        ("", "goal", "items", "share", "budget"),
        tuple(rows),
        ("items", "share"),
        prose=("goal",),
    )


def _whole(share: Fraction) -> str:
    return percent(round(float(100 * share)))


def data(run: Decision) -> list[dict[str, Any]]:
    """The same; shares and budgets are 0..1."""
    budgets = {one.category: one for one in run.usages}
    found = []
    for part in run.slices:
        usage = budgets.get(part.name) if part.kind == "category" else None
        row: dict[str, Any] = {
            "kind": part.kind,
            "name": part.name or None,
            "pieces": float(part.pieces),
            "share": float(part.share),
        }
        if usage is not None:
            row |= {"used": float(usage.share), "budget": float(usage.budget)}
        found.append(row)
    return found
