"""The documents of `truenorth explain`: of a ticket, a key result or an objective. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from connectors.model import Category, Health
from sync.align.link import Rank
from sync.explain.estimates import Fate
from sync.explain.objective import PartKind
from sync.measure.pieces import LeftOut
from sync.report.schemas.parts import Claim, NothingRead, Shape, Suggestion, Unread, absent
from sync.report.schemas.scorecard import Forecasted, Moved

Name = Literal["truenorth/explain/1"]
Verdict = Literal[
    "aligned",
    "rested",
    "planned",
    "orphaned",
    "waiting",
    "not started",
    "closed",
    "unknown",
    "exempt",
    "out of scope",
]


class ServedKeyResult(Shape):
    """A key result that a ticket serves, and by which rule."""

    key_result: str
    cycle: str
    title: str
    percent: int | None
    health: Health
    share: float
    rank: Rank = Field(description="Whose word it is: docs/linking.md.")
    inherited: bool
    rule: str
    path: list[str] = Field(description="From the ticket to what the rule names.")


class ExplainedTicket(Shape):
    """Which key results a ticket serves, by which rule, along which path, or why none."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    rewound: bool = Field(description="Whether it is as of a time before the read.")
    tracker: str
    id: str
    key: str
    title: str
    restricted: bool
    url: str
    verdict: Verdict
    unaligned_since: date | None
    warned_from: date | None
    claims: list[Claim]
    summary: str
    links: list[ServedKeyResult]
    past: list[ServedKeyResult] = Field(description="Of cycles that have ended.")
    planned: list[ServedKeyResult] = Field(description="Of cycles yet to come.")
    counts: str = Field(description="What it counts as, in English.")
    mirrors: list[str] = Field(description="The same work on other trackers.")
    counted_as: str | None = Field(description="The mirror that counts in its place.")
    linked: list[str] = Field(description="Work on other trackers that it is linked with.")
    remote_links: list[str] = absent("With --fresh: where remote links lead.")
    remote_links_unread: str | None = absent("With --fresh: why they are not known.")
    closest: list[Suggestion]
    advice: list[str]


class Spread(Shape):
    """The estimate of a parent, and over how many items it is spread."""

    tracker: str
    key: str
    estimate: float
    items: int


class Counted(Shape):
    """A linked item, and what of it counts."""

    tracker: str
    key: str
    title: str
    restricted: bool
    state: Category
    weight: float
    share: float
    done: float
    fate: str = Field(description="In English.")
    because: str = Field(description="By which rule, in English.")
    known: bool = Field(description="Whether it is estimated.")
    left_out: LeftOut | None = Field(description="Why it counts nowhere; null: it counts.")
    spread: Spread | None = Field(description="Whose estimate its weight is a part of.")


class Milestone(Shape):
    """A linked milestone: all or nothing."""

    tracker: str
    key: str
    title: str
    state: str
    reached: bool
    on: date | None = Field(description="When it was reached, or is due.")
    weight: float
    because: str
    left_out: LeftOut | None


class Excluded(Shape):
    """What is linked and counts nowhere, for one reason."""

    reason: LeftOut
    words: str
    items: int
    weight: float
    keys: list[str]


class ParentEstimate(Shape):
    """The estimate of a parent, and what becomes of it."""

    tracker: str
    key: str
    estimate: float
    fate: Fate
    items: int
    elsewhere: int
    below: float = Field(description="What its child items add up to.")


class KeptForecast(Shape):
    """A forecast as it was made on a day: progress at the end, chance and goal, 0..1."""

    day: date
    low: float
    middle: float
    high: float
    chance: float
    goal: float
    weeks: float


class Day(Shape):
    """A key result on a day on which it was read."""

    day: date
    value: float | None
    percent: int | None
    expected: float
    health: Health
    moved: Moved | None


class ExplainedKeyResult(Forecasted):
    """Where the number of a key result comes from."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    rewound: bool = Field(description="Whether it is as of a time before the read.")
    as_of: datetime
    objective: str
    items: list[Counted]
    milestones: list[Milestone]
    excluded: list[Excluded] = Field(alias="left_out")
    parent_estimates: list[ParentEstimate]
    steps: list[str] = Field(description="The formula with its numbers, in English.")
    forecasts: list[KeptForecast]
    history: list[Day]


class Part(Shape):
    """A part of an objective."""

    kind: PartKind
    id: str
    title: str
    weight: float
    percent: int | None
    expected: float
    health: Health


class ExplainedObjective(Shape):
    """Where the number of an objective comes from."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    rewound: bool = Field(description="Whether it is as of a time before the read.")
    as_of: datetime
    objective: str
    title: str
    percent: int | None
    expected: float
    health: Health
    at_target: bool
    grade: float | None
    succeeds: bool | None
    parts: list[Part]
    steps: list[str] = Field(description="The formula with its numbers, in English.")


class NoExplanation(NothingRead):
    """Printed where the command came to nothing: no tracker could be read, or another run is at work."""

    document: Name = Field(alias="schema")


Document = ExplainedTicket | ExplainedKeyResult | ExplainedObjective | NoExplanation
