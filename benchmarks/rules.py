"""What matching costs: every item of a big company meets every rule.

    python benchmarks/rules.py [--items 100000] [--rules 500] [--seed 1]

CPU seconds of this process: `compile` makes the tables, `match` asks about each item (link rules and exempt
categories), `align` is the whole placing, matching included; `rules that match nothing` is the search for
those. `rules tested` are those that an item met beyond
the tables, on average; `match` with ten times the rules shows whether cost grows with rules that cannot match.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from config.workspace import Workspace
from connectors.model import Category, Pull, Ref, WorkItem
from sync.align.alignment import align
from sync.align.ancestry import Ancestry
from sync.align.item_facets import MatchContext
from sync.align.rule_book import RuleBook
from sync.observation import Observation
from sync.signals.unmatched import find_unmatched

T = TypeVar("T")
WORDS = [
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
]
KINDS = ("Story", "Bug", "Task", "Spike")
PRIORITIES = ("Highest", "High", "Medium", "Low", None)
CATEGORIES: tuple[Category, ...] = ("todo", "doing", "done", "dropped")
NOW = datetime(2026, 11, 16, tzinfo=UTC)


def company(count: int, source: random.Random) -> list[WorkItem]:
    """Epics with some twenty issues each, in 200 projects and 60 teams, with up to four of 2,000 labels."""
    items: list[WorkItem] = []
    for number in range(count):
        is_epic = number % 20 == 0
        words = " ".join(source.choices(WORDS, k=6))
        items.append(
            WorkItem(
                ref=Ref("jira", str(number)),
                key=f"P{number // 500}-{number}",
                url="",
                level="epic" if is_epic else "issue",
                kind="Epic" if is_epic else source.choice(KINDS),
                title=f"{words} {number}",
                category=source.choice(CATEGORIES),
                status="",
                created=NOW - timedelta(days=source.randrange(400)),
                updated=NOW,
                project=f"P{number // 500}",
                team=f"T{number % 60}",
                parent=None if is_epic else Ref("jira", str(number - number % 20)),
                labels=tuple(f"l{source.randrange(2000)}" for _ in range(source.randrange(5))),
                priority=source.choice(PRIORITIES),
                assignee=f"Person {source.randrange(800)}",
            )
        )
    return items


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
        (1, lambda: {"title": f"*{source.choice(WORDS)} {source.randrange(100_000)}"}),
        (1, lambda: {**label(), "created": {"since": "2026-07-01"}}),
        (1, lambda: {**label(), "effective": {"until": "2026-10-31"}}),
    ]
    weights = [weight for weight, _ in kinds]
    return [make() for _, make in source.choices(kinds, weights, k=count)]


def declared(links: list[dict[str, Any]]) -> Workspace:
    """A workspace with ten rules to a key result."""
    return Workspace.model_validate(
        {
            "trackers": {"jira": {"kind": "jira", "url": "https://a.example", "scope": {"projects": ["P0"]}}},
            "cycles": {"Q": {"start": "2026-10-01", "end": "2026-12-31"}},
            "objectives": [
                {
                    "id": "O",
                    "title": "O",
                    "cycle": "Q",
                    "key_results": [
                        {
                            "id": f"KR{at}",
                            "title": "K",
                            "measure": {"kind": "work"},
                            "links": links[at : at + 10],
                        }
                        for at in range(0, len(links), 10)
                    ],
                }
            ],
            "exempt": [
                {"name": "ktlo", "labels": ["l1", "l2", "l3"], "types": ["Spike"]},
                {"name": "upkeep", "teams": ["T7"], "any": [{"title": "*audit*", "priority": "Low"}]},
            ],
        }
    )


def timed(what: str, work: Callable[[], T]) -> T:
    """Do it, and print what it took."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    sys.stdout.write(f"{what:<34}{cpu:>8.2f}{wall:>9.2f}\n")
    return result


def match(items: list[WorkItem], workspace: Workspace) -> int:
    """How many items some rule holds for."""
    by_ref = {item.ref: item for item in items}
    book = RuleBook(workspace, MatchContext(Ancestry.of(by_ref), today=date(2026, 11, 16)))
    return sum(bool(book.match(item).rules) for item in items)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    source = random.Random(given.seed)  # noqa: S311  a seeded choice
    items = company(given.items, source)
    workspace = declared(rules(given.rules, source))
    more = declared(rules(10 * given.rules, source))
    sys.stdout.write(f"{'step':<34}{'CPU s':>8}{'wall s':>9}\n")
    timed(f"compile {given.rules} rules", lambda: match([], workspace))
    hits = timed(f"match {len(items)} items", lambda: match(items, workspace))
    timed("  with ten times the rules", lambda: match(items, more))
    alignment = timed("align", lambda: align(items, workspace, today=date(2026, 11, 16)))
    observation = Observation((Pull("jira", tuple(items), NOW),), NOW)
    unmatched = timed(
        "rules that match nothing", lambda: find_unmatched(alignment, observation, workspace, NOW)
    )
    sys.stdout.write(f"{hits} items met a rule that holds for them; {len(unmatched)} findings on rules\n")


if __name__ == "__main__":
    main()
