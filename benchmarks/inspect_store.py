"""What looking costs: `status`, `orphans` and `explain` from a store, each in a process of its own, no tracker asked.

    python benchmarks/inspect_store.py [--items 30000] [--rounds 3] [--before PATH] [--json FILE]
    python benchmarks/inspect_store.py --smoke

A SQLite store is left as a sync leaves it that wrote all of its plan, with generated work: epics of twenty issues in 200 projects, 300 rules of 30 key results, half of the open
work unaligned. CPU is that of the command after start-up (the imports of `--help` and of the command), loading the store included;
the least of all rounds. `before`: the same commands of the checkout at PATH, on the same work in a store of its own, interleaved. "something
changed": the same where the sync left no decision to recall. It fails where a command fails, says nothing, or says something else there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
COMMANDS: dict[str, tuple[str, ...]] = {
    "status": ("status",),
    "orphans": ("orphans",),
    "explain ticket": ("explain", "P1-23"),
    "explain key result": ("explain", "KR-3"),
    "status, JSON": ("status", "--format", "json"),
    "orphans, JSON": ("orphans", "--format", "json"),
}
WORDS = [
    f"{a}{b}{c}"
    for a in ("ba", "ke", "li", "mo")
    for b in ("nu", "ra", "se")
    for c in ("ti", "vo", "xy", "la")
]
MEASURE = """
import json, resource, sys, time
from sync.cli import app, options, output, session
from sync.cli.commands import inspect
import sync.decide, sync.store.store, connectors.registry
from sync.cli.app import main
before = time.process_time()
def told(code):
    sys.stderr.write("\\nMEASURED " + json.dumps({"cpu": time.process_time() - before, "code": code,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
sys.argv = ["truenorth", *sys.argv[1:]]
try:
    main()
    told(0)
except SystemExit as end:
    told(end.code or 0)
"""


def declared(folder: Path, source: random.Random) -> None:
    """The OKR file: thirty key results, each with ten rules by label, project or title."""
    lines = [
        "workspace: bench",
        "trackers:",
        "  jira: {kind: jira, url: 'https://a.example', scope: {projects: [",
    ]
    lines[-1] += ", ".join(f"P{at}" for at in range(200)) + "]}}"
    lines += ["cycles:", "  2026-Q4: {start: 2026-10-01, end: 2026-12-31}", "objectives:"]
    for number in range(30):
        if number % 5 == 0:
            lines += [f"  - id: O-{number // 5}", f"    title: Objective {number // 5}", "    cycle: 2026-Q4"]
            lines += ["    owner: somebody", "    key_results:"]
        title = f"{WORDS[number]} {WORDS[-number - 1]} for everybody"
        links = [f"{{label: l{source.randrange(2000)}}}" for _ in range(5)]
        links += [f"{{project: P{source.randrange(200)}, label: l{source.randrange(500)}}}" for _ in range(3)]
        links += [f"{{title: '*{source.choice(WORDS)} {source.randrange(10_000)}'}}", f"{{key: P{number}-7}}"]
        lines += [f"      - id: KR-{number}", f"        title: {title}", "        measure: {kind: work}"]
        lines += [f"        links: [{', '.join(links)}]"]
    lines += ["exempt:", "  - {name: ktlo, labels: [l1, l2, l3], types: [Spike]}"]
    (folder / "truenorth.yaml").write_text("\n".join(lines) + "\n")


def fill(folder: Path, count: int, source: random.Random) -> None:
    """The store: work read on the day, and the readings of five weeks."""
    from connectors.model import ALL_MARKS, Pull, Ref, WorkItem
    from sync.observation import Observation
    from sync.store.store import Store

    items = []
    for number in range(count):
        is_epic = number % 20 == 0
        category = source.choice(("todo", "doing", "doing", "done"))
        created = NOW - timedelta(days=source.randrange(20, 400), minutes=number % 1440)
        project = f"P{number // 20 % 200}"
        items.append(
            WorkItem(
                ref=Ref("jira", str(10_000 + number)),
                key=f"{project}-{number}",
                url=f"https://a.example/browse/{project}-{number}",
                level="epic" if is_epic else "issue",
                kind="Epic" if is_epic else source.choice(("Story", "Bug", "Task", "Spike")),
                title=f"{' '.join(source.choices(WORDS, k=5))} {number}",
                category=category,  # type: ignore[arg-type]
                status={"todo": "To Do", "doing": "In Progress"}.get(category, "Done"),
                created=created,
                updated=NOW - timedelta(hours=number % 500),
                started=created + timedelta(days=3) if category != "todo" else None,
                completed=NOW - timedelta(days=number % 40) if category == "done" else None,
                estimate=float(source.randrange(1, 9)) if source.random() < 0.5 else None,
                project=project,
                team=project,
                parent=None if is_epic else Ref("jira", str(10_000 + number - number % 20)),
                labels=tuple(f"l{source.randrange(2000)}" for _ in range(source.randrange(3))),
                assignee=f"Person {source.randrange(300)}",
                writable=frozenset(ALL_MARKS) - {"update"},
                in_scope=True,
            )
        )
    store = Store(f"sqlite:///{folder / 'store.db'}", lambda: NOW)
    read = Observation((Pull("jira", tuple(items), NOW),), NOW)
    store.snapshots.save(read)
    sync(store, read, folder)
    store.close()
    shutil.copy(folder / "store.db", folder / "changed.db")
    changed = Store(f"sqlite:///{folder / 'changed.db'}")
    changed.snapshots.settled.forget()
    changed.close()


def sync(store: Any, read: Any, folder: Path) -> None:
    """What a sync leaves that wrote all of its plan."""
    from config.load import fingerprint, load
    from connectors.model import Receipt
    from sync.collect.external_values import Sources
    from sync.decide import decide
    from sync.remember import remember
    from sync.report import data
    from sync.unchanged import World, settle

    workspace = load(folder.parent / "truenorth.yaml")
    record = store.open_run("sync", fingerprint(workspace), workspace.workspace)
    decision = decide(read, store.memory(workspace, NOW), workspace, NOW)
    written = [Receipt(one.item.ref, one.item.key, "written") for one in decision.plan.edits]
    remember(decision, workspace, store, written)
    store.close_run(record, "done", {"written": len(written), "skipped": 0, "failed": 0})
    before = time.process_time()
    settle(World(workspace, {}, store, Sources()), decision, record, NOW, data.standing(decision))
    sys.stderr.write(f"settled in {time.process_time() - before:.2f} s CPU\n")


def run(command: tuple[str, ...], folder: Path, checkout: Path, store: str) -> dict[str, Any]:
    """A command in a process of its own: CPU seconds after start-up, memory, what it printed."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout),
        "TRUENORTH_STORE": f"sqlite:///{folder / store}",
        "TRUENORTH_CONFIG": str(folder.parent / "truenorth.yaml"),  # one place for all: findings name it
        "TRUENORTH_JIRA_TOKEN": "benchmark-token",
        "TRUENORTH_JIRA_EMAIL": "bench@example.com",
        "TRUENORTH_LOG_LEVEL": "error",
        "PYTHONHASHSEED": "0",  # among equally near names the nearest depends on it
    }
    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", MEASURE, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    _, found, told = done.stderr.rpartition("MEASURED ")
    if not found:
        raise SystemExit(done.stderr)
    return {**json.loads(told), "output": done.stdout, "errors": done.stderr.rpartition("\nMEASURED")[0]}


def main() -> int:
    if sys.argv[1:2] == ["--fill"]:
        folder, source = Path(sys.argv[2]), random.Random(int(sys.argv[4]))  # noqa: S311  a benchmark
        declared(folder, source)
        fill(folder, int(sys.argv[3]), source)
        return 0
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.smoke:
        given.items, given.rounds = 600, 1
    stores = {"": "store.db", ", something changed": "changed.db"}
    kinds: dict[str, tuple[tuple[str, ...], str]] = {
        f"{what}{state}": (command, store)
        for what, command in COMMANDS.items()
        for state, store in stores.items()
    }
    checkouts = {"after": HERE.parent, **({"before": given.before} if given.before else {})}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as name:
        # Each build fills a store of its own: an older one does not open what a newer one migrated.
        folders = {which: Path(name) / which for which in checkouts}
        declared(Path(name), random.Random(given.seed))  # noqa: S311  a benchmark
        for which, folder in folders.items():
            folder.mkdir()
            told = [sys.executable, __file__, "--fill", str(folder), str(given.items), str(given.seed)]
            environment = {**os.environ, "PYTHONPATH": str(checkouts[which])}
            subprocess.run(told, env=environment, check=True)  # noqa: S603  our own script
        asked = run(COMMANDS["orphans, JSON"], folders["after"], HERE.parent, "changed.db")
        orphan = json.loads(asked["output"])["orphans"][0]["key"]
        kinds["explain orphan"] = ("explain", orphan), "store.db"
        for _ in range(given.rounds):
            for what, (command, store) in kinds.items():
                for which, checkout in checkouts.items():
                    found.setdefault((what, which), []).append(run(command, folders[which], checkout, store))
    rows, wrong = [], []
    for what in kinds:
        best = {which: min(found[what, which], key=lambda one: float(one["cpu"])) for which in checkouts}
        row = {"what": what, "cpu": best["after"]["cpu"], "mb": best["after"]["mb"]}
        if given.before:
            row |= {"before": best["before"]["cpu"], "times": best["before"]["cpu"] / best["after"]["cpu"]}
            row["same"] = best["before"]["output"] == best["after"]["output"]
        rows.append(row)
        outputs = {
            one["output"]
            for state in stores
            for one in found.get((what.partition(", something")[0] + state, "after"), ())
        }
        if len(outputs) > 1:
            wrong.append(f"{what}: says something else where it need not decide")
        if best["after"]["code"] or not best["after"]["output"].strip():
            wrong.append(f"{what}: exit {best['after']['code']}, {best['after']['errors'][-300:]}")
    show(rows, given.items)
    if given.json:
        given.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n")
    sys.stdout.write("".join(f"WRONG  {one}\n" for one in wrong))
    return int(bool(wrong))


def show(rows: list[dict[str, Any]], items: int) -> None:
    """The table."""
    sys.stdout.write(f"{items} items\n{'':<40}{'CPU s':>8}{'MB':>7}{'before':>9}{'times':>7}  same output\n")
    for row in rows:
        before = f"{row['before']:>9.2f}{row['times']:>7.1f}  {row['same']}" if "before" in row else ""
        sys.stdout.write(f"{row['what']:<40}{row['cpu']:>8.2f}{row['mb']:>7.0f}{before}\n")


if __name__ == "__main__":
    sys.exit(main())
