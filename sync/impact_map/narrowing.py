"""Which part of the impact map is shown: of cycles, of a team, of an objective. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from config.errors import nearest
from config.workspace import Workspace
from sync.decide import Decision
from sync.impact_map.build import impact_map
from sync.impact_map.values import ImpactMap
from sync.impact_map.work import Work, shown_cycles, work_of
from sync.plan.undo import SelectionError
from sync.signals.subjects import short_team


@dataclass(frozen=True, slots=True)
class MapFilter:
    """What is asked for; nothing given takes the whole map of the cycles that run. Case does not matter.

    `team`: the key of a Linear team or Jira project. `objective`: an id; its cycle is shown where no other one is asked for.
    """

    cycles: tuple[str, ...] = ()
    team: str = ""
    objective: str = ""

    @property
    def words(self) -> str:
        """A part of the cycles, as people type it; "" for all of them."""
        parts = [("--team", self.team), ("--objective", self.objective)]
        return " ".join(f"{flag} {name}" for flag, name in parts if name)

    def map_of(self, run: Decision, workspace: Workspace) -> ImpactMap:
        """What is asked for. Raises SelectionError for a cycle or objective that nobody declared, and a team without any work on it."""
        declared = {one.id: one.cycle for one in workspace.objectives}
        objective = _known("objective", self.objective, declared)
        cycles = tuple(_known("cycle", one, workspace.cycles) for one in self.cycles)
        if objective and not cycles:
            cycles = (declared[objective],)
        elif objective and declared[objective] not in cycles:
            raise SelectionError(f"objective {objective} is of cycle {declared[objective]}")
        work = whole_work(run, workspace, cycles or shown_cycles(workspace, run.scorecard.as_of))
        teams = {strand.team: short_team(strand.team) for strand in work.strands}
        names = _known("team", self.team, set(teams.values()))
        wanted = frozenset(team for team, name in teams.items() if name == names)
        items = run.alignment.items
        return impact_map(work, run.scorecard, workspace, items, objective=objective, teams=wanted)


def whole_work(run: Decision, workspace: Workspace, cycles: Collection[str]) -> Work:
    """The work on the map of these cycles."""
    unaligned = run.unaligned
    warned = {*unaligned.orphans, *unaligned.in_grace}
    return work_of(run.alignment, run.scorecard, warned, workspace, cycles)


def _known(what: str, asked: str, names: Collection[str]) -> str:
    """The name as it is spelt, "" for none. Raises SelectionError for one that is not there."""
    if not asked:
        return ""
    spelt = {one.casefold(): one for one in names}
    if asked.casefold() in spelt:
        return spelt[asked.casefold()]
    near = nearest(asked, sorted(names))
    hint = f"; did you mean {near}?" if near else ""
    where = "no work on the map is of team" if what == "team" else f"there is no {what}"
    raise SelectionError(f"{where} {asked}{hint}")
