"""The work behind a key result: what was done for it within its cycle, or within a span. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from connectors.model import WorkItem
from sync.measure import Piece, Reading
from sync.signals.subjects import team_of


@dataclass(frozen=True, slots=True)
class DoneWork:
    """Done work: the heaviest first, by what counts here of it, without what not everybody may see, which `pieces` and `weight`
    count too. `teams`: as "tracker/TEAM", those that did most of it first.
    """

    items: tuple[WorkItem, ...]
    pieces: int
    weight: Fraction
    teams: tuple[str, ...]


def done_work(reading: Reading, first: date | None = None, last: date | None = None) -> DoneWork:
    """The work of a key result that counts and is done; with days, what was done between these, both included."""
    done = [piece for piece in reading.pieces if _is_done(piece, first, last)]
    done.sort(key=lambda piece: (-piece.part, piece.item.ref))
    teams = Counter(team_of(piece.item) for piece in done)
    return DoneWork(
        tuple(piece.item for piece in done if not piece.item.private),
        len(done),
        _weight(done),
        tuple(sorted(teams, key=lambda team: (-teams[team], team))),
    )


def _is_done(piece: Piece, first: date | None, last: date | None) -> bool:
    if piece.left_out is not None or piece.category != "done":
        return False
    if first is None or last is None:
        return True
    return piece.done_on is not None and first <= piece.done_on <= last


def _weight(pieces: Iterable[Piece]) -> Fraction:
    return sum((piece.part for piece in pieces), Fraction(0))
