"""Who waits for whom: open work that another team's open work blocks, which serves something else. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.model import Category, Ref, WorkItem
from sync.align.alignment import Alignment
from sync.measure.bounds import as_it_was
from sync.signals.mechanism import SignalContext
from sync.signals.subjects import team_of


@dataclass(frozen=True, slots=True)
class Wait:
    """Work of `team` waits for a blocker of the team `of`.

    - `serves`: the key results of running cycles that the work serves; `instead`: those that its blocker serves, which are
      other ones, or () where it serves none.
    - `since`: when the link was made, or where the tracker does not tell, the latest of when both were created and the work
      was started: since then at the latest, so `is_exact` is False.
    """

    item: WorkItem
    blocker: WorkItem
    team: str
    of: str
    serves: tuple[str, ...]
    instead: tuple[str, ...]
    since: datetime
    is_exact: bool

    def days(self, now: datetime) -> int:
        """For how many whole days it has been waiting."""
        return (now - self.since).days


@dataclass(frozen=True, slots=True)
class Edge:
    """One team waits for another: the waits between them, the oldest first."""

    team: str
    of: str
    waits: tuple[Wait, ...]


def waits(context: SignalContext) -> tuple[Wait, ...]:
    """All of them at the context's moment, the oldest first; links are those of today."""
    found = [one for one in context.common(_pairs) if _holds(one, context)]
    return tuple(sorted(found, key=lambda one: (one.since, one.item.ref, one.blocker.ref)))


def edges(found: Iterable[Wait]) -> tuple[Edge, ...]:
    """The graph of who waits for whom: an edge for two teams, that with the oldest wait first."""
    by_teams: dict[tuple[str, str], list[Wait]] = defaultdict(list)
    for one in found:
        by_teams[one.team, one.of].append(one)
    return tuple(Edge(team, of, tuple(some)) for (team, of), some in by_teams.items())


def _pairs(context: SignalContext) -> tuple[Wait, ...]:
    """Every link of today between teams whose work serves different key results, whatever its state."""
    alignment, found = context.alignment, []
    for ref, item in alignment.items.items():
        if not item.blocked_by or not item.in_scope or item.private:
            continue
        serves = _served(ref, alignment)
        made = dict(item.blocked_since)
        for other in item.blocked_by:
            blocker = alignment.items.get(other)
            if blocker is None or blocker.private or team_of(blocker) == team_of(item):
                continue
            instead = _served(other, alignment)
            if not serves or set(serves) & set(instead):
                continue
            since = made.get(other) or max(item.created, blocker.created, item.started or item.created)
            found.append(
                Wait(item, blocker, team_of(item), team_of(blocker), serves, instead, since, other in made)
            )
    return tuple(found)


def _served(ref: Ref, alignment: Alignment) -> tuple[str, ...]:
    """The key results that it serves and whose cycle runs."""
    links = alignment.placements[ref].links
    return tuple(
        sorted({one.key_result for one in links if alignment.terms[one.key_result].phase == "running"})
    )


def _holds(one: Wait, context: SignalContext) -> bool:
    """Whether both were open then, and linked."""
    if one.since > context.now:
        return False
    return _is_open(one.item, context) and _is_open(one.blocker, context)


def _is_open(item: WorkItem, context: SignalContext) -> bool:
    if not context.week:
        return item.is_open
    return state_at(item, context) in ("todo", "doing")


def state_at(item: WorkItem, context: SignalContext) -> Category | None:
    """The state of an item at the context's moment, by its history or else by the days that stand on it; None: not there yet."""
    journeys: Mapping[Ref, object] = context.journeys or {}
    if item.ref in journeys and context.journeys is not None:
        visit = context.journeys[item.ref].at(context.now)
        if visit is not None and visit.stage is not None:
            return visit.stage.category
    then = as_it_was(item, context.now)
    return None if then is None else then.category
