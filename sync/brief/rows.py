"""A brief as rows, before they have a language and a place where they are shown: at most 25, each naming its tickets. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeVar

from config.text.phrases import Measured, Percent, Phrase, Value, phrase
from config.text.redaction import shorten, shown
from connectors.model import Ref, WorkItem
from sync.brief.contents import Brief, Fall, NewOrphan, OldItem
from sync.brief.waits import Wait
from sync.forecast.attribution import Attribution
from sync.forecast.one_thing import OneThing
from sync.forecast.outlook import chance_percent
from sync.measure import to_percent
from sync.signals.signal import Signal
from sync.signals.subjects import short_team, team_of

T = TypeVar("T")

MOST_ROWS = 24
_MOST = {"waits": 4, "orphans": 3, "old": 3, "disputed": 2}
"""With the chance that fell, its three things, the headings and the last line 24 in all: a word on what was not read fits above."""
_MOST_NAMES = 5
_MOST_TITLE = 60

BEGIN, END = "\ue000", "\ue001"
"""Around the place of a ticket among those of a row, within its sentence: no text from elsewhere has these characters."""

RowKind = Literal["title", "heading", "line", "note"]


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence, and the tickets that it names, each at its place."""

    kind: RowKind
    said: Phrase
    items: tuple[WorkItem, ...] = ()


class _Names:
    """The tickets of one row."""

    def __init__(self) -> None:
        self.items: list[WorkItem] = []

    def of(self, item: WorkItem) -> str:
        """What stands for the ticket in the sentence."""
        self.items.append(item)
        return f"{BEGIN}{len(self.items) - 1}{END}"

    def several(self, items: Sequence[WorkItem]) -> tuple[str, ...]:
        """The same for several, of which a sentence says the first."""
        # What is beyond those is only counted, and needs no place.
        return tuple(self.of(one) if at < _MOST_NAMES else "" for at, one in enumerate(items))

    def row(self, said: Phrase) -> Row:
        return Row("line", said, tuple(self.items))


def rows_of(brief: Brief, items: Mapping[Ref, WorkItem], titles: Mapping[str, str]) -> tuple[Row, ...]:
    """The rows of a brief; of a week in which nothing changed one. `titles`: of key results, by id."""
    if not brief.is_changed:
        return (_unchanged(brief, titles),)
    sections = (
        *_fell(brief, items),
        *_section("waits", brief.waits, lambda one: _wait(one, brief)),
        *_section("orphans", brief.orphans, _orphan),
        *_section("old", brief.old or (), _old),
        *_section("disputed", brief.disputed, lambda one: _disputed(one, items)),
    )
    found = sections or (Row("line", phrase("brief.quiet")),)
    title = Row("title", phrase("brief.title", day=brief.day, since=brief.since))
    return (title, *found, *_missing(brief))


def chance_phrase(chance: float | Fraction) -> Phrase:
    """A chance as people read it: no simulation tells 1 % from 3 %."""
    percent = chance_percent(float(chance))
    if percent < 5:
        return phrase("brief.chance.low", percent=Percent(5))
    if percent > 95:
        return phrase("brief.chance.high", percent=Percent(95))
    return phrase("brief.chance.is", percent=Percent(percent))


def thing_row(thing: OneThing, items: Mapping[Ref, WorkItem]) -> Row:
    """What to do, and what it brings."""
    names = _Names()
    item = items[thing.item]
    before: Value
    after: Value
    if thing.by == "chance":
        key, before, after = (
            "brief.thing",
            chance_phrase(thing.before.chance),
            chance_phrase(thing.after.chance),
        )
    else:
        key = "brief.thing.middle"
        before, after = (Percent(to_percent(one.middle) or 0) for one in (thing.before, thing.after))
    said = phrase(key, item=names.of(item), title=_title(item), before=before, after=after)
    freed = [items[ref] for ref in thing.frees if not items[ref].private]
    if freed:
        said = phrase(
            "brief.thing.frees", "waiting", thing=said, items=names.several(freed), waiting=len(freed)
        )
    return names.row(said)


def _unchanged(brief: Brief, titles: Mapping[str, str]) -> Row:
    if not brief.falls:
        return Row("title", phrase("brief.unchanged", since=brief.since))
    worst = brief.falls[0]
    said = phrase(
        "brief.unchanged.time",
        since=brief.since,
        key_result=worst.key_result,
        title=titles[worst.key_result],
        before=chance_phrase(worst.before),
        after=chance_phrase(worst.after),
    )
    return Row("title", said)


def _fell(brief: Brief, items: Mapping[Ref, WorkItem]) -> Iterator[Row]:
    if brief.worst is None:
        return
    yield Row("heading", phrase("brief.fell"))
    yield _fall(brief.worst)
    for thing in brief.worst.things:
        yield thing_row(thing, items)
    if others := brief.falls[1:]:
        yield Row("line", phrase("brief.fell.also", key_results=tuple(map(_also, others))))


def _also(one: Attribution) -> Phrase:
    return phrase(
        "brief.fell.one",
        key_result=one.key_result,
        before=chance_phrase(one.before),
        after=chance_phrase(one.after),
    )


def _fall(fall: Fall) -> Row:
    names, moved = _Names(), fall.moved
    cause = "value" if moved.is_value and moved.main == "work" else moved.main
    if moved.is_value and not fall.behind:
        behind: Value = ""
    elif fall.behind:
        key = "scope" if moved.main == "scope" else "doing"
        behind = phrase(f"brief.behind.{key}", items=names.several(fall.behind))
    else:
        behind = phrase("brief.behind.none")
    said = phrase(
        "brief.fell.value" if moved.is_value else "brief.fell.by",
        key_result=moved.key_result,
        title=fall.title,
        before=chance_phrase(moved.before),
        after=chance_phrase(moved.after),
        cause=phrase(f"brief.cause.{cause}"),
        work=_signed(moved.points("work")),
        scope=_signed(moved.points("scope")),
        time=_signed(moved.points("time")),
        behind=behind,
    )
    return names.row(said)


def _signed(points: int) -> str:
    return "0" if not points else f"{points:+d}".replace("-", "−")


def _section(name: str, found: Sequence[T], row: Callable[[T], Row]) -> Iterator[Row]:
    if found:
        yield Row("heading", phrase(f"brief.{name}", found=len(found)))
        for one in found[: _MOST[name]]:
            yield row(one)


def _wait(one: Wait, brief: Brief) -> Row:
    names, days = _Names(), one.days(brief.at)
    said = phrase(
        "brief.wait" if one.is_exact else "brief.wait.at_most",
        "days",
        team=_team(one.item),
        other=_team(one.blocker),
        days=days,
        item=names.of(one.item),
        serves=one.serves,
        blocker=names.of(one.blocker),
    )
    return names.row(said)


def _orphan(one: NewOrphan) -> Row:
    names, key = _Names(), "lost" if one.lost else "begun"
    said = phrase(
        f"brief.orphan.{key}",
        item=names.of(one.item),
        title=_title(one.item),
        team=_team(one.item),
        day=one.day,
    )
    return names.row(said)


def _old(one: OldItem) -> Row:
    names = _Names()
    said = phrase(
        "brief.old",
        "age",
        item=names.of(one.item),
        title=_title(one.item),
        team=_team(one.item),
        age=int(one.age),
        stage=shown(one.stage),
        limit=Measured(one.limit),
    )
    return names.row(said)


def _disputed(one: Signal, items: Mapping[Ref, WorkItem]) -> Row:
    names = _Names()
    places = {items[ref].name: names.of(items[ref]) for ref in one.items}
    values = tuple(
        (name, places.get(value, value) if isinstance(value, str) and name == "item" else value)
        for name, value in one.message.values
    )
    return names.row(replace(one.message, values=values))


def _missing(brief: Brief) -> Iterator[Row]:
    what = [phrase("brief.missing.old")] if brief.old is None else []
    for why in dict.fromkeys(brief.untold.values()):
        names = tuple(name for name, one in brief.untold.items() if one == why)
        what.append(phrase(f"brief.missing.{why}", key_results=names))
    if what:
        yield Row("note", phrase("brief.missing", what=tuple(what)))


def _title(item: WorkItem) -> str:
    """Its title, where that is not its name."""
    return "" if item.title == item.name else shorten(item.title, _MOST_TITLE)


def _team(item: WorkItem) -> str:
    return shown(short_team(team_of(item)))
