"""Every link and exempt rule of a workspace, compiled, ready to be asked about items. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.conditions import Condition
from config.link_rules import ExemptRule, LinkRule
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.item_facets import ItemFacets, MatchContext
from sync.align.rule_index import Index, in_effect


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A link rule with the key result that it links to; `order` is its place in the declaration."""

    key_result: str
    rule: LinkRule
    order: int
    words: str

    @property
    def names_item(self) -> bool:
        """Whether the rule names one item rather than matching some."""
        return self.rule.key is not None

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Matches:
    """What the rules say of one item: link rules in declared order; the exempt category, and by what."""

    rules: tuple[CompiledRule, ...] = ()
    exemption: tuple[str, str] | None = None


class RuleBook:
    """The rules of a workspace among items. Names compare without regard to case: people write labels both
    ways, and trackers do not agree on it.
    """

    def __init__(self, workspace: Workspace, context: MatchContext) -> None:
        self._context = context
        self._links: Index[CompiledRule] = Index(workspace.trackers)
        self._exempt: Index[tuple[int, str, str]] = Index(workspace.trackers)
        order = 0
        for _, key_result in workspace.key_results():
            for rule in key_result.links:
                compiled = CompiledRule(key_result.id, rule, order, str(rule))
                self._links.add(rule, compiled, in_effect(rule.effective) if rule.effective else None)
                order += 1
        for exempt in workspace.exempt:
            for condition in _inventory(exempt):
                self._exempt.add(condition, (order, exempt.name, str(condition)))
                order += 1

    def match(self, item: WorkItem) -> Matches:
        """Every link rule that holds for the item, and the first exempt category that does."""
        facets = ItemFacets(item, self._context)
        links = self._links.find(facets)
        if len(links) > 1:
            links = sorted({rule.order: rule for rule in links}.values(), key=lambda rule: rule.order)
        exempt = self._exempt.find(facets)
        if not links and not exempt:
            return _NONE
        return Matches(tuple(links), min(exempt)[1:] if exempt else None)


_NONE = Matches()


def _inventory(rule: ExemptRule) -> Iterator[Condition]:
    for what, values in (
        ("key", rule.keys),
        ("label", rule.labels),
        ("type", rule.types),
        ("project", rule.projects),
        ("team", rule.teams),
    ):
        for value in values:
            yield Condition.model_validate({what: value})
    yield from rule.any
