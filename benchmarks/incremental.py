"""What a run costs that finds little or nothing changed, against one that reads all: requests, SQL, CPU.

    python benchmarks/incremental.py [--items 100000] [--rules 500] [--changed 100] [--rounds 3] [--postgres] [--flow] [--json FILE]
    python benchmarks/incremental.py --smoke

A company of so many items (`benchmarks/rules.py`, a third of it with marks) is in the store of a tracker in memory that tells
what changed, in one request each time: what a connector asks besides is counted by its own benchmarks. Each run is a process of
its own, and its CPU seconds are counted from after everything is imported and opened. `whole` reads and decides all and compares
it with the store, `unchanged` is the next run after it, `changed` one that finds some items changed. `rows` are those written;
`all items` says how often the run read every item of the store. The stages of a deciding run are told beside it. `--postgres`:
with Debian's server, which is started and removed again. `--flow`, and always with `--smoke`: the same once more with `flow` declared;
`histories` are those that were asked for.
"""

from __future__ import annotations

import argparse
import gc
import json
import pickle
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.company import company, rules
from config.workspace import Workspace
from connectors.base import Progress
from connectors.changes import Changes, KnownItems
from connectors.model import (
    AssigneeSpan,
    Category,
    FlagSpan,
    History,
    KeyResultMark,
    Marks,
    Pull,
    Ref,
    Stamp,
    StatusSpan,
    WorkItem,
)
from sync import run as run_module
from sync.jobs import sync as sync_job
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import synchronise_if_changed
from sync.store.snapshots import Snapshots
from sync.store.store import Store
from sync.unchanged import Unchanged

Row = dict[str, Any]
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
WAYS = ("whole", "unchanged", "changed")


class Teller:
    """A tracker that has these items, or of which these changed."""

    name = "jira"
    batch = 1

    def __init__(self, items: tuple[WorkItem, ...]) -> None:
        self._items = items
        self.requests = self.histories_asked = 0

    def pull(
        self,
        progress: Progress | None = None,  # noqa: ARG002
        owned_ids: Collection[str] | None = None,  # noqa: ARG002
        commented_ids: Collection[str] = (),  # noqa: ARG002
    ) -> Pull:
        self.requests += 1
        return Pull("jira", self._items, NOW, 1, bookmark="1")

    def changes(
        self,
        bookmark: str,
        known: KnownItems,
        *,
        sweep: bool = False,
        doubtful: Collection[str] = (),  # noqa: ARG002
        progress: Progress | None = None,  # noqa: ARG002
    ) -> Changes:
        self.requests += 1
        known.items([item.ref.id for item in self._items])
        return Changes("jira", self._items, frozenset(), bookmark, NOW, 1, swept=sweep)

    def histories(self, items: Collection[WorkItem], *, everything: bool = False) -> Mapping[Ref, History]:
        """Four statuses and two people each."""
        self.histories_asked += len(items)
        return {item.ref: past(item, everything=everything) for item in items}

    def close(self) -> None:
        """Nothing is open."""


def past(item: WorkItem, *, everything: bool) -> History:
    """A believable history of an item."""
    at = [item.created + timedelta(days=day) for day in range(4)]
    names: tuple[tuple[Category, str], ...] = (
        ("todo", "To Do"), ("doing", "In Progress"), ("doing", "In Review"), ("done", "Done"),
    )  # fmt: skip
    ends = [*at[1:], None]
    spans = tuple(StatusSpan(*name, begin, end) for name, begin, end in zip(names, at, ends, strict=True))
    people = (AssigneeSpan("5b10a", at[0], at[1]), AssigneeSpan("5b10b", at[1])) if everything else None
    return History(spans, people, (FlagSpan(at[1], at[2]),) if everything and len(item.key) % 5 == 0 else ())


def declared(count: int, *, flow: bool = False) -> Workspace:
    """Ten rules to a key result; nothing is written, whatever is decided, so that no writing is measured."""
    links = rules(count, random.Random(1))  # noqa: S311  a seeded choice
    results = [
        {"id": f"KR{at}", "title": "K", "measure": {"kind": "work"}, "links": links[at : at + 10]}
        for at in range(0, len(links), 10)
    ]
    objectives = [
        {"id": f"O{at}", "title": "O", "cycle": "Q", "key_results": results[at : at + 5]}
        for at in range(0, len(results), 5)
    ]
    return Workspace.model_validate(
        {
            "trackers": {"jira": {"kind": "jira", "url": "https://a.example", "scope": {"projects": ["P0"]}}},
            "cycles": {"Q": {"start": "2026-10-01", "end": "2026-12-31"}},
            "objectives": objectives,
            "policy": {"mode": "observe", "read_descriptions": False},
            "flow": {} if flow else None,
        }
    )


def marked(item: WorkItem, number: int) -> WorkItem:
    """Every third bears marks."""
    if number % 3:
        return item
    mark = KeyResultMark(
        "KR1", "A title of a key result", 40, "on_track", "https://okrs.example/kr/KR1", "O", "2026-12-31"
    )
    shown = Marks(
        (mark,),
        "aligned",
        ("okr-aligned",),
        stamp=Stamp("truenorth", (mark,), "aligned", ("okr-aligned",), rules=1),
    )
    return replace(item, shown=shown)


# --- one run, in a process of its own ------------------------------------------------------------


@contextmanager
def watched() -> Iterator[tuple[Counter[str], dict[str, float]]]:
    """SQL counted by kind, and CPU seconds of the stages."""
    counts: Counter[str] = Counter()
    stages: dict[str, float] = {}

    def note(_connection: object, cursor: Any, statement: str, *_more: object) -> None:
        counts["statements"] += 1
        words = " ".join(statement.split())
        if not words.startswith(("SELECT", "PRAGMA", "BEGIN")):
            counts["rows"] += max(0, cursor.rowcount)
        counts["all items"] += words.endswith("FROM items")

    def timed(place: Any, name: str, stage: str) -> None:
        real: Callable[..., Any] = getattr(place, name)

        def work(*given: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return real(*given, **named)
            finally:
                stages[stage] = stages.get(stage, 0.0) + time.process_time() - begun

        setattr(place, name, work)

    timed(Snapshots, "last", "load")
    timed(run_module, "collect", "collect with load")
    timed(run_module, "decide", "decide")
    timed(sync_job, "remember", "remember")
    sa.event.listen(sa.Engine, "after_cursor_execute", note)
    yield counts, stages


def one_run(way: str, url: str, folder: Path, count: int, at: datetime, *, flow: bool) -> Row:
    """Do it, and tell what it cost."""
    items: tuple[WorkItem, ...] = ()
    if way != "unchanged":
        items = pickle.loads((folder / f"{way}.pickle").read_bytes())  # noqa: S301  our own file
    store, teller, workspace = Store(url, lambda: at), Teller(items), declared(count, flow=flow)
    session = Session(workspace, {"jira": teller}, store)  # type: ignore[dict-item]  # only what is asked
    gc.collect()
    gc.freeze()
    with watched() as (counts, stages):
        wall, cpu = time.perf_counter(), time.process_time()
        done = synchronise_if_changed(session, at, Reporter())
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    store.close()
    decided = not isinstance(done, Unchanged)
    digest = done.run.plan.digest if not isinstance(done, Unchanged) else ""
    told = {name: round(value, 2) for name, value in stages.items()}
    return {
        "way": way,
        "requests": teller.requests,
        "histories": teller.histories_asked,
        "statements": counts["statements"],
        "rows": counts["rows"],
        "all items": counts["all items"],
        "CPU s": cpu,
        "wall s": wall,
        "decided": decided,
        "plan": digest,
        **told,
    }


# --- all of them ---------------------------------------------------------------------------------


def in_a_process(
    way: str, url: str, folder: Path, given: argparse.Namespace, minutes: int, *, flow: bool
) -> Row:
    """One run, `minutes` after the first."""
    command = [
        sys.executable,
        __file__,
        "--child",
        way,
        url,
        str(folder),
        str(minutes),
        "--rules",
        str(given.rules),
        *(["--flow"] if flow else []),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  ourselves
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(url: str, name: str, given: argparse.Namespace, folder: Path, *, flow: bool) -> list[Row]:
    """A table's rows for one kind of store; the first read fills it and is not told."""
    source = random.Random(1)  # noqa: S311  a seeded choice
    items = [marked(item, at) for at, item in enumerate(company(given.items, source))]
    (folder / "whole.pickle").write_bytes(pickle.dumps(tuple(items)))
    in_a_process("whole", url, folder, given, 0, flow=flow)
    runs: dict[str, list[Row]] = {way: [] for way in WAYS}
    for turn in range(given.rounds):
        day = 1440 * (turn + 1)
        runs["whole"].append(in_a_process("whole", url, folder, given, day, flow=flow))
        runs["unchanged"].append(in_a_process("unchanged", url, folder, given, day + 10, flow=flow))
        some = source.sample(range(len(items)), min(given.changed, len(items)))
        for at in some:
            items[at] = replace(
                items[at], title=f"{items[at].title} again", updated=NOW + timedelta(minutes=day)
            )
        (folder / "changed.pickle").write_bytes(pickle.dumps(tuple(items[at] for at in some)))
        runs["changed"].append(in_a_process("changed", url, folder, given, day + 20, flow=flow))
        (folder / "whole.pickle").write_bytes(pickle.dumps(tuple(items)))
    return [_median(name, given, found, runs["whole"]) for found in runs.values()]


def _median(name: str, given: argparse.Namespace, found: list[Row], whole: list[Row]) -> Row:
    of_whole = statistics.median(one["CPU s"] for one in whole)
    cpu = statistics.median(one["CPU s"] for one in found)
    last = found[-1]
    stages = ("load", "collect with load", "decide", "remember")
    return {
        "store": name,
        "items": given.items,
        **{
            key: last[key]
            for key in ("way", "requests", "histories", "statements", "rows", "all items", "decided")
        },
        "CPU s": round(cpu, 3),
        "of whole": round(cpu / of_whole, 4) if of_whole else 0.0,
        **{stage: statistics.median(one[stage] for one in found) for stage in stages if stage in last},
    }


def stores(given: argparse.Namespace, folder: Path) -> Iterator[tuple[str, str]]:
    """Address and name of each store that is measured."""
    yield f"sqlite:///{folder}/t.db", "SQLite"
    if given.postgres:
        from tests.support.postgres import Cluster, why_not

        if (why := why_not()) is not None:
            sys.stdout.write(f"PostgreSQL is left out: {why}\n")
            return
        cluster = Cluster()
        try:
            yield cluster.url(cluster.make()), "PostgreSQL"
        finally:
            cluster.remove()


def show(rows: list[Row]) -> None:
    """The table, a line each."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    sys.stdout.write("".join(f"{column:>18}" for column in columns) + "\n")
    for row in rows:
        sys.stdout.write("".join(f"{row.get(column, '')!s:>18}" for column in columns) + "\n")


def check(rows: list[Row], changed: int) -> None:
    """What must hold at any size. Raises AssertionError."""
    by_way: Mapping[str, Row] = {row["way"]: row for row in rows}
    assert not by_way["unchanged"]["decided"], "an unchanged run decided"  # noqa: S101  that is what it is for
    assert by_way["changed"]["decided"]  # noqa: S101
    assert by_way["unchanged"]["all items"] == 0  # noqa: S101
    assert {row["requests"] for row in rows} == {1}  # noqa: S101
    assert by_way["unchanged"]["histories"] == by_way["whole"]["histories"] == 0  # noqa: S101
    assert by_way["changed"]["histories"] <= changed  # noqa: S101


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--changed", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--flow", action="store_true", help="also with flow declared")
    parser.add_argument("--smoke", action="store_true", help="2,000 items, one round")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        way, url, folder, minutes = given.child
        at = NOW + timedelta(minutes=int(minutes))
        told = one_run(way, url, Path(folder), given.rules, at, flow=given.flow)
        sys.stdout.write(json.dumps(told) + "\n")
        return
    if given.smoke:
        given.items, given.rules, given.rounds, given.flow = 2_000, 50, 1, True
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for url, name in stores(given, Path(folder)):
            for flow in (False, True) if given.flow else (False,):
                here = measure(url, f"{name}, flow" if flow else name, given, Path(folder), flow=flow)
                check(here, given.changed)
                rows += here
    show(rows)
    if given.json:
        given.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
