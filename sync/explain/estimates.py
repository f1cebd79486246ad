"""What becomes of the estimates of parents, in figures and in words: which items carry them, and which points count nowhere. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from config.measures import WorkMeasure
from config.text.figures import ENGLISH
from config.wording import agree, counted
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.decide import Decision
from sync.measure import Estimates, Piece, Reading, Spread, Unit, estimate_in, weighting_of

_FEW = 5
"""Items that a sentence names."""

Fate = Literal["spread", "whole", "outdone", "barred"]


@dataclass(frozen=True, slots=True)
class ParentEstimate:
    """The estimate of a parent, and what becomes of it.

    - `fate`: "spread" over the leaves below it; "whole": it is done, and counts in their place; "outdone": what is below
      it is estimated and counts; "barred": it is out of scope or dropped, and counts nowhere.
    - `leaves`: the leaves below it; `add_up` what they weigh together. `elsewhere`: those that do not count for the key
      result in question, though they carry a part of the estimate; of a parent that counts whole, those in whose place it
      does not.
    """

    item: WorkItem
    estimate: Fraction
    fate: Fate
    leaves: tuple[Ref, ...]
    add_up: Fraction
    elsewhere: tuple[Ref, ...] = ()

    @property
    def is_worth_a_word(self) -> bool:
        """Whether something of it does not count as people might expect."""
        match self.fate:
            case "spread":
                return bool(self.elsewhere)
            case "outdone":
                return self.add_up != self.estimate
            case _:
                return True


def parent_estimates(
    key_result: str, reading: Reading, how: WorkMeasure, alignment: Alignment
) -> tuple[ParentEstimate, ...]:
    """The estimates of parents that serve a key result, or whose leaves do, in order of ref."""
    known = reading.estimates
    if known.unit is None:
        return ()
    here = {piece.item.ref for piece in reading.pieces}
    found: dict[Ref, ParentEstimate] = {}
    for ref, spread in known.spreads.items():
        if replaced := spread.replaced(key_result):
            found[ref] = _of(spread, "whole", tuple(one for one in spread.over if one not in replaced))
        elif not here.isdisjoint(spread.over) or _serves(alignment.placements[ref], key_result):
            found[ref] = _of(spread, "spread", tuple(one for one in spread.over if one not in here))
    for ref in known.outdone:
        leaves = known.leaves_below(ref)
        if _serves(alignment.placements[ref], key_result) or not here.isdisjoint(leaves):
            add_up = added_up(leaves, known, how, alignment.items)
            found[ref] = ParentEstimate(alignment.items[ref], known.own[ref], "outdone", leaves, add_up)
    for ref, estimate in known.barred.items():
        leaves = tuple(
            leaf
            for child in alignment.children[ref]
            for leaf in (known.leaves_below(child) or (child,))
            if leaf in here and known.basis_of(leaf) is None
        )
        if leaves:
            add_up = added_up(leaves, known, how, alignment.items)
            found[ref] = ParentEstimate(alignment.items[ref], estimate, "barred", leaves, add_up)
    return tuple(found[ref] for ref in sorted(found))


def added_up(
    leaves: Collection[Ref], known: Estimates, how: WorkMeasure, items: Mapping[Ref, WorkItem]
) -> Fraction:
    """What leaves weigh together, each as a whole."""
    parts = (
        known.carried[leaf].each if leaf in known.carried else known.weight(items[leaf], how)
        for leaf in leaves
    )
    return sum(parts, Fraction(0))


def sentences(
    parents: Sequence[ParentEstimate], unit: Unit | None, alignment: Alignment, most: int
) -> Iterator[str]:
    """What does not count as people might expect, at most so many."""
    if unit is None:
        return
    words = [_words(one, unit, alignment) for one in parents if one.is_worth_a_word]
    yield from words[:most]
    if len(words) > most:
        more = counted(len(words) - most, "more parent")
        yield f"{agree(len(words) - most, 'The estimate', 'The estimates')} of {more} are not counted as they stand either; --format json has them all."


def origin_of(piece: Piece, unit: Unit | None) -> str:
    """Where the weight of a piece comes from, where it is not its own estimate."""
    if piece.spread is None or unit is None:
        return ""
    estimate = amount(unit, piece.spread.estimate)
    if piece.stands_for:
        return f"{_part(piece.weight, estimate, piece.spread)}, in place of {counted(len(piece.stands_for), 'item')} below it"
    return f"{estimate} of {piece.spread.parent.name}, spread over {counted(len(piece.spread.over), 'item')}"


def of_item(item: WorkItem, links: Sequence[Link], run: Decision, workspace: Workspace) -> Iterator[str]:
    """What becomes of an item's estimate, or of that above it of which it carries a part; once for each unit."""
    told: set[Unit] = set()
    serving = {link.key_result for link in links}
    for _, key_result in workspace.key_results():
        known, how = run.scorecard.readings[key_result.id].estimates, weighting_of(key_result)
        if known.unit is None or known.unit in told or (serving and key_result.id not in serving):
            continue
        words = _of_item(item, known, key_result.id, how, run.alignment, counts=bool(serving))
        crossing = _of_sides(item, known, how, run.alignment)
        for sentence in filter(None, (words, crossing)):
            told.add(known.unit)
            yield f"Weighed by {_unit_words(known.unit)}, {sentence}."


def _of_sides(item: WorkItem, known: Estimates, how: WorkMeasure, alignment: Alignment) -> str:
    """Where the estimate of mirrored work is not that of the side that counts, or the sides differ: what is taken."""
    assert known.unit is not None  # noqa: S101  the caller's condition
    sides = alignment.sides(item.ref)
    told = [(side, said) for side in sides if (said := estimate_in(side, how)) is not None]
    if len(sides) == 1 or not told or (told[0][0] == sides[0] and len({said for _, said in told}) == 1):
        return ""
    (first, taken), *others = told
    differing = [f"{side.name} ({amount(known.unit, said)})" for side, said in others if said != taken]
    beside = f", and not that of {' and '.join(differing)}" if differing else ""
    return f"the estimate of {first.name} is taken ({amount(known.unit, taken)}){beside}"


def _of_item(
    item: WorkItem, known: Estimates, key_result: str, how: WorkMeasure, alignment: Alignment, *, counts: bool
) -> str:
    assert known.unit is not None  # noqa: S101  the caller's condition
    if (own := known.spreads.get(item.ref)) is not None:
        estimate, below = amount(known.unit, own.estimate), counted(len(own.over), "item")
        if replaced := own.replaced(key_result):
            whole = own.each * len(replaced)
            how_much = "counts" if whole != own.estimate else "counts whole"
            below = counted(len(replaced), "item")
            return (
                f"it is done and {how_much}, with {_part(whole, estimate, own)}, in place of {below} below it"
            )
        return f"its {estimate} {agree(float(own.estimate), 'is', 'are')} spread over {below} below it"
    if (carried := known.carried.get(item.ref)) is not None:
        estimate, parent = amount(known.unit, carried.estimate), carried.parent.name
        # What serves nothing has no key result of its own to ask for.
        if any(item.ref in carried.replaced(name) for name in ([key_result] if counts else carried.whole_in)):
            return f"{parent} is done and counts whole in its place, with {estimate}"
        part = f"it carries {_plain(carried.each)} of the {estimate} of {parent}, spread over {counted(len(carried.over), 'item')}"
        return part if counts else f"{part}; that part counts nowhere"
    if item.ref in known.outdone:
        add_up = added_up(known.leaves_below(item.ref), known, how, alignment.items)
        estimate = amount(known.unit, known.own[item.ref])
        return f"estimated work below it counts in place of its {estimate}: {amount(known.unit, add_up)}"
    if item.ref in known.barred:
        estimate = amount(known.unit, known.barred[item.ref])
        return f"its {estimate} are not spread over what is below it, since it {_why_barred(item)}"
    return ""


def _unit_words(unit: Unit) -> str:
    return {"points": "points", "time": "hours"}.get(unit[0], unit[1])


def amount(unit: Unit, number: Fraction) -> str:
    """A number of points, hours, or whatever a field holds."""
    match unit:
        case ("points", _):
            return f"{_plain(number)} {agree(float(number), 'point', 'points')}"
        case ("time", _):
            return f"{_plain(number)} {agree(float(number), 'hour', 'hours')}"
        case (_, name):
            return f"{_plain(number)} ({name})"


def _part(part: Fraction, estimate: str, spread: Spread) -> str:
    return estimate if part == spread.estimate else f"{_plain(part)} of its {estimate}"


def _plain(number: Fraction) -> str:
    return ENGLISH.number(number)


def _of(spread: Spread, fate: Fate, elsewhere: tuple[Ref, ...] = ()) -> ParentEstimate:
    return ParentEstimate(spread.parent, spread.estimate, fate, spread.over, spread.estimate, elsewhere)


def _serves(placement: ItemAlignment, key_result: str) -> bool:
    return any(link.key_result == key_result for link in placement.of_every_cycle)


def _words(one: ParentEstimate, unit: Unit, alignment: Alignment) -> str:
    name, estimate = one.item.name, amount(unit, one.estimate)
    count = agree(float(one.estimate), "counts", "count")
    match one.fate:
        case "whole":
            below = counted(len(one.leaves) - len(one.elsewhere), "item")
            if one.elsewhere:
                return f"{name} is done and counts in place of {below} below it. {_elsewhere(one, estimate, alignment)}"
            return f"{name} is done and counts whole, with {estimate}, in place of {below} below it."
        case "spread":
            return _elsewhere(one, estimate, alignment)
        case "outdone":
            gap = (
                f"{_plain(abs(one.add_up - one.estimate))} {'fewer' if one.add_up < one.estimate else 'more'}"
            )
            return f"Estimated work below {name} counts in place of its {estimate}: {amount(unit, one.add_up)}, {gap}."
        case "barred":
            return f"{name} {_why_barred(one.item)}, so its {estimate} {count} nowhere."


def _elsewhere(one: ParentEstimate, estimate: str, alignment: Alignment) -> str:
    part = one.estimate * len(one.elsewhere) / len(one.leaves)
    named = (f"{alignment.items[ref].name} ({_whereto(ref, alignment)})" for ref in one.elsewhere[:_FEW])
    more = f" and {len(one.elsewhere) - _FEW} more" if len(one.elsewhere) > _FEW else ""
    go = agree(float(part), "goes", "go")
    return f"Of the {estimate} of {one.item.name}, {_plain(part)} {go} elsewhere: {', '.join(named)}{more}."


def _why_barred(item: WorkItem) -> str:
    if item.in_scope:
        return "was dropped"
    return "is in triage" if item.triage else "is out of scope"


def _whereto(ref: Ref, alignment: Alignment) -> str:
    placement = alignment.placements[ref]
    if placement.state == "exempt":
        return f"exempt as {placement.category}"
    names = dict.fromkeys(link.key_result for link in placement.of_every_cycle)
    return f"serves {', '.join(names)}" if names else "serves no key result"
