"""What signals cost: how much CPU, of how many pieces of work, with base rates over 26 weeks and without.

    python benchmarks/signals_cost.py                     100,000 pieces of work with histories
    python benchmarks/signals_cost.py --items 20000
    python benchmarks/signals_cost.py --smoke             a small world, within seconds
    python benchmarks/signals_cost.py --json FILE         the rows, for programs

No tracker, no store and no network: what is measured is deciding. "share" is the CPU against that of the journeys, which are built once for all of it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.workspace import Workspace
from connectors.model import MARKS, Category, Pull, Ref, StatusSpan, WorkItem
from sync.align.alignment import align
from sync.forecast.key_results import outlooks
from sync.measure import measure
from sync.observation import Observation
from sync.signals.context import context_of, journeys_of
from sync.signals.mechanism import SignalContext, signals
from sync.signals.orphans import find_signals
from sync.signals.rules import RULES

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
TEAMS = 40
_WALK: tuple[tuple[str, Category], ...] = (
    ("To Do", "todo"), ("In Progress", "doing"), ("In Review", "doing"), ("Done", "done"),
)  # fmt: skip


def workspace() -> Workspace:
    """Twenty key results of work, each of what bears its label."""
    results = [
        {
            "id": f"KR{nr}",
            "title": f"Result {nr}",
            "measure": {"kind": "work"},
            "links": [{"label": f"l{nr}"}],
        }
        for nr in range(20)
    ]
    objectives = [
        {
            "id": f"O{nr}",
            "title": f"Objective {nr}",
            "cycle": "2026-Q4",
            "key_results": results[nr * 4 : nr * 4 + 4],
        }
        for nr in range(5)
    ]
    return Workspace.model_validate(
        {
            "workspace": "bench",
            "site": "https://okrs.example",
            "trackers": {
                "jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["T0"]}}
            },
            "cycles": {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}},
            "objectives": objectives,
            "flow": {},
        }
    )


def world(count: int, seed: int) -> Observation:
    """Work that began over the last half year, most of it finished; one piece of twenty waits for another."""
    chance = random.Random(seed)  # noqa: S311  no secret
    items, histories = [], {}
    for nr in range(count):
        ref = Ref("jira", f"{nr}")
        moment = NOW - timedelta(days=200 * chance.random())
        created, walk = moment, []
        for status, category in _WALK:
            if moment > NOW:
                break
            walk.append((status, category, moment))
            moment += timedelta(days=chance.lognormvariate(1.2, 0.8))
        ends = [begin for *_, begin in walk[1:]]
        histories[ref] = tuple(
            StatusSpan(category, status, begin, end)
            for (status, category, begin), end in zip(walk, [*ends, None], strict=True)
        )
        status, category, begin = walk[-1]
        blocked = nr % 20 == 1
        items.append(
            WorkItem(
                ref, f"T{nr % TEAMS}-{nr}", "", "issue", "Story", f"Work {nr}", category, status, created, begin,
                project=f"T{nr % TEAMS}",
                labels=(f"l{chance.randrange(40)}",),
                started=next((at for _, one, at in walk if one == "doing"), None),
                completed=begin if category == "done" else None,
                blocked_by=(Ref("jira", f"{nr - 1}"),) if blocked else (),
                writable=frozenset(MARKS),
            )
        )  # fmt: skip
    return Observation((Pull("jira", tuple(items), NOW),), NOW, histories=histories)


def rows(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """CPU seconds by step."""
    declared, read = workspace(), world(count, seed)
    alignment = align(read.items, declared, today=NOW.date())
    card = measure(alignment, read, declared, NOW)
    ends = outlooks(alignment, card, declared, {})
    found = find_signals(alignment, card, read, declared, NOW)

    def context() -> SignalContext:
        return context_of(read, alignment, card, ends, found, {}, declared, NOW)

    _, ways = timed(lambda: journeys_of(read, alignment, declared, NOW))
    for name, rules, with_rates in (
        ("all signals, no base rates", RULES, False),
        ("all signals, base rates of 26 weeks", RULES, True),
    ):
        seen = context()
        fired, spent = timed(lambda: signals(seen, rules, with_rates=with_rates))  # noqa: B023
        yield {"what": name, "items": count, "signals": len(fired), "cpu": spent, "share": spent / ways}
    for rule in RULES:
        if rule.replays:
            seen = context()
            fired, spent = timed(lambda: signals(seen, [rule]))  # noqa: B023
            yield {
                "what": rule.id,
                "items": count,
                "signals": len(fired),
                "cpu": spent,
                "share": spent / ways,
            }
    yield {"what": "journeys", "items": count, "signals": 0, "cpu": ways, "share": 1.0}


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the CPU seconds that it took."""
    begin = time.process_time()
    return do(), time.process_time() - begin


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = list(rows(2_000 if given.smoke else given.items, given.seed))
    sys.stdout.write(f"{'what':38} {'items':>9} {'signals':>8} {'CPU s':>8} {'share':>7}\n")
    for row in found:
        sys.stdout.write(
            f"{row['what']:38} {row['items']:>9,} {row['signals']:>8,} {row['cpu']:>8.2f} {row['share']:>7.2f}\n"
        )
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
