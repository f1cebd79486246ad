"""Which of the things above an item say anything about what is below them. Pure.

Most say nothing. Above an item that has nothing but parents above it, those that do are found once for each item, so that a
long chain of parents takes a time that is linear in its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from config.names import folded
from connectors.model import Ref
from sync.align.ancestry import Ancestry, Way
from sync.align.words import ItemWords

Step = list[tuple[Ref, Way]]


class WordsAbove:
    """The steps above items on which something is said. `words`: of every item, and of parents that could not be read."""

    def __init__(self, ancestry: Ancestry, words: Mapping[Ref, ItemWords]) -> None:
        self._ancestry = ancestry
        self._words = words
        self._nearest: dict[Ref, Ref | None] = {}
        self._names: dict[Ref, frozenset[str]] = {}
        # What rules name as above (`parent`, `under`) matters although nothing is said of it.
        self._named = frozenset(
            name for some in words.values() for word in some.of("above") for name in word.names
        )

    def steps(self, ref: Ref, *, all_named: bool) -> Iterable[Step]:
        """The steps on which something is said, the nearest first, each thing with the way to it; `all_named`: also those that
        rules name.
        """
        if not self._ancestry.is_plain(ref):
            # Asked for once and again: a list.
            every = self._ancestry.steps(ref)
            return [step for step in every if all_named or any(at in self._words for at, _ in step)]
        return list(self._on_line(ref)) if self._next(ref) is not None else ()

    def names(self, ref: Ref) -> frozenset[str]:
        """Every spelling of the key, folded."""
        if (found := self._names.get(ref)) is None:
            self._names[ref] = found = frozenset(map(folded, self._ancestry.names_of(ref)))
        return found

    def _on_line(self, ref: Ref) -> Iterator[Step]:
        way: list[Ref] = []
        at, told = ref, self._next(ref)
        while told is not None:
            while at != told:
                above = self._ancestry.next_above(at)
                assert above is not None  # noqa: S101  what is told stands on the line
                at = above
                way.append(at)
            yield [(at, tuple(way))]
            told = self._next(at)

    def _next(self, ref: Ref) -> Ref | None:
        """The nearest thing above, on a line of parents, that matters."""
        line: list[tuple[Ref, Ref]] = []
        at = ref
        while at not in self._nearest:
            above = self._ancestry.next_above(at)
            if above is None:
                self._nearest[at] = None
                break
            line.append((at, above))
            at = above
        for below, above in reversed(line):
            self._nearest[below] = above if self._matters(above) else self._nearest[above]
        return self._nearest[ref]

    def _matters(self, ref: Ref) -> bool:
        return ref in self._words or (bool(self._named) and not self._named.isdisjoint(self.names(ref)))
