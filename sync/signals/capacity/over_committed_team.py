"""over_committed_team: a team has more open key-result work than it can finish by the end of the cycle. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from config.text.figures import ENGLISH
from config.text.phrases import Percent, phrase
from sync.align.terms import phase_of
from sync.capacity.commitment import Commitment, Commitments
from sync.capacity.teams import team_name
from sync.forecast.simulation import Forecast
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Signal
from sync.signals.subjects import short_team

ID = "over_committed_team"


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team that will not finish so much of it even where things go as well as in one of ten futures.

    Of several cycles that one is said in which the least of it will be.
    """
    limit = context.workspace.signals.committed_percent
    worst: dict[str, tuple[float, Commitment, Forecast]] = {}
    for one in context.common(_commitments).at(context.now):
        if one.forecast is None:
            continue
        name, share = team_name(one.team), 100 * _of_open(one.forecast.high, one)
        if share < limit and (name not in worst or share < worst[name][0]):
            worst[name] = share, one, one.forecast
    for name, (share, one, found) in sorted(worst.items()):
        yield Signal(
            ID,
            "high" if share < limit / 2 else "medium",
            "team",
            name,
            one.open,
            phrase(
                f"signals.{ID}.message",
                team=short_team(name),
                items=len(one.open),
                end=one.end,
                low=Percent(round(100 * _of_open(found.low, one))),
                high=Percent(round(share)),
                count="items",
            ),
            phrase(f"signals.{ID}.formula"),
            f"committed_percent: {ENGLISH.number(limit)}",
            phrase(f"signals.{ID}.remedy"),
        )


def _of_open(items: float, one: Commitment) -> float:
    """The share of the open work that is finished by then, where so many items are."""
    return (items - one.done) / len(one.open)


def _commitments(context: SignalContext) -> Commitments:
    latest = context.now + timedelta(weeks=context.week)
    return Commitments(context.alignment, context.workspace, latest)


def known_from(context: SignalContext, _team: str) -> date:
    """The first day of the cycles that run."""
    cycles = context.workspace.cycles.values()
    return min(
        (one.start for one in cycles if phase_of(one, context.today) == "running"), default=context.today
    )


OVER_COMMITTED_TEAM = SignalRule(ID, fire, replays=True, known_from=known_from)
