"""If you do one thing: the open work whose completion raises a chance most, with what waits for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.text.redaction import shown
from config.text.texts import Texts
from connectors.model import Ref, WorkItem
from sync.forecast.one_thing import OneThing, OneThings, Why
from sync.measure import to_percent
from sync.report.html.cells import chance_cell, item_cell, percent_cell, title_cell, web_address
from sync.report.html.page import Cell, Column, Link, Paragraph

_COLUMN = "report_overview.column"
_FEW = 3

Items = Mapping[Ref, WorkItem]


@dataclass(frozen=True, slots=True)
class Named:
    """A thing to do, and for which key result."""

    key_result: str
    thing: OneThing


def best_of(found: Mapping[str, OneThings], items: Items) -> Named | None:
    """Of all key results the one whose chance rises most; where no chance does, whose median end does. None where nothing does.

    Work with restricted access is not put first: who reads the report may not see what to do.
    """
    named = [
        Named(name, thing)
        for name, some in found.items()
        if (thing := first_public(some.things, items)) is not None
    ]
    return max(named, key=_gain, default=None)


def first_public(things: Iterable[OneThing], items: Items) -> OneThing | None:
    """The best of them that everybody may see; None where there is none."""
    return next((one for one in things if not items[one.item].private), None)


def _gain(one: Named) -> tuple[bool, float, float]:
    thing = one.thing
    chance, middle = (
        thing.after.chance - thing.before.chance,
        thing.after.middle - thing.before.middle,
    )
    return (thing.by == "chance", chance, middle) if thing.by == "chance" else (False, middle, chance)


def sentence(thing: OneThing, items: Items, texts: Texts) -> Paragraph:
    """What to do and what it brings, with links to the tickets."""
    item = items[thing.item]
    before, after = (cell.text for cell in _figures(thing, texts))
    raises = texts.text(
        f"report_overview.thing.{thing.by}", title=shown(item.title), before=before, after=after
    )
    freed = [ref for ref in thing.frees if not items[ref].private]
    if not freed:
        return (_link(item), f" {raises}.")
    parts: list[str | Link] = [_link(item), f" {raises}, {texts.text('report_overview.thing.frees')} "]
    for at, ref in enumerate(freed[:_FEW]):
        parts += [*([", "] if at else []), _link(items[ref])]
    more = len(freed) - _FEW
    parts.append(f", {texts.counted('progress.waits.more', more)}." if more > 0 else ".")
    return tuple(parts)


def _link(item: WorkItem) -> Link:
    return Link(shown(item.name), web_address(item.url))


def columns(texts: Texts) -> tuple[Column, ...]:
    """Those of `cells`."""
    names = ("item", "title", "raises", "from", "to", "with")
    return tuple(
        Column(name, texts.text(f"{_COLUMN}.{name}"), "number" if name in ("from", "to") else "text")
        for name in names
    )


def cells(thing: OneThing, items: Items, texts: Texts) -> tuple[Cell, ...]:
    """An item, what finishing it raises, from where to where, and what waits for it alone."""
    item = items[thing.item]
    return (
        item_cell(item),
        title_cell(item, texts),
        Cell(texts.text(f"report_overview.raises.{thing.by}"), thing.by),
        *_figures(thing, texts),
        _frees(thing, items, texts),
    )


def _figures(thing: OneThing, texts: Texts) -> Iterator[Cell]:
    for one in (thing.before, thing.after):
        if thing.by == "chance":
            yield chance_cell(one.chance, texts)
        else:
            yield percent_cell(to_percent(one.middle), texts)


def _frees(thing: OneThing, items: Items, texts: Texts) -> Cell:
    """What waits for it alone, and is taken as done with it; its value is how many items that are."""
    names = [items[ref].name for ref in thing.frees[:_FEW]]
    if not names:
        return Cell("–", 0, tone="quiet")
    more = len(thing.frees) - _FEW
    if more > 0:
        names.append(texts.counted("progress.waits.more", more))
    return Cell(", ".join(names), len(thing.frees))


def without(found: Mapping[str, OneThings], texts: Texts) -> Iterator[str]:
    """Why nothing is named for the others, those of one reason together; what has no forecast yet says so where it stands."""
    reasons: dict[Why, list[str]] = {}
    for name, some in found.items():
        if some.why not in ("", "forecast"):
            reasons.setdefault(some.why, []).append(name)
    for why, names in reasons.items():
        said = texts.text(f"report_overview.why.{why}")
        yield texts.text("report_overview.one_things.without", key_results=", ".join(names), why=said)
