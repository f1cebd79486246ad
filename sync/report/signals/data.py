"""Signals for programs: ids and numbers beside the words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from config.text.phrases import Phrase, plain, say
from config.text.texts import Texts
from connectors.model import Ref, WorkItem
from sync.signals.conflicts.waits import Edge, Wait
from sync.signals.mechanism import Reason
from sync.signals.signal import Signal

Data = dict[str, Any]


def signals_data(found: Iterable[Signal], items: Mapping[Ref, WorkItem], texts: Texts) -> list[Data]:
    """Each signal with its evidence; `base_rate` null: unknown."""
    return [
        {
            "id": one.id,
            "name": texts.text(f"signals.{one.id}.name"),
            "severity": one.severity,
            "subject": {"kind": one.kind, "id": one.subject or None},
            "message": _words(one.message, texts),
            "formula": _words(one.formula, texts),
            "threshold": one.threshold or None,
            "remedy": _words(one.remedy, texts),
            "days": one.days,
            "base_rate": None
            if one.base_rate is None
            else {"fired": one.base_rate.fired, "weeks": one.base_rate.weeks},
            "items": [item_data(items[ref]) for ref in one.items if ref in items],
        }
        for one in found
    ]


def _words(what: Phrase, texts: Texts) -> Data:
    return {"text": say(what, texts), **plain(what)}


def item_data(item: WorkItem) -> Data:
    """A ticket as evidence: nobody who works on it."""
    return {
        "tracker": item.ref.tracker,
        "id": item.ref.id,
        "key": item.key,
        "title": item.title,
        "restricted": item.private,
        "url": item.url,
        "team": item.team,
        "project": item.project,
    }


def absent_data(missing: Mapping[str, Sequence[Reason]], texts: Texts) -> list[Data]:
    """What is not computed, with a reason for programs and one for people."""
    return [
        {
            "id": name,
            "reason": reasons[0],
            "text": "; ".join(texts.text(f"signals.absent.{one}") for one in reasons),
        }
        for name, reasons in missing.items()
    ]


def waiting_data(edges: Sequence[Edge], now: datetime) -> list[Data]:
    """Who waits for whom, the oldest first."""
    return [
        {"team": edge.team, "for": edge.of, "waits": [_wait(one, now) for one in edge.waits]}
        for edge in edges
    ]


def _wait(one: Wait, now: datetime) -> Data:
    return {
        "item": item_data(one.item),
        "blocker": item_data(one.blocker),
        "serves": list(one.serves),
        "blocker_serves": list(one.instead),
        "days": one.days(now),
        "days_exact": one.is_exact,
        "since": one.since.isoformat(),
    }
