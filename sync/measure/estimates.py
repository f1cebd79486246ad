"""What becomes of the estimates of parents: spread over the leaves below, counted whole, or outdone by the children's. Pure.

Leaves count and containers do not, but no estimate is lost. Of each unit (points, hours, the number in a field), an item
that is estimated while nothing live below it is

- spreads its estimate evenly over its live leaves, each of which follows its own links, days and state;
- once it is done, counts whole for the key results of that unit which it serves: one piece, by its own links and its own
  day, in place of its leaves. A leaf that serves something else in that cycle keeps its own part, and the parent counts
  the rest, so that nothing loses work by its closing. Where the parent serves nothing, or was finished before the days
  that count, its leaves go on carrying it.

Work that several trackers mirror is estimated once in each unit: on the side that counts, or else on another one.

Where anything live below an item is estimated, what is below counts and the item's own estimate does not. Live is what
is in scope and not dropped. A leaf is live and has no live child; what is not live hides nothing that is below it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from config.measures import WorkMeasure
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, Leaves
from sync.measure.bounds import Bounds, bounds_of, category_at, standing
from sync.measure.weights import Unit, estimate_in, unit_of, weight_of

_Kinships = Mapping[Ref, tuple[Ref, ...]]


@dataclass(frozen=True, slots=True)
class Spread:
    """The estimate of a parent, and the leaves over which it is spread evenly; always at least one.

    `alike`: by each key result that the parent serves, the leaves that serve nothing else in its cycle. `whole_in`: those for
    which the parent, since it is done, counts whole in their place.
    """

    parent: WorkItem
    estimate: Fraction
    over: tuple[Ref, ...]
    alike: Mapping[str, Collection[Ref]] = field(default_factory=dict)
    whole_in: Collection[str] = frozenset()

    @property
    def each(self) -> Fraction:
        """What one leaf carries."""
        return self.estimate / len(self.over)

    def replaced(self, key_result: str) -> Collection[Ref]:
        """The leaves in whose place the parent counts for a key result."""
        return self.alike[key_result] if key_result in self.whole_in else ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may count for a key result, with its share.

    `spread`: the estimate of which it carries a part; where it is the parent's own, it counts whole, in place of the leaves
    that it `stands_for`. `own`: what stands on a live item itself; `basis`: that, or what stands on the nearest item above
    that is estimated; None where none is.
    """

    item: WorkItem
    share: Fraction
    spread: Spread | None = None
    own: Fraction | None = None
    basis: Fraction | None = None
    stands_for: Collection[Ref] = ()

    @property
    def since(self) -> datetime:
        """Since when what it weighs is there: a leaf that a parent was broken down into adds nothing to the scope."""
        item = self.item
        return item.created if self.spread is None else min(item.created, self.spread.parent.created)


@dataclass(frozen=True, slots=True)
class Estimates:
    """The estimates in one unit at one moment.

    - `own`: what live items are estimated at. `above`, `below`: the parents and the children of all items.
    - `leaves`: the live items without a live child.
    - `spreads`: by parent; `carried`: the same by leaf, each leaf in one of them.
    - `outdone`: parents whose estimate does not count, since something live below them is estimated.
    - `barred`: parents of live items whose estimate does not count, since they are out of scope or dropped themselves.
    - `whole`: the done parents that count whole, with their shares, by key result.
    """

    unit: Unit | None = None
    own: Mapping[Ref, Fraction] = field(default_factory=dict)
    above: _Kinships = field(default_factory=dict)
    below: _Kinships = field(default_factory=dict)
    leaves: Collection[Ref] = frozenset()
    spreads: Mapping[Ref, Spread] = field(default_factory=dict)
    carried: Mapping[Ref, Spread] = field(default_factory=dict)
    outdone: tuple[Ref, ...] = ()
    barred: Mapping[Ref, Fraction] = field(default_factory=dict)
    whole: Mapping[str, Leaves] = field(default_factory=dict)

    def candidates(self, key_result: str, leaves: Leaves) -> Iterator[Candidate]:
        """What may count for a key result by the leaves that serve it: they themselves, or done parents in their place."""
        if self.unit is None:
            yield from (Candidate(item, share) for item, share in leaves)
            return
        rows = [*leaves, *self.whole.get(key_result, ())]
        if len(rows) > len(leaves):
            rows.sort(key=lambda row: row[0].ref)
        for item, share in rows:
            ref = item.ref
            spread = self.carried.get(ref)
            if spread is None:
                own = self.own.get(ref)
                basis = self.basis_of(ref) if own is None else own
                whole = self.spreads.get(ref)
                stands_for = () if whole is None else whole.replaced(key_result)
                yield Candidate(item, share, whole, own, basis, stands_for)
            elif ref not in spread.replaced(key_result):
                yield Candidate(item, share, spread, None, spread.estimate)

    def basis_of(self, ref: Ref) -> Fraction | None:
        """The estimate that stands on the item, or on the nearest item above it that has one."""
        front: tuple[Ref, ...] = (ref,)
        while front:
            found = [self.own[one] for one in front if one in self.own]
            if found:
                return found[0]
            front = tuple(parent for one in front for parent in self.above.get(one, ()))
        return None

    def weight(self, item: WorkItem, how: WorkMeasure) -> Fraction:
        """What an item weighs by itself, as a whole."""
        own = self.own.get(item.ref)
        return weight_of(item, how)[0] if own is None else own

    def leaves_below(self, ref: Ref) -> tuple[Ref, ...]:
        """The live leaves below an item, in order of ref."""
        return tuple(sorted(_leaves_below(ref, self.below, self.leaves)))


class EstimateBook:
    """The estimates and the leaves of an alignment, each unit and moment reckoned once."""

    def __init__(self, alignment: Alignment, workspace: Workspace) -> None:
        self._alignment = alignment
        self._workspace = workspace
        self._known: dict[tuple[Unit, datetime | None], Estimates] = {}
        self._leaves: dict[datetime, Mapping[str, Leaves]] = {}

    def leaves(self, key_result: str, at: datetime | None = None) -> Leaves:
        """The leaves that serve a key result, as they were at a moment; None: as they were read."""
        if at is None:
            return self._alignment.leaves.get(key_result, ())
        if (found := self._leaves.get(at)) is None:
            self._leaves[at] = found = leaves_at(self._alignment, at)
        return found.get(key_result, ())

    def of(self, how: WorkMeasure, at: datetime | None = None) -> Estimates:
        """The estimates in the unit of a measure, as of a moment, None: as of the read; none where it has no unit."""
        unit = unit_of(how)
        if unit is None:
            return NO_ESTIMATES
        if (found := self._known.get((unit, at))) is None:
            bounds = {
                one.id: bounds_of(one, self._workspace.cycles[objective.cycle], self._workspace.zone, at)
                for objective, one in self._workspace.key_results()
                if isinstance(one.measure, WorkMeasure) and unit_of(one.measure) == unit
            }
            self._known[unit, at] = found = estimates(self._alignment, how, bounds, at)
        return found


NO_ESTIMATES = Estimates()
"""Where work is not weighed by what it is estimated at."""


def leaves_at(alignment: Alignment, moment: datetime) -> Mapping[str, Leaves]:
    """The leaves that serve each key result by today's links, as items were just before a moment.

    What was dropped later was live then, and what was created later hid nothing. As in `Alignment.leaves` an item is in it
    once for a key result, whether it counts itself or not.
    """
    live = {
        ref
        for ref, item in alignment.items.items()
        if item.in_scope and category_at(item, moment) not in (None, "dropped")
    }
    found: defaultdict[str, list[tuple[WorkItem, Fraction]]] = defaultdict(list)
    for ref, placement in sorted(alignment.placements.items()):
        is_hidden = alignment.counts_elsewhere(ref) or not live.isdisjoint(alignment.children.get(ref, ()))
        if placement.state != "out_of_scope" and not is_hidden:
            for link in placement.of_every_cycle:
                found[link.key_result].append((alignment.items[ref], link.share))
    return dict(found)


def estimates(
    alignment: Alignment, how: WorkMeasure, bounds: Mapping[str, Bounds], at: datetime | None
) -> Estimates:
    """The estimates in the unit of `how`, just before a moment, None: as they were read. `bounds`: of the key results that are
    weighed in it. The time is linear in the number of items.
    """
    items = alignment.items
    live: set[Ref] = set()
    own: dict[Ref, Fraction] = {}
    barred: dict[Ref, Fraction] = {}
    for ref, item in items.items():
        is_live = (
            item.in_scope
            and not alignment.counts_elsewhere(ref)
            and category_at(item, at) not in (None, "dropped")
        )
        known = _known_of(ref, alignment, how)
        if is_live:
            live.add(ref)
            if known is not None:
                own[ref] = known
        elif known is not None and ref in alignment.children:
            barred[ref] = known
    below = alignment.children
    leaves = {ref for ref in live if live.isdisjoint(below.get(ref, ()))}
    above = _inverted(below)
    covered = _all_above(own, above)
    spreads: dict[Ref, Spread] = {}
    carried: dict[Ref, Spread] = {}
    outdone: list[Ref] = []
    for ref in own:
        if ref in leaves:
            continue
        found = () if ref in covered else _leaves_below(ref, below, leaves)
        over = tuple(sorted(leaf for leaf in found if leaf not in carried))
        if not over:
            # Estimated work is below it, or each of its leaves carries the estimate of another parent already.
            outdone.append(ref)
            continue
        is_done = category_at(items[ref], at) == "done"
        alike = _alike(ref, over, alignment, bounds)
        whole_in = frozenset(
            name for name in alike if is_done and standing(items[ref], bounds[name]).outside is None
        )
        spreads[ref] = one = Spread(items[ref], own[ref], over, alike, whole_in)
        carried.update(dict.fromkeys(over, one))
    return Estimates(
        unit=unit_of(how),
        own=own,
        above=above,
        below=below,
        leaves=leaves,
        spreads=spreads,
        carried=carried,
        outdone=tuple(sorted(outdone)),
        barred={ref: one for ref, one in barred.items() if not live.isdisjoint(below[ref])},
        whole=_whole(alignment, spreads.values()),
    )


def _known_of(ref: Ref, alignment: Alignment, how: WorkMeasure) -> Fraction | None:
    """What an item is estimated at; of mirrored work on the side that counts, or else on the next one that tells this unit."""
    if ref not in alignment.mirrored:
        return estimate_in(alignment.items[ref], how)
    told = (estimate_in(side, how) for side in alignment.sides(ref))
    return next((known for known in told if known is not None), None)


def weight_in(candidate: Candidate, how: WorkMeasure) -> tuple[Fraction, bool]:
    """What a candidate weighs as a whole, and whether somebody estimated that."""
    if candidate.spread is not None:
        return candidate.spread.each * max(1, len(candidate.stands_for)), True
    return weight_of(candidate.item, how) if candidate.own is None else (candidate.own, True)


def _inverted(below: _Kinships) -> dict[Ref, tuple[Ref, ...]]:
    above: defaultdict[Ref, tuple[Ref, ...]] = defaultdict(tuple)
    for parent, children in below.items():
        for child in children:
            above[child] += (parent,)
    return dict(above)


def _all_above(refs: Iterable[Ref], above: _Kinships) -> set[Ref]:
    """Everything above one of these, each looked at once."""
    found: set[Ref] = set()
    front = [parent for ref in refs for parent in above.get(ref, ())]
    while front:
        ref = front.pop()
        if ref not in found:
            found.add(ref)
            front += above.get(ref, ())
    return found


def _leaves_below(ref: Ref, below: _Kinships, leaves: Collection[Ref]) -> set[Ref]:
    seen = {ref}
    front = list(below.get(ref, ()))
    while front:
        at = front.pop()
        if at not in seen:
            seen.add(at)
            front += below.get(at, ())
    return {at for at in seen if at in leaves} - {ref}


def _alike(
    parent: Ref, over: Iterable[Ref], alignment: Alignment, bounds: Mapping[str, Bounds]
) -> dict[str, Collection[Ref]]:
    """By key result in `bounds` that the parent serves, the leaves that serve no other work in its cycle; none where there are none."""
    found: dict[str, Collection[Ref]] = {}
    for cycle, shares in _served(alignment, parent).items():
        by_leaf = {leaf: _served(alignment, leaf).get(cycle, shares) for leaf in over}
        if alike := frozenset(leaf for leaf, own in by_leaf.items() if own == shares):
            found |= {name: alike for name in shares if name in bounds}
    return found


def _served(alignment: Alignment, ref: Ref) -> dict[str, dict[str, Fraction]]:
    """By cycle, which key results that are made of work an item serves, and with which share."""
    found: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
    for link in alignment.placements[ref].of_every_cycle:
        if alignment.terms[link.key_result].weighs:
            found[link.cycle][link.key_result] = link.share
    return dict(found)


def _whole(alignment: Alignment, spreads: Iterable[Spread]) -> dict[str, Leaves]:
    found: defaultdict[str, list[tuple[WorkItem, Fraction]]] = defaultdict(list)
    for spread in spreads:
        if spread.whole_in:
            for link in alignment.placements[spread.parent.ref].of_every_cycle:
                if link.key_result in spread.whole_in:
                    found[link.key_result].append((spread.parent, link.share))
    return dict(found)
