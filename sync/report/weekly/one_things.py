"""If you do one thing, as a table. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.wording import counted, percent
from connectors.model import Ref, WorkItem
from sync.forecast.one_thing import OneThing, OneThings, Why
from sync.forecast.outlook import chance_percent, chance_words
from sync.measure import to_percent
from sync.report.table import Cell, Section, title_beside_name

_WHY: Mapping[Why, str] = {
    "forecast": "no forecast yet",
    "metric": "its value comes from outside the trackers",
    "query": "its value is what a query finds",
    "flow": "its value is how work flowed",
    "project": "its value is Linear's own",
    "composite": "made of other key results: see those",
    "nothing_open": "none of its work is open",
    "no_effect": "no item by itself raises it",
}
_FEW = 3


def section(found: Mapping[str, OneThings], items: Mapping[Ref, WorkItem]) -> Section | None:
    """Of each key result the items whose completion raises its chance most; None where nothing is foretold."""
    rows = tuple(row for name, some in found.items() if some.things for row in _rows(name, some, items))
    without = {name: some.why for name, some in found.items() if some.why not in ("", "forecast")}
    if not rows:
        return None
    lead = (
        "The open items whose completion today raises each chance most: the forecast run again with each one done. Where the "
        "chance is at its cap, by the middle of where it ends."
    )
    return Section(
        "If you do one thing",
        (lead,),
        ("", "key", "title", "raises", "from", "to", "with"),
        rows,
        right=("from", "to"),
        tail=_without(without),
        prose=("title", "with"),
    )


def _rows(name: str, some: OneThings, items: Mapping[Ref, WorkItem]) -> Iterator[tuple[Cell, ...]]:
    for at, one in enumerate(some.things):
        item = items[one.item]
        before, after = _figures(one)
        yield (
            Cell("" if at else name),
            Cell(item.name, "strong"),
            Cell(title_beside_name(item)),
            Cell("chance" if one.by == "chance" else "middle"),
            Cell(before),
            Cell(after),
            Cell(_frees(one, items), "dim"),
        )


def _figures(one: OneThing) -> tuple[str, str]:
    if one.by == "chance":
        before, after = (chance_words(chance_percent(at.chance)) for at in (one.before, one.after))
    else:
        before, after = (percent(to_percent(at.middle)) for at in (one.before, one.after))
    return before, after


def _frees(one: OneThing, items: Mapping[Ref, WorkItem]) -> str:
    """What waits for it alone, and is taken as done with it."""
    if not one.frees:
        return ""
    named = ", ".join(items[ref].name for ref in one.frees[:_FEW])
    more = f" and {len(one.frees) - _FEW} more" if len(one.frees) > _FEW else ""
    return f"{counted(len(one.frees), 'item')} that it alone blocks: {named}{more}"


def _without(without: Mapping[str, Why]) -> tuple[str, ...]:
    """Why nothing is named for the others, those of one reason together."""
    reasons: dict[Why, list[str]] = {}
    for name, why in without.items():
        reasons.setdefault(why, []).append(name)
    return tuple(f"None for {', '.join(names)}: {_WHY[why]}." for why, names in reasons.items())
