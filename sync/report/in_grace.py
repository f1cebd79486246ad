"""Unaligned work that is not warned yet, as a section of a report. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from config.wording import agree, counted
from connectors.model import Ref, WorkItem
from sync.plan.plan import natural
from sync.report.table import Cell, Section
from sync.signals.orphans import Signals


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
            Cell(items[one.item].title),
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
    return (Section("Unaligned, not warned yet", (lead,), columns, rows, tail=more),)
