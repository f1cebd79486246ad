"""The names that the items bear, by kind: whether one is there, and which one was probably meant. Pure."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from config.errors import nearest
from config.names import folded
from config.text.phrases import Value, phrase
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.align.item_facets import NAMES
from sync.signals.findings.finding import joined

FIELD = "\n"
"""Parts the name of a custom field from a value of it."""
CLOSE = 10
"""Names that are compared letter by letter with one that is not there; the others share less with it."""


def all_of(names: Iterable[str]) -> Value:
    """These names in quotes, each once, with "and" between them; there is at least one."""
    return joined(
        "and", [phrase("signals.unmatched_rule.quoted", name=name) for name in dict.fromkeys(names)]
    )


class Names:
    """The names of one kind, found as conditions compare them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {folded(name): name for name in sorted(names) if name}

    def __contains__(self, name: str) -> bool:
        return folded(name) in self._names

    def __bool__(self) -> bool:
        return bool(self._names)

    def nearest(self, name: str) -> str | None:
        """The one that was probably meant, None where none is near."""
        return nearest(name, self.close(name))

    def close(self, name: str) -> list[str]:
        """The few that share most with it letter by letter, to be compared in earnest."""
        shared = Counter(found for pair in _pairs(folded(name)) for found in self._by_pair.get(pair, ()))
        # Of names that share as much, always the same ones, whatever the order of sets in this process.
        closest = heapq.nsmallest(CLOSE, shared, key=lambda one: (-shared[one], one))
        return [self._names[one] for one in closest]

    @cached_property
    def _by_pair(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._names:
            for pair in _pairs(name):
                found[pair].append(name)
        return found


def _pairs(text: str) -> set[str]:
    around = f" {text} "
    return {around[at : at + 2] for at in range(len(around) - 1)}


class KnownNames:
    """What the items bear, each kind looked through when it is first asked for."""

    def __init__(self, alignment: Alignment, workspace: Workspace) -> None:
        self._alignment = alignment
        self._workspace = workspace
        self._known: dict[str, Names] = {}

    def of(self, kind: str) -> Names:
        """The names of a kind of condition; of a custom field's values, "field", FIELD and its name."""
        if kind not in self._known:
            what, _, field = kind.partition(FIELD)
            self._known[kind] = Names(self._values(field) if field else self._read(what))
        return self._known[kind]

    def _read(self, kind: str) -> Iterable[str]:
        items = self._alignment.items.values()
        if kind in NAMES:
            # Many items bear the same: each is looked at once.
            names = {name for some in {tuple(NAMES[kind](item)) for item in items} for name in some if name}
            return names | self._unread if kind == "key" else names
        if kind in ("parent", "under"):
            above = (self._alignment.items[ref] for ref in self._alignment.children)
            return {name for one in above for name in one.names} | self._unread
        if kind == "initiative":
            names = {name for one in items if one.level == "initiative" for name in (*one.names, one.title)}
            return names | self._unread
        people = self.of("assignee")
        groups = self._workspace.groups.items()
        return [group for group, members in groups if any(one in people for one in members)]

    @property
    def _unread(self) -> set[str]:
        """Parents that items name, though they could not be read."""
        unseen = self._alignment.unseen.items()
        return {name for ref, keys in unseen for key in keys for name in (key, f"{ref.tracker}:{key}")}

    def _values(self, field: str) -> set[str]:
        items, wanted = self._alignment.items.values(), folded(field)
        return {text for one in items for name, text in one.fields if folded(name) == wanted}

    def has_value_without_text(self, field: str) -> bool:
        """Whether the tracker gave values of a custom field, and of none a text."""
        return self._values(field) == {""}
