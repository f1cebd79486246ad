"""Whether two builds read the same: pulls of sandbox worlds, Cloud and Data Center, with our marks on a part of the items.

    python benchmarks/same_pull.py --before PATH [--items 400] [--seeds 1 2 3] [--json FILE]

PATH is a checkout of the build before. Items are compared to the last byte of their `repr`, and so are notes and what was set aside;
requests are printed side by side. Exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.writes import is_bearer, jira, marks, unlimited
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import JIRA_TOKEN

HERE = Path(__file__).parent
SITES = {"cloud": ("/jira", JIRA_TOKEN), "data_center": ("/jira-dc", SERVER_TOKEN)}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = [row for seed in given.seeds for row in compare(given.items, seed, given.before.resolve())]
    for row in rows:
        sys.stdout.write("  ".join(f"{key} {value}" for key, value in row.items()) + "\n")
    if given.json:
        given.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n")
    return 0 if all(row["same"] for row in rows) else 1


def compare(items: int, seed: int, before: Path) -> list[dict[str, Any]]:
    """A row for each deployment of one world."""
    world = generate(items, seed)
    unlimited(world)
    rows = []
    with Sandbox(world) as box:
        connector = jira(box)
        bearers = [item for item in connector.pull().items if is_bearer(item)]
        written = connector.write_batch([(item, marks(40)) for item in bearers[::4][:100]])
        done = sum(receipt.outcome == "written" for receipt in written)
        connector.close()
        projects = sorted(world.jira.projects)
        for deployment, (path, token) in SITES.items():
            told = [
                pulled(checkout, [f"{box.url}{path}", deployment, token, *projects])
                for checkout in (before, HERE.parent)
            ]
            old, new = ([without_requests(one) for one in side] for side in told)
            rows.append(
                {
                    "seed": seed,
                    "deployment": deployment,
                    "written": done,
                    "items": told[1][0]["items"],
                    "stamped": told[1][0]["stamped"],
                    "requests before": [one["requests"] for one in told[0]],
                    "requests": [one["requests"] for one in told[1]],
                    "same": old == new,
                }
            )
    return rows


def without_requests(told: dict[str, Any]) -> dict[str, Any]:
    """What has to be the same."""
    return {key: value for key, value in told.items() if key != "requests"}


def pulled(checkout: Path, arguments: list[str]) -> list[dict[str, Any]]:
    """What the build of a checkout reads, twice."""
    command = [sys.executable, str(HERE / "contestants" / "pull_digest.py"), *arguments]
    done = subprocess.run(  # noqa: S603  our own
        command,
        env={**os.environ, "PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
