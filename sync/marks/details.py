"""What comments and status updates say beside the facts that plans compare, as a tracker keeps it with them.

Facts and details together are all that a text is made of, so that it can be made again and compared by its hash.
Everything here says only what the text itself says, in as little room. Read back from a tracker it may hold
anything; what does not decode is no text of ours. Pure.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from connectors.converter import Converter
from connectors.model import Details, Health
from sync.history.movement import MovementKind

GoalKind = Literal["metric", "query", "flow", "keep", "binary", "work", "milestones", "project", "composite"]
"""The kinds of measure, as declared; a test compares them with those of config/measures.py."""


class Moved(msgspec.Struct, frozen=True, omit_defaults=True):
    """What linked work did: counts by kind, and whole points of percent by work and by scope."""

    counts: tuple[tuple[MovementKind, int], ...] = ()
    work: int | None = None
    scope: int | None = None


class Blocked(msgspec.Struct, frozen=True, omit_defaults=True):
    """Keys of open work and of what blocks it, the first few, and how many more there are."""

    pairs: tuple[tuple[str, str], ...] = ()
    more: int = 0


class Pace(msgspec.Struct, frozen=True, omit_defaults=True):
    """Percent that is expected by now. `due`: the last day, where the record is of a version that named it here."""

    expected: int
    due: str = ""


class Foretold(msgspec.Struct, frozen=True, omit_defaults=True):
    """The forecast for the last day, in whole percent: four of five futures lie from `low` to `high`.

    - `chance`: that of reaching the `goal`; `lack`: why there is none of all these.
    - `least`: the chance below which a key result is at risk, where this one is so for nothing else.
    """

    due: str
    low: int | None = None
    high: int | None = None
    chance: int | None = None
    goal: int = 100
    least: int | None = None
    lack: Literal["", "history", "movement"] = ""


class Goal(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a key result is declared to reach, by which measure and day.

    - `start`, `target`: where a value begins and is to end; of linked work only a fixed amount that was declared.
    - `low`, `high`: between which a value must stay.
    """

    kind: GoalKind
    due: str
    start: float | None = None
    target: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""


PartUnit = Literal["", "points", "hours", "weight"]
"""What work is weighed in beside its number; "" where it is counted."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ticket's own part in a key result: work at it and below it, and all of the key result's beside that.

    - `done`, `items`; `all_done`, `all_items`: how many tickets.
    - `left`, `all_left`: what is not done, in the `unit`; None where work is counted, or does not measure the key result.
    - `is_bounded`: the measure asks for a fixed amount, whatever work there is.
    - `after`: the percent once all of the ticket is done; None where that cannot be said.
    - `is_itself`: nothing below it counts, the ticket does.
    - `shared`: with which percent of themselves how many tickets count; `started`: those in progress with which.
    - `before`: how many tickets here were finished before the day `first`, and count nowhere.
    """

    done: int
    items: int
    all_done: int
    all_items: int
    left: float | None = None
    all_left: float | None = None
    unit: PartUnit = ""
    is_bounded: bool = False
    after: int | None = None
    is_itself: bool = False
    shared: tuple[tuple[int, int], ...] = ()
    started: int = 0
    before: int = 0
    first: str = ""


class Wait(msgspec.Struct, frozen=True, omit_defaults=True):
    """Open work that waits for other open work, by their keys; `since`: the day, "" where that is not known."""

    key: str
    blocker: str
    since: str = ""


class ProgressDetail(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a progress comment says of one key result.

    - `value`, `target`: in the `unit`; `value_on`: the day of a value that somebody measured.
    - `reached`: the day on which it was reached, "" where it is not, or nobody tells.
    - `waits`: the first few of what the ticket waits for, and how many `more_waits` there are.
    - `goal`: None where the record is older than goals; `owner`: "" where nobody is declared.
    - `reason_id`, `basis_id`: those of the mark, "" where the record is older; no text is made of them.
    - `foretold`: None where no forecast is expected.
    - `at_target`: whether it is there, and can fall again.
    - `smaller_is_better`, `pace`: only compared, where a record is older than goals.
    """

    url: str
    pace: Pace | None = None
    value: float | None = None
    target: float | None = None
    unit: str = ""
    smaller_is_better: bool = False
    value_on: str = ""
    reached: str = ""
    part: Part | None = None
    waits: tuple[Wait, ...] = ()
    more_waits: int = 0
    because: str = ""
    goal: Goal | None = None
    owner: str = ""
    reason_id: str = ""
    basis_id: str = ""
    foretold: Foretold | None = None
    at_target: bool = False


class ProgressDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of each key result, in the order of the facts; `read`: the day on which the trackers were read; older versions tell
    the minute. `level`: that of the ticket."""

    read: str
    key_results: tuple[ProgressDetail, ...]
    level: Literal["epic", "project"] = "epic"


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A key result that a warning names, with the words that speak for it, and how much of its work is of the same team."""

    id: str
    title: str
    words: tuple[str, ...] = ()
    team: int = 0


class Claim(msgspec.Struct, frozen=True, omit_defaults=True):
    """A claim on the item that links it to nothing: the nearest key result, or the day on which its own ended.

    `label`: whether it stands on a label.
    """

    claim: str
    nearest: str = ""
    over: str = ""
    label: bool = False


Since = Literal["", "begun", "lost", "created"]
"""What a warning dates: the start of the work, the loss of its last key result, its creation; "": an older record."""


class OrphanDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a warning says.

    - `since`: of what `day` is the day. `read`: the day of the warning itself.
    - `below`: how many tickets below it serve none either.
    - `claims`: the first few of those that link it to nothing.
    - `closest`, or else the first few `declared` key results and how many `more` there are.
    - `exempt`: labels that exempt it; `owner`: whom to ask.
    - `group`: the label group in which people choose a key result, "" where there is none.
    """

    since: Since = ""
    day: str = ""
    read: str = ""
    below: int = 0
    closest: tuple[Offer, ...] = ()
    declared: tuple[Offer, ...] = ()
    more: int = 0
    exempt: tuple[str, ...] = ()
    owner: str = ""
    claims: tuple[Claim, ...] = ()
    group: str = ""


_ORPHAN = Converter(OrphanDetails)


def offers_in(details: Details) -> tuple[Offer, ...]:
    """The key results that the recorded details of a warning offer; none where they are no details of ours."""
    try:
        found = _ORPHAN.convert(details)
    except msgspec.ValidationError:
        return ()
    return (*found.closest, *found.declared)


def claims_in(details: Details) -> tuple[Claim, ...]:
    """The claims that the recorded details of a warning name; none where they are no details of ours."""
    try:
        return _ORPHAN.convert(details).claims
    except msgspec.ValidationError:
        return ()


class Previous(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the status update before said of a key result; what moved since, where that is known."""

    on: str
    percent: int
    health: Health
    moved: Moved | None = None


class UpdateDetail(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a status update says of one key result."""

    title: str
    url: str
    pace: Pace
    previous: Previous | None = None
    blocked: Blocked | None = None
    foretold: Foretold | None = None
    at_target: bool = False


class UpdateDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of each key result, in the order of the facts; `signals`: those that it names."""

    key_results: tuple[UpdateDetail, ...]
    signals: tuple[str, ...] = ()
