"""Items whose write failed rest, each time longer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from config.wording import counted
from connectors.model import Marks, Ref, WorkItem
from sync.memory import Quarantined

LONGEST_REST = timedelta(days=7)


def rest_after(failures: int, now: datetime) -> datetime:
    """When to try again: at once after the first failure, then after 1, 2, 4 … hours, to at most a week."""
    if failures <= 1:
        return now
    return now + min(timedelta(hours=2 ** min(failures - 2, 8)), LONGEST_REST)


def skip_quarantined(
    wanted: Mapping[Ref, Marks],
    known: Mapping[Ref, WorkItem],
    quarantine: Mapping[Ref, Quarantined],
) -> tuple[dict[Ref, Marks], tuple[str, ...]]:
    """The wanted marks without those of items that rest after failed writes, and a sentence for each that would change."""
    allowed, notes = dict(wanted), []
    for ref, why in sorted(quarantine.items()):
        if ref not in allowed:
            continue
        marks = allowed.pop(ref)
        if ref in known and marks != known[ref].shown:
            notes.append(
                f"{known[ref].name} is on hold until {why.until:%Y-%m-%d %H:%M} UTC after {counted(why.failures, 'failed write')}: "
                f"{why.reason}"
            )
    return allowed, tuple(notes)
