"""A small world of work of every weight, and twenty key results that it serves: for what forecasts are tried with."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from config.workspace import Workspace
from connectors.model import Mirror, WorkItem
from sync.observation import Past
from tests.support.builders import NOW, epic, item, ref, work, workspace

TODAY = date(2026, 11, 16)
WEEKDAYS = {"weekend": ["sat", "sun"]}
"""Declared, so that a finishing more or less tells no other weekend."""


def declared() -> Workspace:
    """Twenty key results of every kind of weight."""
    ways: list[dict[str, Any]] = [
        {},
        {"weigh": "points"},
        {"weigh": "points", "started": 0.5},
        {"weigh": "points", "target": 60},
        {"weigh": "points", "baseline": "2026-10-20"},
        {"weigh": "type", "weights": {"Bug": 3}},
        {"weigh": "time", "default_estimate": 2},
        {"weigh": "points", "since": "ever"},
        {"started": 0.3},
    ]
    results = [
        work(f"W{number}", {"label": f"w{number}"}, measure=ways[number % len(ways)]) for number in range(18)
    ]
    milestones = [
        {
            "id": f"M{number}",
            "title": "Reached",
            "measure": {"kind": "milestones"},
            "links": [{"label": f"m{number}"}],
        }
        for number in range(2)
    ]
    objective = {"id": "O", "title": "Objective", "cycle": "2026-Q4", "key_results": [*results, *milestones]}
    easy = objective | {"id": "E", "grading": "aspirational", "key_results": results[9:]}
    return workspace(
        objectives=[objective | {"key_results": [*results[:9], *milestones]}, easy], calendar=WEEKDAYS
    )


def world(seed: int) -> list[WorkItem]:
    """Work with estimated parents, shares, mirrors, late and weightless pieces, and things that wait for each other."""
    chance = random.Random(seed)  # noqa: S311  no secret is drawn
    found = [
        epic(f"WEB-{n}", estimate=chance.choice((None, 8.0, 20.0)), labels=_labels(chance))
        for n in range(1, 9)
    ]
    for number in range(20, 52):
        days = chance.randint(0, 40)
        category = chance.choice(("done", "done", "todo", "todo", "doing"))
        parent = f"WEB-{chance.randint(1, 8)}" if chance.random() < 0.4 else None
        changes: dict[str, Any] = {
            "category": category,
            "completed": NOW - timedelta(days=days) if category == "done" else None,
            "started": NOW - timedelta(days=days + 2) if category != "todo" else None,
            "created": NOW - timedelta(days=chance.choice((10, 60))),
            "estimate": None if parent or chance.random() < 0.2 else chance.choice((0.0, 1.0, 2.0, 3.0, 5.0)),
            "hours": chance.choice((None, 2.0, 4.0, 7.5)),
            "kind": chance.choice(("Story", "Bug")),
            "labels": () if parent and chance.random() < 0.7 else _labels(chance),
        }
        found.append(item(f"WEB-{number}", parent, **changes))
    still_open = [one for one in found if one.is_open]
    for _ in range(12):
        waits, blocks = chance.sample(still_open, 2)
        place = next(at for at, one in enumerate(found) if one.ref == waits.ref)
        found[place] = replace(found[place], blocked_by=(*found[place].blocked_by, blocks.ref))
    side = next(one for one in found if one.key == "WEB-30")
    mirror = Mirror("jira", side.ref.id, side.key)
    return [*found, replace(side, ref=ref("eng-30"), key="eng-30", parent=None, labels=(), mirrors=(mirror,))]


def _labels(chance: random.Random) -> tuple[str, ...]:
    names = [*(f"w{number}" for number in range(18)), "m0", "m1"]
    return tuple(sorted(chance.sample(names, 6)))


KEPT = {
    name: [Past(TODAY - timedelta(days=n), None, max(0.0, 0.4 - n / 100)) for n in range(40, 0, -1)]
    for name in ("M0", "M1")
}
