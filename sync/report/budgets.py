"""Where the running work goes, for people and for programs."""

from __future__ import annotations

from typing import Any

from config.workspace import Workspace
from sync.decide import Decision
from sync.report.table import Cell, Section
from sync.signals.budgets import slices, usages


def section(run: Decision, workspace: Workspace) -> Section:
    """One row for each objective and category, and one for what serves neither."""
    now = run.scorecard.as_of
    parts = slices(run.alignment, workspace, now)
    if not parts:
        return Section("Where the work goes", ("No cycle runs, or nothing is under way.",))
    titles = {objective.id: objective.title for objective in workspace.objectives}
    budgets = {one.category: one for one in usages(run.alignment, workspace, now)}
    rows = []
    for part in parts:
        name = part.name or "unaligned"
        usage = budgets.get(part.name) if part.kind == "category" else None
        limit = Cell("")
        if usage is not None:
            words = f"{float(usage.share):.0%} of at most {float(usage.budget):.0%}".replace("%", " %")
            limit = Cell(words, "bad" if usage.is_over else "good")
        what = titles.get(name, "") if part.kind == "objective" else ""
        share = f"{float(part.share):.0%}".replace("%", " %")
        rows.append((Cell(name), Cell(what), Cell(f"{float(part.pieces):g}"), Cell(share), limit))
    lead = "Done since the running cycles began, or being done now; work that is shared counts in parts."
    return Section(
        "Where the work goes",
        (lead,),
        ("", "", "pieces", "share", "budget"),
        tuple(rows),
        ("pieces", "share"),
    )


def data(run: Decision, workspace: Workspace) -> list[dict[str, Any]]:
    """The same; shares and budgets are 0..1."""
    now = run.scorecard.as_of
    budgets = {one.category: one for one in usages(run.alignment, workspace, now)}
    found = []
    for part in slices(run.alignment, workspace, now):
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
