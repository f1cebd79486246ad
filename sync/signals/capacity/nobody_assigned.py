"""nobody_assigned: a team has more started work that nobody is assigned to than it ever varies to. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from config.text.figures import ENGLISH
from config.text.phrases import phrase
from connectors.model import AssigneeSpan, WorkItem
from sync.capacity.natural_limits import natural_limits
from sync.flow.building import CONTAINERS
from sync.signals.mechanism import LOOK_BACK, SignalContext, SignalRule
from sync.signals.signal import Signal
from sync.signals.subjects import short_team, team_of

ID = "nobody_assigned"

_ByTeam = Mapping[str, Sequence[WorkItem]]


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team with more such work than its natural limits, those of the ends of the weeks before.

    A team that always has somebody is told of the first piece; one that rarely has, only of more than usual. Where its weeks
    are not known, or too few, any such work is said.
    """
    weeks = context.common(_by_week)
    here = weeks.get(context.week, _as_read(context) if not context.week else {})
    for team, items in sorted(here.items()):
        before = [weeks[week] for week in range(LOOK_BACK, context.week, -1) if week in weeks]
        limits = natural_limits([len(one[team]) for one in before if team in one])
        if not items or (limits is not None and limits.side(len(items)) <= 0):
            continue
        yield Signal(
            ID,
            "low" if limits is None else "medium",
            "team",
            team,
            tuple(item.ref for item in items),
            phrase(
                f"signals.{ID}.message",
                team=short_team(team),
                items=len(items),
                names=tuple(item.name for item in items),
                count="items",
            ),
            phrase(f"signals.{ID}.formula"),
            "" if limits is None else f"> {ENGLISH.measured(limits.high)}",
            phrase(f"signals.{ID}.remedy"),
        )


def _by_week(context: SignalContext) -> Mapping[int, _ByTeam]:
    """By week behind, of each team with work in progress then what of it nobody had; none where no history is known."""
    if not context.journeys:
        return {}
    found: dict[int, _ByTeam] = {}
    for week in range(LOOK_BACK + 1):
        then = context.before(week - context.week)
        teams: dict[str, list[WorkItem]] = defaultdict(list)
        for journey, _ in then.at_work:
            item = journey.item
            mine = teams[team_of(item)]
            if _is_unassigned(item, context.observation.assigned.get(item.ref, ()), then.now):
                mine.append(item)
        found[week] = dict(teams)
    return found


def _is_unassigned(item: WorkItem, spans: Sequence[AssigneeSpan], moment: datetime) -> bool:
    """Whether nobody had the item at a moment: nobody has it today, where the tracker tells no other."""
    place = bisect_right(spans, moment, key=lambda span: span.begin)
    if not place:
        return not item.assignee
    return spans[place - 1].person is None


def _as_read(context: SignalContext) -> _ByTeam:
    """The same of today, without histories."""
    teams: dict[str, list[WorkItem]] = defaultdict(list)
    for ref, item in context.alignment.items.items():
        if (
            item.in_scope
            and item.category == "doing"
            and item.level not in CONTAINERS
            and context.alignment.is_leaf(ref)
            and not item.assignee
        ):
            teams[team_of(item)].append(item)
    return teams


NOBODY_ASSIGNED = SignalRule(ID, fire, replays=True, replay_needs=frozenset({"journeys"}))
