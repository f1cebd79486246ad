"""What several documents have in common. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """Base of every object in a document. Keys that a later version adds are passed over."""

    model_config = ConfigDict(frozen=True)


def absent(description: str, **limits: Any) -> Any:
    """A key that is not always there; where it is, it is not null unless its type says so."""
    return Field(default=None, description=description, **limits)


class Unread(Shape):
    """Something that could not be read, and what stands in its place."""

    kind: Literal["tracker", "items", "descriptions", "source"] = Field(description="What was to be read.")
    name: str = Field(description="Its name: a tracker, or a key result whose source it is.")
    cause: str = Field(description="A word for the cause.")
    permanent: bool = Field(description="Whether it stays so until somebody acts.")
    what: str = Field(description="What happened, in English.")
    remedy: str = Field(description="What to do, in English.")
    as_of: datetime | None = Field(
        description="Of when what stands in its place was read; null: nothing does."
    )


class OkrsFrom(Shape):
    """Which OKR files these are, where a variable of the environment named them."""

    path: str
    from_: str = Field(alias="from", description="The variable.")


class Ticket(Shape):
    """A ticket, and nobody who works on it."""

    tracker: str
    id: str = Field(description="The tracker's own id, which never changes.")
    key: str
    title: str
    restricted: bool = Field(description="Whether not everybody who sees its neighbours may see it.")
    url: str
    team: str | None


class TicketInProject(Ticket):
    """A ticket with its project."""

    project: str | None


class Claim(Shape):
    """A claim on a ticket that links it to nothing."""

    claim: str
    nearest: str | None = Field(description="The nearest key result that there is.")
    ended: date | None = Field(description="When the key result that it names ended.")


class Finding(Shape):
    """Something that contradicts itself or leads nowhere."""

    kind: str = Field(description="Which finding; docs/signals.md lists them. More may come.")
    items: list[str] = Field(description="Keys of the tickets.")
    trackers: list[str] = Field(description="Their trackers, in the same order.")
    message: str
    remedy: str
    place: str | None = Field(description="Where in the OKR files, as file:line.")


class NotWarned(Shape):
    """How much open work serves no key result and is not warned about, by why."""

    not_started: int
    in_grace: int


class InGrace(Shape):
    """Work that lost its last link and is not warned about yet."""

    tracker: str
    id: str
    key: str
    title: str
    url: str
    unaligned_since: date
    warned_from: date


class Planned(Shape):
    """Open work that only cycles yet to come claim."""

    tracker: str
    id: str
    key: str
    title: str
    url: str
    cycles: list[str]


class Suggestion(Shape):
    """A key result that a ticket may serve."""

    key_result: str
    score: float = Field(ge=0, le=1, description="How likely, 0..1; no probability.")
    words: list[str] = Field(description="What both have in common.")


class Percentiles(Shape):
    """Percentiles of days by nearest rank, of so many values."""

    p50: float
    p70: float
    p85: float
    p95: float
    of: int


class Times(Shape):
    """A time from begin to end: elapsed days, and whole calendar days with the first and the last one."""

    days: Percentiles
    whole_days: Percentiles


class Plain(Shape):
    """What a sentence is made of."""

    key: str = Field(description="The name of its template, which is the same in every language.")
    values: dict[str, Any] = Field(description="What is put in: texts, numbers, days, and sentences inside.")


class Sentence(Plain):
    """A sentence, and what it is made of."""

    text: str = Field(description="In the language of the document.")


class NothingRead(Shape):
    """Base of what is printed where the command came to nothing."""

    unread: list[Unread]
    okrs: OkrsFrom = absent("Only where a variable named them.")
    rewound: bool = absent("Whether a time before the read was asked for.")
    not_run: str = absent("Why nothing was done, where another run is at work.")
