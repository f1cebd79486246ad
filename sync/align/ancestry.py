"""What stands above each item: its parent, a project of its own, a parent that the account may not see, or what it is linked
with on another tracker. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

from config.fields import Level
from connectors.model import Ref, WorkItem
from sync.align.across import Across, Pair

HEIGHT = {level: -place for place, level in enumerate(get_args(Level))}
"""How high each level is: initiative, project, epic, issue, sub-task."""
Cycles = tuple[tuple[Ref, ...], ...]
Way = Sequence[Ref]
"""What is walked from an item up to another one, that one included."""
_NOTHING_ACROSS = Across()


@dataclass(frozen=True, slots=True)
class Ancestry:
    """The places above the items.

    - `items`: those that were read, by ref.
    - `parents`: the parent of each item that has one among the items, without cycles.
    - `places`: the project of its own of each item whose parent is not in it: nearer than all that the parent is in.
    - `unseen`: the parent of each item that tells one which was not read. `keys` names those, where the item knows it.
    - `former`: the keys that those had before, as far as the OKR files name them.
    - `cycles`: parent cycles that were met and broken.
    - `untold`: of the unseen parents, those of which not even a key is told, with the name of the item below.
    - `mirrored`: of each side of work that several trackers keep equal all sides, the one that counts first. What is above
      one of them is above all.
    - `linked`: what else an item inherits from: what it is linked with on another tracker. It counts nothing in its place.
    - `equals`: linked items of one level; which of them inherits depends on what they serve.
    - `unmirrored`: items that mirror what was not read, with its name: what is above that, and said of it, nobody knows.
    - `cut`: links that would let an item inherit from what is below it, and that were left out for it.
    """

    items: Mapping[Ref, WorkItem] = field(default_factory=dict)
    parents: Mapping[Ref, Ref] = field(default_factory=dict)
    places: Mapping[Ref, Ref] = field(default_factory=dict)
    unseen: Mapping[Ref, Ref] = field(default_factory=dict)
    keys: Mapping[Ref, str] = field(default_factory=dict)
    former: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict)
    cycles: Cycles = ()
    untold: Mapping[Ref, str] = field(default_factory=dict)
    mirrored: Mapping[Ref, tuple[Ref, ...]] = field(default_factory=dict)
    linked: Mapping[Ref, tuple[Ref, ...]] = field(default_factory=dict)
    equals: tuple[Pair, ...] = ()
    cut: tuple[Pair, ...] = ()
    unmirrored: Mapping[Ref, str] = field(default_factory=dict)
    _plain: dict[Ref, bool] = field(default_factory=dict, init=False, compare=False, repr=False)

    @staticmethod
    def of(items: Mapping[Ref, WorkItem], crossing: Across = _NOTHING_ACROSS) -> Ancestry:
        """The ancestry of items, by ref in order of ref, with what crosses trackers."""
        parents, cycles = _parents(items)
        broken = {cycle[0] for cycle in cycles}
        unseen: dict[Ref, Ref] = {}
        keys: dict[Ref, str] = {}
        former: dict[Ref, tuple[str, ...]] = {}
        untold: dict[Ref, str] = {}
        for ref, item in items.items():
            if ref in parents or ref in broken:
                continue
            if item.parent is None and item.parent_key is None:
                if item.parent_unknown:
                    unseen[ref] = above = Ref(ref.tracker, f"above {ref.id}")
                    untold[above] = item.name
                continue
            if item.parent is not None and item.parent == item.own_project:
                # A project out of scope hides nothing: the item bears its name.
                continue
            unseen[ref] = above = item.parent or Ref(ref.tracker, f"key {item.parent_key}".casefold())
            if item.parent_key is not None:
                keys[above] = item.parent_key
                former[above] = item.parent_former_keys
        found = Ancestry(items, parents, {}, unseen, keys, former, cycles, untold, crossing.sides)
        found = replace(found, places=dict(found._own_places()), unmirrored=crossing.unread)
        heights = [
            (HEIGHT[items[one].level] - HEIGHT[items[other].level], one, other)
            for one, other in crossing.links
        ]
        found = replace(found, equals=tuple((one, other) for higher, one, other in heights if not higher))
        by_level = ((other, one) if higher > 0 else (one, other) for higher, one, other in heights if higher)
        return found.inheriting((*crossing.handed, *by_level))

    def inheriting(self, pairs: Iterable[Pair]) -> Ancestry:
        """The same, where the first of each pair inherits from the second one, unless that is below it."""
        linked, cut = dict(self.linked), set(self.cut)
        found = replace(self, linked=linked)
        for lower, upper in pairs:
            if set(found.sides(lower)).isdisjoint(found.above(upper)):
                linked[lower] = (*linked.get(lower, ()), upper)
                found._plain.clear()  # noqa: SLF001  of the same class: it is known otherwise now
            else:
                cut.add((lower, upper))
        return replace(found, cut=tuple(sorted(cut)))

    def sides(self, ref: Ref) -> tuple[Ref, ...]:
        """The item, and what else is the same piece of work; the side that counts first."""
        return self.mirrored.get(ref, (ref,))

    def counted(self, ref: Ref) -> Ref:
        """The side on which it counts."""
        return self.sides(ref)[0]

    def _own_places(self) -> Iterator[tuple[Ref, Ref]]:
        for ref, item in self.items.items():
            place = item.own_project
            if place is not None and place in self.items and place not in self._line(ref):
                yield ref, place

    def _line(self, ref: Ref) -> Iterator[Ref]:
        """The parent, its parent, and so on."""
        at = self.parents.get(ref)
        while at is not None:
            yield at
            at = self.parents.get(at)

    def is_plain(self, ref: Ref) -> bool:
        """Whether only parents are above it, and above these in turn: no project of its own, no mirror, no link. Found once for
        each item, in a time that is linear in the number of items.
        """
        line: list[Ref] = []
        at: Ref | None = ref
        while at is not None and at not in self._plain:
            line.append(at)
            at = self.next_above(at)
        is_plain = at is None or self._plain[at]
        for at in reversed(line):
            is_plain = (
                is_plain and at not in self.places and at not in self.linked and at not in self.mirrored
            )
            self._plain[at] = is_plain
        return is_plain

    def next_above(self, ref: Ref) -> Ref | None:
        """The parent, read or not; None where it has none."""
        return self.parents.get(ref) or self.unseen.get(ref)

    def steps(self, ref: Ref) -> Iterator[list[tuple[Ref, Way]]]:
        """What is above an item, step by step from the nearest, each with the way to it: a project of its own comes first, then
        the parent, then what it is linked with. What is above one side of mirrored work is above the others.

        One that was not read is among them, and nothing above it.
        """
        sides = self.sides(ref)
        front: list[tuple[Ref, Way]] = [(side, () if side == ref else (side,)) for side in sides]
        seen = set(sides)
        while front:
            step: list[tuple[Ref, Way]] = []
            for at, way in front:
                for above in (
                    self.places.get(at),
                    self.parents.get(at),
                    self.unseen.get(at),
                    *self.linked.get(at, ()),
                ):
                    if above is None:
                        continue
                    if above not in seen:
                        seen.add(above)
                        step.append((above, (*way, above)))
                    for side in self.mirrored.get(above, ()):
                        if side not in seen:
                            seen.add(side)
                            step.append((side, (*way, above, side)))
            if step:
                yield step
            front = step

    def above(self, ref: Ref) -> Iterator[Ref]:
        """All that is above an item, the nearest first."""
        if self.is_plain(ref):
            at = self.next_above(ref)
            while at is not None:
                yield at
                at = self.next_above(at)
            return
        for step in self.steps(ref):
            yield from (at for at, _ in step)

    def children(self) -> dict[Ref, tuple[Ref, ...]]:
        """What is directly below each item, in order of ref; of mirrored work below the side that counts, as the side that
        counts. What is only linked is below nothing.
        """
        found: dict[Ref, set[Ref]] = defaultdict(set)
        joined: list[Pair] = []
        for below in (self.parents, self.places):
            for child, above in below.items():
                if child in self.mirrored or above in self.mirrored:
                    joined.append((child, above))
                else:
                    found[above].add(child)
        # The word of the side that counts goes first; one that would put work below itself is left out.
        for child, above in sorted(joined, key=lambda one: (self.counted(one[0]) != one[0], one)):
            lower, upper = self.counted(child), self.counted(above)
            if lower != upper and not _is_below(upper, lower, found):
                found[upper].add(lower)
        return {ref: tuple(sorted(below)) for ref, below in sorted(found.items()) if below}

    def names_of(self, ref: Ref) -> tuple[str, ...]:
        """Every spelling of the key of an item, or of a parent that was not read."""
        if (item := self.items.get(ref)) is not None:
            return item.names
        return tuple(name for key in self.keys_of(ref) for name in (key, f"{ref.tracker}:{key}"))

    def keys_of(self, ref: Ref) -> tuple[str, ...]:
        """The keys of a parent that was not read: the one of now, then those that it had."""
        return (self.keys[ref], *self.former[ref]) if ref in self.keys else ()

    def name_on(self, ref: Ref, tracker: str) -> str:
        """How it is called on tickets of a tracker."""
        if (item := self.items.get(ref)) is not None:
            return item.name_on(tracker)
        if (below := self.untold.get(ref)) is not None:
            return f"the parent of {below}"
        return self.keys.get(ref, "a parent that cannot be read")


def _is_below(ref: Ref, above: Ref, children: Mapping[Ref, set[Ref]]) -> bool:
    """Whether an item is somewhere below another one."""
    front, seen = [above], {above}
    while front:
        new = {child for at in front for child in children.get(at, ())} - seen
        if ref in new:
            return True
        seen |= new
        front = list(new)
    return False


def _parents(by_ref: Mapping[Ref, WorkItem]) -> tuple[dict[Ref, Ref], Cycles]:
    """Parent of each item that has one among the items. A cycle is broken above its smallest ref."""
    parents = {
        ref: item.parent for ref, item in by_ref.items() if item.parent is not None and item.parent in by_ref
    }
    cycles: list[tuple[Ref, ...]] = []
    settled: set[Ref] = set()
    # What stands alone or below what is settled, as nearly all does, needs no path.
    settled.update(ref for ref in by_ref if ref not in parents)
    for start in by_ref:
        if parents.get(start) in settled:
            settled.add(start)
            continue
        path: list[Ref] = []
        on_path: set[Ref] = set()
        at: Ref | None = start
        while at is not None and at not in settled:
            if at in on_path:
                cycle = path[path.index(at) :]
                first = cycle.index(min(cycle))
                cycles.append(tuple(cycle[first:] + cycle[:first]))
                break
            path.append(at)
            on_path.add(at)
            at = parents.get(at)
        settled.update(path)
    for cycle in map(list, cycles):
        del parents[cycle[0]]
    return parents, tuple(sorted(cycles))
