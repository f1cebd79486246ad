"""Everything that was read, as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from config.trackers import NativeQuery
from connectors.model import Pull, Ref, Span, WorkItem
from connectors.text.keywords import Gist


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """A native query and the tracker that answers it."""

    tracker: str
    query: NativeQuery

    @property
    def id(self) -> str:
        """Always the same for the same question; of another question another."""
        return "\n".join((self.tracker, self.query.language, self.query.text))


Answers = Mapping[Question, frozenset[str]]
"""Ids of the items that a question found, on the tracker that was asked."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The values of a field on the items that a query found, sorted, and how many items have none."""

    values: tuple[float, ...] = ()
    missing: int = 0

    @property
    def coverage(self) -> float | None:
        """Share of the items that have a value, 0..1; None where none was found."""
        found = len(self.values) + self.missing
        return len(self.values) / found if found else None


@dataclass(frozen=True, slots=True)
class Sample:
    """A value from outside the trackers, and the day to which it belongs."""

    value: float
    on: date
    source: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """The last reading that was kept of a key result on or before the day on which it was closed."""

    on: date
    value: float | None
    progress: float | None


Histories = Mapping[Ref, Sequence[Span]]


Gists = Mapping[Ref, Gist]


@dataclass(frozen=True, slots=True)
class Answered:
    """What query measures were answered: counts, and the values of fields, by the names of `queries`."""

    counts: Mapping[str, int] = field(default_factory=dict)
    drawn: Mapping[str, Drawn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was read: whole pulls of every tracker, and the answers to query measures and rules.

    `stale` names the trackers that could not be read, and why; their pulls are the last good ones. `samples` are
    values from files and endpoints, `notes` what these could not give; `drawn` are values of fields on what queries
    found, `histories` those that flow measures need; `gists` are of what serves no key result.
    """

    pulls: tuple[Pull, ...]
    counts: Mapping[str, int]
    stale: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    drawn: Mapping[str, Drawn] = field(default_factory=dict)
    histories: Histories = field(default_factory=dict)
    gists: Gists = field(default_factory=dict)

    @property
    def items(self) -> tuple[WorkItem, ...]:
        return tuple(item for pull in self.pulls for item in pull.items)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the last run read: items, answers to query measures and rules, and when each tracker was read.

    `judged` is the moment for which that run decided, which `--as-of` may have set.
    """

    items: tuple[WorkItem, ...]
    counts: Mapping[str, int]
    as_of: Mapping[str, datetime]
    judged: datetime
    answers: Answers = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    drawn: Mapping[str, Drawn] = field(default_factory=dict)
    histories: Histories = field(default_factory=dict)
    gists: Mapping[Ref, Gist] = field(default_factory=dict)
