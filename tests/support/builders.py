"""Builders for the tables of cases: items and workspaces in one line each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from config.workspace import Workspace
from connectors.model import MARKS, Pull, Ref, WorkItem
from sync.observation import Observation

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
"""Day 47 of the 92 days of 2026-Q4."""
EARLY = datetime(2026, 10, 5, 12, tzinfo=UTC)
"""Within the first week of 2026-Q4: when done work was done that does not say when."""


def ref(key: str) -> Ref:
    """WEB-1 lives in jira; anything with a lower-case letter first lives in linear."""
    return Ref("linear" if key[0].islower() else "jira", key)


def item(key: str, parent: str | None = None, **changes: Any) -> WorkItem:
    """An open, old, unestimated issue, changed as told. Its project is what stands before the dash.

    If it is done, then since `EARLY`; `completed=None` means that no tracker tells.
    """
    values: dict[str, Any] = {
        "ref": ref(key),
        "key": key,
        "url": f"https://tracker.example/{key}",
        "level": "issue",
        "kind": "Story",
        "title": f"Title of {key}",
        "category": "todo",
        "status": "To Do",
        "created": NOW - timedelta(days=60),
        "updated": NOW - timedelta(days=1),
        "project": key.split("-")[0],
        "parent": ref(parent) if parent else None,
        "writable": frozenset(MARKS),
        "completed": EARLY if changes.get("category") == "done" else None,
    }
    return WorkItem(**{**values, **changes})


def epic(key: str, **changes: Any) -> WorkItem:
    return item(key, level="epic", kind="Epic", **changes)


def work(kr: str, *links: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A key result measured by work."""
    how = {"kind": "work", **changes.pop("measure", {})}
    return {"id": kr, "title": f"Result {kr}", "measure": how, "links": list(links), **changes}


def metric(
    kr: str, start: float, target: float, *checkins: tuple[str, float], **changes: Any
) -> dict[str, Any]:
    """A key result measured by check-ins."""
    values = [{"on": on, "value": value} for on, value in checkins]
    how = {"kind": "metric", "start": start, "target": target, "checkins": values}
    return {"id": kr, "title": f"Result {kr}", "measure": how, **changes}


def query(kr: str, start: float, target: float, **changes: Any) -> dict[str, Any]:
    """A key result measured by JQL."""
    how = {"kind": "query", "start": start, "target": target, "jql": "project = WEB"}
    return {"id": kr, "title": f"Result {kr}", "measure": how, **changes}


def workspace(*key_results: dict[str, Any], **changes: Any) -> Workspace:
    """A workspace with one objective in 2026-Q4."""
    values: dict[str, Any] = {
        "workspace": "acme",
        "site": "https://okrs.example",
        "trackers": {
            "jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["WEB", "OPS"]}},
            "linear": {"kind": "linear", "scope": {"teams": ["ENG"]}},
        },
        "cycles": {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}},
        "objectives": [
            {
                "id": "O",
                "title": "Objective",
                "cycle": "2026-Q4",
                "key_results": list(key_results) or [work("KR1")],
            }
        ],
    }
    return Workspace.model_validate({**values, **changes})


def observed(*items: WorkItem, at: datetime = NOW, **sections: Any) -> Observation:
    """What was read at `NOW`: the items, by tracker in order, and what was asked beside them."""
    by_tracker = {
        name: tuple(one for one in items if one.ref.tracker == name)
        for name in dict.fromkeys(one.ref.tracker for one in items)
    }
    return Observation(tuple(Pull(name, some, at) for name, some in by_tracker.items()), at, **sections)
