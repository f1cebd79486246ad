"""A big company for benchmarks of deciding, generated and never read from anywhere: its items, its rules, its key results.

Everything follows from a seed. Nothing here is of the sandbox, whose worlds are read over HTTP.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from config.workspace import Workspace
from connectors.model import ALL_MARKS, Category, Ref, WorkItem

NOW = datetime(2026, 11, 16, tzinfo=UTC)
SUBJECTS = (
    "onboarding",
    "deploy",
    "search",
    "invoice",
    "latency",
    "login",
    "report",
    "mobile",
    "backup",
    "upload",
    "billing",
    "audit",
)
"""Words that rules ask titles for."""
SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "xy")
WORDS = (*SUBJECTS, *(f"{a}{b}{c}" for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES))
"""Of titles, the first ones most often, as in any language (Zipf)."""
KINDS = ("Story", "Bug", "Task", "Spike")
PRIORITIES = ("Highest", "High", "Medium", "Low", None)
CATEGORIES: tuple[Category, ...] = ("todo", "doing", "done", "dropped")


def company(count: int, source: random.Random) -> list[WorkItem]:
    """Epics with some twenty issues each, in 200 projects and 60 teams, with up to four of 2,000 labels.

    Every fifth epic stands below an initiative; half of the issues are estimated; of each hundred one waits for another.
    """
    items: list[WorkItem] = []
    weights = [1 / (at + 1) for at in range(len(WORDS))]
    words = source.choices(WORDS, weights, k=6 * count)
    for number in range(count):
        is_epic = number % 20 == 0
        level = "initiative" if is_epic and number % 100 == 0 else "epic" if is_epic else "issue"
        category = source.choice(CATEGORIES)
        created = NOW - timedelta(days=source.randrange(400), minutes=number % 1440)
        started = min(NOW, created + timedelta(days=source.randrange(1, 60)))
        ended = min(NOW, started + timedelta(days=source.randrange(1, 90)))
        blocker = (Ref("jira", str(source.randrange(count))),) if source.random() < 0.01 else ()
        items.append(
            WorkItem(
                ref=Ref("jira", str(number)),
                key=f"P{number // 500}-{number}",
                url=f"https://a.example/browse/P{number // 500}-{number}",
                level=level,  # type: ignore[arg-type]
                kind="Epic" if is_epic else source.choice(KINDS),
                title=f"{' '.join(words[6 * number : 6 * number + 6])} {number}",
                category=category,
                status={"todo": "To Do", "doing": "In Progress"}.get(category, "Done"),
                created=created,
                updated=ended if category in ("done", "dropped") else NOW,
                started=started if category in ("doing", "done") else None,
                completed=ended if category == "done" else None,
                dropped=ended if category == "dropped" else None,
                estimate=float(source.randrange(1, 9)) if source.random() < 0.5 else None,
                hours=source.randrange(1, 100) / 4 if source.random() < 0.5 else None,
                project=f"P{number // 500}",
                team=f"T{number % 60}",
                parent=_parent(number),
                labels=tuple(f"l{source.randrange(2000)}" for _ in range(source.randrange(5))),
                priority=source.choice(PRIORITIES),
                assignee=f"Person {source.randrange(800)}",
                blocked_by=blocker,
                writable=frozenset(ALL_MARKS) - {"update"},
            )
        )
    return items


def _parent(number: int) -> Ref | None:
    if number % 100 == 0:
        return None
    if number % 20 == 0:
        return Ref("jira", str(number - number % 100))
    return Ref("jira", str(number - number % 20))


def rules(count: int, source: random.Random) -> list[dict[str, Any]]:
    """Rules of every kind, in the mix in which people write them."""

    def label() -> dict[str, Any]:
        return {"label": f"L{source.randrange(2000)}"}

    kinds: list[tuple[int, Callable[[], dict[str, Any]]]] = [
        (6, label),
        (3, lambda: {"key": f"P0-{source.randrange(500)}"}),
        (3, lambda: {**label(), "project": f"P{source.randrange(200)}"}),
        (2, lambda: {"team": f"T{source.randrange(60)}", "type": "Bug", "priority": "Highest"}),
        (1, lambda: {"project": f"P{source.randrange(200)}", "level": "epic"}),
        (1, lambda: {"parent": f"P3-{source.randrange(1500, 2000) // 20 * 20}", "type": "Bug"}),
        (1, lambda: {"any": [label(), {**label(), "not": {"type": "Bug"}}]}),
        (1, lambda: {"assignee": f"Person {source.randrange(800)}", "not": label()}),
        (1, lambda: {"title": f"*{source.choice(SUBJECTS)} {source.randrange(100_000)}"}),
        (1, lambda: {**label(), "created": {"since": "2026-07-01"}}),
        (1, lambda: {**label(), "effective": {"until": "2026-10-31"}}),
    ]
    weights = [weight for weight, _ in kinds]
    return [make() for _, make in source.choices(kinds, weights, k=count)]


MEASURES: tuple[dict[str, Any], ...] = (
    {"kind": "work"},
    {"kind": "work", "weigh": "points"},
    {"kind": "work", "weigh": "time", "started": 0.5},
    {"kind": "work", "weigh": "type", "weights": {"Bug": 0.5, "Story": 3}},
    {
        "kind": "metric",
        "start": 22,
        "target": 35,
        "unit": "%",
        "checkins": [{"on": "2026-10-14", "value": 24.5}],
    },
    {"kind": "work", "weigh": "points", "target": 5000},
    {"kind": "milestones"},
    {"kind": "work", "weigh": "points", "baseline": "2026-10-15"},
)
"""Key results take them in turn."""


def declared(links: list[dict[str, Any]], rules_each: int = 10) -> Workspace:
    """A workspace with some rules to a key result, and five key results to an objective."""
    key_results = [
        {
            "id": f"KR{at}",
            "title": f"{WORDS[at % len(WORDS)]} {WORDS[7 * at % len(WORDS)]} for everybody",
            "measure": MEASURES[at // rules_each % len(MEASURES)],
            "links": links[at : at + rules_each],
        }
        for at in range(0, len(links), rules_each)
    ]
    return Workspace.model_validate(
        {
            "trackers": {"jira": {"kind": "jira", "url": "https://a.example", "scope": {"projects": ["P0"]}}},
            "cycles": {"Q": {"start": "2026-10-01", "end": "2026-12-31"}},
            "objectives": [
                {
                    "id": f"O{at}",
                    "title": f"Objective {at}",
                    "cycle": "Q",
                    "key_results": key_results[at : at + 5],
                }
                for at in range(0, len(key_results), 5)
            ],
            "exempt": [
                {"name": "ktlo", "labels": ["l1", "l2", "l3"], "types": ["Spike"], "budget": 20},
                {"name": "upkeep", "teams": ["T7"], "any": [{"title": "*audit*", "priority": "Low"}]},
            ],
        }
    )
