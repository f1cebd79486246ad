"""Where one item stands: whose word it follows, in each cycle by itself. Pure.

A person's word beats a rule, and the nearest word beats a farther one. Of an item is asked, in this order:

1. its own claim (a `kr:ID` label, the Jira "Key result" field, the Linear "Key result" group);
2. a rule that names it;
3. a rule that matches it by what it carries;
4. an exemption of the item itself;
5. the nearest thing above it that bears a claim, or that a rule names (by its key, or as `parent` or `under`);
6. a rule that asks only where it lives: project, team, initiative, tracker, level;
7. the nearest thing above it that a rule matches, or that is exempt.

A project of its own (of a Linear sub-issue whose parent is not in it) stands on the step of the parent, and goes first where
both have an equal word. The first answer counts: in each cycle the first one for a key result that is made of work, and for
each key result that only watches work its own, since it takes nothing from others. A claim answers for all key results
of its cycle, and an exemption ends the question for all that have no answer yet.

Work that several trackers mirror is one item with several sides: each question is asked of the side that counts first, then
of the others, and claims of all sides hold together. What an item is linked with on another tracker stands on the step of
its parent, after that; of two on one level the one that serves nothing by itself inherits from the other.

Where nothing answers, and a parent on the way, or what mirrors it or that, was not read, nobody knows: the work is
accused of nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from connectors.model import Ref, WorkItem
from sync.align.ancestry import Ancestry, Way
from sync.align.lines.reasons import Reasons
from sync.align.lines.words_above import WordsAbove
from sync.align.link import RANKS, ItemAlignment, Link, Rank, UnmetClaim, split
from sync.align.terms import Term
from sync.align.words import SILENT, DanglingClaim, ItemWords, Said, Word

Told = Sequence[tuple[Word, Way]]
"""Words, each with the way to where it holds; that is empty for an item's own."""
_WHOLE = Fraction(1)


_OWN: tuple[Rank, ...] = ("named", "matched")
_INHERITED: tuple[Rank, ...] = ("matched", "above")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said in one place: words of one strength, each with the way to it, or an exemption with its category and
    what exempts."""

    words: Told = ()
    exemption: tuple[str, str] | None = None

    @staticmethod
    def of(words: Iterable[Word], way: Way = ()) -> _Answer:
        """Words of one place."""
        return _Answer([(word, way) for word in words])


@dataclass(frozen=True, slots=True)
class Placing:
    """Places items by what is said of each and of what is above it.

    `words`: of every item, and of parents that could not be read; those of which nothing is said may be left out.
    `terms` by key result id; `dangling`: claims that name none.
    """

    ancestry: Ancestry
    words: Mapping[Ref, ItemWords]
    terms: Mapping[str, Term]
    dangling: Mapping[Ref, Sequence[DanglingClaim]] = field(default_factory=dict)
    _cycles: frozenset[str] = field(init=False)
    _any_closed: bool = field(init=False)
    _lanes: Mapping[str, str] = field(init=False)
    _lane_count: int = field(init=False)
    _above: WordsAbove = field(init=False)
    _reasons: Reasons = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cycles", frozenset(term.cycle for term in self.terms.values()))
        # What only watches work takes nothing from others, so it asks for itself.
        lanes = {
            name: term.cycle if term.weighs else f"{term.cycle}\n{name}" for name, term in self.terms.items()
        }
        object.__setattr__(self, "_lanes", lanes)
        object.__setattr__(self, "_lane_count", len(set(lanes.values())))
        object.__setattr__(self, "_above", WordsAbove(self.ancestry, self.words))
        object.__setattr__(self, "_reasons", Reasons(self.ancestry))
        object.__setattr__(self, "_any_closed", any(term.closed for term in self.terms.values()))

    def place(self, item: WorkItem, day: date) -> ItemAlignment:
        """The item's place. `day`: that of its closing, for open work that of today."""
        if item.in_scope:
            return self._in_scope(item, day)
        if item.triage:
            placed, why = self._in_scope(item, day), "it is in triage, so it is not accepted work yet"
            return ItemAlignment(item.ref, "out_of_scope", placed.links, why)
        own = self.words.get(item.ref, SILENT)
        said: Said = next((some for rank in RANKS if (some := own.of(rank))), ())
        links = self._links(item, [(word, ()) for word in said if word.holds(day)])
        return ItemAlignment(item.ref, "out_of_scope", links, "no tracker scope includes its project or team")

    def _in_scope(self, item: WorkItem, day: date) -> ItemAlignment:
        found, exemption = self._settled(item, day, closed_too=False)
        in_force, past, planned = self._by_phase(found, day, is_open=item.is_open)
        if self._any_closed:
            every, _ = self._settled(item, day, closed_too=True)
            past += tuple(
                link for link in every if not self.terms[link.key_result].takes(day, is_open=item.is_open)
            )
        if in_force:
            return ItemAlignment(item.ref, "aligned", in_force, past=past, planned=planned)
        resting = tuple(link for link in past if self.terms[link.key_result].rests)
        if resting:
            # Whatever rests came before an exemption, which ends the question for the cycles after it alone.
            return ItemAlignment(
                item.ref, "rested", reason=self._why_rested(resting), past=past, planned=planned
            )
        if exemption is not None:
            category, by = exemption
            return ItemAlignment(item.ref, "exempt", reason=by, category=category, past=past, planned=planned)
        if unread := self._unread_above(item):
            return ItemAlignment(item.ref, "unknown", reason=unread, past=past, planned=planned)
        if planned:
            cycles = " and ".join(dict.fromkeys(link.cycle for link in planned))
            return ItemAlignment(
                item.ref, "planned", reason=f"it is planned for {cycles}", past=past, planned=planned
            )
        unmet = self._unmet(item, past)
        return ItemAlignment(
            item.ref, "unaligned", reason=self._why_unaligned(item, unmet), past=past, unmet=unmet
        )

    def serves(self, item: WorkItem, day: date) -> bool:
        """Whether anything is said for it: it serves, has served or will serve something, or is exempt."""
        placed = self.place(item, day)
        return placed.state not in ("unaligned", "unknown") if item.in_scope else bool(placed.links)

    # --- Whose word counts ---------------------------------------------------------------------

    def _settled(
        self, item: WorkItem, day: date, *, closed_too: bool
    ) -> tuple[tuple[Link, ...], tuple[str, str] | None]:
        """The links of every cycle, and the exemption where one comes before an answer.

        `closed_too`: as if key results that were closed before the work ended still took it in.
        """
        found: dict[str, tuple[Link, ...]] = {}
        claimed: set[str] = set()
        exemption = None
        for answer in self._answers(item):
            if answer.exemption is not None:
                exemption = answer.exemption
                break
            by_lane: dict[str, list[tuple[Word, Way]]] = {}
            for word, way in answer.words:
                term, lane = self.terms[word.key_result], self._lanes[word.key_result]
                if (
                    lane in found
                    or term.cycle in claimed
                    or not word.holds(day)
                    or (not word.inherit and self._climbs(item, way))
                ):
                    continue
                if closed_too or term.takes(day, is_open=item.is_open):
                    by_lane.setdefault(lane, []).append((word, way))
            for lane, words in by_lane.items():
                found[lane] = self._links(item, words)
            # A person's word is said of the whole cycle.
            claimed |= {
                self.terms[word.key_result].cycle
                for words in by_lane.values()
                for word, _ in words
                if word.rank == "claim"
            }
            if len(found) == self._lane_count or len(claimed) == len(self._cycles):
                break
        return tuple(link for some in found.values() for link in some), exemption

    def _answers(self, item: WorkItem) -> Iterator[_Answer]:
        sides: list[tuple[Ref, Way]] = [
            (at, () if at == item.ref else (at,)) for at in self.ancestry.sides(item.ref)
        ]
        own = [(said, way) for at, way in sides if (said := self._said(at)) is not SILENT]
        if own:
            yield _Answer([(word, way) for said, way in own for word in said.of("claim")])
            for rank in _OWN:
                yield from (_Answer.of(said.of(rank), way) for said, way in own)
            yield from self._exemptions(item, sides)
        above: Told = [(word, way) for said, way in own for word in said.of("above")]
        is_named = bool(above)
        for step in self._above.pointed(item.ref, all_named=is_named):
            yield from (_Answer.of(self._said(at).of("claim"), way) for at, way in step)
            for at, way in step:
                here, above = self._naming(at, above)
                yield _Answer([*((word, way) for word in self._said(at).of("named")), *here])
        if own:
            yield _Answer([*((word, way) for said, way in own for word in said.of("located")), *above])
        for step in self._above.handing(item.ref, all_named=is_named):
            for rank in _INHERITED:
                yield from (_Answer.of(self._said(at).of(rank), way) for at, way in step)
            yield from self._exemptions(item, step)
            yield from (_Answer.of(self._said(at).of("located"), way) for at, way in step)

    def _exemptions(self, item: WorkItem, places: Iterable[tuple[Ref, Way]]) -> Iterator[_Answer]:
        for at, way in places:
            if (exemption := self._said(at).exemption) is not None:
                category, by = exemption
                where = "ancestor" if self._climbs(item, way) else "mirrored issue"
                yield _Answer(
                    exemption=(
                        category,
                        f"{by} on {where} {self._reasons.path(item, way)[-1]}" if way else by,
                    )
                )

    def _climbs(self, item: WorkItem, way: Way) -> bool:
        """Whether the way leads above the item, not only to another side of it."""
        return bool(way) and way[-1] not in self.ancestry.sides(item.ref)

    def _said(self, ref: Ref) -> ItemWords:
        return self.words.get(ref, SILENT)

    def _naming(self, at: Ref, words: Told) -> tuple[Told, Told]:
        """The words that name what is there, and the others."""
        if not words:
            return (), ()
        names = self._above.names(at)
        here = [one for one in words if one[0].names & names]
        return here, [one for one in words if not one[0].names & names]

    def _links(self, item: WorkItem, words: Told) -> tuple[Link, ...]:
        """The links by words of one strength, the first one for each key result."""
        chosen: dict[str, tuple[Word, Way]] = {}
        for word, way in words:
            chosen.setdefault(word.key_result, (word, way))
        weighing = [word for name, (word, _) in chosen.items() if self.terms[name].weighs]
        parts = split([word.share for word in weighing])
        shares = {word.key_result: part for word, part in zip(weighing, parts, strict=True)}
        return tuple(
            Link(
                item.ref,
                name,
                shares.get(name, _WHOLE),
                self._reasons.of(item, word, way),
                self.terms[name].cycle,
            )
            for name, (word, way) in chosen.items()
        )

    def _by_phase(
        self, links: Sequence[Link], day: date, *, is_open: bool
    ) -> tuple[tuple[Link, ...], tuple[Link, ...], tuple[Link, ...]]:
        """The links in force, those of cycles that are over for this work, and those of cycles to come."""
        in_force, past, planned = [], [], []
        for link in links:
            term = self.terms[link.key_result]
            if term.phase == "planned":
                planned.append(link)
            elif term.phase == "running" or (not is_open and day <= term.end):
                in_force.append(link)
            else:
                past.append(link)
        return tuple(in_force), tuple(past), tuple(planned)

    # --- In words ------------------------------------------------------------------------------

    def _unread_above(self, item: WorkItem) -> str:
        """That something above, or another side of it or of that, could not be read; "" where all could."""
        ancestry = self.ancestry
        if ancestry.unmirrored:
            for at in (*ancestry.sides(item.ref), *ancestry.above(item.ref)):
                if (key := ancestry.unmirrored.get(at)) is not None:
                    which = "it" if at == item.ref else ancestry.name_on(at, item.ref.tracker)
                    return f"{key}, which mirrors {which}, was not read"
        if not ancestry.unseen or (ancestry.is_plain(item.ref) and not self._reasons.ends_unread(item)):
            return ""
        unread = [at for at in ancestry.above(item.ref) if at not in ancestry.items]
        if not unread:
            return ""
        told = [at for at in unread if at in ancestry.keys or at in ancestry.untold]
        named = " and ".join(ancestry.name_on(at, item.ref.tracker) for at in told)
        return f"{named or 'its parent'}, which is above it, could not be read"

    def _why_rested(self, links: Sequence[Link]) -> str:
        words = {}
        for link in links:
            term = self.terms[link.key_result]
            ended = (
                f"closed on {term.closed}" if term.closed else f"whose cycle {term.cycle} ended on {term.end}"
            )
            words[link.key_result] = f"{link.key_result}, {ended}"
        return f"it serves {' and '.join(words.values())}"

    def _unmet(self, item: WorkItem, past: Sequence[Link]) -> tuple[UnmetClaim, ...]:
        """The claims on the item itself, or on another side of it, that link it to nothing, those of undeclared key results
        first.
        """
        undeclared: dict[str, UnmetClaim] = {}
        for side in self.ancestry.sides(item.ref):
            for one in self.dangling.get(side, ()):
                undeclared.setdefault(one.claim.casefold(), UnmetClaim(one.claim, one.nearest))
        over: dict[str, date] = {}
        for link in past:
            if link.because.rank == "claim" and not link.because.inherited:
                term = self.terms[link.key_result]
                over[link.key_result] = term.closed or term.end
        return (
            *undeclared.values(),
            *(UnmetClaim(name, over=day) for name, day in over.items()),
        )

    def _why_unaligned(self, item: WorkItem, unmet: Sequence[UnmetClaim]) -> str:
        claims = f"it claims {' and '.join(map(str, unmet))}" if unmet else "it has no kr: label"
        return f"{claims}, {self._reasons.unlinked(item)}"


def between_equals(placing: Placing, day_of: Callable[[WorkItem], date]) -> Placing:
    """The same, where of two linked items of one level the one that serves nothing inherits from the other.

    Never both ways: an item inherits from what served something before. Where both do, or neither, none inherits.
    """
    items, waiting = placing.ancestry.items, set(placing.ancestry.equals)
    while waiting:
        ends = {one for pair in waiting for one in pair}
        serving = {ref: placing.serves(items[ref], day_of(items[ref])) for ref in ends}
        new = [
            (other, one) if serving[one] else (one, other)
            for one, other in sorted(waiting)
            if serving[one] != serving[other]
        ]
        waiting -= {pair for pair in waiting if any(serving[one] for one in pair)}
        if not new:
            break
        placing = replace(placing, ancestry=placing.ancestry.inheriting(new))
    return placing
