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


class ProgressDetail(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a progress comment says of one key result.

    - `since`: the day from which `moved` counts; `checked_in`: that of the check-in that gave the value.
    - `items`, `open`, `points`: linked work, how much of it is left, and the points of that where points count.
    - `goal`: None where the record is older than goals; `owner`: "" where nobody is declared.
    - `reason_id`, `basis_id`: those of the mark, "" where the record is older; no text is made of them.
    - `foretold`: None where no forecast is expected.
    - `at_target`: whether it is there, and can fall again.
    """

    url: str
    pace: Pace
    value: float | None = None
    target: float | None = None
    unit: str = ""
    smaller_is_better: bool = False
    since: str = ""
    moved: Moved | None = None
    items: int = 0
    open: int = 0
    points: float | None = None
    blocked: Blocked | None = None
    because: str = ""
    checked_in: str = ""
    goal: Goal | None = None
    owner: str = ""
    reason_id: str = ""
    basis_id: str = ""
    foretold: Foretold | None = None
    at_target: bool = False


class ProgressDetails(msgspec.Struct, frozen=True):
    """Of each key result, in the order of the facts; `read`: the moment at which the trackers were read."""

    read: str
    key_results: tuple[ProgressDetail, ...]


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A key result that a warning names, with the words that speak for it."""

    id: str
    title: str
    words: tuple[str, ...] = ()


class Claim(msgspec.Struct, frozen=True, omit_defaults=True):
    """A claim on the item that links it to nothing: the nearest key result, or the day on which its own ended."""

    claim: str
    nearest: str = ""
    over: str = ""


class OrphanDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a warning says.

    - `claims`: the first few of those that link it to nothing.
    - `age`, `count`: the order of magnitude of the age.
    - `closest`, or else the first few `declared` key results and how many `more` there are.
    - `exempt`: labels that exempt it.
    """

    age: Literal["days", "weeks", "months"]
    count: int = 0
    has_parent: bool = False
    is_container: bool = False
    closest: tuple[Offer, ...] = ()
    declared: tuple[Offer, ...] = ()
    more: int = 0
    exempt: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


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


class UpdateDetails(msgspec.Struct, frozen=True):
    """Of each key result, in the order of the facts."""

    key_results: tuple[UpdateDetail, ...]
