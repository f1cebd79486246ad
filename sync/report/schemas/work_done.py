"""What reviews of a cycle and of a week have in common. Pure."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from sync.capacity.serving import PartKind
from sync.report.schemas.parts import Plain, Shape, Ticket
from sync.review.unaligned import Teller


class Outcome(Shape):
    """What the key result is measured by, in its unit."""

    value: float | None
    target: float | None
    unit: str


class Output(Shape):
    """The linked work."""

    items: int
    done: int
    in_progress: int
    weight: float
    done_weight: float
    percent: int | None


class Done(Shape):
    """Done work: counts of all, and the heaviest by name."""

    pieces: int
    weight: float
    teams: list[str]
    items: list[Ticket]


class EffortRow(Shape):
    """Person-days of a part of the work. A hidden figure is null."""

    kind: PartKind
    name: str | None
    person_days: float | None
    of_all: float | None = Field(description="As a share of everything, 0..1.")
    share: float | None = Field(description="Of an objective: of what serves any, 0..1.")
    declared: float | None = Field(description="Its declared weight as a share, 0..1.")
    weight_declared: bool


class Effort(Shape):
    """Person-days between two days."""

    from_: date = Field(alias="from")
    to: date
    person_days: float | None
    rows: list[EffortRow]


class UnalignedShare(Shape):
    """How much of the running work served no key result on a day."""

    day: date
    share: float = Field(ge=0, le=1)
    pieces: float
    told_by: Teller


class Unaligned(Shape):
    """The unaligned share beside that of the time before."""

    now: UnalignedShare | None
    before: UnalignedShare | None
    before_cycle: str | None


class Saying(Shape):
    """A sentence in the language of the document, and what it is made of."""

    message: str
    phrase: Plain
