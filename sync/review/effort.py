"""Person-days of a span by objective, against the weights that people declared. Pure. Nothing about a person (ADR 53)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.okrs import Objective
from config.workspace import Workspace
from sync.align.terms import phase_of
from sync.capacity.person_days import PersonDays, person_days
from sync.capacity.serving import Part
from sync.capacity.suppression import TOTAL
from sync.decide import Decision


@dataclass(frozen=True, slots=True)
class EffortRow:
    """What went into an objective, an exempt category, or neither.

    - `days`: None where the figure is hidden. `of_all`: its share of all days, 0..1; None where either is hidden.
    - `share`, `declared`: of an objective, its share among its siblings, and that of its weight, 0..1; None of the others, and
      `share` where it is hidden or the days are too few to tell. `is_declared`: whether anybody declared a weight among them.
    """

    part: Part
    days: float | None
    of_all: float | None
    share: float | None
    declared: float | None
    is_declared: bool


@dataclass(frozen=True, slots=True)
class Effort:
    """Person-days from a day to a day, both included. `whole`: all of them; None where that is hidden."""

    begin: date
    end: date
    whole: float | None
    rows: tuple[EffortRow, ...]

    @property
    def is_hidden(self) -> bool:
        """Whether any figure is."""
        return self.whole is None or any(row.days is None for row in self.rows)


def effort_of(run: Decision, workspace: Workspace, cycle: str | None, begin: date) -> Effort | None:
    """The person-days from a day to the moment of the run, by its links; None where histories are not read, or nobody is known to
    have worked. `cycle`: whose objectives are told; None: those of all running cycles.
    """
    journeys = run.signal_context.journeys
    if journeys is None or workspace.flow is None:
        return None
    now: datetime = run.scorecard.as_of
    today = now.astimezone(workspace.zone).date()
    first = max(begin, today - timedelta(weeks=workspace.flow.window_weeks))
    days = person_days(journeys, run.observation.assigned, run.alignment, workspace, first, now)
    if not days.cells:
        return None
    return Effort(first, today, days.cells[TOTAL, TOTAL], tuple(_rows(days, workspace, cycle)))


def _rows(days: PersonDays, workspace: Workspace, cycle: str | None) -> list[EffortRow]:
    shares = {one.objective: one for one in days.shares}
    cycles: Mapping[str, str] = {one.id: one.cycle for one in workspace.objectives}
    mine = [Part("objective", name) for name in cycles if cycle is None or cycles[name] == cycle]
    others = [part for part in days.parts if part not in mine]
    declared = _declared(workspace, days.end)
    whole, rows = days.cells[TOTAL, TOTAL], []
    for part in (*mine, *others):
        if cycle is None and part not in days.parts:
            continue
        found = days.of(part)
        share = shares.get(part.name) if part.kind == "objective" else None
        rows.append(
            EffortRow(
                part,
                found,
                found / whole if found is not None and whole else None,
                share.share if share is not None else None,
                *declared.get(part.name if part.kind == "objective" else "", (None, False)),
            )
        )
    return rows


def _declared(workspace: Workspace, day: date) -> Mapping[str, tuple[float, bool]]:
    """By objective of a running cycle that has open siblings, its weight by that of all of them, and whether any is declared."""
    groups: defaultdict[tuple[str, str | None], list[Objective]] = defaultdict(list)
    for one in workspace.objectives:
        is_open = one.closed is None or one.closed > day
        if is_open and phase_of(workspace.cycles[one.cycle], day) == "running":
            groups[one.cycle, one.parent].append(one)
    return {
        one.id: (
            one.weight / sum(each.weight for each in siblings),
            any("weight" in each.model_fields_set for each in siblings),
        )
        for siblings in groups.values()
        if len(siblings) > 1
        for one in siblings
    }
