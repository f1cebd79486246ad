"""Link rules compiled into indexes, so that an item meets only the rules that could match it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.linking import ExemptRule, LinkRule
from config.workspace import Workspace
from connectors.model import WorkItem

_SELECTIVE = ("key", "label", "project", "team", "type", "level")
"""Conditions from the most to the least selective; a rule is filed under the first that it has."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A link rule with the key result that it links to; `order` is its place in the declaration."""

    key_result: str
    rule: LinkRule
    order: int

    @property
    def names_item(self) -> bool:
        """Whether the rule names one item rather than matching some."""
        return self.rule.key is not None

    def __str__(self) -> str:
        given = self.rule.model_dump(exclude_none=True, exclude={"share"})
        return ", ".join(f"{name} {value}" for name, value in given.items())


def _attributes(item: WorkItem) -> dict[str, tuple[str, ...]]:
    return {
        "key": (item.key.casefold(),),
        "label": tuple(label.casefold() for label in item.labels),
        "project": (item.project.casefold(),) if item.project else (),
        "team": (item.team.casefold(),) if item.team else (),
        "type": (item.kind.casefold(),),
        "level": (item.level,),
    }


class RuleBook:
    """Every link and exempt rule of a workspace, ready to be asked about items.

    Names compare without regard to case: people write labels both ways, and trackers do not agree on it.
    The cost of a question grows with the rules filed under the item's own attributes, not with all rules.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._index: dict[tuple[str, str], list[CompiledRule]] = defaultdict(list)
        order = 0
        for _, key_result in workspace.key_results():
            for rule in key_result.links:
                self._file(CompiledRule(key_result.id, rule, order))
                order += 1
        self._exempt = workspace.exempt

    def _file(self, compiled: CompiledRule) -> None:
        for name in _SELECTIVE:
            value = getattr(compiled.rule, name)
            if value is not None:
                self._index[name, value.casefold()].append(compiled)
                return

    def matching(self, item: WorkItem) -> list[CompiledRule]:
        """The rules that hold for the item, in declared order."""
        attributes = _attributes(item)
        found = [
            compiled
            for name, values in attributes.items()
            for value in dict.fromkeys(values)
            for compiled in self._index.get((name, value), ())
            if _holds(compiled.rule, item, attributes)
        ]
        return sorted(found, key=lambda compiled: compiled.order)

    def exemption(self, item: WorkItem) -> tuple[str, str] | None:
        """Name of the first exempt category that holds for the item, and by what; None if none does."""
        attributes = _attributes(item)
        for rule in self._exempt:
            for what, value in _inventory(rule):
                if value.casefold() in attributes[what]:
                    return rule.name, f"{what} {value}"
        return None


def _holds(rule: LinkRule, item: WorkItem, attributes: dict[str, tuple[str, ...]]) -> bool:
    if rule.tracker is not None and rule.tracker != item.ref.tracker:
        return False
    for name in _SELECTIVE:
        value = getattr(rule, name)
        if value is not None and value.casefold() not in attributes[name]:
            return False
    return True


def _inventory(rule: ExemptRule) -> Iterator[tuple[str, str]]:
    lists: Iterable[tuple[str, tuple[str, ...]]] = (
        ("key", rule.keys),
        ("label", rule.labels),
        ("type", rule.types),
        ("project", rule.projects),
        ("team", rule.teams),
    )
    for what, values in lists:
        for value in values:
            yield what, value
