"""What it costs to say what to do first and what moved the chances, against the decision that both stand on.

    python benchmarks/one_thing.py [--items 10000] [--key-results 50] [--rounds 3] [--json FILE] [--smoke]

A world is generated in memory: work of five estimates, of which a part is done over ten weeks, a part waits for other work, and
a tenth hangs below estimated epics; every key result is linked by a label of its own. Nothing is read from a tracker. CPU seconds of
this process, the least of the rounds, which are interleaved; simulations are counted exactly. `--smoke` ends within seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.workspace import Workspace
from connectors.model import Pull, Ref, WorkItem
from sync.decide import Decision, look
from sync.forecast import key_results, simulation
from sync.forecast.attribution import attribute
from sync.forecast.one_thing import one_things
from sync.memory import Memory
from sync.observation import Observation

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def declared(count: int) -> Workspace:
    results = [
        {
            "id": f"KR{number}",
            "title": f"Result {number}",
            "measure": {"kind": "work", "weigh": "points"},
            "links": [{"label": f"k{number}"}],
        }
        for number in range(count)
    ]
    objective = {"id": "O", "title": "Objective", "cycle": "2026-Q4", "key_results": results}
    return Workspace.model_validate(
        {
            "workspace": "bench",
            "site": "https://okrs.example",
            "trackers": {
                "jira": {"kind": "jira", "url": "https://bench.example", "scope": {"projects": ["WEB"]}}
            },
            "cycles": {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}},
            "objectives": [objective],
            "calendar": {"weekend": ["sat", "sun"]},
        }
    )


def world(items: int, count: int) -> list[WorkItem]:
    chance = random.Random(11)  # noqa: S311  no secret is drawn
    epics = max(1, items // 100)
    found = [_item(number, chance, count, None, epic=True) for number in range(epics)]
    for number in range(epics, items):
        parent = Ref("jira", str(chance.randrange(epics))) if chance.random() < 0.1 else None
        found.append(_item(number, chance, count, parent))
    return found


def _item(
    number: int, chance: random.Random, count: int, parent: Ref | None, *, epic: bool = False
) -> WorkItem:
    days = chance.uniform(0, 70)
    state = "todo" if epic else chance.choice(("done", "done", "doing", "todo", "todo"))
    blocker = Ref("jira", str(chance.randrange(number))) if number > 100 and chance.random() < 0.05 else None
    return WorkItem(
        ref=Ref("jira", str(number)),
        key=f"WEB-{number}",
        url=f"https://bench.example/browse/WEB-{number}",
        level="epic" if epic else "issue",
        kind="Epic" if epic else "Story",
        title=f"Item {number}",
        category=state,  # type: ignore[arg-type]
        status=state,
        created=NOW - timedelta(days=chance.choice((5, 90))),
        updated=NOW - timedelta(days=1),
        project="WEB",
        parent=parent,
        labels=() if parent else (f"k{chance.randrange(count)}",),
        estimate=20.0 if epic else None if parent else chance.choice((1.0, 2.0, 3.0, 5.0, 8.0)),
        started=NOW - timedelta(days=days + 3) if state != "todo" else None,
        completed=NOW - timedelta(days=days) if state == "done" else None,
        blocked_by=(blocker,) if blocker else (),
    )


def rows(items: int, count: int, rounds: int) -> list[dict[str, Any]]:
    known, observed = declared(count), Observation((Pull("jira", tuple(world(items, count)), NOW),), NOW)
    run = look(observed, Memory(), known, NOW)
    steps: dict[str, Callable[[], object]] = {
        "decision (bound)": lambda: look(observed, Memory(), known, NOW),
        "one thing": lambda: one_things(run.alignment, run.scorecard, known, run.outlooks, {}),
        "what moved": lambda: attribute(
            run.alignment, run.scorecard, known, run.outlooks, {}, NOW - timedelta(weeks=1)
        ),
    }
    spent: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            began = time.process_time()
            step()
            spent[name].append(time.process_time() - began)
    bound = min(spent["decision (bound)"])
    simulated = {name: _simulations(step) for name, step in steps.items()}
    return [
        {
            "step": name,
            "items": items,
            "key_results": count,
            "cpu_seconds": round(min(times), 3),
            "of_the_decision": round(min(times) / bound, 3),
            "simulations": simulated[name],
            "open_items": _open(run),
        }
        for name, times in spent.items()
    ]


def _open(run: Decision) -> int:
    return sum(item.is_open for item in run.alignment.items.values())


def _simulations(step: Callable[[], object]) -> int:
    """How often the forecast is run in a step."""
    calls, plain = [0], simulation.forecast

    def counted(*given: Any, **more: Any) -> Any:
        calls[0] += 1
        return plain(*given, **more)

    key_results.forecast = counted  # type: ignore[attr-defined]
    try:
        step()
    finally:
        key_results.forecast = plain  # type: ignore[attr-defined]
    return calls[0]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--key-results", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    found = rows(500, 5, 1) if given.smoke else rows(given.items, given.key_results, given.rounds)
    print(  # noqa: T201
        f"{'step':<18} {'CPU s':>8} {'of decision':>12} {'simulations':>12}   ({found[0]['open_items']} open items)"
    )
    for row in found:
        print(  # noqa: T201
            f"{row['step']:<18} {row['cpu_seconds']:>8} {row['of_the_decision']:>12} {row['simulations']:>12}"
        )
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
