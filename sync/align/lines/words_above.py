"""Which of the things above an item say anything about what is below them. Pure.

Most say nothing. Above an item that has nothing but parents above it, those that do are found once for each item, so that a
long chain of parents takes a time that is linear in its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import overload

from config.names import folded
from connectors.model import Ref
from sync.align.ancestry import Ancestry, Way
from sync.align.words import ItemWords

Steps = Iterable[list[tuple[Ref, Way]]]


class LineWay(Sequence[Ref]):
    """The way up a line of parents, from what is `below` it, which is left out, to the `last` one; walked when somebody looks."""

    def __init__(self, ancestry: Ancestry, below: Ref, last: Ref) -> None:
        self._ancestry = ancestry
        self._below = below
        self.last = last

    @cached_property
    def _whole(self) -> tuple[Ref, ...]:
        found: list[Ref] = []
        at = self._below
        while at != self.last and (above := self._ancestry.next_above(at)) is not None:
            found.append(above)
            at = above
        return tuple(found)

    def __len__(self) -> int:
        return len(self._whole)

    def __bool__(self) -> bool:
        return True

    @overload
    def __getitem__(self, at: int) -> Ref: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Ref, ...]: ...

    def __getitem__(self, at: int | slice) -> Ref | tuple[Ref, ...]:
        return self.last if at == -1 else self._whole[at]


class WordsAbove:
    """The steps above items on which something is said, the nearest first, each thing with the way to it. `words`: of every item,
    and of parents that could not be read.
    """

    def __init__(self, ancestry: Ancestry, words: Mapping[Ref, ItemWords]) -> None:
        self._ancestry = ancestry
        self._words = words
        self._pointing: dict[Ref, Ref | None] = {}
        self._handing: dict[Ref, Ref | None] = {}
        self._names: dict[Ref, frozenset[str]] = {}
        # What rules name as above (`parent`, `under`) matters although nothing is said of it.
        self._named = frozenset(
            name for some in words.values() for word in some.of("above") for name in word.names
        )

    def pointed(self, ref: Ref, *, all_named: bool) -> Steps:
        """Those on which something is claimed, or that a rule names; `all_named`: also where that is a rule for what is below."""
        if self._ancestry.is_plain(ref):
            return self._on_line(ref, self._pointing)
        return self._crooked(ref, all_named=all_named)

    def handing(self, ref: Ref, *, all_named: bool) -> Steps:
        """Those on which something else is said, which what is below inherits."""
        if self._ancestry.is_plain(ref):
            return self._on_line(ref, self._handing)
        return self._crooked(ref, all_named=all_named)

    def names(self, ref: Ref) -> frozenset[str]:
        """Every spelling of the key, folded."""
        if (found := self._names.get(ref)) is None:
            self._names[ref] = found = frozenset(map(folded, self._ancestry.names_of(ref)))
        return found

    def _crooked(self, ref: Ref, *, all_named: bool) -> Steps:
        every = self._ancestry.steps(ref)
        return (step for step in every if all_named or any(at in self._words for at, _ in step))

    def _on_line(self, ref: Ref, nearest: dict[Ref, Ref | None]) -> Steps:
        at = self._next(ref, nearest)
        while at is not None:
            yield [(at, LineWay(self._ancestry, ref, at))]
            at = self._next(at, nearest)

    def _next(self, ref: Ref, nearest: dict[Ref, Ref | None]) -> Ref | None:
        """The nearest thing above, on a line of parents, that matters."""
        line: list[tuple[Ref, Ref]] = []
        at = ref
        while at not in nearest:
            above = self._ancestry.next_above(at)
            if above is None:
                nearest[at] = None
                break
            line.append((at, above))
            at = above
        matters = self._points if nearest is self._pointing else self._hands
        for below, above in reversed(line):
            nearest[below] = above if matters(above) else nearest[above]
        return nearest[ref]

    def _points(self, ref: Ref) -> bool:
        said = self._words.get(ref)
        if said is not None and (said.of("claim") or said.of("named")):
            return True
        return bool(self._named) and not self._named.isdisjoint(self.names(ref))

    def _hands(self, ref: Ref) -> bool:
        said = self._words.get(ref)
        return said is not None and (
            said.exemption is not None or bool(said.of("matched") or said.of("above") or said.of("located"))
        )
