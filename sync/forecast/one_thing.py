"""If you do one thing: the open work whose completion raises the chance of a key result most. Pure.

The forecast is run again with each piece of open work done today: by the same measure, with the same draws and the same
working days. Work that would bring the same is simulated once. What brings more cannot make the forecast worse, since every
simulated future ends at least as high, so of pieces that differ in their weight alone the lighter ones need no run.

Of work that blocks other work of the key result the forecast knows nothing. A blocker counts with the work that waits for
it and for nothing else that is open: both are taken as done. So it is what the blocker holds back, not what it brings by
itself, which `alone` says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from heapq import nsmallest
from typing import Literal

from config.measures import (
    CompositeMeasure,
    FlowMeasure,
    MetricMeasure,
    ProjectMeasure,
    QueryMeasure,
)
from config.workspace import Workspace
from connectors.model import Ref
from sync.align.alignment import Alignment
from sync.forecast.other_work import ForecastBasis, parent_done, piece_done
from sync.forecast.outlook import Outlooks
from sync.forecast.simulation import Forecast
from sync.measure import Piece, Scorecard
from sync.observation import Past

MOST = 3
"""How many are named for a key result."""
CAP = 0.95
"""A greater chance is told as "> 95 %": from there on the median end value says more."""

Why = Literal["", "forecast", "metric", "query", "flow", "project", "composite", "nothing_open", "no_effect"]
"""Why nothing is named: there is no forecast; its value is not made of items whose completion could be tried; nothing of its
work is open; or none of it raises anything."""

By = Literal["chance", "middle"]


@dataclass(frozen=True, slots=True)
class OneThing:
    """An open item, and the forecast of a key result with it done today.

    - `by`: what it raises: the chance, or where that is at its cap or stays as it is the median end value.
    - `frees`: the open work of the key result that waits for it alone, which is taken as done with it.
    - `alone`: the forecast with the item done and nothing of that; None where it frees nothing.
    """

    item: Ref
    before: Forecast
    after: Forecast
    by: By
    frees: tuple[Ref, ...] = ()
    alone: Forecast | None = None


@dataclass(frozen=True, slots=True)
class OneThings:
    """At most three for a key result, the best first; `why` says why there are none, "" where there are."""

    things: tuple[OneThing, ...] = ()
    why: Why = ""


_WHY: Mapping[type, Why] = {
    MetricMeasure: "metric",
    QueryMeasure: "query",
    FlowMeasure: "flow",
    ProjectMeasure: "project",
    CompositeMeasure: "composite",
}


def one_things(
    alignment: Alignment,
    card: Scorecard,
    workspace: Workspace,
    outlooks: Outlooks,
    recent: Mapping[str, Sequence[Past]],
) -> dict[str, OneThings]:
    """What to do for every key result of which anything is foretold or could be, in declared order.

    `recent`: readings of earlier days, oldest first, as the outlooks took them.
    """
    readings, found = card.readings, {}
    for objective, key_result in workspace.key_results():
        outlook = outlooks.get(key_result.id)
        if outlook is None or (outlook.forecast is None and not outlook.lack):
            continue
        if why := _WHY.get(type(key_result.measure), ""):
            found[key_result.id] = OneThings(why=why)
        elif outlook.forecast is None:
            found[key_result.id] = OneThings(why="forecast")
        else:
            cycle, kept = workspace.cycles[objective.cycle], recent.get(key_result.id, ())
            reading = readings[key_result.id]
            its = ForecastBasis.of(key_result, cycle, reading, outlook, alignment, kept)
            if its is not None:
                found[key_result.id] = _Search(its, outlook.forecast, alignment, card.as_of).best()
    return found


_Effect = tuple[object, ...]
"""What a completion does to the pieces: equal ones have equal forecasts."""


@dataclass(frozen=True, slots=True)
class _Done:
    """An item with what is done with it, and the pieces before and after."""

    item: Ref
    frees: tuple[Ref, ...]
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def effect(self) -> _Effect:
        """What of these pieces a forecast looks at."""
        gone = sorted((one.part, one.category, one.left_out or "", str(one.done_on)) for one in self.before)
        come = sorted((one.part, one.category, one.left_out or "", str(one.done_on)) for one in self.after)
        return tuple(gone), tuple(come)


_Chain = list[tuple[Fraction, list[Ref]]]
"""Pieces that differ in their weight alone, by what of it counts, the heaviest first."""
_Rank = tuple[float, float, float]
_Outcome = tuple[Forecast, float]
"""The forecast, and the progress from which it starts."""


class _Search:
    def __init__(self, its: ForecastBasis, before: Forecast, alignment: Alignment, moment: datetime) -> None:
        self._its = its
        self._before = before
        self._alignment = alignment
        self._moment = moment
        self._pieces = {piece.item.ref: piece for piece in its.pieces}
        self._outcomes: dict[_Effect, _Outcome | None] = {}

    def best(self) -> OneThings:
        """The three best, by rank and then in order of ref."""
        chains, others = self._candidates()
        if not chains and not others:
            return OneThings(why="nothing_open")
        ranked = [row for chain in chains for row in self._ranked_chain(chain)]
        raised = [(done, outcome) for done in others if (outcome := self._raised(done)) is not None]
        ranked += [(self._rank(outcome), done, outcome[0]) for done, outcome in raised]
        ranked.sort(key=lambda row: (row[0], row[1].item))
        things = tuple(self._thing(done, found) for _, done, found in ranked[:MOST])
        return OneThings(things, "" if things else "no_effect")

    def _candidates(self) -> tuple[list[_Chain], list[_Done]]:
        """Open pieces that free nothing, as chains; and what frees others or takes the place of pieces."""
        waiting = waiting_for(self._pieces.values(), self._alignment)
        chains: defaultdict[str, dict[Fraction, list[Ref]]] = defaultdict(dict)
        for ref, piece in self._pieces.items():
            if piece.left_out is None and piece.item.is_open and ref not in waiting:
                chains[piece.category].setdefault(piece.part, []).append(ref)
        spreads, id_ = self._its.reading.estimates.spreads, self._its.key_result.id
        parents = {ref for ref, one in spreads.items() if id_ in one.alike and ref not in self._pieces}
        items = self._alignment.items
        found = (
            self._done(ref, waiting.get(ref, ())) for ref in parents | waiting.keys() if items[ref].is_open
        )
        ordered = [sorted(chain.items(), reverse=True) for chain in chains.values()]
        return ordered, [one for one in found if one is not None]

    def _done(self, ref: Ref, frees: tuple[Ref, ...]) -> _Done | None:
        """The pieces with an item done, and what it frees; None where that changes none."""
        before: dict[Ref, Piece] = {}
        after: list[Piece] = []
        for one in (ref, *frees):
            if (piece := self._pieces.get(one)) is not None:
                if piece.left_out is None and one not in before:
                    before[one] = piece
                    after.append(piece_done(piece, self._moment, self._its.reading.bounds))
            elif (whole := self._whole(one)) is not None:
                after.append(whole[0])
                before |= {leaf: self._pieces[leaf] for leaf in whole[1] if leaf in self._pieces}
        # A leaf in whose place a parent counts is not done beside it.
        kept = tuple(one for one in after if one.stands_for or not _is_replaced(one.item.ref, after))
        return _Done(ref, frees, tuple(before.values()), kept) if after else None

    def _whole(self, ref: Ref) -> tuple[Piece, frozenset[Ref]] | None:
        its = self._its
        return parent_done(ref, its.key_result, its.reading, self._alignment, self._moment)

    def _outcome(self, done: _Done) -> _Outcome | None:
        effect = done.effect
        if effect not in self._outcomes:
            reading = self._its.with_pieces(done.before, done.after)
            found = self._its.forecast(reading)
            self._outcomes[effect] = None if found is None else (found, reading.progress or 0.0)
        return self._outcomes[effect]

    def _rank(self, outcome: _Outcome) -> _Rank:
        found, progress = outcome
        first = (
            (-found.middle, -found.chance) if self._before.chance > CAP else (-found.chance, -found.middle)
        )
        return (*first, -progress)

    def _ranked_chain(self, chain: _Chain) -> Iterator[tuple[_Rank, _Done, Forecast]]:
        """Those that can be among the best: the heavier pieces first, of equal ones the first by ref."""
        found: list[_Rank] = []
        for _, refs in chain:
            first = [self._done(ref, ()) for ref in nsmallest(MOST, refs)]
            dones = [one for one in first if one is not None]
            outcome = self._raised(dones[0])
            # A piece that would count nowhere once it is done makes the scope smaller: of that no order is known.
            is_ordered = dones[0].after[0].left_out is None
            if outcome is None:
                if is_ordered:
                    break
                continue
            rank = self._rank(outcome)
            if is_ordered and len(found) >= MOST and rank > found[MOST - 1]:
                break
            for done in dones:
                found.append(rank)
                yield rank, done, outcome[0]

    def _raised(self, done: _Done) -> _Outcome | None:
        """What comes of it; None where it raises nothing."""
        outcome, before = self._outcome(done), self._before
        if outcome is None:
            return None
        is_more = outcome[0].chance > before.chance or outcome[0].middle > before.middle
        return outcome if is_more else None

    def _thing(self, done: _Done, found: Forecast) -> OneThing:
        is_chance = self._before.chance <= CAP and found.chance > self._before.chance
        alone = None
        if done.frees:
            itself = self._done(done.item, ())
            outcome = None if itself is None else self._outcome(itself)
            alone = self._before if outcome is None else outcome[0]
        return OneThing(
            done.item, self._before, found, "chance" if is_chance else "middle", done.frees, alone
        )


def _is_replaced(ref: Ref, pieces: Iterable[Piece]) -> bool:
    return any(ref in one.stands_for for one in pieces)


def waiting_for(pieces: Iterable[Piece], alignment: Alignment) -> dict[Ref, tuple[Ref, ...]]:
    """By open item the open pieces that it blocks and nothing else that is open does; mirrored work is one item, by the side that counts."""
    found: defaultdict[Ref, list[Ref]] = defaultdict(list)
    for piece in pieces:
        if piece.left_out is not None or piece.category not in ("todo", "doing"):
            continue
        blockers = open_blockers(piece.item.ref, alignment)
        if len(blockers) == 1:
            found[next(iter(blockers))].append(piece.item.ref)
    return {ref: tuple(sorted(some)) for ref, some in found.items()}


def open_blockers(ref: Ref, alignment: Alignment) -> frozenset[Ref]:
    """The open work that blocks an item, on whichever side it is said, as far as it was read."""
    named = {alignment.counted(one) for side in alignment.sides(ref) for one in side.blocked_by}
    known = (one for one in named if one in alignment.items and one != ref)
    return frozenset(one for one in known if alignment.items[one].is_open)
