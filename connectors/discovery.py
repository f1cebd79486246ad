"""What a first look at a tracker finds, for a first declaration: who signs in, what there is, how it is estimated.

A first look is a few requests, whatever the size of the site: it lists, counts and samples, and reads no whole project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

MOST_COUNTED = 20
"""Projects or teams whose open work is counted; each costs a request."""

MOST_CANDIDATES = 50
"""Epics or projects that are looked at as candidates for links."""


@dataclass(frozen=True, slots=True)
class Place:
    """A project or team that the credential can see.

    - `open_items`: how many open items it has, as far as the tracker tells; None where they were not counted.
    - `at_least`: there are more than that.
    - `scale`: how it estimates, such as "fibonacci"; "" where it does not, None where places have no scales of their own.
    """

    key: str
    name: str
    open_items: int | None = None
    at_least: bool = False
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class Estimates:
    """How many of the open items that were looked at are estimated, and by what.

    `points` and `hours` are the values found, of at most `sampled` items.
    """

    sampled: int = 0
    points: tuple[float, ...] = ()
    hours: tuple[float, ...] = ()

    @property
    def unit(self) -> Literal["points", "hours"] | None:
        """What at least half of the items are estimated in; None where fewer are."""
        for name, values in (("points", self.points), ("hours", self.hours)):
            if self.sampled and 2 * len(values) >= self.sampled:
                return "points" if name == "points" else "hours"
        return None

    @property
    def usual(self) -> float:
        """The median of the estimates in that unit, for items that have none; 1 where nothing is estimated."""
        values = [one for one in (self.hours if self.unit == "hours" else self.points) if one > 0]
        return float(median(values)) if values else 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open epic or project that a key result could be made of.

    - `name`: what a rule calls it: the key of an epic, the name of a project.
    - `open_items`: how many of the open items that were looked at hang directly below it.
    """

    kind: Literal["epic", "project"]
    name: str
    title: str
    place: str
    open_items: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """A tracker as it is met.

    - `account`: who signs in, for people; `company`: a short name of whoever owns the site, "" where none is known.
    - `url`: where people see it, "" where the tracker's kind says so by itself.
    - `time_zone`: that of the account, an IANA name, "" where it is not told.
    - `unlisted`: there are more places than were listed.
    - `counts_are_about`: counts of open items are about right, and no more.
    """

    account: str
    company: str = ""
    url: str = ""
    time_zone: str = ""
    places: tuple[Place, ...] = ()
    unlisted: bool = False
    counts_are_about: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What open work in some places looks like.

    - `estimate_fields`: names of the fields that hold points, as they are found by themselves; none on Linear.
    - `number_fields`: names of other number fields whose names say that they may.
    - `own_fields`: what is there of what `truenorth setup` makes, by name; `claim_noun`: what the one for claims is.
    - `candidate_noun`: what candidates are here.
    - `types` and `labels`: how many of the open items that were looked at have each.
    """

    estimates: Estimates = Estimates()
    estimate_fields: tuple[str, ...] = ()
    number_fields: tuple[str, ...] = ()
    own_fields: tuple[str, ...] = ()
    claim_noun: Literal["field", "label group"] = "field"
    candidates: tuple[Candidate, ...] = ()
    candidate_noun: Literal["epic", "project"] = "epic"
    types: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)


def most_open_first(places: Sequence[Place]) -> tuple[Place, ...]:
    """The places in order of their open work; those that were not counted come last."""
    return tuple(sorted(places, key=lambda one: (one.open_items is None, -(one.open_items or 0), one.key)))


def best_first(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates in order of the open work below them; equal ones stay in the order in which they came.

    Projects of one name are left out: a rule could not tell them apart.
    """
    names = [one.name.casefold() for one in candidates]
    alone = [one for one in candidates if names.count(one.name.casefold()) == 1]
    return tuple(sorted(alone, key=lambda one: -one.open_items))
