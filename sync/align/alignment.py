"""Which key results each item serves, and why. Pure.

A person's word beats a rule, and the nearest word beats a farther one:

1. the item's own claim (a `kr:ID` label, the Jira "Key result" field, the Linear "Key result" group);
2. a rule that names the item;
3. a rule that matches it;
4. an exemption of the item itself;
5. the same four questions asked of its parent, and so on upwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from config.errors import nearest
from config.names import folded
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.item_facets import MatchContext
from sync.align.native_queries import found_by
from sync.align.rule_book import CompiledRule, RuleBook
from sync.observation import Answers

Rank = Literal["claim", "named", "matched"]
State = Literal["aligned", "exempt", "unaligned", "out_of_scope"]


@dataclass(frozen=True, slots=True)
class LinkReason:
    """Why a link exists: its rank, the rule in words, and the keys walked from the item up to where it held.

    `path` is empty when the link is the item's own. `shared`: the rule declares the share.
    """

    rank: Rank
    rule: str
    path: tuple[str, ...] = ()
    shared: bool = False

    @property
    def inherited(self) -> bool:
        return bool(self.path)

    def __str__(self) -> str:
        if not self.path:
            return self.rule
        where = "parent" if len(self.path) == 1 else "ancestor"
        return f"{self.rule} on {where} {self.path[-1]}"


@dataclass(frozen=True, slots=True)
class Link:
    """An item serves a key result with a share of itself, 0 < share <= 1."""

    item: Ref
    key_result: str
    share: Fraction
    because: LinkReason


@dataclass(frozen=True, slots=True)
class ItemAlignment:
    """Where an item stands: its links, or why it has none.

    `reason` says in words why it is exempt, unaligned or out of scope; `category` names the exemption.
    """

    item: Ref
    state: State
    links: tuple[Link, ...] = ()
    reason: str = ""
    category: str | None = None

    @property
    def carries(self) -> tuple[Link, ...]:
        """The links that are the item's own, not inherited."""
        return tuple(link for link in self.links if not link.because.inherited)


@dataclass(frozen=True, slots=True)
class DanglingClaim:
    """A claim on an item that names no declared key result; `nearest` is the likeliest one meant."""

    item: Ref
    claim: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class ConflictingClaim:
    """A claim on an item that a rule naming the same item contradicts: they have no key result in common."""

    item: Ref
    claimed: tuple[str, ...]
    ruled: tuple[str, ...]


Leaves = Sequence[tuple[WorkItem, Fraction]]
"""Leaves with their share, each once, in order of ref."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The alignment of every item, in `placements`, and what follows from it.

    - `cycles`: parent cycles that were met and broken.
    - `met`: the numbers of the rules that hold for an item, see `sync.align.rule_book`.
    - `leaves`: those that serve each key result; one that nothing serves is left out. A leaf has no child that is
      in scope and not dropped: containers never count beside their children.
    """

    items: Mapping[Ref, WorkItem]
    placements: Mapping[Ref, ItemAlignment]
    children: Mapping[Ref, tuple[Ref, ...]]
    dangling: tuple[DanglingClaim, ...] = ()
    cycles: tuple[tuple[Ref, ...], ...] = ()
    conflicting: tuple[ConflictingClaim, ...] = ()
    leaves: Mapping[str, Leaves] = field(default_factory=dict)
    met: frozenset[int] = frozenset()

    def counted_below(self, ref: Ref) -> tuple[Ref, ...]:
        """The children that take the item's place in counting: in scope and not dropped."""
        return tuple(
            child
            for child in self.children.get(ref, ())
            if self.items[child].in_scope and self.items[child].category != "dropped"
        )

    def is_leaf(self, ref: Ref) -> bool:
        """Whether the item counts itself."""
        return not self.counted_below(ref)


@dataclass(frozen=True, slots=True)
class _Direct:
    """What holds for an item by itself, before any ancestor is asked; `below` is what others inherit of it."""

    links: tuple[Link, ...]
    below: tuple[Link, ...]
    exemption: tuple[str, str] | None


_NO_ANSWERS: Answers = {}


def align(
    items: Iterable[WorkItem],
    workspace: Workspace,
    answers: Answers = _NO_ANSWERS,
    today: date | None = None,
) -> Alignment:
    """Place every item. The order of `items` never matters.

    `answers` are the trackers' to the native queries of the rules. `today` is the day at which open work meets
    rules with effective dates; None: at the end of all days.
    """
    by_ref = {item.ref: item for item in sorted(items, key=lambda item: item.ref)}
    parents, cycles = _parents(by_ref)
    found = found_by(answers)
    book = RuleBook(
        workspace, MatchContext(by_ref, parents, _groups(workspace), found, today, workspace.zone)
    )
    known = {key_result.id.casefold(): key_result.id for _, key_result in workspace.key_results()}
    dangling: list[DanglingClaim] = []
    conflicting: list[ConflictingClaim] = []
    own = {ref: _direct(item, book, known, dangling, conflicting) for ref, item in by_ref.items()}

    children: dict[Ref, list[Ref]] = defaultdict(list)
    for child, parent in parents.items():
        children[parent].append(child)
    placed = Alignment(
        items=by_ref,
        placements={ref: _place(item, by_ref, parents, own) for ref, item in by_ref.items()},
        children={ref: tuple(sorted(below)) for ref, below in children.items()},
        dangling=tuple(dangling),
        cycles=cycles,
        conflicting=tuple(conflicting),
        met=book.met,
    )
    return replace(placed, leaves=_leaves(placed))


def _leaves(alignment: Alignment) -> dict[str, Leaves]:
    found: dict[str, list[tuple[WorkItem, Fraction]]] = defaultdict(list)
    for ref, placement in sorted(alignment.placements.items()):
        if placement.state == "aligned" and alignment.is_leaf(ref):
            for link in placement.links:
                found[link.key_result].append((alignment.items[ref], link.share))
    return dict(found)


def _groups(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """The groups of each person, folded."""
    found: dict[str, list[str]] = defaultdict(list)
    for group, people in workspace.groups.items():
        for person in people:
            found[folded(person)].append(folded(group))
    return {person: tuple(groups) for person, groups in found.items()}


def _parents(by_ref: Mapping[Ref, WorkItem]) -> tuple[dict[Ref, Ref], tuple[tuple[Ref, ...], ...]]:
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


def _direct(
    item: WorkItem,
    book: RuleBook,
    known: Mapping[str, str],
    dangling: list[DanglingClaim],
    conflicting: list[ConflictingClaim],
) -> _Direct:
    claimed: dict[str, str] = {}
    for claim in item.claims:
        key_result = known.get(claim.casefold())
        if key_result is None:
            dangling.append(DanglingClaim(item.ref, claim, nearest(claim, known.values())))
        else:
            claimed.setdefault(key_result, f"claim {claim}")
    matches = book.match(item)
    if claimed:
        ruled = tuple(dict.fromkeys(rule.key_result for rule in matches.rules if rule.names_item))
        if ruled and not claimed.keys() & set(ruled):
            conflicting.append(ConflictingClaim(item.ref, tuple(claimed), ruled))
        share = Fraction(1, len(claimed))
        links = tuple(Link(item.ref, kr, share, LinkReason("claim", rule)) for kr, rule in claimed.items())
        return _Direct(links, links, matches.exemption)
    if not matches.rules:
        return _UNLINKED if matches.exemption is None else _Direct((), (), matches.exemption)
    links = _links_by(item.ref, matches.rules)
    if all(compiled.rule.inherit for compiled in matches.rules):
        return _Direct(links, links, matches.exemption)
    below = _links_by(item.ref, [compiled for compiled in matches.rules if compiled.rule.inherit])
    return _Direct(links, below, matches.exemption)


_UNLINKED = _Direct((), (), None)


def _links_by(item: Ref, rules: Sequence[CompiledRule]) -> tuple[Link, ...]:
    """The links by those of the rules that name the item, or if none does by those that match it."""
    naming = [compiled for compiled in rules if compiled.names_item]
    rank: Rank = "named" if naming else "matched"
    chosen: dict[str, CompiledRule] = {}
    for compiled in naming or rules:
        chosen.setdefault(compiled.key_result, compiled)
    shares = split([compiled.rule.share for compiled in chosen.values()])
    return tuple(
        Link(
            item,
            compiled.key_result,
            share,
            LinkReason(rank, f"rule {compiled}", shared=compiled.rule.share is not None),
        )
        for compiled, share in zip(chosen.values(), shares, strict=True)
    )


def split(declared: list[float | None]) -> list[Fraction]:
    """Shares that add up to one: declared ones kept, the rest split evenly over the others.

    When the declared ones leave no rest, or nobody to take it, all are scaled to add up to one; an
    undeclared one then weighs as much as the mean of the declared.
    """
    if not declared:
        return []
    given = [None if share is None else Fraction(share).limit_denominator(10_000) for share in declared]
    stated = [share for share in given if share is not None]
    open_places = len(given) - len(stated)
    rest = 1 - sum(stated, Fraction(0))
    if open_places and rest > 0:
        weight = rest / open_places
    else:
        weight = sum(stated, Fraction(0)) / len(stated) if stated else Fraction(1)
    weights = [weight if share is None else share for share in given]
    total = sum(weights, Fraction(0))
    return [share / total for share in weights]


def _place(
    item: WorkItem, by_ref: Mapping[Ref, WorkItem], parents: Mapping[Ref, Ref], own: Mapping[Ref, _Direct]
) -> ItemAlignment:
    mine = own[item.ref]
    if not item.in_scope:
        return ItemAlignment(
            item.ref, "out_of_scope", mine.links, "no tracker scope includes its project or team"
        )
    if mine.links:
        return ItemAlignment(item.ref, "aligned", mine.links)
    path: list[str] = []
    at: Ref | None = item.ref
    while at is not None:
        below, exemption = own[at].below, own[at].exemption
        if below:
            because = {link.key_result: replace(link.because, path=tuple(path)) for link in below}
            return ItemAlignment(
                item.ref,
                "aligned",
                tuple(replace(link, item=item.ref, because=because[link.key_result]) for link in below),
            )
        if exemption is not None:
            category, by = exemption
            reason = by if not path else f"{by} on ancestor {path[-1]}"
            return ItemAlignment(item.ref, "exempt", reason=reason, category=category)
        at = parents.get(at)
        if at is not None:
            path.append(by_ref[at].name_on(item.ref.tracker))
    return ItemAlignment(item.ref, "unaligned", reason=_why_unaligned(item, path))


def _why_unaligned(item: WorkItem, path: list[str]) -> str:
    if path:
        return f"it has no kr: label, and no rule links it or its parents ({' → '.join(path)})"
    parent = "its parent cannot be read" if item.parent is not None else "it has no parent"
    return f"it has no kr: label, no rule links it, and {parent}"
