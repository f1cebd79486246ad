"""What may leave through an assistant: nothing of work with restricted access, no people, and lists of a bounded length. Pure.

Whoever talks to an assistant need not be who may see a secured issue or a private team. So a row about such work goes, and a
sentence that names it says "(restricted)" in its place. Figures count it, as those on tickets do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.model import WorkItem

RESTRICTED = "(restricted)"
_PEOPLE = frozenset({"assignee"})
_LEAST = 10
_WHOLE = frozenset({"key_results", "weeks"})
_SHORTEST = 4
"""Characters of a title that is looked for in sentences: a shorter one is a word like any other."""


@dataclass(frozen=True)
class Restricted:
    """Restricted work by all that it can be told by."""

    refs: frozenset[tuple[str, str]]
    """Trackers with ids, and trackers with keys."""
    names: frozenset[str]
    """Keys, old ones too, and titles."""
    mentioned: re.Pattern[str] | None = field(default=None)

    @classmethod
    def among(cls, items: Iterable[WorkItem]) -> Restricted:
        """That of the items which not everybody may see."""
        refs: set[tuple[str, str]] = set()
        names: set[str] = set()
        for item in items:
            if not item.private:
                continue
            tracker = item.ref.tracker
            keys = {item.key, *item.former_keys}
            refs |= {(tracker, name) for name in (item.ref.id, *keys)}
            names |= {*keys, item.qualified_key, *(f"{tracker}:{key}" for key in keys)}
            names |= {one for one in (item.name, item.title) if len(one) >= _SHORTEST}
        if not names:
            return cls(frozenset(refs), frozenset())
        longest_first = sorted(names, key=lambda one: (-len(one), one))
        words = "|".join(re.escape(one) for one in longest_first)
        return cls(
            frozenset(refs), frozenset(names), re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)
        )

    def is_about(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is about such work: itself, the ticket in it, or every ticket that it has as evidence."""
        if row.get("restricted") is True:
            return True
        tracker = row.get("tracker")
        if any((tracker, row.get(name)) in self.refs for name in ("id", "key")):
            return True
        if any(self._is_one(row.get(name)) for name in ("item", "blocker")):
            return True
        evidence, trackers = row.get("items"), row.get("trackers")
        if not isinstance(evidence, list) or not evidence:
            return False
        if isinstance(trackers, list):
            return any(pair in self.refs for pair in zip(trackers, evidence, strict=False))
        return all(self._is_one(one) for one in evidence)

    def _is_one(self, value: object) -> bool:
        if isinstance(value, Mapping):
            return self.is_about(value)
        return isinstance(value, str) and value in self.names

    def without(self, value: Any) -> Any:
        """A document without rows about such work, without its names in sentences, and without people."""
        if isinstance(value, Mapping):
            return {name: None if name in _PEOPLE else self.without(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.without(one) for one in value if not self._is_one(one)]
        if isinstance(value, str) and self.mentioned is not None:
            return self.mentioned.sub(RESTRICTED, value)
        return value


def cut(document: Mapping[str, Any], most: int) -> dict[str, Any]:
    """The document with at most so many entries in each list, and a fifth of that, but 10, in lists within a row.

    `cut` says of which lists how many there were. Series of numbers stay whole, and so do the key results of an objective.
    """
    told: dict[str, tuple[int, int]] = {}

    def part(value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return {name: part(one, f"{path}.{name}" if path else name) for name, one in value.items()}
        if not isinstance(value, list):
            return value
        limit = most if "[]" not in path else max(_LEAST, most // 5)
        if (
            len(value) > limit
            and path.rpartition(".")[2] not in _WHOLE
            and isinstance(value[0], Mapping | str)
        ):
            told[path] = max(told.get(path, (0, 0)), (len(value), limit))
            value = value[:limit]
        return [part(one, f"{path}[]") for one in value]

    found: dict[str, Any] = part(document, "")
    lists = [{"list": path, "entries": entries, "shown": limit} for path, (entries, limit) in told.items()]
    return {**found, "cut": lists} if lists else found
