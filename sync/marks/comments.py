"""What a comment on a ticket says of key results, as values: facts, which plans compare, and details. Pure.

The words are in sync/marks/texts/progress.py. Items that the readers of a ticket may not see are never named on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from config.text.figures import ENGLISH
from connectors.model import Fact, Health, KeyResultMark, WorkItem
from sync.forecast.outlook import Outlook, chance_percent
from sync.history.movement import KINDS, Movement
from sync.marks.contribution import Blocking
from sync.marks.details import (
    Blocked,
    Foretold,
    Goal,
    Moved,
    Pace,
    ProgressDetail,
    ProgressDetails,
    Wait,
)
from sync.marks.facts import (
    goal_fact,
    health_fact,
    own_part_fact,
    owner_fact,
    percent_fact,
    title_fact,
    waits_fact,
)
from sync.marks.goals import goal_line
from sync.marks.messages import figure
from sync.marks.own_part import OwnPart
from sync.measure import ObjectiveReading, Reading, to_percent

HEALTH_WORDS: dict[Health, str] = {
    "on_track": "on track",
    "at_risk": "at risk",
    "off_track": "off track",
    "done": "done",
    "no_data": "no data",
}

AT_TARGET = "at target"

_MOST_BLOCKED = 3


@dataclass(frozen=True, slots=True)
class ProgressFacts:
    """Everything that a progress comment says of one key result.

    - `mark`: the key result as the ticket shows it; `own`: the ticket's part in it, with all that hangs below; None without.
    - `waits`: open work in that part and what it waits for, as far as the ticket's readers may see both.
    - `reached`: the day on which it was reached; None where it is not, or nobody tells.
    """

    reading: Reading
    mark: KeyResultMark
    goal: Goal
    owner: str
    own: OwnPart | None = None
    waits: Sequence[Blocking] = ()
    foretold: Foretold | None = None
    reached: date | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What plans compare of it. What the ticket itself has done is news by the step of percents, what it waits for
        at once. Of a reading that stands from an earlier day the ticket's part is told no more, so it is no news."""
        mark = self.mark
        part = own_part_fact(mark.id, self.own.percent if self.own else None)
        return (
            percent_fact(mark.id, mark.percent),
            health_fact(mark.id, mark.health),
            title_fact(mark.id, mark.title),
            goal_fact(mark.id, goal_line(self.goal)),
            owner_fact(mark.id, self.owner),
            *((part,) if self.reading.read_on is None else ()),
            waits_fact(mark.id, self._waits_line()),
        )

    def _waits_line(self) -> str:
        named = [f"{one.key} for {one.blocker}" for one in self.waits[:_MOST_BLOCKED]]
        more = len(self.waits) - len(named)
        return ", ".join([*named, *([f"{more} more"] if more else [])])


def health_words(one: Reading | ObjectiveReading) -> str:
    """The health in plain words; of what is on track at its target, that it is there."""
    return AT_TARGET if one.at_target and one.health == "on_track" else HEALTH_WORDS[one.health]


def value_against_target(reading: Reading) -> str:
    """Such as "29.1 / 35 %", or "465 / ≤ 250 ms" where smaller is better, "3 / 1 – 5 %" in a band; a dash without data."""
    if reading.value is None:
        return "–"
    if reading.low is not None and reading.high is not None:
        low, _ = ENGLISH.apart((reading.low, reading.high))
        value, high = ENGLISH.ratio(reading.value, reading.high, reading.unit)
        return f"{value} / {low} – {high}"
    limit = reading.target if reading.low is None else reading.low
    if limit is None:
        digits = ENGLISH.measured if reading.is_computed else ENGLISH.number
        return digits(reading.value, reading.unit)
    value, target = ENGLISH.ratio(reading.value, limit, reading.unit, measured=reading.is_computed)
    sign = "≥ " if reading.low is not None else "≤ " if reading.smaller_is_better else ""
    return f"{value} / {sign}{target}"


def _is_made_of_work(reading: Reading) -> bool:
    """Whether the value is an amount of linked work, not one beside it."""
    return reading.output is None and reading.tally.leaves > 0


def doubt(reading: Reading) -> str:
    """What a percent leaves open, in short: known of less than all, and scope that came after the baseline; or ""."""
    parts = []
    if reading.coverage is not None and reading.coverage < 1:
        known = "estimated" if reading.unit in ("points", "hours") else "known"
        parts.append(f"{to_percent(reading.coverage)} % {known}")
    if reading.creep is not None and reading.creep.items:
        parts.append(f"{reading.creep.items} more since the baseline")
    return ", ".join(parts)


# --- Progress ------------------------------------------------------------------------------------


def progress_details(parts: Iterable[ProgressFacts], item: WorkItem, day: date) -> ProgressDetails:
    """What the comment on an epic or project that carries key results says beside its facts, as of a day."""
    level: Literal["epic", "project"] = "project" if item.level == "project" else "epic"
    return ProgressDetails(day.isoformat(), tuple(_progress_detail(one) for one in parts), level)


def _progress_detail(one: ProgressFacts) -> ProgressDetail:
    reading = one.reading
    return ProgressDetail(
        url=one.mark.url,
        value=_figure(reading.value, reading),
        target=_figure(reading.target, reading),
        unit=reading.unit,
        smaller_is_better=reading.smaller_is_better,
        value_on=reading.value_on.isoformat() if reading.value_on else "",
        reached=one.reached.isoformat() if one.reached else "",
        part=one.own.part if one.own else None,
        waits=tuple(
            Wait(wait.key, wait.blocker, wait.since.isoformat() if wait.since else "")
            for wait in one.waits[:_MOST_BLOCKED]
        ),
        more_waits=max(0, len(one.waits) - _MOST_BLOCKED),
        because=one.mark.because,
        goal=one.goal,
        owner=one.owner,
        reason_id=one.mark.reason_id,
        basis_id=one.mark.basis_id,
        foretold=one.foretold,
        at_target=reading.at_target,
    )


def pace_of(reading: Reading) -> Pace:
    """How much is expected by now."""
    return Pace(int(reading.expected * 100))


def foretold_of(reading: Reading, outlook: Outlook | None, least: float) -> Foretold | None:
    """The forecast in whole percent, or why there is none; None where none is expected.

    `least`: the chance, 0..1, below which a key result is at risk.
    """
    if outlook is None or reading.health == "done":
        return None
    due, found = outlook.end.isoformat(), outlook.forecast
    if found is None:
        return Foretold(due, lack=outlook.lack) if outlook.lack else None
    return Foretold(
        due,
        low=to_percent(found.low),
        high=to_percent(found.high),
        chance=chance_percent(found.chance),
        goal=round(found.goal * 100),
        least=round(least * 100) if reading.is_unlikely else None,
    )


def moved_of(moved: Movement) -> Moved:
    """What linked work did; its effect only where something did and it is known."""
    counts = tuple((kind, count) for kind in KINDS if (count := getattr(moved, kind)))
    if moved.by_work is None or moved.by_scope is None or not counts:
        return Moved(counts)
    return Moved(counts, round(moved.by_work), round(moved.by_scope))


def blocked_of(waits: Sequence[Blocking]) -> Blocked | None:
    """Which work waits for which, the first few of it; None where none does."""
    if not waits:
        return None
    pairs = tuple((one.key, one.blocker) for one in waits[:_MOST_BLOCKED])
    return Blocked(pairs, max(0, len(waits) - _MOST_BLOCKED))


def _figure(value: float | None, reading: Reading) -> float | None:
    """A figure with the digits that are shown, so that a record of it gives the same words again."""
    if value is None:
        return None
    return float(figure(round(value, 1) if _is_made_of_work(reading) else value))
