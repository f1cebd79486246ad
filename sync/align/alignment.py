"""Which key results each item serves, and why; `sync/align/placing.py` says whose word counts. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from config.names import folded
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.across import across
from sync.align.ancestry import Ancestry
from sync.align.item_facets import MatchContext
from sync.align.link import RANKS, ItemAlignment, Link, LinkReason, Rank, State, UnmetClaim, split
from sync.align.native_queries import found_by
from sync.align.placing import Placing, between_equals
from sync.align.rule_book import RuleBook
from sync.align.terms import Term, continuations, terms
from sync.align.words import (
    SILENT,
    ConflictingClaim,
    DanglingClaim,
    ItemWords,
    WordBook,
    carried_over,
    claims_of,
    conflict_in,
)
from sync.observation import Answers

__all__ = [
    "RANKS",
    "Alignment",
    "ConflictingClaim",
    "DanglingClaim",
    "ItemAlignment",
    "Leaves",
    "Link",
    "LinkReason",
    "Rank",
    "State",
    "UnmetClaim",
    "align",
    "split",
]

Leaves = Sequence[tuple[WorkItem, Fraction]]
"""Leaves with their share, each once, in order of ref."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The alignment of every item, in `placements`, and what follows from it.

    - `items`: as they were read; mirrored work that counts is as old as its oldest side.
    - `cycles`: parent cycles that were met and broken.
    - `unseen`: the keys of parents that could not be read, as far as items tell them; the one of now, then those before.
    - `triage`: how many items in triage serve each key result, and how many would if the policy counted them.
    - `terms`: for how long each key result takes work in, by its id.
    - `met`: the numbers of the rules that hold for an item, see `sync.align.rule_book`.
    - `leaves`: those that serve each key result, whether its cycle runs or not; one that nothing serves is left out. A leaf
      has no child that is in scope and not dropped: containers never count beside their children.
    - `carried`: the links of every cycle that items have by themselves, not inherited, by key result in order of ref.
    - `mirrored`: of each side of mirrored work all sides, the one that counts first. Its children are those of all sides.
    - `linked`: items that are linked across trackers: the one that bears the link, and the one that it leads to.
    - `cut`: links between trackers that would let an item inherit from what is below it, and are ignored.
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
    mirrored: Mapping[Ref, tuple[Ref, ...]] = field(default_factory=dict)
    linked: tuple[tuple[Ref, Ref], ...] = ()
    cut: tuple[tuple[Ref, Ref], ...] = ()
    terms: Mapping[str, Term] = field(default_factory=dict)
    carried: Mapping[str, Sequence[Link]] = field(default_factory=dict)

    @property
    def offered(self) -> tuple[str, ...]:
        """The key results that work can be linked to now, in declared order: of cycles that run or have just ended, and open."""
        return tuple(name for name, term in self.terms.items() if term.rests and term.closed is None)

    def counted_below(self, ref: Ref) -> tuple[Ref, ...]:
        """The children that take the item's place in counting: in scope and not dropped."""
        return tuple(
            child
            for child in self.children.get(ref, ())
            if self.items[child].in_scope and self.items[child].category != "dropped"
        )

    def is_leaf(self, ref: Ref) -> bool:
        """Whether the item counts itself."""
        return not self.counts_elsewhere(ref) and not self.counted_below(ref)

    def counted(self, ref: Ref) -> Ref:
        """The side on which the item counts: itself, unless it is mirrored work."""
        return self.mirrored.get(ref, (ref,))[0]

    def counts_elsewhere(self, ref: Ref) -> bool:
        """Whether the item is a side of mirrored work that counts nowhere, since another one counts for it."""
        return self.counted(ref) != ref

    def sides(self, ref: Ref) -> tuple[WorkItem, ...]:
        """All that is the same piece of work, the item among them; the side that counts first."""
        return tuple(self.items[one] for one in self.mirrored.get(ref, (ref,)))


_NO_ANSWERS: Answers = {}


def align(
    items: Iterable[WorkItem],
    workspace: Workspace,
    answers: Answers = _NO_ANSWERS,
    today: date | None = None,
) -> Alignment:
    """Place every item. The order of `items` never matters.

    `answers` are the trackers' to the native queries of the rules. `today` is the day at which open work meets rules with
    effective dates, and cycles run; None: at the end of all days, with every cycle running and no key result closed.
    """
    by_ref = {item.ref: _accepted(item, workspace) for item in sorted(items, key=_order)}
    crossing = across(by_ref, workspace)
    ancestry = Ancestry.of(by_ref, crossing)
    context = MatchContext(ancestry, _groups(workspace), found_by(answers), today, workspace.zone)
    book = RuleBook(workspace, context)
    known = {key_result.id.casefold(): key_result.id for _, key_result in workspace.key_results()}
    each, later = terms(workspace, today), continuations(workspace)
    running = {one.cycle for one in each.values() if one.phase == "running"}
    offered = [name for name, one in each.items() if one.phase == "running" and one.closed is None]

    def cycle_of(key_result: str) -> str:
        return each[key_result].cycle

    dangling: list[DanglingClaim] = []
    conflicting: list[ConflictingClaim] = []
    words: dict[Ref, ItemWords] = {}
    word_book = WordBook()
    for ref, item in by_ref.items():
        claimed: dict[str, str] = {}
        unknown: list[DanglingClaim] = []
        if item.claims:
            claimed, unknown = claims_of(item, known, offered or list(known.values()))
        dangling += [one for one in unknown if one.claim.casefold() not in later]
        if later and item.claims:
            claimed |= carried_over(item, claimed, later, cycle_of)
        said = word_book.words_of(claimed, book.match(item))
        if said is SILENT:
            continue
        words[ref] = said
        day = context.effective_day(item)
        if claimed and (one := conflict_in(ref, said, day, cycle_of, running)) is not None:
            conflicting.append(one)
    for ref in ancestry.keys:
        # Of a parent that was not read only rules that ask for nothing but its key can tell.
        if (said := word_book.words_of({}, book.match_keys(ref, ancestry.keys_of(ref)))) is not SILENT:
            words[ref] = said
    by_item: dict[Ref, list[DanglingClaim]] = defaultdict(list)
    for unmet in dangling:
        by_item[unmet.item].append(unmet)
    placing = between_equals(Placing(ancestry, words, each, by_item), context.effective_day)
    ancestry = placing.ancestry
    placed = Alignment(
        items=by_ref | _aged(by_ref, ancestry.mirrored),
        placements={ref: placing.place(item, context.effective_day(item)) for ref, item in by_ref.items()},
        children=ancestry.children(),
        dangling=tuple(dangling),
        cycles=ancestry.cycles,
        conflicting=tuple(conflicting),
        unseen={ref: ancestry.keys_of(ref) for ref in ancestry.keys},
        met=book.met,
        mirrored=ancestry.mirrored,
        linked=tuple(sorted((*crossing.links, *crossing.handed))),
        cut=ancestry.cut,
        terms=each,
    )
    return replace(
        placed,
        leaves=_leaves(placed),
        triage=_in_triage(placed),
        carried=_carried(placed.placements.values()),
    )


def _order(item: WorkItem) -> tuple[str, str]:
    """As refs are ordered."""
    return item.ref.tracker, item.ref.id


def _accepted(item: WorkItem, workspace: Workspace) -> WorkItem:
    """The item, out of scope while it is in triage, unless the policy counts that as work."""
    if not item.triage or workspace.policy_of(item.ref.tracker).triage == "count":
        return item
    return replace(item, in_scope=False)


def _aged(items: Mapping[Ref, WorkItem], mirrored: Mapping[Ref, tuple[Ref, ...]]) -> dict[Ref, WorkItem]:
    """The sides of mirrored work that count, each since its oldest side: a copy adds nothing to the scope, and takes no age."""
    found = {}
    for sides in mirrored.values():
        first, since = items[sides[0]], min(items[one].created for one in sides)
        if since < first.created:
            found[first.ref] = replace(first, created=since)
    return found


def _in_triage(alignment: Alignment) -> Mapping[str, tuple[int, int]]:
    waiting = [one for ref, one in alignment.placements.items() if alignment.items[ref].triage]
    counted = Counter(link.key_result for one in waiting if one.state == "aligned" for link in one.links)
    left_out = Counter(link.key_result for one in waiting if one.state != "aligned" for link in one.links)
    return {name: (counted[name], left_out[name]) for name in counted.keys() | left_out.keys()}


def _leaves(alignment: Alignment) -> dict[str, Leaves]:
    found: dict[str, list[tuple[WorkItem, Fraction]]] = defaultdict(list)
    for ref, placement in sorted(alignment.placements.items()):
        if placement.state != "out_of_scope" and alignment.is_leaf(ref):
            for link in placement.of_every_cycle:
                found[link.key_result].append((alignment.items[ref], link.share))
    return dict(found)


def _carried(placements: Iterable[ItemAlignment]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = defaultdict(list)
    for placement in placements:
        for link in {one.key_result: one for one in reversed(placement.of_every_cycle)}.values():
            if not link.because.path:
                found[link.key_result].append(link)
    return dict(found)


def _groups(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    """The groups of each person, folded."""
    found: dict[str, list[str]] = defaultdict(list)
    for group, people in workspace.groups.items():
        for person in people:
            found[folded(person)].append(folded(group))
    return {person: tuple(groups) for person, groups in found.items()}
