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
from datetime import date
from typing import TypeVar

from benchmarks.company import NOW, company, declared, rules
from config.workspace import Workspace
from connectors.model import Pull, WorkItem
from sync.align.alignment import align
from sync.align.ancestry import Ancestry
from sync.align.item_facets import MatchContext
from sync.align.rule_book import RuleBook
from sync.observation import Observation
from sync.signals.declared.unmatched import find_unmatched

T = TypeVar("T")


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
