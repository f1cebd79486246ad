"""The impact map of what was read: places and bands, from goals to deliverables. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from config.okrs import KeyResult, Objective
from config.workspace import Workspace
from connectors.model import Health, Ref, WorkItem
from sync.impact_map.values import (
    BRANCHES,
    NO_WORK,
    Band,
    Branch,
    Effort,
    ImpactMap,
    Kind,
    Layer,
    Node,
    combined,
)
from sync.impact_map.work import Aim, Strand, Work
from sync.marks.precedence import severity
from sync.measure import Scorecard


def impact_map(
    work: Work,
    scorecard: Scorecard,
    workspace: Workspace,
    items: Mapping[Ref, WorkItem],
    *,
    objective: str = "",
    teams: Collection[str] = (),
) -> ImpactMap:
    """The whole map, or the part of one objective, or of the work of some teams ("tracker/TEAM").

    Goals stand in declared order, each below the one that it contributes to. A key result that no work serves stays on the map,
    but on that of teams. Key results of the same actor, and of the same impact of it, branch off from one place.
    """
    return _Drawing(work, scorecard, workspace, items, objective, teams).map()


@dataclass(slots=True)
class _Drawing:
    work: Work
    scorecard: Scorecard
    workspace: Workspace
    items: Mapping[Ref, WorkItem]
    objective: str
    teams: Collection[str]
    nodes: list[Node] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    strands: dict[Aim, list[Strand]] = field(default_factory=dict)
    ends: dict[Aim, str] = field(default_factory=dict)

    def map(self) -> ImpactMap:
        for strand in self.work.strands:
            if not self.teams or strand.team in self.teams:
                self.strands.setdefault(strand.aim, []).append(strand)
        for one in _below_their_parents(self.workspace.objectives):
            if one.cycle in self.work.cycles and self.objective in ("", one.id):
                self._goal(one)
        if not self.objective:
            for branch in BRANCHES:
                self._branch(branch)
        self._deliverables()
        whole = combined(one.effort for one in self.nodes if one.layer == "goal")
        return ImpactMap(self.work.cycles, self.work.unit, tuple(self.nodes), tuple(self.bands), whole)

    # --- Goals -----------------------------------------------------------------------------------

    def _goal(self, objective: Objective) -> None:
        shown = [
            one
            for one in objective.key_results
            if not self.teams or Aim("key_result", one.id) in self.strands
        ]
        if not shown:
            return
        reading = next(one for one in self.scorecard.objectives if one.objective == objective.id)
        place = self._add(
            "objective",
            "goal",
            objective.id,
            objective.title,
            self._effort(shown),
            reading.health,
            cycle=objective.cycle,
            parent=objective.parent or "",
        )
        for actor, of_actor in _grouped(shown, "actor"):
            above = self._declared("actor", actor, place, of_actor)
            for impact, of_impact in _grouped(of_actor, "impact"):
                before = self._declared("impact", impact, above, of_impact)
                for one in of_impact:
                    self._key_result(one, before)

    def _declared(self, kind: Layer, words: str, before: Node, shown: Sequence[KeyResult]) -> Node:
        """The place of an actor or an impact; the one before it where none is declared."""
        if not words or kind not in ("actor", "impact"):
            return before
        health = min((self.scorecard.readings[one.id].health for one in shown), key=severity)
        node = self._add(
            "actor" if kind == "actor" else "impact", kind, words, "", self._effort(shown), health
        )
        self._join(before, node)
        return node

    def _key_result(self, one: KeyResult, before: Node) -> None:
        aim = Aim("key_result", one.id)
        reading = self.scorecard.readings[one.id]
        node = self._add("key_result", "key_result", one.id, one.title, self._effort([one]), reading.health)
        self._join(before, node)
        self.ends[aim] = node.id

    def _effort(self, shown: Iterable[KeyResult]) -> Effort:
        some = [strand for one in shown for strand in self.strands.get(Aim("key_result", one.id), ())]
        return combined(strand.effort for strand in some) if some else NO_WORK

    # --- Beside the goals ------------------------------------------------------------------------

    def _branch(self, branch: Branch) -> None:
        aims = [aim for aim in self.strands if aim.kind == branch]
        if not aims:
            return
        whole = combined(strand.effort for aim in aims for strand in self.strands[aim])
        place = self._add("branch", "goal", branch, "", whole, branch=branch)
        declared = [rule.name for rule in self.workspace.exempt]
        for aim in sorted(aims, key=lambda one: declared.index(one.name) if one.name in declared else -1):
            if not aim.name:
                self.ends[aim] = place.id
                continue
            effort = combined(strand.effort for strand in self.strands[aim])
            node = self._add("category", "key_result", aim.name, "", effort, branch=branch)
            self._join(place, node)
            self.ends[aim] = node.id

    # --- Deliverables ----------------------------------------------------------------------------

    def _deliverables(self) -> None:
        """What is served first stands first; of one key result that with the most effort, what is in no epic or project last."""
        places = {node.id: node for node in self.nodes}
        above: defaultdict[Ref, list[tuple[Node, Effort]]] = defaultdict(list)
        loose: list[tuple[Node, Effort]] = []
        order: list[Ref | tuple[Node, Effort]] = []
        for aim, end in self.ends.items():
            by_ref: defaultdict[Ref | None, list[Effort]] = defaultdict(list)
            for strand in self.strands.get(aim, ()):
                by_ref[strand.deliverable].append(strand.effort)
            efforts = {ref: combined(some) for ref, some in by_ref.items()}
            for ref, effort in sorted(efforts.items(), key=lambda row: (-row[1].amount, str(row[0]))):
                if ref is None:
                    continue
                if ref not in above:
                    order.append(ref)
                above[ref].append((places[end], effort))
            if (rest := efforts.get(None)) is not None:
                loose.append((places[end], rest))
                order.append((places[end], rest))
        for one in order:
            if isinstance(one, Ref):
                self._deliverable(one, above[one])
            else:
                before, effort = one
                node = self._add("loose", "deliverable", "", "", effort, before.health, branch=before.branch)
                self._join(before, node)

    def _deliverable(self, ref: Ref, served: Sequence[tuple[Node, Effort]]) -> None:
        item = self.items[ref]
        healths = sorted((before.health for before, _ in served if before.health is not None), key=severity)
        branches = {before.branch for before, _ in served}
        node = self._add(
            "deliverable",
            "deliverable",
            item.name,
            "" if item.private or item.title == item.name else item.title,
            combined(effort for _, effort in served),
            healths[0] if healths else None,
            branch=branches.pop() if len(branches) == 1 else "",
            ref=ref,
        )
        for before, effort in served:
            self._join(before, node, effort)

    # --- Parts -----------------------------------------------------------------------------------

    def _add(
        self,
        kind: Kind,
        layer: Layer,
        name: str,
        title: str,
        effort: Effort,
        health: Health | None = None,
        *,
        branch: Branch | str = "",
        ref: Ref | None = None,
        cycle: str = "",
        parent: str = "",
    ) -> Node:
        node = Node(
            f"n{len(self.nodes) + 1}", kind, layer, name, title, effort, health, "", ref, cycle, parent
        )
        known = next((one for one in BRANCHES if one == branch), None)
        node = node if known is None else replace(node, branch=known)
        self.nodes.append(node)
        return node

    def _join(self, before: Node, node: Node, effort: Effort | None = None) -> None:
        # Work is coloured by what it serves, and what it serves by itself.
        health = before.health if node.layer == "deliverable" else node.health
        self.bands.append(Band(before.id, node.id, node.effort if effort is None else effort, health))


def _grouped(shown: Iterable[KeyResult], name: str) -> Iterator[tuple[str, list[KeyResult]]]:
    """Those of the same words together, spaces and case apart, in the order in which they come; under their first spelling."""
    found: dict[str, tuple[str, list[KeyResult]]] = {}
    for one in shown:
        words = " ".join((getattr(one, name) or "").split())
        found.setdefault(words.casefold(), (words, []))[1].append(one)
    yield from found.values()


def _below_their_parents(objectives: Sequence[Objective]) -> Iterator[Objective]:
    """Each objective with those that contribute to it right after it, otherwise in declared order; each once."""
    names = {one.id for one in objectives}
    below: defaultdict[str, list[Objective]] = defaultdict(list)
    for one in objectives:
        below[one.parent if one.parent in names and one.parent is not None else ""].append(one)
    front = [*reversed(below[""])]
    while front:
        one = front.pop()
        yield one
        front += reversed(below[one.id])
