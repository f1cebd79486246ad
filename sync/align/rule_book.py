"""Every link and exempt rule of a workspace, compiled, ready to be asked about items. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from config.conditions import Condition
from config.link_rules import ExemptRule, LinkRule
from config.names import folded
from config.workspace import Path, Workspace
from connectors.model import Ref, WorkItem
from sync.align.item_facets import FACETS, ItemFacets, MatchContext
from sync.align.link import Rank
from sync.align.rule_index import Index


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """A link rule, or one condition of an exemption, in the place that it has in the declaration.

    `owner`: the key result that it links to, or the exempt category. `order`: the number of the rule.
    """

    order: int
    path: Path
    owner: str
    condition: Condition


def declared_rules(workspace: Workspace) -> Iterator[DeclaredRule]:
    """Every link rule, then every condition of every exemption, in declared order."""
    found: list[tuple[Path, str, Condition]] = []
    for at, objective in enumerate(workspace.objectives):
        for nr, key_result in enumerate(objective.key_results):
            path: Path = ("objectives", at, "key_results", nr, "links")
            found += [((*path, n), key_result.id, rule) for n, rule in enumerate(key_result.links)]
    for at, exempt in enumerate(workspace.exempt):
        found += [((*("exempt", at), *below), exempt.name, one) for below, one in _inventory(exempt)]
    for order, (place, owner, condition) in enumerate(found):
        yield DeclaredRule(order, place, owner, condition)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A link rule with the key result that it links to; `order` is its place in the declaration.

    `rank`: whose word it is. `names_above`: of a rule that names what is above an item, its names, folded. `identity`:
    what it asks for, in a form that no wording touches.
    """

    key_result: str
    rule: LinkRule
    order: int
    words: str
    rank: Rank
    names_above: frozenset[str] = frozenset()
    identity: str = ""

    @staticmethod
    def of(one: DeclaredRule, rule: LinkRule) -> CompiledRule:
        """The link rule of a declared one."""
        rank = rank_of(rule)
        names = frozenset(_names_above(rule)) if rank == "above" else frozenset()
        return CompiledRule(one.owner, rule, one.order, str(rule), rank, names, rule.identity)

    def __str__(self) -> str:
        return self.words


_WHERE = frozenset(("project", "team", "initiative", "tracker", "level"))
_ABOVE = frozenset(("parent", "under"))
_JOINING = frozenset(("all", "any", "not"))


def rank_of(rule: LinkRule) -> Rank:
    """Whose word a rule is: it names the item, asks for something that the item carries, names what is above it, or asks
    only where it lives. A condition that another one holds asks like one of its own.
    """
    if rule.key is not None:
        return "named"
    asked = {name for one in rule.nested() for name in one.given} - _JOINING
    if asked - _WHERE - _ABOVE:
        return "matched"
    return "above" if any(_names_above(rule)) else "located"


def _names_above(condition: Condition, *, excluded: bool = False) -> Iterator[str]:
    """The keys of what is above that a condition names, folded; not those that it excludes."""
    for name in (condition.parent, condition.under):
        if name is not None and not excluded:
            yield folded(name)
    for inside in (*condition.all, *condition.any):
        yield from _names_above(inside, excluded=excluded)
    if condition.not_ is not None:
        yield from _names_above(condition.not_, excluded=not excluded)


@dataclass(frozen=True, slots=True)
class Matches:
    """What the rules say of one item: link rules in declared order, in effect or not; the exempt category, and by what."""

    rules: tuple[CompiledRule, ...] = ()
    exemption: tuple[str, str] | None = None


class RuleBook:
    """The rules of a workspace among items. Names compare without regard to case: people write labels both
    ways, and trackers do not agree on it.
    """

    def __init__(self, workspace: Workspace, context: MatchContext) -> None:
        declared = list(declared_rules(workspace))
        nested = (inside for one in declared for inside in one.condition.nested())
        asked = frozenset(folded(one.under) for one in nested if one.under is not None)
        self._context = replace(context, asked=asked, lines={})
        self._links: Index[CompiledRule] = Index(workspace.trackers)
        self._exempt: Index[tuple[int, str, str]] = Index(workspace.trackers)
        self._met: set[int] = set()
        self._by_key_alone: set[int] = set()
        for one in declared:
            if all(inside.given.keys() <= _OF_KEYS for inside in one.condition.nested()):
                self._by_key_alone.add(one.order)
            if isinstance(one.condition, LinkRule):
                self._links.add(one.condition, CompiledRule.of(one, one.condition))
            else:
                self._exempt.add(one.condition, (one.order, one.owner, str(one.condition)))

    @property
    def met(self) -> frozenset[int]:
        """The numbers of the rules that held for one of the items so far, in effect or not."""
        return frozenset(self._met)

    def match(self, item: WorkItem) -> Matches:
        """Every link rule that holds for the item, and the first exempt category that does."""
        facets = ItemFacets(item, self._context)
        return self._matches(self._links.find(facets), self._exempt.find(facets))

    def match_keys(self, ref: Ref, keys: Sequence[str]) -> Matches:
        """The same of something open of which nothing but the keys is known, that of now first: by rules that ask for nothing else."""
        facets = ItemFacets(_unread(ref, keys), self._context)
        facets |= dict.fromkeys(FACETS.keys() - {"key", "tracker"}, ())
        links = [one for one in self._links.find(facets) if one.order in self._by_key_alone]
        exempt = [one for one in self._exempt.find(facets) if one[0] in self._by_key_alone]
        return self._matches(links, exempt)

    def _matches(self, links: list[CompiledRule], exempt: list[tuple[int, str, str]]) -> Matches:
        self._met.update(rule.order for rule in links)
        if len(links) > 1:
            links = sorted({rule.order: rule for rule in links}.values(), key=lambda rule: rule.order)
        if not links and not exempt:
            return _NONE
        self._met.update(order for order, _, _ in exempt)
        return Matches(tuple(links), min(exempt)[1:] if exempt else None)


_NONE = Matches()
_OF_KEYS = frozenset(("key", "tracker", "all", "any"))
"""Conditions that a key alone can meet."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def _unread(ref: Ref, keys: Sequence[str]) -> WorkItem:
    """What stands for something of which nothing but the keys is known."""
    now, *before = keys
    return WorkItem(
        ref, now, "", "issue", "", "", "todo", "", _NEVER, _NEVER, in_scope=False, former_keys=tuple(before)
    )


def _inventory(rule: ExemptRule) -> Iterator[tuple[Path, Condition]]:
    for what, name, values in (
        ("key", "keys", rule.keys),
        ("label", "labels", rule.labels),
        ("type", "types", rule.types),
        ("project", "projects", rule.projects),
        ("team", "teams", rule.teams),
    ):
        for at, value in enumerate(values):
            yield (name, at), Condition.model_validate({what: value})
    yield from ((("any", at), one) for at, one in enumerate(rule.any))
