"""The work in scope as a table for spreadsheets: one row for each item, nobody's name. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from connectors.model import WorkItem
from sync.report.html.source import ReportSource

COLUMNS = [
    "tracker",
    "key",
    "address",
    "title",
    "level",
    "type",
    "status",
    "category",
    "team",
    "project",
    "parent",
    "alignment",
    "key_results",
    "objectives",
    "warned",
    "points",
    "hours",
    "created",
    "started",
    "completed",
    "dropped",
    "due",
]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula; such a text stands behind an apostrophe."""


def items_csv(source: ReportSource) -> str:
    """Every item in scope, in order of tracker and key, as RFC 4180 has it; days are those of the workspace's time zone.

    Of work that not everybody may see there is the key, and how it is aligned.
    """
    items = [one for one in source.run.alignment.items.values() if one.in_scope]
    objectives = {kr.id: objective.id for objective, kr in source.workspace.key_results()}
    rows = (_row(one, source, objectives) for one in sorted(items, key=lambda one: one.ref))
    return "".join(_line(row) for row in (COLUMNS, *rows))


def _row(item: WorkItem, source: ReportSource, objectives: dict[str, str]) -> Iterator[str]:
    run, zone = source.run, source.workspace.zone
    placed = run.alignment.placements[item.ref]
    serves = sorted({link.key_result for link in placed.links})
    parent = run.alignment.items.get(item.parent) if item.parent is not None else None
    shown = not item.private
    yield item.ref.tracker
    yield _text(item.key)
    yield item.url if shown else ""
    yield _text(item.title) if shown else ""
    yield item.level
    yield _text(item.kind) if shown else ""
    yield _text(item.status) if shown else ""
    yield item.category
    yield _text(item.team or "") if shown else ""
    yield _text(item.project or "") if shown else ""
    yield _text(parent.key) if shown and parent is not None and not parent.private else ""
    yield placed.state
    yield " ".join(serves)
    yield " ".join(sorted({objectives[one] for one in serves if one in objectives}))
    yield "yes" if item.ref in run.signals.orphans else "no"
    yield _number(item.estimate) if shown else ""
    yield _number(item.hours) if shown else ""
    for moment in (item.created, item.started, item.completed, item.dropped):
        yield _day(moment, zone) if shown else ""
    yield item.due.isoformat() if shown and item.due is not None else ""


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _number(value: float | None) -> str:
    return "" if value is None else repr(int(value) if value == int(value) else value)


def _day(moment: datetime | None, zone: tzinfo) -> str:
    return "" if moment is None else moment.astimezone(zone).date().isoformat()


def _line(cells: Iterable[str]) -> str:
    return ",".join(map(_quoted, cells)) + "\r\n"


def _quoted(cell: str) -> str:
    if not any(one in cell for one in ',"\r\n') and cell == cell.strip():
        return cell
    return '"' + cell.replace('"', '""') + '"'
