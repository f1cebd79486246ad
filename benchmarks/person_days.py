"""What person-days and indicators cost: items that were all in progress within 26 weeks, two stretches each, handed over once.

    python benchmarks/person_days.py [--items 100000] [--smoke] [--json FILE]

CPU seconds of this process, the least of `--rounds`. `a pass over all items` asks each item's placement once, as the cheapest
thing that can be asked of all: the last column holds the steps against it, so that machines compare. The cells that the last
line counts must be the same on every machine.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from config.workspace import Workspace
from connectors.model import AssigneeSpan, Ref, WorkItem
from sync.align.alignment import Alignment, align
from sync.capacity.commitment import Commitments
from sync.capacity.person_days import PersonDays, person_days
from sync.capacity.throughput import KeyResultThroughput
from sync.flow.journeys import Journey, Stage, ValueStream, Visit
from sync.indicators.velocity import velocities

T = TypeVar("T")
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
WEEKS = 26
TEAM, PEOPLE = 500, 8
TODO, DOING, DONE = Stage("To Do", 0, "todo"), Stage("Doing", 1, "doing"), Stage("Done", 2, "done")
STREAM = ValueStream("", (TODO, DOING, DONE), declared=False)
CLAIMS = ((), ("A-1",), ("B-1",), ("A-1", "B-1"))


def declared() -> Workspace:
    """Two objectives of a half-year, by weight."""
    objectives = [
        {
            "id": name,
            "title": name,
            "cycle": "2026-H2",
            "weight": weight,
            "key_results": [{"id": f"{name}-1", "title": name, "measure": {"kind": "work"}}],
        }
        for name, weight in (("A", 3), ("B", 1))
    ]
    return Workspace.model_validate(
        {
            "trackers": {"jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["T"]}}},
            "cycles": {"2026-H2": {"start": "2026-05-01", "end": "2026-12-31"}},
            "objectives": objectives,
            "calendar": {"weekend": ["sat", "sun"]},
            "flow": {},
        }
    )  # fmt: skip


def company(
    count: int, source: random.Random
) -> tuple[list[WorkItem], dict[Ref, Journey], dict[Ref, list[AssigneeSpan]]]:
    """Items of teams of eight, their journeys and who had them."""
    items, ways, assigned = [], {}, {}
    for nr in range(count):
        team = nr // TEAM
        begin = NOW - timedelta(hours=source.randrange(24, 24 * 7 * WEEKS))
        pause = begin + timedelta(hours=source.randrange(1, 24 * 30))
        end = pause + timedelta(days=4)
        is_done = end < NOW
        item = WorkItem(
            ref=Ref("jira", f"{nr:07}"),
            key=f"T{team}-{nr}",
            url="",
            level="issue",
            kind="Story",
            title="",
            category="done" if is_done else "doing",
            status="",
            created=NOW - timedelta(days=400),
            updated=NOW - timedelta(hours=1),
            completed=end if is_done else None,
            project=f"T{team}",
            claims=source.choice(CLAIMS),
            assignee=f"P{team}-{source.randrange(PEOPLE)}",
            estimate=float(source.choice((1, 2, 3, 5))),
        )
        visits = [
            Visit(TODO, "", item.created, begin),
            Visit(DOING, "", begin, pause),
            Visit(TODO, "", pause, pause + timedelta(days=2)),
            Visit(DOING, "", pause + timedelta(days=2), end if is_done else None),
        ]
        if is_done:
            visits.append(Visit(DONE, "", end))
        items.append(item)
        ways[item.ref] = Journey(item, STREAM, tuple(visits))
        middle = begin + timedelta(days=3)
        assigned[item.ref] = [
            AssigneeSpan(f"i{team}-{source.randrange(PEOPLE)}", item.created, middle),
            AssigneeSpan(f"j{item.assignee}", middle),
        ]
    return items, ways, assigned


def least(work: Callable[[], T], rounds: int) -> tuple[T, float]:
    """What it gives, and the least CPU seconds of several rounds."""
    times = []
    for _ in range(rounds):
        gc.collect()
        begin = time.process_time()
        result = work()
        times.append(time.process_time() - begin)
    return result, min(times)


def ask_all(alignment: Alignment) -> int:
    """The cheapest thing that can be asked of all items."""
    return sum(alignment.placements[ref].state == "aligned" for ref in alignment.items)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="a size that ends within seconds")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    given = parser.parse_args()
    count = 5_000 if given.smoke else given.items
    workspace = declared()
    items, ways, assigned = company(count, random.Random(1))  # noqa: S311  a seeded choice
    alignment = align(items, workspace, today=NOW.date())
    gc.freeze()
    begin = date(2026, 5, 18)

    def days() -> PersonDays:
        return person_days(ways, assigned, alignment, workspace, begin, NOW)

    steps: dict[str, Callable[[], object]] = {
        "a pass over all items": lambda: ask_all(alignment),
        f"person-days, {WEEKS} weeks": days,
        "throughput, 26 weeks": lambda: KeyResultThroughput(alignment, workspace, NOW, 26).judged(NOW.date()),
        "commitments": lambda: Commitments(alignment, workspace, NOW).at(NOW),
        "velocity": lambda: velocities(alignment, workspace, NOW),
    }
    rows, base = [], 0.0
    sys.stdout.write(f"{f'{count} items':<28}{'CPU s':>9}{'of a pass':>11}\n")
    for name, work in steps.items():
        _, cpu = least(work, given.rounds)
        base = base or cpu
        rows.append({"step": name, "items": count, "cpu": cpu, "of_a_pass": cpu / base})
        sys.stdout.write(f"{name:<28}{cpu:>9.3f}{cpu / base:>11.1f}\n")
    found = days()
    hidden = sum(one is None for one in found.cells.values())
    rows.append({"step": "cells", "items": count, "cells": len(found.cells), "hidden": hidden})
    sys.stdout.write(f"{len(found.cells)} cells of {len(found.teams)} teams, {hidden} hidden\n")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
