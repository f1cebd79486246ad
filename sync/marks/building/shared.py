"""What the marks of all items have in common of each key result, worked out once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from config.measures import MilestonesMeasure
from config.okrs import KeyResult, Objective
from config.workspace import Workspace
from connectors.model import KeyResultMark, Marks, WorkItem
from sync.align.alignment import Alignment
from sync.align.pages import PageFinder
from sync.align.terms import terms
from sync.forecast.outlook import Outlooks
from sync.marks.comments import foretold_of
from sync.marks.contribution import Contributions
from sync.marks.details import Foretold, Goal
from sync.marks.goals import goal_of, is_short, owner_of, short_goal
from sync.marks.identity import basis_id
from sync.marks.messages import messages_for
from sync.marks.own_part import WorkOf
from sync.marks.precedence import places_in
from sync.marks.reached import reached_on
from sync.measure import Piece, Reading, Scorecard, milestone_pieces


class SharedMarks:
    """Each key result of a workspace as any item may show it: its reading, mark, goal, owner, work and forecast, by id."""

    def __init__(
        self,
        alignment: Alignment,
        scorecard: Scorecard,
        workspace: Workspace,
        outlooks: Outlooks,
        pages: PageFinder,
    ) -> None:
        declared = list(workspace.key_results())
        self.alignment = alignment
        self.workspace = workspace
        self.pages = pages
        self.readings = scorecard.readings
        self.today = scorecard.as_of.astimezone(workspace.zone).date()
        self.terms = terms(workspace, self.today)
        self.messages = {name: messages_for(workspace, name) for name in workspace.trackers}
        self.key_results = {kr.id: kr for _, kr in declared}
        self.places = places_in(workspace)
        self.work = {
            name: WorkOf(alignment.leaves.get(name, ()), reading.pieces)
            for name, reading in self.readings.items()
        }
        self.milestones: dict[str, Sequence[Piece]] = {
            kr.id: milestone_pieces(kr, kr.measure, alignment, self.readings[kr.id].bounds)
            for _, kr in declared
            if isinstance(kr.measure, MilestonesMeasure)
        }
        self.owners = {kr.id: owner_of(kr, objective) for objective, kr in declared}
        self.goals = {
            kr.id: goal_of(kr, self.readings[kr.id].unit, _due(objective, workspace))
            for objective, kr in declared
        }
        self.marks = {
            kr.id: mark_of(self.readings[kr.id], objective, kr, workspace, self.goals[kr.id])
            for objective, kr in declared
        }
        self.reached: dict[str, date | None] = {
            kr.id: reached_on(kr, self.readings[kr.id], self.milestones.get(kr.id, ()), self.today)
            for _, kr in declared
        }
        least = workspace.policy.health.chance
        self.foretold: dict[str, Foretold | None] = {
            kr.id: foretold_of(self.readings[kr.id], outlooks.get(kr.id), least) for _, kr in declared
        }
        self.contributions = Contributions(
            alignment,
            self.key_results,
            self.readings,
            {name: work.pieces for name, work in self.work.items()},
            self.marks,
            self.messages,
            {
                tracker: {name: short_goal(goal, texts) for name, goal in self.goals.items()}
                for tracker, texts in self.messages.items()
            },
        )

    def keeps_addresses(self, item: WorkItem) -> bool:
        """Whether the address of a link is its identity on the item's tracker."""
        return self.workspace.trackers[item.ref.tracker].keeps_addresses

    def as_written(self, shown: Marks) -> Marks:
        """What was written last on open work, where people have put other values in its place since."""
        stamp = shown.stamp
        if stamp is None or stamp.copied or stamp.owner != self.workspace.workspace:
            return shown
        return replace(shown, key_results=stamp.key_results, alignment=stamp.alignment)


def mark_of(
    reading: Reading, objective: Objective, key_result: KeyResult, workspace: Workspace, goal: Goal
) -> KeyResultMark:
    """A key result's reading in the form in which items show it, without any item's own part in it, and in English."""
    return KeyResultMark(
        reading.key_result,
        reading.title,
        reading.percent,
        reading.health,
        workspace.url_of(key_result),
        objective=objective.title,
        due=_due(objective, workspace),
        goal=short_goal(goal),
        basis_id=basis_id(goal, is_shown=is_short(goal), page=key_result.url or workspace.site or ""),
    )


def _due(objective: Objective, workspace: Workspace) -> str:
    return workspace.cycles[objective.cycle].end.isoformat()
