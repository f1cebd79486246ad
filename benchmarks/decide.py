"""What deciding costs: CPU by stage and peak memory, each decision in a fresh process; and whether it decides as before.

    python benchmarks/decide.py [--items 100000] [--rules 500] [--seed 1] [--rounds 3] [--json FILE] [--smoke]
    python benchmarks/decide.py --before CHECKOUT            # beside the build before, in turns
    python benchmarks/decide.py --before CHECKOUT --equal [--seeds 1 2 3 4]

Two decisions on one generated company (`benchmarks/company.py`): of the first run, which marks everything, and of a
second one on the day after, in a world where all of that is shown. A stage is what `sync/decide.py` calls; `other` is
what it does besides. CPU seconds and the peak are those of the process that decides; `world` is its peak before it begins.

`--equal` compares all that two builds decide, in the generated company and in worlds of the sandbox: plans with the
texts of their comments, readings, findings, forecasts and work states. It fails where anything differs.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.company import NOW, company, declared, rules
from config.load import load
from config.text.redaction import redactor
from config.workspace import Workspace
from connectors.model import Marks, Pull, Stamp, WorkItem
from connectors.sandbox.company import NOW as SANDBOX_NOW
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync import decide as deciding
from sync.collect.pull import pull
from sync.decide import Decision
from sync.jobs.sandbox import examples, sandbox_session
from sync.memory import Memory
from sync.observation import Observation

STAGES = {
    "align": ("align",),
    "measure": ("measure",),
    "forecast": ("outlooks", "with_chances"),
    "signals": ("lost_links", "find_signals", "find_findings", "find_unaligned"),
    "work states": ("work_states",),
    "suggest": ("suggest",),
    "marks": ("desired_marks",),
    "plan": ("make_plan",),
    "notes": ("grace_notes", "reason_notes", "unlikely_notes", "roll_over_notes", "upgrade_notes"),
    "guards": ("guards",),
}
"""What is timed, by the names under which `sync/decide.py` calls it."""

Cpu = defaultdict[str, float]


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def watch(spent: Cpu) -> None:
    """Let every stage of a decision add its CPU seconds."""

    def timed(stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            begin = time.process_time()
            result = work(*args, **named)
            if hasattr(result, "__next__"):
                result = tuple(result)
            spent[stage] += time.process_time() - begin
            return result

        return run

    for stage, names in STAGES.items():
        # Builds differ in what they call.
        for name in filter(partial(hasattr, deciding), names):
            setattr(deciding, name, timed(stage, getattr(deciding, name)))


def written(decision: Decision, workspace: Workspace) -> tuple[WorkItem, ...]:
    """The items as they are once the plan is written."""
    wanted = {edit.item.ref: edit.wanted for edit in decision.plan.edits}
    items = decision.observation.items
    return tuple(_marked(item, wanted[item.ref], workspace) if item.ref in wanted else item for item in items)


def _marked(item: WorkItem, marks: Marks, workspace: Workspace) -> WorkItem:
    comment = None if marks.comment is None else replace(marks.comment, doc=None)
    stamp = Stamp(
        owner=workspace.workspace,
        key_results=marks.key_results,
        alignment=marks.alignment,
        labels=marks.labels,
        comment_id=None if comment is None else f"c{item.ref.id}",
        comment=comment,
        item=item.ref.id,
        rules=marks.rules,
    )
    return replace(item, shown=replace(marks, comment=comment, stamp=stamp))


def observe(items: Iterable[WorkItem], at: datetime) -> Observation:
    """What was read of a company on Jira."""
    return Observation((Pull("jira", tuple(items), at),), at)


# --- Cost ----------------------------------------------------------------------------------------


def cost(items: int, count: int, seed: int) -> dict[str, Any]:
    """What both decisions cost, in this process."""
    source = random.Random(seed)  # noqa: S311  a seeded choice
    world = company(items, source)
    workspace = declared(rules(count, source))
    spent: Cpu = defaultdict(float)
    watch(spent)
    found: dict[str, Any] = {"world MB": peak()}
    observation = observe(world, NOW)
    del world
    for run in ("first", "second"):
        spent.clear()
        gc.collect()
        begin = time.process_time()
        decision = deciding.decide(observation, Memory(), workspace, observation.at)
        whole = time.process_time() - begin
        stages = {stage: spent[stage] for stage in STAGES}
        found[run] = {
            **stages,
            "other": whole - sum(stages.values()),
            "whole": whole,
            "edits": len(decision.plan.edits),
        }
        found[f"{run} MB"] = peak()
        if run == "first":
            observation = observe(written(decision, workspace), NOW + timedelta(days=1))
            del decision
    return found


# --- Equality ------------------------------------------------------------------------------------


def said(decision: Decision, hidden: Sequence[str] = ()) -> dict[str, str]:
    """All that a decision says, part by part, as digests. `hidden`: what differs from process to process."""
    plan = decision.plan
    parts: dict[str, Iterable[object]] = {
        "edits": ((edit.item.ref, edit.wanted, edit.changes) for edit in plan.edits),
        "plan": (plan.digest, plan.refusals, plan.waiting, plan.notes, plan.views, decision.stops),
        "scorecard": (decision.scorecard,),
        "signals": (decision.signals.findings, decision.signals.orphans, decision.signals.in_grace),
        "not started": sorted(decision.signals.not_started),
        "placements": decision.alignment.placements.items(),
        "leaves": decision.alignment.leaves.items(),
        "alignment": (decision.alignment.dangling, decision.alignment.conflicting, decision.alignment.cycles),
        "outlooks": decision.outlooks.items(),
        "work states": decision.work_states.items(),
        "links": (sorted(decision.unlinked_since.items()), sorted(decision.unshown)),
    }
    return {name: _digest(values, hidden) for name, values in parts.items()}


def _digest(values: Iterable[object], hidden: Sequence[str]) -> str:
    found = hashlib.sha256()
    for value in values:
        text = repr(value)
        for part in hidden:
            text = text.replace(part, "")
        found.update(text.encode())
    return found.hexdigest()[:16]


def decisions(items: int, count: int, seed: int) -> dict[str, str]:
    """What is decided by a seed: in the generated company and in a world of the sandbox, on four days each."""
    source = random.Random(seed)  # noqa: S311  a seeded choice
    world = company(items, source)
    found: dict[str, str] = {}
    workspace = declared(rules(count, source))
    for day, decision in _days(observe(world, NOW), workspace, NOW, source):
        found |= {f"company, day {day}, {part}": digest for part, digest in said(decision).items()}
    workspace = load(examples())
    with (
        Sandbox(generate(max(60, items // 5), seed)) as sandbox,
        sandbox_session(sandbox, workspace) as session,
    ):
        observation = pull(workspace, session.connectors, SANDBOX_NOW)
        # The port of the server, and where the examples stand.
        hidden = (sandbox.url, str(examples()))
    for day, decision in _days(observation, workspace, SANDBOX_NOW, source):
        found |= {f"sandbox, day {day}, {part}": digest for part, digest in said(decision, hidden).items()}
    return found


def _days(
    observation: Observation, workspace: Workspace, now: datetime, source: random.Random
) -> Iterable[tuple[int, Decision]]:
    """Decisions of days on which everything planned is written, and some of the work moves on."""
    for day in (0, 1, 20, 60):
        at = now + timedelta(days=day)
        observation = replace(observation, at=at)
        decision = deciding.decide(observation, Memory(), workspace, at)
        yield day, decision
        shown = {item.ref: item for item in written(decision, workspace)}
        pulls = [
            replace(one, items=tuple(shown[item.ref] for item in one.items)) for one in observation.pulls
        ]
        observation = replace(observation, pulls=tuple(_moved(one, at, source) for one in pulls))


def _moved(one: Pull, at: datetime, source: random.Random) -> Pull:
    """The same a day later: of each ten items one was closed, or opened again, or got another title and estimate."""

    def move(item: WorkItem) -> WorkItem:
        if source.random() > 0.1:
            return item
        if item.is_open:
            return replace(item, category="done", completed=at, updated=at)
        return replace(
            item, category="doing", completed=None, dropped=None, estimate=3.0, title=f"{item.title} again"
        )

    return replace(one, items=tuple(map(move, one.items)))


# --- Processes -----------------------------------------------------------------------------------


def child(checkout: Path | None, *arguments: str) -> Any:
    """What this file prints as JSON in a process of its own, by the code of a checkout; None: by this one's."""
    root = checkout or Path(__file__).resolve().parents[1]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{root}{os.pathsep}{Path(__file__).resolve().parents[1]}",
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603  our own
    return json.loads(done.stdout.splitlines()[-1])


def rows_of(found: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """A row for each stage of each decision: the least of all rounds, of this build and of the one before."""
    rows = []
    for run in ("first", "second"):
        for stage in (*STAGES, "other", "whole"):
            row: dict[str, Any] = {"decision": run, "stage": stage}
            for build, rounds in found.items():
                row[build] = round(min(one[run][stage] for one in rounds), 3)
            rows.append(row)
        rows.append({"decision": run, "stage": "peak MB"} | _median(found, f"{run} MB"))
    rows.append({"decision": "", "stage": "world MB"} | _median(found, "world MB"))
    for row in rows:
        if row.get("before"):
            row["ratio"] = round(row["now"] / row["before"], 2)
    return rows


def _median(found: dict[str, list[dict[str, Any]]], name: str) -> dict[str, float]:
    return {build: round(statistics.median(one[name] for one in rounds)) for build, rounds in found.items()}


def show(rows: list[dict[str, Any]]) -> None:
    """Print a table."""
    builds = [name for name in ("before", "now", "ratio") if any(name in row for row in rows)]
    sys.stdout.write(f"{'decision':<10}{'stage':<14}" + "".join(f"{name:>10}" for name in builds) + "\n")
    for row in rows:
        cells = "".join(f"{row.get(name, ''):>10}" for name in builds)
        sys.stdout.write(f"{row['decision']:<10}{row['stage']:<14}{cells}\n")


def compare(given: argparse.Namespace) -> None:
    """Whether two builds decide the same, seed by seed. Raises SystemExit where they do not."""
    differing = 0
    for seed in given.seeds:
        arguments = [
            "--child",
            "equal",
            "--items",
            str(given.items),
            "--rules",
            str(given.rules),
            "--seed",
            str(seed),
        ]
        before, now = child(given.before, *arguments), child(None, *arguments)
        other = [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]
        differing += bool(other)
        verdict = f"differ in: {'; '.join(sorted(other))}" if other else f"equal in {len(now)} parts"
        sys.stdout.write(f"seed {seed}: {verdict}\n")
    if differing:
        raise SystemExit(f"{differing} of {len(given.seeds)} seeds are decided otherwise")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=None)
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path, help="a checkout of the build before")
    parser.add_argument("--equal", action="store_true", help="compare what both builds decide")
    parser.add_argument("--json", type=Path, help="where the rows go")
    parser.add_argument("--smoke", action="store_true", help="a small world, once")
    parser.add_argument("--child", choices=("cost", "equal"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    # As every run that reads a tracker, it has to keep one out of all texts.
    redactor.add("a-token-of-the-benchmark")
    if given.items is None:
        given.items = 2_000 if given.smoke or given.equal else 100_000
    if given.child:
        work = cost if given.child == "cost" else decisions
        # What the code logs is printed, too: the last line is ours.
        sys.stdout.write("\n" + json.dumps(work(given.items, given.rules, given.seed)))
        return
    if given.equal:
        compare(given)
        return
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _ in range(1 if given.smoke else given.rounds):
        arguments = [
            "--child",
            "cost",
            "--items",
            str(given.items),
            "--rules",
            str(given.rules),
            "--seed",
            str(given.seed),
        ]
        if given.before:
            found["before"].append(child(given.before, *arguments))
        found["now"].append(child(None, *arguments))
    rows = rows_of(found)
    edits = [found["now"][0][run]["edits"] for run in ("first", "second")]
    sys.stdout.write(f"{given.items:,} items, {given.rules} rules; {edits[0]:,} edits, then {edits[1]:,}\n")
    show(rows)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
