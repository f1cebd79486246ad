"""aging_work: started work that is older than most of what was ever finished was at its stage. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.text.phrases import Percent, phrase
from sync.flow.aging import age_at, started_at
from sync.flow.journeys import Journey
from sync.measure.flow import SECONDS_A_DAY
from sync.signals.mechanism import LOOK_BACK, SignalContext, SignalRule
from sync.signals.signal import Severity, Signal
from sync.signals.subjects import short_team, team_of

ID = "aging_work"
LEAST = 20
"""Pieces of work that must have left a stage before anything is called old there."""

RARE = 0.05
"""A team is told of that has more old work than one team in twenty would have by chance."""

FAR = 1.5
"""Work that is so many times as old as any ever was at its stage is told of in any case."""

_EXACT = 200
"""Up to how many pieces the chance is worked out piece by piece; beyond, the normal distribution is close enough."""

StageKey = tuple[str, str]
"""A stage, by the name of its stream and its own."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is old at a stage at one moment, in days.

    - `limit`: older than the declared percent ever were when they left it. `oldest`: as old as any ever was then.
    - `usual`: the share of all time that work spent there in which it was older than the limit, 0..1: how much of what is
      there at any moment is old by chance. It is more than the percent above the limit, since what is slow is there for longer.
    """

    limit: float
    oldest: float
    usual: float


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team with more such work than chance leaves it, or with work far older than any ever was at its stage."""
    percentile = context.workspace.signals.aging_percentile
    bands = context.common(bands_by_week).get(context.week, {})
    teams: dict[str, list[tuple[Journey, Band, float]]] = defaultdict(list)
    for journey, visit in context.at_work:
        band = bands.get((journey.stream.name, visit.stage.name if visit.stage else ""))
        age = age_at(journey, context.now)
        if band is not None and age is not None:
            teams[team_of(journey.item)].append((journey, band, age))
    for team, some in sorted(teams.items()):
        old = [one for one in some if one[2] > one[1].limit]
        beyond = any(age > FAR * band.oldest for _, band, age in old)
        if not old or (not beyond and _chance_of(len(old), [band.usual for _, band, _ in some]) >= RARE):
            continue
        old.sort(key=lambda one: (-one[2], one[0].item.ref))
        severity: Severity = "high" if beyond else "medium"
        yield Signal(
            ID,
            severity,
            "team",
            team,
            tuple(journey.item.ref for journey, _, _ in old),
            phrase(
                "signals.aging_work.message",
                team=short_team(team),
                items=len(old),
                all=len(some),
                percentile=Percent(percentile),
                names=tuple(journey.item.name for journey, _, _ in old),
                count="items",
            ),
            phrase("signals.aging_work.formula"),
            f"aging_percentile: {percentile}",
            phrase("signals.aging_work.remedy"),
            int(old[0][2]),
        )


def _chance_of(old: int, usual: Sequence[float]) -> float:
    """The chance that so many or more are old, where each is so by a chance of its own."""
    if len(usual) > _EXACT:
        spread = math.sqrt(sum(share * (1 - share) for share in usual))
        return 0.5 * math.erfc((old - 0.5 - sum(usual)) / (spread * math.sqrt(2))) if spread else 1.0
    chances = [1.0]
    for share in usual:
        chances = [
            stay * (1 - share) + come * share
            for stay, come in zip([*chances, 0.0], [0.0, *chances], strict=True)
        ]
    return sum(chances[old:])


def bands_by_week(context: SignalContext) -> Mapping[int, Mapping[StageKey, Band]]:
    """By week behind: the bands of all work that had left each stage by then.

    One walk from the past to the present, which adds to sorted ages what has left since.
    """
    latest = context.now + timedelta(weeks=context.week)
    percentile = context.workspace.signals.aging_percentile
    left = sorted(_left(context))
    ages: dict[StageKey, list[tuple[float, float]]] = defaultdict(list)
    spent: dict[StageKey, float] = defaultdict(float)
    found, place = {}, 0
    for back in range(LOOK_BACK, -1, -1):
        end = bisect_right(left, latest - timedelta(weeks=back), lo=place, key=lambda one: one[0])
        for _, key, age, came in left[place:end]:
            insort(ages[key], (age, came))
            spent[key] += age - came
        place = end
        found[back] = {
            key: _band(some, spent[key], percentile) for key, some in ages.items() if len(some) >= LEAST
        }
    return found


def _band(ages: Sequence[tuple[float, float]], spent: float, percentile: int) -> Band:
    """The band of the sorted ages at which work left a stage, each with that at which it came there."""
    limit = ages[-(-percentile * len(ages) // 100) - 1][0]
    beyond = ages[bisect_left(ages, (limit, math.inf)) :]
    over = sum(age - max(came, limit) for age, came in beyond)
    return Band(limit, ages[-1][0], over / spent if spent else 0.0)


def _left(context: SignalContext) -> Iterator[tuple[datetime, StageKey, float, float]]:
    """When work last left each stage of work in progress, how old it was then, and how old when it last came there.

    As `sync.flow.aging` has it.
    """
    for journey in (context.journeys or {}).values():
        begun = started_at(journey)
        if begun is None:
            continue
        last = {
            visit.stage.name: visit
            for visit in journey.visits
            if visit.stage is not None and visit.stage.category == "doing"
        }
        for name, visit in last.items():
            if visit.end is not None:
                age, came = (
                    (moment - begun).total_seconds() / SECONDS_A_DAY for moment in (visit.end, visit.begin)
                )
                yield visit.end, (journey.stream.name, name), age, came


AGING_WORK = SignalRule(ID, fire, frozenset({"journeys"}), replays=True)
