"""The audit trail in words: who wrote what, when, by which rule, before and after. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from config.wording import counted, percent
from connectors.setup import PROJECTS
from sync.memory import Entry, RunRecord
from sync.observation import spell
from sync.report.table import Cell, Section

_MOST = 100
_PROSE = ("outcome", "what")


def section(entries: Sequence[Entry], scope: str, double: Collection[str] = ()) -> Section:
    """Recorded writes as a table, the latest last. `double`: the keys that items of several trackers have."""
    if not entries:
        return Section(
            "Log", (f"Nothing was written {scope}." if scope else "Nothing has been written yet.",)
        )
    shown = entries[-_MOST:]
    lead = f"{counted(len(entries), 'write')} {scope or 'in all'}."
    if len(shown) < len(entries):
        lead += f" Showing the last {_MOST}; use --format json for all."
    rows = tuple(
        (
            Cell(f"{entry.at:%Y-%m-%d %H:%M:%S}" if entry.at else "–"),
            Cell(f"{entry.kind} {entry.run}"),
            Cell(entry.configuration),
            Cell(spell(entry.item.tracker, entry.key, double), "strong"),
            Cell(_outcome(entry), "good" if entry.outcome == "written" else "bad"),
            Cell("; ".join(_words(change) for change in entry.changes) or "details no longer kept"),
        )
        for entry in shown
    )
    return Section(
        "Log", (lead,), ("when (UTC)", "run", "config", "item", "outcome", "what"), rows, prose=_PROSE
    )


def views(runs: Iterable[RunRecord]) -> Section:
    """The views that runs gave other projects, or could not, the latest last."""
    rows = tuple(
        (
            Cell(one["at"][:19].replace("T", " ")),
            Cell(f"{one['kind']} {one['run']}"),
            Cell(one["configuration"]),
            Cell(f'{one["tracker"]}: view "{one["name"]}"', "strong"),
            Cell(
                f"{one['outcome']}: {one['error']}" if one["error"] else str(one["outcome"]),
                "good" if one["outcome"] == "written" else "bad",
            ),
            Cell(f"show {counted(len(one['projects']), 'project')}"),
        )
        for one in views_data(runs)[-_MOST:]
    )
    return Section(
        "Views", (), ("when (UTC)", "run", "config", "view", "outcome", "what"), rows, prose=_PROSE
    )


def views_data(runs: Iterable[RunRecord]) -> list[dict[str, Any]]:
    """The same for programs, whole."""
    return [
        {
            "run": run.id,
            "kind": run.kind,
            "configuration": run.configuration,
            "at": run.at.isoformat(),
            **{name: view.get(name) for name in ("tracker", "id", "outcome", "error")},
            "name": view.get("name", PROJECTS),
            "projects": list(view.get("projects", ())),
        }
        for run in runs
        for view in run.summary.get("views", ())
    ]


def _outcome(entry: Entry) -> str:
    outcome = entry.outcome or "open"
    return f"{outcome}: {entry.error}" if entry.error else outcome


def _words(change: Mapping[str, Any]) -> str:
    before, after = change.get("before"), change.get("after")
    return f"{str(change.get('mark')).replace('_', ' ')}: {_side(before)} → {_side(after)}"


def _side(value: object) -> str:
    match value:
        case None | []:
            return "nothing"
        case {"purpose": purpose, "facts": facts}:
            known = facts if isinstance(facts, dict) else {}
            said = ", ".join(f"{name} {fact}" for name, fact in known.items() if fact not in ("", None))
            return f"{purpose} comment" + (f" ({said})" if said else "")
        case {"health": health, "on": day, "facts": _}:
            return f"status update of {day} ({str(health).replace('_', ' ')})"
        case {"id": id_, "edited": edited}:
            return f"duplicate comment {id_}" + (" (edited by a person)" if edited else "")
        case {"id": id_, "percent": value_}:
            by = value.get("because") if isinstance(value, dict) else ""
            return f"{id_} {percent(value_, 'no data')}" + (f" by {by}" if by else "")
        case list(parts):
            return ", ".join(_side(part) for part in parts)
        case _:
            return str(value)


def data(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Recorded writes for programs."""
    return [
        {
            "id": entry.id,
            "run": entry.run,
            "kind": entry.kind,
            "configuration": entry.configuration,
            "at": entry.at.isoformat() if entry.at else None,
            "tracker": entry.item.tracker,
            "item": entry.item.id,
            "key": entry.key,
            "operation": entry.operation,
            "outcome": entry.outcome or "open",
            "error": entry.error,
            "changes": list(entry.changes),
        }
        for entry in entries
    ]
