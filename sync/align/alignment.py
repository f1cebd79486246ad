"""Which key results each item serves, and why. Pure.

A person's word beats a rule, and the nearest word beats a farther one:

1. the item's own claim (a `kr:ID` label, the Jira "Key result" field, the Linear "Key result" group);
2. a rule that names the item;
3. a rule that matches it;
4. an exemption of the item itself;
5. the same four questions asked of what is above it, step by step upwards. A project of its own (of a Linear
   sub-issue whose parent is not in it) stands on the step of the parent, and goes first where both have an equal word.

Where nothing answers, and a parent on the way could not be read, nobody knows: the work is accused of nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal, get_args

from config.errors import nearest
from config.names import folded
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.ancestry import Ancestry
from sync.align.item_facets import MatchContext
from sync.align.native_queries import found_by
from sync.align.rule_book import CompiledRule, RuleBook
from sync.observation import Answers

Rank = Literal["claim", "named", "matched"]
State = Literal["aligned", "exempt", "unaligned", "unknown", "out_of_scope"]
RANKS: tuple[Rank, ...] = get_args(Rank)
"""From the strongest word to the weakest."""


@dataclass(frozen=True, slots=True)
class LinkReason:
    """Why a link exists: its rank, the rule in words, and the keys walked from the item up to where it held.

    `path` is empty when the link is the item's own. `shared`: the rule declares the share. `at`: the item above on which
    it held; None for the item's own, and where that could not be read. `identity`: the rule in a form that no wording
    touches, "" for a claim; `place`: the id of what is above, read or not, on which it held.
    """

    rank: Rank
    rule: str
    path: tuple[str, ...] = ()
    shared: bool = False
    at: Ref | None = None
    identity: str = ""
    place: str = ""

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

    `reason` says in words why it is exempt, unaligned, unknown or out of scope; `category` names the exemption. The
    links of what is out of scope are those that it would have.
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
    - `unseen`: the keys of parents that could not be read, as far as items tell them; the one of now, then those before.
    - `triage`: how many items in triage serve each key result, and how many would if the policy counted them.
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
    unseen: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict)
    triage: Mapping[str, tuple[int, int]] = field(default_factory=dict)
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
    by_ref = {item.ref: _accepted(item, workspace) for item in sorted(items, key=lambda item: item.ref)}
    ancestry = Ancestry.of(by_ref)
    found = found_by(answers)
    book = RuleBook(workspace, MatchContext(ancestry, _groups(workspace), found, today, workspace.zone))
    known = {key_result.id.casefold(): key_result.id for _, key_result in workspace.key_results()}
    dangling: list[DanglingClaim] = []
    conflicting: list[ConflictingClaim] = []
    own = {ref: _direct(item, book, known, dangling, conflicting) for ref, item in by_ref.items()}
    own |= {ref: _named(ref, ancestry.keys_of(ref), book) for ref in ancestry.keys}
    placed = Alignment(
        items=by_ref,
        placements={ref: _place(item, ancestry, own) for ref, item in by_ref.items()},
        children=ancestry.children(),
        dangling=tuple(dangling),
        cycles=ancestry.cycles,
        conflicting=tuple(conflicting),
        unseen={ref: ancestry.keys_of(ref) for ref in ancestry.keys},
        met=book.met,
    )
    return replace(placed, leaves=_leaves(placed), triage=_in_triage(placed))


def _accepted(item: WorkItem, workspace: Workspace) -> WorkItem:
    """The item, out of scope while it is in triage, unless the policy counts that as work."""
    if not item.triage or workspace.policy_of(item.ref.tracker).triage == "count":
        return item
    return replace(item, in_scope=False)


def _in_triage(alignment: Alignment) -> Mapping[str, tuple[int, int]]:
    waiting = [one for ref, one in alignment.placements.items() if alignment.items[ref].triage]
    counted = Counter(link.key_result for one in waiting if one.state == "aligned" for link in one.links)
    left_out = Counter(link.key_result for one in waiting if one.state != "aligned" for link in one.links)
    return {name: (counted[name], left_out[name]) for name in counted.keys() | left_out.keys()}


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
            LinkReason(
                rank,
                f"rule {compiled}",
                shared=compiled.rule.share is not None,
                identity=compiled.identity,
            ),
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


def _named(ref: Ref, keys: Sequence[str], book: RuleBook) -> _Direct:
    """What holds for a parent that was not read: only rules that ask for nothing but its key can tell."""
    matches = book.match_keys(ref, keys)
    below = _links_by(ref, [compiled for compiled in matches.rules if compiled.rule.inherit])
    return _Direct(below, below, matches.exemption)


def _place(item: WorkItem, ancestry: Ancestry, own: Mapping[Ref, _Direct]) -> ItemAlignment:
    if item.in_scope:
        return _place_in_scope(item, ancestry, own)
    if not item.triage:
        reason = "no tracker scope includes its project or team"
        return ItemAlignment(item.ref, "out_of_scope", own[item.ref].links, reason)
    links = _place_in_scope(item, ancestry, own).links
    return ItemAlignment(item.ref, "out_of_scope", links, "it is in triage, so it is not accepted work yet")


def _place_in_scope(item: WorkItem, ancestry: Ancestry, own: Mapping[Ref, _Direct]) -> ItemAlignment:
    mine = own[item.ref]
    if mine.links:
        return ItemAlignment(item.ref, "aligned", mine.links)
    if mine.exemption is not None:
        category, by = mine.exemption
        return ItemAlignment(item.ref, "exempt", reason=by, category=category)
    unread: list[Ref] = []
    for step in ancestry.steps(item.ref):
        told = [(_strength(own[at]), way) for at, way in step if at in own]
        strength, way = min(told, key=lambda one: one[0], default=(_SILENT, ()))
        if strength < _SILENT:
            path = tuple(ancestry.name_on(at, item.ref.tracker) for at in way)
            return _inherited(item, way[-1], path, own[way[-1]], ancestry)
        unread += [at for at, _ in step if at not in ancestry.items]
    if unread:
        named = " and ".join(
            ancestry.name_on(at, item.ref.tracker)
            for at in unread
            if at in ancestry.keys or at in ancestry.untold
        )
        reason = f"{named or 'its parent'}, which is above it, could not be read"
        return ItemAlignment(item.ref, "unknown", reason=reason)
    line = [ancestry.name_on(at, item.ref.tracker) for at in ancestry.above(item.ref)]
    return ItemAlignment(item.ref, "unaligned", reason=_why_unaligned(line))


_SILENT = len(RANKS) + 1


def _strength(direct: _Direct) -> int:
    """The place of the word in the order of ranks, an exemption last; `_SILENT` where there is none."""
    if direct.below:
        return RANKS.index(direct.below[0].because.rank)
    return _SILENT if direct.exemption is None else len(RANKS)


def _inherited(
    item: WorkItem, at: Ref, path: tuple[str, ...], direct: _Direct, ancestry: Ancestry
) -> ItemAlignment:
    """The placement by the word of one item above."""
    if direct.below:
        seen = at if at in ancestry.items else None
        links = tuple(
            replace(link, item=item.ref, because=replace(link.because, path=path, at=seen, place=at.id))
            for link in direct.below
        )
        return ItemAlignment(item.ref, "aligned", links)
    category, by = direct.exemption or ("", "")
    return ItemAlignment(item.ref, "exempt", reason=f"{by} on ancestor {path[-1]}", category=category)


def _why_unaligned(line: Sequence[str]) -> str:
    if line:
        return f"it has no kr: label, and no rule links it or its parents ({' → '.join(line)})"
    return "it has no kr: label, no rule links it, and it has no parent"
