"""What aligning gives: links between items and key results, and where each item stands. Pure values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, get_args

from config.conditions import Condition
from connectors.model import Ref

Rank = Literal["claim", "named", "matched", "above", "located"]
"""Whose word a link is: a person's claim; a rule that names the item; one that matches what the item carries; one
that names what is above it (`parent`, `under`); one that asks only where it lives.
"""
RANKS: tuple[Rank, ...] = get_args(Rank)
State = Literal["aligned", "exempt", "unaligned", "unknown", "rested", "planned", "out_of_scope"]


@dataclass(frozen=True, slots=True)
class LinkReason:
    """Why a link exists: its rank, the rule in words, and the keys walked from the item up to where it held.

    `path` is empty when the link is the item's own. `shared`: the rule declares the share. `at`: the item above on which
    it held; None for the item's own, and where that could not be read. `identity`: the rule in a form that no wording
    touches, "" for a claim; `condition`: the rule itself, or `claim`: what a person claimed, as written; `place`: the id of what is above, read or not, on which it held. `mirror`: the key of the side of
    mirrored work whose own it is, or from which the path goes on; "" for this side. `linked`: the last step of the path is a
    link to another tracker, not a parent.
    """

    rank: Rank
    rule: str
    path: tuple[str, ...] = ()
    shared: bool = False
    at: Ref | None = None
    identity: str = ""
    place: str = ""
    mirror: str = ""
    linked: bool = False
    condition: Condition | None = field(default=None, compare=False, repr=False)
    claim: str = field(default="", compare=False)

    @property
    def inherited(self) -> bool:
        return bool(self.path)

    @property
    def line(self) -> tuple[str, ...]:
        """The keys from the item, which is left out, to where the word held, the mirrored side among them."""
        return (self.mirror, *self.path) if self.mirror else self.path

    def __str__(self) -> str:
        if not self.path:
            return f"{self.rule} on mirrored issue {self.mirror}" if self.mirror else self.rule
        if self.linked:
            return f"{self.rule} on linked issue {self.path[-1]}"
        where = "parent" if len(self.line) == 1 else "ancestor"
        return f"{self.rule} on {where} {self.path[-1]}"


@dataclass(frozen=True, slots=True)
class Link:
    """An item serves a key result of a cycle with a share of itself, 0 < share <= 1.

    Key results that weigh work split an item among those of one cycle; to all others it counts whole.
    """

    item: Ref
    key_result: str
    share: Fraction
    because: LinkReason
    cycle: str = ""


@dataclass(frozen=True, slots=True)
class UnmetClaim:
    """A person's claim on an item that links it to nothing now.

    Nobody declared the key result, and `nearest` is the likeliest one meant of those that run; or it was `over` on that day:
    closed, or the last of its cycle.
    """

    claim: str
    nearest: str | None = None
    over: date | None = None

    def __str__(self) -> str:
        if self.over is not None:
            return f"{self.claim}, which ended on {self.over}"
        near = f" (the nearest is {self.nearest})" if self.nearest else ""
        return f"{self.claim}, which is not a declared key result{near}"


@dataclass(frozen=True, slots=True)
class ItemAlignment:
    """Where an item stands: its links, or why it has none.

    - `links`: those in force: of running cycles, and of closed work those of the ended cycle in which it was closed.
    - `past`: those of cycles that have ended and of key results that are closed, which claim nothing of work that is
      open or was closed later. `planned`: those of cycles that have not begun.
    - `state`: "rested": only what is closed, or a cycle that has just ended and has no successor yet, links it; marks
      stay as they are. "planned": only a cycle yet to come does.
    - `unmet`: of unaligned work, its own claims that link it to nothing.
    - `reason` says in words why it is not aligned; `category` names the exemption. The links of what is out of scope are
      those that it would have.
    """

    item: Ref
    state: State
    links: tuple[Link, ...] = ()
    reason: str = ""
    category: str | None = None
    past: tuple[Link, ...] = ()
    planned: tuple[Link, ...] = ()
    unmet: tuple[UnmetClaim, ...] = ()

    @property
    def carries(self) -> tuple[Link, ...]:
        """The links in force that are the item's own, not inherited."""
        return tuple(link for link in self.links if not link.because.inherited)

    @property
    def of_every_cycle(self) -> tuple[Link, ...]:
        """The links in force and all others."""
        return (*self.links, *self.past, *self.planned)


_WHOLE = Fraction(1)


def split(declared: Sequence[float | None]) -> list[Fraction]:
    """Shares that add up to one: declared ones kept, the rest split evenly over the others.

    When the declared ones leave no rest, or nobody to take it, all are scaled to add up to one; an
    undeclared one then weighs as much as the mean of the declared.
    """
    if not declared:
        return []
    if declared[0] is None and len(declared) == 1:
        return [_WHOLE]  # as nearly always
    given = [None if share is None else Fraction(share).limit_denominator(10_000) for share in declared]
    stated = [share for share in given if share is not None]
    open_places = len(given) - len(stated)
    rest = 1 - sum(stated, Fraction(0))
    if open_places and rest > 0:
        weight = rest / open_places
    else:
        weight = sum(stated, Fraction(0)) / len(stated) if stated else Fraction(1)
    weights = [weight if share is None else share for share in given]
    total = sum(weights, Fraction(0))
    return [share / total for share in weights]
