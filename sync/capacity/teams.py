"""What teams are called, who is in them, and from how many people on something is told of them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from config.names import folded
from connectors.model import WorkItem
from sync.align.alignment import Alignment
from sync.flow.building import CONTAINERS
from sync.forecast.working_days import WorkPlace, place_of

LEAST_PEOPLE = 3
"""A figure about fewer people is a figure about a person: it is not shown. (Statistical offices call this a threshold rule of
three: Hundepool et al., "Statistical Disclosure Control", 2012, section 4.2.)"""


def team_name(place: WorkPlace) -> str:
    """The team as signals and reports name it: "tracker/TEAM"; "tracker/" where work lies in none."""
    return f"{place.tracker}/{place.team}"


def crowded_teams(alignment: Alignment, since: datetime) -> frozenset[str]:
    """The teams, by name, of enough people: by the assignees of their work in progress and of what was finished since a moment."""
    mine = (
        item
        for ref, item in alignment.items.items()
        if item.in_scope
        and item.level not in CONTAINERS
        and (item.category == "doing" or (item.category == "done" and _is_since(item.completed, since)))
        and alignment.is_leaf(ref)
    )
    return frozenset(team_name(place) for place, people in crowds(mine).items() if people >= LEAST_PEOPLE)


def _is_since(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment >= since


def crowds(items: Iterable[WorkItem]) -> Mapping[WorkPlace, int]:
    """How many people have work in each team, by the assignees of these items."""
    people: defaultdict[WorkPlace, set[str]] = defaultdict(set)
    for item in items:
        if item.assignee:
            people[place_of(item)].add(folded(item.assignee))
    return {place: len(some) for place, some in people.items()}
