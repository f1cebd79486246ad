"""What a look at a tracker before the first write finds: one line for each thing that must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from config.text.figures import ENGLISH
from config.trackers import NativeQuery
from config.wording import counted
from connectors.errors import TrackerError
from connectors.http.rate_limits import Allowance, kept, wait_before

Verdict = Literal["ok", "warning", "wrong"]

MOST_SKEW = 60.0
"""Seconds by which clocks may differ without a word."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    - `about`: what, such as "project WEB".
    - `verdict`: "wrong" stops a sync; a "warning" leaves something undone that the rest can do without.
    - `found`: what was seen, for people; `remedy`: what to do about it, "" where all is well.
    - `cause`: what kept it from being read, as in `connectors.errors`, "" where it was; `permanent`: see there.
    """

    about: str
    verdict: Verdict
    found: str
    remedy: str = ""
    cause: str = ""
    permanent: bool = True

    @staticmethod
    def unread(about: str, error: TrackerError) -> Check:
        """Something that could not be looked at."""
        return Check(about, "wrong", error.what, error.remedy, error.cause, error.permanent)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The names that a tracker has, by what conditions call them: "label", "type", "project", "team".

    A kind that it cannot list is left out; one that it does not have is empty. `absent`: saved queries that are not
    there.
    """

    names: Mapping[str, frozenset[str]]
    absent: frozenset[NativeQuery] = frozenset()


def clock_check(theirs: datetime | None, ours: datetime) -> Check:
    """Whether the tracker's clock and ours agree: ages of orphans and times of marks depend on both."""
    if theirs is None:
        return Check("clock", "ok", "the tracker does not report its time")
    skew = (theirs - ours).total_seconds()
    if abs(skew) <= MOST_SKEW:
        return Check("clock", "ok", "in sync with this machine")
    words = _span(abs(skew)) + (" ahead of this machine" if skew > 0 else " behind this machine")
    return Check("clock", "warning", words, "Correct this machine's clock, or set --as-of.")


def quota_check(reading: Allowance, people: float) -> Check:
    """How much of a quota is left, and whether a run would have to wait for it; `people` is their share, 0..1."""
    for_people = kept(reading.limit, people)
    left, limit, kept_back = (
        ENGLISH.count(round(one)) for one in (reading.remaining, reading.limit, for_people)
    )
    found = f"{left} of {limit} {reading.name} left, {kept_back} reserved for people"
    if wait_before(reading, people) > 0:
        remedy = "Runs slow down until more is left. Give Truenorth its own credential, or lower policy.quota_for_people."
        return Check("quota", "warning", found, remedy)
    return Check("quota", "ok", found)


MOST_READ = 5_000
"""Items of which a check looks at how they ended, the newest first."""


@dataclass(slots=True)
class Endings:
    """How closed work ended: names of statuses and resolutions, and how many items have each."""

    done: Counter[str] = field(default_factory=Counter)
    done_resolutions: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    dropped_resolutions: Counter[str] = field(default_factory=Counter)

    def add(self, category: str, status: str, resolution: str | None = None) -> None:
        """One closed item, "done" or "dropped"; without a resolution where the tracker has none."""
        done = category == "done"
        (self.done if done else self.dropped)[status] += 1
        if resolution is not None:
            (self.done_resolutions if done else self.dropped_resolutions)[resolution] += 1

    def checks(self, sample: str = "") -> Iterator[Check]:
        """What counts as done and as dropped, for people to see whether it is right."""
        for about, statuses, resolutions in (
            ("done work", self.done, self.done_resolutions),
            ("dropped work", self.dropped, self.dropped_resolutions),
        ):
            found = f"statuses {_counts(statuses)}" if statuses else "none"
            found += f"; resolutions {_counts(resolutions)}" if resolutions else ""
            yield Check(about, "ok", found + sample)


def _counts(names: Counter[str]) -> str:
    rows = sorted(names.items(), key=lambda row: (-row[1], row[0]))
    return ", ".join(f"{name} ({ENGLISH.count(number)})" for name, number in rows)


def _span(seconds: float) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return counted(int(seconds // size), name)
    return counted(int(seconds), "second")
