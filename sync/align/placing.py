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
both have an equal word. The first answer counts, in each cycle the first one of that cycle; an exemption ends the question
for all cycles that have no answer yet.

Where nothing answers, and a parent on the way could not be read, nobody knows: the work is accused of nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from config.names import folded
from connectors.model import Ref, WorkItem
from sync.align.ancestry import Ancestry
from sync.align.link import ItemAlignment, Link, LinkReason, split
from sync.align.terms import Term
from sync.align.words import SILENT, ItemWords, Said, Word

Way = tuple[Ref, ...]
"""What is walked from an item up to where a word holds; empty for its own."""
Step = Sequence[tuple[Ref, Way]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said in one place: words of one rank, or an exemption with its category and what exempts."""

    words: Said = ()
    way: Way = ()
    exemption: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """Places items by what is said of each and of what is above it.

    `words`: of every item, and of parents that could not be read; those of which nothing is said may be left out.
    `terms` by key result id.
    """

    ancestry: Ancestry
    words: Mapping[Ref, ItemWords]
    terms: Mapping[str, Term]
    _cycles: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cycles", frozenset(term.cycle for term in self.terms.values()))

    def place(self, item: WorkItem, day: date) -> ItemAlignment:
        """The item's place. `day`: that of its closing, for open work that of today."""
        if item.in_scope:
            return self._in_scope(item, day)
        if item.triage:
            placed, why = self._in_scope(item, day), "it is in triage, so it is not accepted work yet"
            return ItemAlignment(item.ref, "out_of_scope", placed.links, why)
        own = self.words.get(item.ref, SILENT)
        said = next(
            (some for rank in ("claim", "named", "matched", "above", "located") if (some := own.of(rank))), ()
        )
        links = self._links(item, [word for word in said if word.holds(day)], ())
        return ItemAlignment(item.ref, "out_of_scope", links, "no tracker scope includes its project or team")

    def _in_scope(self, item: WorkItem, day: date) -> ItemAlignment:
        found, exemption = self._settled(item, day, closed_too=False)
        in_force, past, planned = self._by_phase(found, day, is_open=item.is_open)
        if any(term.closed is not None for term in self.terms.values()):
            every, _ = self._settled(item, day, closed_too=True)
            past += tuple(
                link for link in every if not self.terms[link.key_result].takes(day, is_open=item.is_open)
            )
        if in_force:
            return ItemAlignment(item.ref, "aligned", in_force, past=past, planned=planned)
        if exemption is not None:
            category, by = exemption
            return ItemAlignment(item.ref, "exempt", reason=by, category=category, past=past, planned=planned)
        if unread := self._unread_above(item):
            return ItemAlignment(item.ref, "unknown", reason=unread, past=past, planned=planned)
        resting = tuple(link for link in past if self.terms[link.key_result].rests)
        if resting:
            return ItemAlignment(
                item.ref, "rested", reason=self._why_rested(resting), past=past, planned=planned
            )
        if planned:
            cycles = " and ".join(dict.fromkeys(link.cycle for link in planned))
            return ItemAlignment(
                item.ref, "planned", reason=f"it is planned for {cycles}", past=past, planned=planned
            )
        return ItemAlignment(item.ref, "unaligned", reason=self._why_unaligned(item), past=past)

    # --- Whose word counts ---------------------------------------------------------------------

    def _settled(
        self, item: WorkItem, day: date, *, closed_too: bool
    ) -> tuple[tuple[Link, ...], tuple[str, str] | None]:
        """The links of every cycle, and the exemption where one comes before an answer.

        `closed_too`: as if key results that were closed before the work ended still took it in.
        """
        found: dict[str, tuple[Link, ...]] = {}
        for answer in self._answers(item):
            if answer.exemption is not None:
                return tuple(link for some in found.values() for link in some), answer.exemption
            by_cycle: dict[str, list[Word]] = {}
            for word in answer.words:
                term = self.terms[word.key_result]
                if term.cycle in found or not word.holds(day) or (answer.way and not word.inherit):
                    continue
                if closed_too or term.takes(day, is_open=item.is_open):
                    by_cycle.setdefault(term.cycle, []).append(word)
            for cycle, words in by_cycle.items():
                found[cycle] = self._links(item, words, answer.way)
            if len(found) == len(self._cycles):
                break
        return tuple(link for some in found.values() for link in some), None

    def _answers(self, item: WorkItem) -> Iterator[_Answer]:
        own = self.words.get(item.ref, SILENT)
        yield from (_Answer(own.of(rank)) for rank in ("claim", "named", "matched"))
        if own.exemption is not None:
            yield _Answer(exemption=own.exemption)
        steps = (
            list(self.ancestry.steps(item.ref)) if self._has_any_above(item.ref) or own.of("above") else []
        )
        above = own.of("above")
        for step in steps:
            yield from (_Answer(self._said(at).of("claim"), way) for at, way in step)
            for at, way in step:
                yield _Answer(self._said(at).of("named"), way)
                here, above = self._naming(at, above)
                yield _Answer(here)
        yield _Answer((*own.of("located"), *above))
        for step in steps:
            for rank in ("matched", "above"):
                yield from (_Answer(self._said(at).of(rank), way) for at, way in step)
            for at, way in step:
                if (exemption := self._said(at).exemption) is not None:
                    category, by = exemption
                    yield _Answer(exemption=(category, f"{by} on ancestor {self._path(item, way)[-1]}"))
            yield from (_Answer(self._said(at).of("located"), way) for at, way in step)

    def _said(self, ref: Ref) -> ItemWords:
        return self.words.get(ref, SILENT)

    def _has_any_above(self, ref: Ref) -> bool:
        return any(at in self.words for at in self.ancestry.above(ref))

    def _naming(self, at: Ref, words: Said) -> tuple[Said, Said]:
        """The words that name what is there, and the others."""
        if not words:
            return (), ()
        names = {folded(name) for name in self.ancestry.names_of(at)}
        here = tuple(word for word in words if word.names & names)
        return here, tuple(word for word in words if not word.names & names)

    def _links(self, item: WorkItem, words: Sequence[Word], way: Way) -> tuple[Link, ...]:
        """The links by words of one rank and one cycle, the first one for each key result."""
        chosen: dict[str, Word] = {}
        for word in words:
            chosen.setdefault(word.key_result, word)
        shares = {name: Fraction(1) for name in chosen}
        weighing = [word for name, word in chosen.items() if self.terms[name].weighs]
        shares |= dict(
            zip((word.key_result for word in weighing), split([word.share for word in weighing]), strict=True)
        )
        path = self._path(item, way)
        at = way[-1] if way and way[-1] in self.ancestry.items else None
        return tuple(
            Link(
                item.ref,
                name,
                shares[name],
                LinkReason(word.rank, word.text, path, word.share is not None, at),
                self.terms[name].cycle,
            )
            for name, word in chosen.items()
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

    def _path(self, item: WorkItem, way: Way) -> tuple[str, ...]:
        return tuple(self.ancestry.name_on(at, item.ref.tracker) for at in way)

    def _unread_above(self, item: WorkItem) -> str:
        """That something above could not be read; "" where all could."""
        ancestry = self.ancestry
        unread = [at for at in ancestry.above(item.ref) if at not in ancestry.items]
        if not unread:
            return ""
        named = " and ".join(ancestry.name_on(at, item.ref.tracker) for at in unread if at in ancestry.keys)
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

    def _why_unaligned(self, item: WorkItem) -> str:
        line = self._path(item, tuple(self.ancestry.above(item.ref)))
        if line:
            return f"it has no kr: label, and no rule links it or its parents ({' → '.join(line)})"
        return "it has no kr: label, no rule links it, and it has no parent"
