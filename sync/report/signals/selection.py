"""Which signals are shown: of a team, of an objective. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from config.errors import nearest
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.plan.undo import SelectionError
from sync.signals.conflicts.waits import Edge
from sync.signals.signal import Signal
from sync.signals.subjects import short_team, team_of


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """Signals about these teams and objectives, or about work of theirs; nothing given takes everything.

    - `teams`: keys of Linear teams and Jira projects. - `objectives`: ids of objectives. Case does not matter.
    """

    teams: Collection[str] = ()
    objectives: Collection[str] = ()

    @property
    def words(self) -> str:
        """What is left, as people type it; "" for everything."""
        return " ".join(
            [*(f"--team {one}" for one in self.teams), *(f"--objective {one}" for one in self.objectives)]
        )

    def part_of(
        self, found: Iterable[Signal], alignment: Alignment, workspace: Workspace
    ) -> tuple[Signal, ...]:
        """What is left. Raises SelectionError for a team that no item is in, or an objective that nobody declared."""
        teams = _known("team", self.teams, {short_team(team_of(item)) for item in alignment.items.values()})
        ids = _known("objective", self.objectives, {one.id for one in workspace.objectives})
        key_results = {one.id for objective, one in workspace.key_results() if objective.id in ids}
        return tuple(
            one
            for one in found
            if (not teams or self._is_of_team(one, teams, alignment))
            and (not ids or one.subject in ids | key_results or _serves(one, key_results, alignment))
        )

    def edges_of(self, found: Iterable[Edge]) -> tuple[Edge, ...]:
        """The arrows from or to these teams."""
        wanted = {one.casefold() for one in self.teams}
        return tuple(
            one
            for one in found
            if not wanted
            or short_team(one.team).casefold() in wanted
            or short_team(one.of).casefold() in wanted
        )

    @staticmethod
    def _is_of_team(one: Signal, teams: Collection[str], alignment: Alignment) -> bool:
        if one.kind == "team":
            return short_team(one.subject) in teams
        return any(
            short_team(team_of(alignment.items[ref])) in teams for ref in one.items if ref in alignment.items
        )


def _serves(one: Signal, key_results: Collection[str], alignment: Alignment) -> bool:
    return any(
        link.key_result in key_results
        for ref in one.items
        if ref in alignment.placements
        for link in alignment.placements[ref].links
    )


def _known(what: str, asked: Iterable[str], names: Collection[str]) -> set[str]:
    """The names as they are spelt. Raises SelectionError for one that is not there."""
    spelt = {one.casefold(): one for one in names}
    found = set()
    for one in asked:
        if one.casefold() not in spelt:
            near = nearest(one, sorted(names))
            hint = f"; did you mean {near}?" if near else ""
            where = "no item that was read is in team" if what == "team" else "there is no objective"
            raise SelectionError(f"{where} {one}{hint}")
        found.add(spelt[one.casefold()])
    return found
