"""aging_work: started work that is older than most of what was ever finished was at its stage. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.text.phrases import Percent, phrase
from sync.flow.aging import age_at, started_at
from sync.flow.journeys import Journey
from sync.measure.flow import SECONDS_A_DAY, ranked
from sync.signals.mechanism import LOOK_BACK, SignalContext, SignalRule
from sync.signals.signal import Severity, Signal
from sync.signals.subjects import short_team, team_of

ID = "aging_work"
LEAST = 20
"""Pieces of work that must have left a stage before anything is called old there."""

RARE = 0.05
"""A team is told of that has more old work than one team in twenty would by chance."""

StageKey = tuple[str, str]
"""A stage, by the name of its stream and its own."""


@dataclass(frozen=True, slots=True)
class Ages:
    """At one moment: how old work may be at each stage, in days, and how old any ever was there."""

    limits: Mapping[StageKey, float]
    oldest: Mapping[StageKey, float]


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team with more such work than chance leaves it, or with work older than any ever was at its stage."""
    percentile = context.workspace.signals.aging_percentile
    ages = context.common(_ages_by_week).get(context.week)
    if ages is None:
        return
    teams: dict[str, list[tuple[Journey, StageKey, float]]] = defaultdict(list)
    for journey, visit in context.at_work:
        key = (journey.stream.name, visit.stage.name if visit.stage else "")
        age = age_at(journey, context.now)
        if key in ages.limits and age is not None:
            teams[team_of(journey.item)].append((journey, key, age))
    for team, some in sorted(teams.items()):
        old = [one for one in some if one[2] > ages.limits[one[1]]]
        beyond = sum(age > ages.oldest[key] for _, key, age in old)
        if not old or (not beyond and not _is_rare(len(old), len(some), 1 - percentile / 100)):
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


def _is_rare(old: int, whole: int, share: float) -> bool:
    """Whether so many of all or more would be old in fewer than one of twenty teams, were each so by a chance of `share`."""
    below = sum(math.comb(whole, n) * share**n * (1 - share) ** (whole - n) for n in range(old))
    return 1 - below < RARE


def _ages_by_week(context: SignalContext) -> Mapping[int, Ages]:
    """By week behind: of all work that had left each stage by then, how old it was when it left.

    One walk from the past to the present, which adds to sorted ages what has left since.
    """
    latest = context.now + timedelta(weeks=context.week)
    percentile = context.workspace.signals.aging_percentile
    left = sorted(_left(context))
    moments = [(back, latest - timedelta(weeks=back)) for back in range(LOOK_BACK, -1, -1)]
    ages: dict[StageKey, list[float]] = defaultdict(list)
    found, place = {}, 0
    for back, moment in moments:
        end = bisect_left(left, (moment,), lo=place)
        for _, key, age in left[place:end]:
            insort(ages[key], age)
        place = end
        enough = {key: some for key, some in ages.items() if len(some) >= LEAST}
        limits = {key: ranked(some, percentile) for key, some in enough.items()}
        found[back] = Ages(limits, {key: some[-1] for key, some in enough.items()})
    return found


def _left(context: SignalContext) -> Iterator[tuple[datetime, StageKey, float]]:
    """When work last left each stage of work in progress, and how old it was then, as `sync.flow.aging` has it."""
    for journey in (context.journeys or {}).values():
        begun = started_at(journey)
        if begun is None:
            continue
        ends = {
            visit.stage.name: visit.end
            for visit in journey.visits
            if visit.stage is not None and visit.stage.category == "doing"
        }
        for name, end in ends.items():
            if end is not None:
                age = (end - begun).total_seconds() / SECONDS_A_DAY
                yield end, (journey.stream.name, name), age


AGING_WORK = SignalRule(ID, fire, frozenset({"journeys"}), replays=True)
