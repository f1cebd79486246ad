"""Counts how work flows again from raw histories, and compares with what `truenorth signals` says, to the last digit.

    python benchmarks/recount_flow.py [--items 300] [--seeds 1 2 3] [--deployment cloud|data_center] [--json FILE] [--smoke]

It imports nothing of the product. Histories are read by plain HTTP (`recount_histories.py`), the stages as YAML, and every figure of
docs/flow.md, and the report's work in progress by key result, is found by brute force: where each item stood at each moment that matters, times as whole microseconds, shares as
fractions, a percentile as the smallest value that so many percent do not exceed. The command is run as a user runs it. Figures are
held against each other by one part in a thousand millions (1e-9), since the last bit of a float depends on the order of two divisions.
Exit code 1 when anything differs. `--smoke`: one small world on each deployment.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.recount import NOW, sandbox, user
from benchmarks.recount_figures import FlowRecount
from benchmarks.recount_wip import in_progress_by_day, said_by_day

NEAR = 1e-9


def differences(own: Any, said: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two values differ, with both; what one of them lacks, too."""
    if isinstance(own, dict) and isinstance(said, dict):
        for name in sorted(own.keys() | said.keys()):
            yield from differences(own.get(name), said.get(name), f"{where}.{name}")
    elif isinstance(own, list) and isinstance(said, list) and len(own) == len(said):
        for at, (one, two) in enumerate(zip(own, said, strict=True)):
            yield from differences(one, two, f"{where}[{at}]")
    elif isinstance(own, float) or isinstance(said, float):
        if own is None or said is None or not math.isclose(own, said, rel_tol=NEAR, abs_tol=NEAR):
            yield where, own, said
    elif own != said:
        yield where, own, said


def figures_in(value: Any) -> int:
    """How many figures there are."""
    if isinstance(value, dict):
        return sum(map(figures_in, value.values()))
    return sum(map(figures_in, value)) if isinstance(value, list) else 1


def compare(items: int, seed: int, goals: Path, *, is_server: bool) -> dict[str, Any]:
    """Print what differs in one world, and give the row of it."""
    begun = time.monotonic()
    now = f"{NOW:%Y-%m-%dT%H:%MZ}"
    with (
        sandbox(items, seed, "--flow") as url,
        user(url, goals, is_server=is_server) as types,
        tempfile.TemporaryDirectory() as folder,
    ):
        recount = FlowRecount(url, goals, is_server=is_server)
        own = recount.places()
        flow = types("signals", "--fresh", "--as-of", now)["flow"]
        types("report", "--out", f"{folder}/report", "--as-of", now)
        report = json.loads(Path(folder, "report/report.json").read_text(encoding="utf-8"))
    said = {
        one["team"] or "": {name: two for name, two in one.items() if name not in ("stream", "team")}
        for one in flow["places"]
    }
    found = list(differences(own, said))
    days = in_progress_by_day(recount)
    found += differences(days, said_by_day(report), ".work in progress")
    if flow["weeks"] != [one.isoformat() for one in recount.days[:-1]]:
        found.append(("weeks", recount.days, flow["weeks"]))
    deployment = "data center" if is_server else "cloud"
    row = {
        "items": items,
        "seed": seed,
        "deployment": deployment,
        "places": len(own),
        "pieces": len(recount.ways),
        "figures": figures_in(own) + figures_in(days),
        "differ": len(found),
        "seconds": round(time.monotonic() - begun, 1),
    }
    sys.stdout.write("".join(f"{one!s:>12}" for one in row.values()) + "\n")
    for where, mine, theirs in found[:20]:
        sys.stdout.write(f"    {where}: counted again {mine}, truenorth {theirs}\n")
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[300])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--deployment", choices=["cloud", "data_center"], nargs="+", default=["cloud"])
    parser.add_argument("--goals", type=Path, default=Path(__file__).parents[1] / "config" / "examples")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()
    if given.smoke:
        given.items, given.seeds, given.deployment = [100], [1], ["cloud", "data_center"]
    heads = ("items", "seed", "Jira", "places", "pieces", "figures", "differ", "seconds")
    sys.stdout.write("".join(f"{one:>12}" for one in heads) + "\n")
    rows = [
        compare(items, seed, given.goals, is_server=deployment == "data_center")
        for deployment in given.deployment
        for items in given.items
        for seed in given.seeds
    ]
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    wrong = sum(one["differ"] for one in rows)
    sys.stdout.write(f"{wrong} differences\n" if wrong else "Both agree on everything.\n")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
