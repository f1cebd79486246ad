"""Which signals a sticky comment or a status update names, where the policy asks for it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from config.analysis.signals import SignalRules
from connectors.model import Fact, Ref
from sync.marks.facts import signals_fact
from sync.signals.signal import Signal


class SignalLines:
    """The signals that texts name, by the items that are their evidence and the key results that they are about.

    Each is named by its id, and by its key result where it is about one: nothing of it moves from day to day.
    """

    def __init__(self, found: Sequence[Signal], rules: SignalRules) -> None:
        self._comment = _Named(one for one in found if one.id in rules.in_comment)
        self._update = _Named(one for one in found if one.id in rules.in_update)

    def in_comment(self, items: Iterable[Ref], key_results: Iterable[str] = ()) -> tuple[Fact, ...]:
        """The fact of a comment on these items that carries these key results; () where there is nothing to name."""
        names = self._comment.of(items, key_results)
        return (signals_fact(names),) if names else ()

    def in_update(self, items: Iterable[Ref], key_results: Iterable[str]) -> tuple[str, ...]:
        """What a status update names."""
        return self._update.of(items, key_results)


class _Named:
    def __init__(self, found: Iterable[Signal]) -> None:
        self._by_item: dict[Ref, set[str]] = defaultdict(set)
        self._by_key_result: dict[str, set[str]] = defaultdict(set)
        for one in found:
            is_named = one.kind == "key_result"
            name = f"{one.id} {one.subject}" if is_named else one.id
            for ref in one.items:
                self._by_item[ref].add(name)
            if is_named:
                self._by_key_result[one.subject].add(name)

    def of(self, items: Iterable[Ref], key_results: Iterable[str]) -> tuple[str, ...]:
        if not self._by_item and not self._by_key_result:
            return ()
        served = list(key_results)
        names: set[str] = set()
        for ref in items:
            names |= {one for one in self._by_item.get(ref, ()) if _is_about(one, served)}
        for key_result in served:
            names |= self._by_key_result.get(key_result, set())
        return tuple(sorted(names))


def _is_about(name: str, served: Collection[str]) -> bool:
    """Whether a signal of work below concerns the ticket: one of a key result only where the ticket carries that."""
    key_result = name.partition(" ")[2]
    return not key_result or key_result in served
