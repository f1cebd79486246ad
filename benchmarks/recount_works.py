"""What `recount.py` knows of items, whichever tracker they are from. It imports nothing of the product."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

Json = Any
Id = tuple[str, str]
"""Tracker and the tracker's own id."""

USUALLY_DROPPED = frozenset(
    map(
        str.casefold,
        (
            *(
                "Won't Do",
                "Won't Fix",
                "Cancelled",
                "Canceled",
                "Rejected",
                "Declined",
                "Abandoned",
                "Duplicate",
            ),
            *("Cannot Reproduce", "Incomplete", "Obsolete", "Not Required", "Invalid", "Needs more info"),
            *("Not Our Bug", "Hold"),
        ),
    )
)
"""Statuses and resolutions that mean "will not be done": docs/linking.md."""


@dataclass
class Work:
    """One item. `points` None: not estimated. `finished`: when, if it is done.

    `above`: what it hangs below, `below`: what hangs below it, directly. `mirrors`: ids of Jira issues that Linear keeps
    equal with it; `attached`: addresses on it.
    """

    id: Id
    key: str
    project: str | None
    team: str | None
    type: str
    labels: tuple[str, ...]
    claims: tuple[str, ...]
    above: list[Id]
    in_scope: bool
    state: str
    points: Fraction | None
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    level: int = 0
    mirrors: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    below: list[Work] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        return self.in_scope and self.state != "dropped"

    @property
    def is_open(self) -> bool:
        return self.state in ("todo", "doing")


def ask(url: str, headers: dict[str, str], body: Json = None) -> Json:
    """The decoded reply to a GET, or with a body to a POST."""
    request = urllib.request.Request(  # noqa: S310  the sandbox, on loopback
        url,
        None if body is None else json.dumps(body).encode(),
        {**headers, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310  likewise
        return json.load(reply)


def moment(text: str | None) -> datetime | None:
    """A time as either tracker writes it."""
    return datetime.fromisoformat(text) if text else None


def certain(text: str) -> datetime:
    return datetime.fromisoformat(text)


def below_each(works: Iterable[Work]) -> dict[Id, Work]:
    """The items by id, each knowing what hangs directly below it."""
    known = {work.id: work for work in works}
    for work in known.values():
        for above in work.above:
            if above in known:
                known[above].below.append(work)
    return known
