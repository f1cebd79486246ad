"""throughput_outside_limits: a team finished less key-result work in a week than it ever varies to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from config.text.phrases import Measured, phrase
from connectors.model import Ref
from sync.capacity.natural_limits import LEAST_VALUES
from sync.capacity.teams import team_name
from sync.capacity.throughput import KeyResultThroughput, TeamWeek
from sync.signals.mechanism import LOOK_BACK, SignalContext, SignalRule
from sync.signals.signal import Signal
from sync.signals.subjects import short_team, team_of

ID = "throughput_outside_limits"


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team whose last whole week lies below its natural limits, those of the weeks before. One above them is
    a week to learn from, and no warning.
    """
    open_ = context.common(_open_by_team)
    for one in context.common(_throughput).judged(context.today):
        if one.side < 0:
            yield _signal(one, open_.get(team_name(one.team), ()))


def _throughput(context: SignalContext) -> KeyResultThroughput:
    latest = context.now + timedelta(weeks=context.week)
    return KeyResultThroughput(context.alignment, context.workspace, latest, LOOK_BACK)


def _signal(one: TeamWeek, open_: tuple[Ref, ...]) -> Signal:
    team = team_name(one.team)
    return Signal(
        ID,
        "medium",
        "team",
        team,
        open_,
        phrase(
            f"signals.{ID}.message",
            team=short_team(team),
            monday=one.monday,
            items=len(one.items),
            low=Measured(one.limits.low),
            high=Measured(one.limits.high),
            weeks=one.weeks,
            count="items",
        ),
        phrase(f"signals.{ID}.formula"),
        "2.66",
        phrase(f"signals.{ID}.remedy"),
    )


def _open_by_team(context: SignalContext) -> Mapping[str, tuple[Ref, ...]]:
    """The key-result work in progress of each team: what was not finished."""
    found: dict[str, tuple[Ref, ...]] = {}
    for ref, item in context.alignment.items.items():
        if (
            item.category == "doing"
            and context.alignment.placements[ref].state == "aligned"
            and context.alignment.is_leaf(ref)
        ):
            team = team_of(item)
            found[team] = (*found.get(team, ()), ref)
    return found


def known_from(context: SignalContext, team: str) -> date:
    """When there were enough whole weeks to give the team limits."""
    weeks = context.common(_throughput).first_weeks.get(team, context.today)
    return weeks + timedelta(weeks=LEAST_VALUES + 1)


THROUGHPUT_OUTSIDE_LIMITS = SignalRule(ID, fire, replays=True, known_from=known_from)
