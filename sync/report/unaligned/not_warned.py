"""Open work that serves no key result and that nobody is warned about: which it is, how much, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from config.text.figures import ENGLISH
from config.wording import agree, counted
from connectors.model import Ref, WorkItem
from sync.plan.plan import natural
from sync.report.table import Cell, Section, team_of, title_beside_name
from sync.signals.orphans import Signals

SHOW_ALL = "Show them: truenorth orphans --all"


@dataclass(frozen=True, slots=True)
class Unwarned:
    """A piece of such work. `why`: it is not started, or within its grace period, which ends on `warned_from`."""

    item: Ref
    age_days: int
    why: Literal["not started", "in grace"]
    warned_from: date | None = None

    @property
    def words(self) -> str:
        """Why, for people."""
        return self.why if self.warned_from is None else f"warned from {self.warned_from}"


def unwarned(items: Mapping[Ref, WorkItem], signals: Signals, now: datetime) -> tuple[Unwarned, ...]:
    """All of it, by tracker and key as people count."""

    def found() -> Iterator[Unwarned]:
        for ref in signals.not_started:
            yield Unwarned(ref, (now - items[ref].created).days, "not started")
        for ref, one in signals.in_grace.items():
            yield Unwarned(ref, (now - items[ref].created).days, "in grace", one.until)

    return tuple(
        sorted(found(), key=lambda one: (one.item.tracker, natural(items[one.item].key), one.item.id))
    )


def left_out(signals: Signals) -> str:
    """How much of it there is, in a sentence; "" where there is none."""
    counts = {"not started": len(signals.not_started), "within their grace period": len(signals.in_grace)}
    total = sum(counts.values())
    if not total:
        return ""
    parts = [f"{ENGLISH.count(count)} {words}" for words, count in counts.items() if count]
    return f"{ENGLISH.count(total)} more {agree(total, 'serves', 'serve')} none and {agree(total, 'is', 'are')} not warned: {', '.join(parts)}."


def not_warned(items: Mapping[Ref, WorkItem], signals: Signals, now: datetime) -> Section:
    """A row for each, with why."""
    found = unwarned(items, signals, now)
    rows = tuple(
        (
            Cell(items[one.item].name, "strong"),
            Cell(title_beside_name(items[one.item])),
            Cell(items[one.item].level),
            Cell(items[one.item].status),
            Cell(f"{ENGLISH.count(one.age_days)} d"),
            Cell(one.words),
            Cell(items[one.item].assignee or "–"),
            Cell(team_of(items[one.item])),
            Cell(items[one.item].url, "dim"),
        )
        for one in found
    )
    lead = f"{counted(len(found), 'open item')} {agree(len(found), 'serves', 'serve')} no key result and {agree(len(found), 'is', 'are')} not warned."
    columns = ("key", "title", "level", "status", "age", "reason", "assignee", "team", "url")
    return Section(
        "Unaligned work without a warning",
        (lead,),
        columns if rows else (),
        rows,
        ("age",),
        prose=("title",),
        links=("url",),
        private=("assignee",),
    )


def in_grace(items: Mapping[Ref, WorkItem], signals: Signals, most: int | None = None) -> tuple[Section, ...]:
    """Work that lost its last key result and is not warned yet; no section where there is none."""
    lost = sorted(
        signals.unlinked, key=lambda one: (one.until, one.item.tracker, natural(items[one.item].key))
    )
    if not lost:
        return ()
    rows = tuple(
        (
            Cell(items[one.item].name, "strong"),
            Cell(title_beside_name(items[one.item])),
            Cell(str(one.since)),
            Cell(str(one.until)),
        )
        for one in lost[:most]
    )
    count = len(lost)
    lead = (
        f"{counted(count, 'open item')} lost {agree(count, 'its', 'their')} last key result and "
        f"{agree(count, 'is', 'are')} within {agree(count, 'its', 'their')} grace period."
    )
    more = (f"… and {count - len(rows)} more. Show all: truenorth orphans",) if len(rows) < count else ()
    columns = ("key", "title", "unaligned since", "warned from")
    return (Section("Unaligned, not warned yet", (lead,), columns, rows, tail=more, prose=("title",)),)
