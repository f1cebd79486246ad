"""What is said of one item by itself, before anything above it is asked: claims, rules, an exemption. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import date

from config.conditions import Condition, Span
from config.errors import nearest
from connectors.model import Ref, WorkItem
from sync.align.link import Rank
from sync.align.rule_book import CompiledRule, Matches


@dataclass(frozen=True, slots=True)
class Word:
    """One claim, or one rule, for one key result.

    `text`: it in words. `share`: the declared one. `effective`: when it applies, asked of the item that it is to hold
    for, which may be one below. `inherit`: whether it holds for what is below, too. `names`: of a rule that names what is
    above, folded, which those may be. `identity`, `condition`, `claim`: see `sync.align.link.LinkReason`.
    """

    key_result: str
    rank: Rank
    text: str
    share: float | None = None
    effective: Span | None = None
    inherit: bool = True
    names: frozenset[str] = frozenset()
    identity: str = ""
    condition: Condition | None = field(default=None, compare=False, repr=False)
    claim: str = ""

    def holds(self, day: date) -> bool:
        """Whether it applies to work of that day."""
        return self.effective is None or self.effective.holds(day)


Said = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class ItemWords:
    """Everything said of one item, by rank; and the exempt category, with what exempts it."""

    by_rank: Mapping[Rank, Said] = field(default_factory=dict)
    exemption: tuple[str, str] | None = None

    def of(self, rank: Rank) -> Said:
        """The words of one rank, in declared order."""
        return self.by_rank.get(rank, ())


SILENT = ItemWords()


@dataclass(frozen=True, slots=True)
class DanglingClaim:
    """A claim on an item that names no declared key result; `nearest` is the likeliest one meant of those that run."""

    item: Ref
    claim: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class ConflictingClaim:
    """A claim on an item that a rule naming the same item contradicts: in one cycle they have no key result in common."""

    item: Ref
    claimed: tuple[str, ...]
    ruled: tuple[str, ...]


class WordBook:
    """Words, each made once: much work is matched by the same rules and claims nothing."""

    def __init__(self) -> None:
        self._by_rule: dict[int, Word] = {}
        self._unclaimed: dict[tuple[tuple[int, ...], tuple[str, str] | None], ItemWords] = {}

    def words_of(self, claimed: Mapping[str, str], matches: Matches) -> ItemWords:
        """The words of an item by its claims (as written, by key result id) and the rules that match it."""
        if claimed:
            return self._made(claimed, matches)
        if not matches.rules and matches.exemption is None:
            return SILENT
        key = (tuple(rule.order for rule in matches.rules), matches.exemption)
        if (known := self._unclaimed.get(key)) is None:
            self._unclaimed[key] = known = self._made({}, matches)
        return known

    def _made(self, claimed: Mapping[str, str], matches: Matches) -> ItemWords:
        found: dict[Rank, list[Word]] = {}
        for key_result, claim in claimed.items():
            found.setdefault("claim", []).append(Word(key_result, "claim", f"claim {claim}", claim=claim))
        for compiled in matches.rules:
            found.setdefault(compiled.rank, []).append(self._word(compiled))
        return ItemWords({rank: tuple(some) for rank, some in found.items()}, matches.exemption)

    def _word(self, compiled: CompiledRule) -> Word:
        if (known := self._by_rule.get(compiled.order)) is None:
            self._by_rule[compiled.order] = known = _word(compiled)
        return known


def _word(compiled: CompiledRule) -> Word:
    rule = compiled.rule
    return Word(
        compiled.key_result,
        compiled.rank,
        f"rule {compiled}",
        rule.share,
        rule.effective,
        rule.inherit,
        compiled.names_above,
        compiled.identity,
        rule,
    )


def claims_of(
    item: WorkItem, declared: Mapping[str, str], offered: Collection[str]
) -> tuple[dict[str, str], list[DanglingClaim]]:
    """What an item claims: as written, by key result id, and the claims that name none.

    `declared`: ids by their folded form; `offered`: those that may be meant by a claim that names none.
    """
    claimed: dict[str, str] = {}
    dangling = []
    for claim in item.claims:
        key_result = declared.get(claim.casefold())
        if key_result is None:
            dangling.append(DanglingClaim(item.ref, claim, _meant(claim, offered)))
        else:
            claimed.setdefault(key_result, claim)
    return claimed, dangling


def _meant(claim: str, offered: Collection[str]) -> str | None:
    """The key result that a claim probably means; None where none is near.

    "GROWTH-KR2" and "O1-KR2" are alike only by what every second key result of an objective is called.
    """
    return nearest(claim, [one for one in offered if not _of_other_objective(claim, one)])


def _of_other_objective(claim: str, id_: str) -> bool:
    """Whether the two end alike behind their last dash, and what stands before it is unlike."""
    objective, dash, end = claim.casefold().strip().rpartition("-")
    other, _, other_end = id_.casefold().rpartition("-")
    return bool(dash) and bool(other) and end == other_end and nearest(objective, [other]) is None


def carried_over(
    item: WorkItem,
    claimed: Mapping[str, str],
    later: Mapping[str, tuple[str, ...]],
    cycle_of: Callable[[str], str],
) -> dict[str, str]:
    """What the claims of an item mean in later cycles, as its own are given: those key results that go on with what it
    claims, in cycles in which it claims nothing itself.

    `later`: the key results that go on with one, by its folded id.
    """
    own = {cycle_of(name) for name in claimed}
    return {
        name: f"{claim}, which {name} continues"
        for claim in item.claims
        for name in later.get(claim.casefold(), ())
        if cycle_of(name) not in own
    }


def conflict_in(
    item: Ref, words: ItemWords, day: date, cycle_of: Callable[[str], str], running: Container[str]
) -> ConflictingClaim | None:
    """The claims that rules for the same item contradict, within one running cycle; None where none do."""
    claimed = _by_cycle(words.of("claim"), day, cycle_of)
    ruled = _by_cycle(words.of("named"), day, cycle_of)
    apart = [
        cycle
        for cycle in claimed
        if cycle in ruled and cycle in running and not set(claimed[cycle]) & set(ruled[cycle])
    ]
    if not apart:
        return None
    return ConflictingClaim(
        item,
        tuple(name for cycle in apart for name in claimed[cycle]),
        tuple(name for cycle in apart for name in ruled[cycle]),
    )


def _by_cycle(words: Said, day: date, cycle_of: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if word.holds(day) and word.key_result not in (
            names := found.setdefault(cycle_of(word.key_result), [])
        ):
            names.append(word.key_result)
    return {cycle: names for cycle, names in found.items() if names}
