"""What signals see, from items, walks and a declaration, in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from config.workspace import Workspace
from connectors.model import StatusSpan, WorkItem
from sync.align.alignment import align
from sync.forecast.key_results import outlooks
from sync.measure import measure
from sync.observation import Past
from sync.signals.context import context_of
from sync.signals.mechanism import SignalContext
from sync.signals.orphans import find_signals
from tests.support.builders import NOW, observed

Walked = tuple[WorkItem, Sequence[StatusSpan]]
"""An item with its history; () where that is not known."""


def seen(
    declared: Workspace,
    *work: WorkItem | Walked,
    kept: Mapping[str, Iterable[tuple[str, float]]] | None = None,
    now: datetime = NOW,
    counts: Mapping[str, int] | None = None,
) -> SignalContext:
    """The context of these items. `kept`: values of key results on earlier days; `counts`: what trackers answer now."""
    pairs: list[Walked] = [(one, ()) if isinstance(one, WorkItem) else one for one in work]
    items = [one for one, _ in pairs]
    histories = {one.ref: spans for one, spans in pairs if spans}
    read = observed(*items, at=now, histories=histories, counts=counts or {})
    alignment = align(items, declared, today=now.astimezone(declared.zone).date())
    card = measure(alignment, read, declared, now)
    readings = {
        name: [Past(date.fromisoformat(day), value, None) for day, value in rows]
        for name, rows in (kept or {}).items()
    }
    ends = outlooks(alignment, card, declared, readings)
    found = find_signals(alignment, card, read, declared, now)
    return context_of(read, alignment, card, ends, found, readings, declared, now)


def told(found: Iterable[Any]) -> list[tuple[str, str, str, list[str]]]:
    """Signals in short: id, severity, subject, keys of the evidence."""
    return [(one.id, one.severity, one.subject, [ref.id for ref in one.items]) for one in found]
