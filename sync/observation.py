"""Everything that was read, as values. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from config.trackers import NativeQuery
from config.wording import counted
from connectors.errors import BadReply, TrackerError
from connectors.model import AssigneeSpan, FlagSpan, Identity, Pull, Ref, SetAside, StatusSpan, WorkItem
from connectors.set_aside import named
from connectors.text.keywords import Keywords


@dataclass(frozen=True, slots=True, order=True)
class RuleQuery:
    """A native query and the tracker that answers it."""

    tracker: str
    query: NativeQuery

    @property
    def id(self) -> str:
        """Always the same for the same question; of another question another."""
        return "\n".join((self.tracker, self.query.language, self.query.text))


Answers = Mapping[RuleQuery, frozenset[str]]
"""Ids of the items that a question found, on the tracker that was asked."""


@dataclass(frozen=True, slots=True)
class FieldValues:
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
class LostItem:
    """Done work of a running cycle that can no longer be seen, as it was when it was: what it served, and its points."""

    key: str
    key_results: tuple[str, ...]
    points: float | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A reading of a key result that was kept on a day."""

    on: date
    value: float | None
    progress: float | None


NameKind = Literal["item", "initiative", "project"]


@dataclass(frozen=True, slots=True, order=True)
class KeyName:
    """A name that the OKR files use, folded, and a tracker that may know it.

    `kind`: an item by its key; an initiative by its key or title; a project by its key (Jira) or name (Linear).
    """

    tracker: str
    kind: NameKind
    name: str


@dataclass(frozen=True, slots=True)
class KeyTarget:
    """What a name led to when it was last looked up, on `day`: id and the key of then; None where the tracker knew none."""

    identity: Identity | None
    day: date


ResolvedKeys = Mapping[KeyName, KeyTarget]


def homonyms(keys: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Of trackers with keys, the keys that more than one tracker has; folded."""
    trackers: dict[str, str] = {}
    double: set[str] = set()
    for tracker, key in keys:
        if trackers.setdefault(key.casefold(), tracker) != tracker:
            double.add(key.casefold())
    return frozenset(double)


def spell(tracker: str, key: str, double: Collection[str]) -> str:
    """The key as people are shown it: with its tracker where it is one of the `homonyms`."""
    return f"{tracker}:{key}" if key.casefold() in double else key


Histories = Mapping[Ref, Sequence[StatusSpan]]
"""The statuses in which each item stood, oldest first."""

Assigned = Mapping[Ref, Sequence[AssigneeSpan]]
"""Who each item was assigned to, oldest first, where its tracker tells it."""

Flagged = Mapping[Ref, Sequence[FlagSpan]]
"""When each item was flagged as blocked, oldest first, where its tracker tells it."""

ItemKeywords = Mapping[Ref, Keywords]
"""The keywords of each item's description."""


@dataclass(frozen=True, slots=True)
class ReadState:
    """How a tracker came to be known, beside the bookmark, the notes and what is set aside, which are its `Pull`'s.

    - `basis`: short name of what the reading depends on, such as its scope.
    - `whole_at`, `swept_at`: when all of it was read last, and when all ids were compared last, by the clock of this machine.
    - `amiss`: how often in a row a count on the tracker told of more or less than is known.
    """

    basis: str = ""
    whole_at: datetime | None = None
    swept_at: datetime | None = None
    amiss: int = 0


@dataclass(frozen=True, slots=True)
class KnownPull:
    """What is known of a tracker without its items.

    - `pull`: its last read, with no items. `state`: how it came to be known.
    - `in_scope`: how many items in scope that read found.
    - `generation`: grows with every change of its items by which something can be decided otherwise.
    """

    pull: Pull
    state: ReadState
    in_scope: int
    generation: int


@dataclass(frozen=True, slots=True)
class Drift:
    """What a whole read found other than reading changes had left it: an item by its key, and which facts of it; of one that
    was not there "missing", of one that is gone "gone".
    """

    key: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read, why, what to do about it, and of when what stands in its place is.

    - `kind`, `subject`: a tracker by its name, some of its items, the descriptions of its items, or the source of a key
      result by its id.
    - `cause`: of `connectors.errors` for a tracker, "source" for a source.
    - `permanent`: it stays so until somebody acts; else a later run may do better by itself.
    - `as_of`: when that was read which stands instead; None where nothing does.
    """

    kind: Literal["tracker", "items", "descriptions", "source"]
    subject: str
    cause: str
    what: str
    remedy: str = ""
    permanent: bool = True
    as_of: datetime | None = None

    @staticmethod
    def tracker(error: TrackerError, as_of: datetime | None = None) -> Unread:
        """A tracker that could not be read."""
        return Unread("tracker", error.tracker, error.cause, error.what, error.remedy, error.permanent, as_of)

    @staticmethod
    def items(tracker: str, aside: Collection[SetAside]) -> Unread:
        """The few items of a tracker that could not be read, while all the others were."""
        what = f"cannot read {counted(len(aside), 'item')}: {named(aside)}."
        remedy = "Correct what the tracker shows of it. Until then it counts as last read, if it ever was, and nothing is written to it."
        return Unread("items", tracker, BadReply.cause, what, remedy)

    def __str__(self) -> str:
        """What and why, with the remedy."""
        return f"{self.subject}: {self.what}" + (f" {self.remedy}" if self.remedy else "")


class CannotRead(Exception):
    """Too little could be read to go on; `unread` says what."""

    def __init__(self, *unread: Unread) -> None:
        self.unread = unread
        super().__init__("\n".join(map(str, unread)))


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that was read for one moment: whole pulls of every tracker, and what they and others were asked.

    It is stored, replayed and measured as it is.

    - `at`: the moment for which it was read, which `--as-of` may have set.
    - `counts`: the trackers' answers to query measures by key result id; that to the second query of a ratio under
      id + DENOMINATOR of `sync.measure`.
    - `answers`: what the native queries of the rules found.
    - `samples`: values from files and endpoints by key result id.
    - `field_values`: values of a field on what a query found, named like `counts`.
    - `histories`: those that flow measures need, and where `flow` is declared those of what was alive in its window.
    - `assigned`, `flagged`: who had that work, and when it was flagged, where the tracker tells it.
    - `keywords`: of the descriptions of what serves no key result.
    - `resolved`: what the keys in the OKR files lead to.
    - `keywords_of`, `histories_of`: of which version of each item, by its `updated`, its keywords and its history are, also
      where there were none to be had.
    - `reads`: how each tracker came to be known. `drift`: what the last whole read of each had to put right.
    - `lost`: done work that earlier reads saw and this one did not, as long as a cycle runs that it counted in.
    - `unread`: what could not be read; the pulls and answers of such a tracker are the last good ones.
    - `rewound`: whether `at` lies before the read because somebody asked for that moment, so that the items are as they were
      then, as far as they tell; `later`: those that were not there yet. It is never stored.
    """

    pulls: tuple[Pull, ...]
    at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    field_values: Mapping[str, FieldValues] = field(default_factory=dict)
    histories: Histories = field(default_factory=dict)
    assigned: Assigned = field(default_factory=dict)
    flagged: Flagged = field(default_factory=dict)
    keywords: ItemKeywords = field(default_factory=dict)
    resolved: ResolvedKeys = field(default_factory=dict)
    lost: Mapping[Ref, LostItem] = field(default_factory=dict)
    keywords_of: Mapping[Ref, datetime] = field(default_factory=dict)
    histories_of: Mapping[Ref, datetime] = field(default_factory=dict)
    reads: Mapping[str, ReadState] = field(default_factory=dict)
    drift: Mapping[Ref, Drift] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    rewound: bool = False
    later: tuple[WorkItem, ...] = ()

    @property
    def items(self) -> tuple[WorkItem, ...]:
        """The items of every tracker."""
        return tuple(item for pull in self.pulls for item in pull.items)

    @property
    def stale(self) -> frozenset[str]:
        """The trackers that stand as last read."""
        return frozenset(one.subject for one in self.unread if one.kind == "tracker")

    @property
    def set_aside(self) -> frozenset[Ref]:
        """The items that are there, and could not be read."""
        return frozenset(Ref(pull.tracker, one.id) for pull in self.pulls for one in pull.set_aside)

    @property
    def as_of(self) -> dict[str, datetime]:
        """When each tracker was read."""
        return {pull.tracker: pull.as_of for pull in self.pulls}
