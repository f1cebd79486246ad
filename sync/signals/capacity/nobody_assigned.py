"""nobody_assigned: a team has more started work that nobody is assigned to than it usually has. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.text.figures import ENGLISH
from config.text.phrases import phrase
from connectors.model import AssigneeSpan, WorkItem
from sync.capacity.natural_limits import chance_of
from sync.flow.building import CONTAINERS
from sync.signals.mechanism import LOOK_BACK, SignalContext, SignalRule
from sync.signals.signal import Signal
from sync.signals.subjects import short_team, team_of

ID = "nobody_assigned"

RARE = 0.01
"""A team is told of that has so much such work as one in a hundred would have by chance at its usual share. Who had nobody a
week ago has often nobody now, so that the weeks say less than so many pieces of work would."""
LEAST_WEEKS = 8
"""Fewer weeks with work in progress do not say what is usual."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """The work of a team in progress at one moment: how much it is, and what of it nobody had."""

    whole: int = 0
    unassigned: tuple[WorkItem, ...] = ()


_ByTeam = Mapping[str, AtWork]


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team with more such work than chance leaves at its usual share, that of the ends of the weeks before.

    A team that always has somebody is told of the first piece; one that often has nobody only where that got worse. Where its
    weeks are not known, or too few, any such work is said.
    """
    weeks = context.common(_by_week)
    here = weeks.get(context.week, _as_read(context) if not context.week else {})
    for team, one in sorted(here.items()):
        before = [weeks[week][team] for week in sorted(weeks) if week > context.week and team in weeks[week]]
        is_known = len(before) >= LEAST_WEEKS
        usual = _usual(before)
        if not one.unassigned or (is_known and not _is_rare(one, usual)) or (context.week and not is_known):
            continue
        yield Signal(
            ID,
            "medium" if is_known else "low",
            "team",
            team,
            tuple(item.ref for item in one.unassigned),
            phrase(
                f"signals.{ID}.message",
                team=short_team(team),
                items=len(one.unassigned),
                whole=one.whole,
                names=tuple(item.name for item in one.unassigned),
                count="whole",
            ),
            phrase(f"signals.{ID}.formula"),
            f"> {ENGLISH.percent(round(100 * usual))}" if is_known else "",
            phrase(f"signals.{ID}.remedy"),
        )


def _usual(before: Sequence[AtWork]) -> float:
    """The share of the work of these weeks that nobody had, 0..1."""
    whole = sum(one.whole for one in before)
    return sum(len(one.unassigned) for one in before) / whole if whole else 0.0


def _is_rare(one: AtWork, usual: float) -> bool:
    """Whether so much of it or more has nobody by a chance of less than `RARE`, where each piece has nobody by that of `usual`."""
    return chance_of(len(one.unassigned), one.whole, usual) < RARE


def _by_week(context: SignalContext) -> Mapping[int, _ByTeam]:
    """By week behind, of each team with work in progress then what of it nobody had; none where no history is known."""
    if not context.journeys:
        return {}
    found: dict[int, _ByTeam] = {}
    for week in range(LOOK_BACK + 1):
        then = context.before(week - context.week)
        found[week] = _teams(
            (one.item, _is_unassigned(one.item, context.observation.assigned.get(one.item.ref, ()), then.now))
            for one, _ in then.at_work
        )
    return found


def _is_unassigned(item: WorkItem, spans: Sequence[AssigneeSpan], moment: datetime) -> bool:
    """Whether nobody had the item at a moment: nobody has it today, where the tracker tells no other."""
    place = bisect_right(spans, moment, key=lambda span: span.begin)
    if not place:
        return not item.assignee
    return spans[place - 1].person is None


def _as_read(context: SignalContext) -> _ByTeam:
    """The same of today, without histories."""
    alignment = context.alignment
    return _teams(
        (item, not item.assignee)
        for ref, item in alignment.items.items()
        if item.in_scope
        and item.category == "doing"
        and item.level not in CONTAINERS
        and alignment.is_leaf(ref)
    )


def _teams(rows: Iterable[tuple[WorkItem, bool]]) -> _ByTeam:
    whole: Counter[str] = Counter()
    unassigned: dict[str, list[WorkItem]] = defaultdict(list)
    for item, is_unassigned in rows:
        team = team_of(item)
        whole[team] += 1
        if is_unassigned:
            unassigned[team].append(item)
    return {team: AtWork(count, tuple(unassigned[team])) for team, count in whole.items()}


def known_from(context: SignalContext, team: str) -> date:
    """When there were enough weeks with work of the team in progress."""
    weeks = context.common(_by_week)
    there = sorted((week for week, one in weeks.items() if team in one), reverse=True)
    if len(there) <= LEAST_WEEKS:
        return context.today
    return context.today - timedelta(weeks=there[LEAST_WEEKS])


NOBODY_ASSIGNED = SignalRule(
    ID, fire, replays=True, replay_needs=frozenset({"journeys"}), known_from=known_from
)
