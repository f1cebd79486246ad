"""Signals as sections, in the language that is asked for: by severity, each with threshold, base rate, evidence and remedy. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from config.text.phrases import say
from config.text.texts import Texts
from connectors.model import Ref, WorkItem
from sync.report.table import Cell, Section, Style
from sync.signals.conflicts.waits import Edge
from sync.signals.mechanism import SEVERITIES, Reason
from sync.signals.signal import BaseRate, Severity, Signal

_EXAMPLES = 3
_TICKETS = 5
_STYLES: Mapping[Severity, Style] = {"high": "bad", "medium": "warn", "low": "dim"}
_EACH = "truenorth signals --all"


def sections(
    found: Sequence[Signal],
    items: Mapping[Ref, WorkItem],
    texts: Texts,
    *,
    each: bool = False,
    narrowed_by: str = "",
) -> Iterator[Section]:
    """A section for each severity; what is alike and about no key result or team is a row, with three examples, unless
    `each` is asked for.
    """
    if not found:
        none = texts.text("signals.none.of", what=narrowed_by) if narrowed_by else texts.text("signals.none")
        yield Section(texts.text("signals.title"), (none,))
        return
    rated = any(one.base_rate for one in found)
    for severity in SEVERITIES:
        groups = list(_groups((one for one in found if one.severity == severity), each=each))
        if not groups:
            continue
        lead = []
        if rated:
            lead.append(texts.text("signals.lead"))
            rated = False
        if any(len(group) > _EXAMPLES for group in groups):
            lead.append(texts.text("signals.each", command=_EACH))
        yield _section(severity, groups, items, texts, lead)


def _groups(found: Iterable[Signal], *, each: bool) -> Iterator[list[Signal]]:
    alike: dict[tuple[str, str, object], list[Signal]] = {}
    for at, one in enumerate(found):
        apart = at if each or one.subject else one.remedy.key
        alike.setdefault((one.id, one.subject, apart), []).append(one)
    yield from alike.values()


def _section(
    severity: Severity,
    groups: Iterable[Sequence[Signal]],
    items: Mapping[Ref, WorkItem],
    texts: Texts,
    lead: Sequence[str],
) -> Section:
    names = ("signal", "subject", "threshold", "rate", "message", "items", "remedy")
    columns = tuple(texts.text(f"signals.column.{name}") for name in names)
    rows = tuple(
        (
            Cell(texts.text(f"signals.{group[0].id}.name"), _STYLES[severity]),
            Cell(group[0].subject or "–", "strong"),
            Cell(group[0].threshold or "–"),
            Cell(rate_words(group[0].base_rate, texts)),
            message,
            Cell(_tickets(group, items, texts, message)),
            _remedy(group, texts),
        )
        for group in groups
        for message in (_message(group, texts),)
    )
    title = texts.text(f"signals.title.{severity}")
    return Section(title, tuple(lead), columns, rows, prose=columns[4:])


def rate_words(rate: BaseRate | None, texts: Texts) -> str:
    """In how many of the weeks behind it would have fired, or that nobody knows."""
    if rate is None:
        return texts.text("signals.rate.unknown")
    number = texts.figures.count
    return texts.plural("signals.rate", rate.weeks, fired=number(rate.fired), weeks=number(rate.weeks))


def _message(group: Sequence[Signal], texts: Texts) -> Cell:
    first, *others = [say(one.message, texts) for one in group[:_EXAMPLES]]
    more = len(group) - _EXAMPLES
    if more > 0:
        others.append(texts.counted("signals.more", more))
    return Cell(first, more=tuple(others))


def _remedy(group: Sequence[Signal], texts: Texts) -> Cell:
    """The remedy; where it names what it is about, that of each example."""
    first, *others = dict.fromkeys(say(one.remedy, texts) for one in group[:_EXAMPLES])
    return Cell(first, "dim", more=tuple(others))


def _tickets(group: Sequence[Signal], items: Mapping[Ref, WorkItem], texts: Texts, message: Cell) -> str:
    """The evidence that the message does not name already."""
    said = f"{message.text} {' '.join(message.more)}"
    evidence = dict.fromkeys(items[ref].name for one in group for ref in one.items if ref in items)
    names = [name for name in evidence if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said)]
    if not names:
        return "–"
    shown, more = ", ".join(names[:_TICKETS]), len(names) - _TICKETS
    return f"{shown} {texts.counted('signals.more', more)}" if more > 0 else shown


def waiting(edges: Sequence[Edge], now: datetime, texts: Texts) -> Section:
    """Who waits for whom, the oldest first: an arrow for two teams."""
    columns = tuple(texts.text(f"signals.waits.{name}") for name in ("team", "of", "count", "days", "oldest"))
    rows = tuple(
        (
            Cell(edge.team, "strong"),
            Cell(edge.of),
            Cell(texts.figures.count(len(edge.waits))),
            Cell(("" if edge.waits[0].is_exact else "≤ ") + texts.figures.count(edge.waits[0].days(now))),
            Cell(
                texts.text(
                    "signals.waits.by", item=edge.waits[0].item.name, blocker=edge.waits[0].blocker.name
                )
            ),
        )
        for edge in edges
    )
    return Section(texts.text("signals.waits"), (), columns, rows, right=columns[2:4], prose=columns[4:])


def absent(missing: Mapping[str, Sequence[Reason]], texts: Texts) -> Section:
    """What is not computed, and why: those of one reason in a row."""
    by_reason: dict[tuple[Reason, ...], list[str]] = {}
    for name, reasons in missing.items():
        by_reason.setdefault(tuple(reasons), []).append(name)
    columns = (texts.text("signals.absent.signal"), texts.text("signals.absent.reason"))
    rows = tuple(
        (
            Cell(", ".join(names)),
            Cell("; ".join(texts.text(f"signals.absent.{one}") for one in reasons)),
        )
        for reasons, names in by_reason.items()
    )
    return Section(texts.text("signals.absent"), (), columns, rows, prose=columns)
