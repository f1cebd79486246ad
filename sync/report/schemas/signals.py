"""The document of `truenorth signals`. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from sync.report.schemas.flow import Flow
from sync.report.schemas.indicators import Indicators
from sync.report.schemas.parts import NothingRead, Sentence, Shape, TicketInProject, Unread
from sync.signals.mechanism import Reason
from sync.signals.signal import Severity, SubjectKind

Name = Literal["truenorth/signals/1"]


class Subject(Shape):
    """What a signal is about."""

    kind: SubjectKind
    id: str | None


class BaseRate(Shape):
    """In how many of the weeks behind it would have fired."""

    fired: int
    weeks: int


class Signal(Shape):
    """A warning, with its evidence."""

    id: str = Field(description="Which signal; docs/signals.md lists them. More may come.")
    name: str
    severity: Severity
    subject: Subject
    message: Sentence
    formula: Sentence
    threshold: str | None = Field(description="As declared; null: nothing is compared.")
    remedy: Sentence
    days: int | None = Field(description="How long it has been so; null: not known.")
    base_rate: BaseRate | None = Field(description="Null: not known.")
    items: list[TicketInProject]


class Wait(Shape):
    """A ticket that waits for one of another team."""

    item: TicketInProject
    blocker: TicketInProject
    serves: list[str]
    blocker_serves: list[str]
    days: int
    days_exact: bool
    since: datetime


class WaitingTeam(Shape):
    """A team that waits for another."""

    team: str
    for_: str = Field(alias="for")
    waits: list[Wait]


class NotComputed(Shape):
    """A signal that is not computed, and why."""

    id: str
    reason: Reason
    text: str


class Signals(Shape):
    """Warning signals, the most severe first."""

    document: Name = Field(alias="schema")
    unread: list[Unread]
    rewound: bool = Field(description="Whether it is as of a time before the read.")
    as_of: datetime
    language: str
    narrowed_by: str | None = Field(description="The options that narrow the lists; null: they are whole.")
    signals: list[Signal]
    waiting: list[WaitingTeam]
    not_computed: list[NotComputed]
    flow: Flow | None = Field(description="Null where the lists are narrowed.")
    indicators: Indicators | None = Field(description="Null where the lists are narrowed.")


class NoSignals(NothingRead):
    """Printed where the command came to nothing: no tracker could be read, or another run is at work."""

    document: Name = Field(alias="schema")


Document = Signals | NoSignals
