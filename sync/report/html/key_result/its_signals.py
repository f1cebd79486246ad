"""The signals about a key result and its objective. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from config.text.phrases import say
from sync.report.html.cells import NOTHING
from sync.report.html.key_result.subject import Subject
from sync.report.html.page import Block, Cell, Column, Row, Section, Table, Tone
from sync.report.signals.sections import rate_words
from sync.signals.mechanism import SEVERITIES
from sync.signals.signal import Severity, Signal

_TONES: Mapping[Severity, Tone] = {"high": "bad", "medium": "warn", "low": "quiet"}
_FEW = 5


def its_signals(subject: Subject) -> tuple[Signal, ...]:
    """Those whose subject is the key result or its objective, the gravest first."""
    about = {("key_result", subject.id), ("objective", subject.objective.id)}
    found = (one for one in subject.source.run.warnings if (one.kind, one.subject) in about)
    return tuple(sorted(found, key=lambda one: SEVERITIES.index(one.severity)))


def section(subject: Subject) -> Section:
    """What to know before it is too late."""
    texts, title = subject.texts, subject.say("signals")
    found = its_signals(subject)
    if not found:
        return Section("signals", title, (subject.say("signals.none"),), ())
    columns = (
        *(Column(name, texts.text(f"signals.column.{name}")) for name in ("signal", "subject", "message")),
        *(
            Column(name, texts.text(f"signals.column.{name}"))
            for name in ("items", "threshold", "rate", "remedy")
        ),
    )
    table = Table(
        "list",
        subject.say("signals.list"),
        columns,
        tuple(Row(_cells(one, subject)) for one in found),
        texts.text("signals.lead"),
    )
    blocks: tuple[Block, ...] = (table,)
    return Section("signals", title, (subject.say("signals.lead"),), blocks)


def _cells(one: Signal, subject: Subject) -> tuple[Cell, ...]:
    texts = subject.texts
    return (
        Cell(texts.text(f"signals.{one.id}.name"), one.id, tone=_TONES[one.severity]),
        Cell(one.subject, one.subject),
        Cell(say(one.message, texts), say(one.message, texts)),
        _evidence(one, subject),
        Cell(one.threshold, one.threshold) if one.threshold else NOTHING,
        Cell(rate_words(one.base_rate, texts), one.base_rate.fired if one.base_rate else None),
        Cell(say(one.remedy, texts), say(one.remedy, texts)),
    )


def _evidence(one: Signal, subject: Subject) -> Cell:
    """The tickets behind it; where a page lists exactly these, it leads there."""
    items = subject.source.run.alignment.items
    names = [items[ref].name for ref in one.items if ref in items]
    if not names:
        return Cell("–", 0, tone="quiet")
    shown, more = ", ".join(names[:_FEW]), len(names) - _FEW
    words = f"{shown} {subject.texts.counted('signals.more', more)}" if more > 0 else shown
    return Cell(words, len(one.items), href=subject.links.page_of(one.items))
