"""What a run read, and the guards that it trips, as sections: titled tables of plain cells. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from config.fields import Level
from config.text.figures import ENGLISH
from config.wording import counted
from connectors.model import Pull
from sync.plan.guards import GuardViolation
from sync.plan.overrides import Overrides
from sync.report.table import Cell, Section, cells

_LEVELS: tuple[Level, ...] = ("initiative", "project", "epic", "issue", "subtask")


def pulled(pulls: Iterable[Pull]) -> Section:
    """What was read, by tracker and level."""
    rows = []
    notes: list[str] = []
    for pull in pulls:
        levels = Counter(item.level for item in pull.items if item.in_scope)
        outside = sum(1 for item in pull.items if not item.in_scope)
        figures = [
            f"{ENGLISH.count(count)}" if count else "–"
            for count in (*(levels[one] for one in _LEVELS), outside)
        ]
        rows.append(cells(pull.tracker, *figures, f"{ENGLISH.count(pull.requests)}"))
        notes += [f"{pull.tracker}: {note}" for note in pull.notes]
    headings = ("initiatives", "projects", "epics", "issues", "sub-tasks", "ancestors", "requests")
    return Section("Pulled", (), ("tracker", *headings), tuple(rows), headings, tuple(notes))


def stops(
    found: Iterable[GuardViolation], overrides: Overrides, flag_of: Callable[[GuardViolation], str]
) -> Section:
    """The guards that trip. `flag_of`: the option that overrides one."""
    rows = []
    for stop in found:
        done = overrides.covers(stop)
        name = Cell(stop.guard, "dim" if done else "bad")
        rows.append((name, Cell(_stop_words(stop)), Cell("overridden" if done else flag_of(stop))))
    return Section("Guards", (), ("guard", "reason", "override"), tuple(rows), prose=("reason",))


def _stop_words(stop: GuardViolation) -> str:
    return f"{stop.message}, for example {', '.join(stop.samples)}" if stop.samples else stop.message


def unchanged(since: datetime, standing: Mapping[str, Any]) -> str:
    """That there is nothing to write, and what still asks for somebody's attention."""
    warned, findings = int(standing.get("warned", 0)), len(standing.get("findings", ()))
    said = f"Nothing changed since {since:%Y-%m-%d %H:%M} UTC; nothing to write."
    parts = [
        f"{counted(warned, 'item')} warned" if warned else "",
        counted(findings, "finding") if findings else "",
    ]
    stands = " and ".join(part for part in parts if part)
    return f"{said} Still open: {stands} (`truenorth orphans`)." if stands else said
