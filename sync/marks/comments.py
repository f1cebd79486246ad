"""What a comment on a ticket says, as values: facts, which plans compare, and details. Pure.

The words are in sync/marks/comment_text.py. Items that the readers of a ticket may not see are never named on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.text.figures import ENGLISH
from config.workspace import Workspace
from connectors.model import Health, KeyResultMark, WorkItem
from sync.align.alignment import UnmetClaim
from sync.forecast.outlook import Outlook, chance_percent
from sync.history.movement import KINDS, Movement
from sync.marks.details import (
    Blocked,
    Claim,
    Foretold,
    Goal,
    Moved,
    Offer,
    OrphanDetails,
    Pace,
    ProgressDetail,
    ProgressDetails,
)
from sync.marks.messages import figure
from sync.measure import ObjectiveReading, Reading, to_percent
from sync.signals.orphans import Orphan

HEALTH_WORDS: dict[Health, str] = {
    "on_track": "on track",
    "at_risk": "at risk",
    "off_track": "off track",
    "done": "done",
    "no_data": "no data",
}

AT_TARGET = "at target"

_MOST_OFFERED = 6
_MOST_BLOCKED = 3
_MOST_LABELS = 3
_MOST_CLAIMS = 3
_MOST_CLAIM = 60
"""Characters of a claim."""


@dataclass(frozen=True, slots=True)
class ProgressFacts:
    """Everything that a progress comment says of one key result.

    - `mark`: the key result with the ticket's own part in it.
    - `blocked`: keys of open work and of what blocks it, as far as the ticket's readers may see both.
    - `checked_in`: the day of the check-in that gave the value; None where trackers gave it.
    """

    reading: Reading
    mark: KeyResultMark
    goal: Goal
    owner: str
    movement: Movement | None = None
    blocked: Sequence[tuple[str, str]] = ()
    checked_in: date | None = None
    foretold: Foretold | None = None


@dataclass(frozen=True, slots=True)
class SuggestedKeyResult:
    """A key result that an orphan looks close to, with the words that speak for it."""

    key_result: str
    title: str
    words: tuple[str, ...]


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


def progress_details(parts: Iterable[ProgressFacts], as_of: datetime) -> ProgressDetails:
    """What the comment on an epic or project that carries key results says beside its facts."""
    read = f"{as_of:%Y-%m-%d %H:%M} {as_of.tzname() or ''}".rstrip()
    return ProgressDetails(read, tuple(_progress_detail(one) for one in parts))


def _progress_detail(one: ProgressFacts) -> ProgressDetail:
    reading, tally = one.reading, one.reading.tally
    weighed = reading.unit == "points" and tally.leaves
    return ProgressDetail(
        url=one.mark.url,
        pace=pace_of(reading),
        value=_figure(reading.value, reading),
        target=_figure(reading.target, reading),
        unit=reading.unit,
        smaller_is_better=reading.smaller_is_better,
        since=one.movement.since.isoformat() if one.movement else "",
        moved=moved_of(one.movement) if one.movement else None,
        items=tally.leaves,
        open=tally.leaves - tally.done,
        points=round(float(tally.weight - tally.done_weight), 1) if weighed else None,
        blocked=blocked_of(one.blocked),
        because=one.mark.because,
        checked_in=one.checked_in.isoformat() if one.checked_in else "",
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


def blocked_of(pairs: Sequence[tuple[str, str]]) -> Blocked | None:
    """Which work waits for which, the first few of it; None where none does."""
    if not pairs:
        return None
    return Blocked(tuple(pairs[:_MOST_BLOCKED]), max(0, len(pairs) - _MOST_BLOCKED))


def _figure(value: float | None, reading: Reading) -> float | None:
    """A figure with the digits that are shown, so that a record of it gives the same words again."""
    if value is None:
        return None
    return float(figure(round(value, 1) if _is_made_of_work(reading) else value))


# --- Orphans -------------------------------------------------------------------------------------


def orphan_details(
    item: WorkItem,
    orphan: Orphan,
    closest: Sequence[SuggestedKeyResult],
    workspace: Workspace,
    offered: Collection[str],
    unmet: Sequence[UnmetClaim] = (),
) -> OrphanDetails:
    """What the warning on the topmost piece of work that serves no key result says: why, what is near, the ways out.

    `offered`: the key results that work can be linked to now.
    """
    declared = [one for _, one in workspace.key_results() if one.id in offered] if not closest else []
    days = orphan.age_days
    return OrphanDetails(
        # A figure that grows by itself would make every comment stale: say the order of magnitude.
        age="days" if days < 14 else "weeks" if days < 70 else "months",
        count=0 if days < 14 else days // 7 if days < 70 else days // 30,
        has_parent=item.parent is not None,
        is_container=item.level in ("epic", "project"),
        closest=tuple(Offer(one.key_result, one.title, one.words) for one in closest),
        declared=tuple(Offer(one.id, one.title) for one in declared[:_MOST_OFFERED]),
        more=max(0, len(declared) - _MOST_OFFERED),
        exempt=tuple([label for rule in workspace.exempt for label in rule.labels][:_MOST_LABELS]),
        claims=tuple(map(_claim, unmet[:_MOST_CLAIMS])),
    )


def _claim(one: UnmetClaim) -> Claim:
    # People can write a whole paragraph into the field.
    words = " ".join(one.claim.split())
    claim = words if len(words) <= _MOST_CLAIM else f"{words[: _MOST_CLAIM - 1].rstrip()}…"
    return Claim(claim, one.nearest or "", one.over.isoformat() if one.over else "")
