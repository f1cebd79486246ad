"""What printing a plan costs: the summary, each change (`--all`) as text and Markdown, and the JSON document.

    python benchmarks/print_plan.py [--edits 35000] [--rounds 3] [--before PATH] [--json FILE]
    python benchmarks/print_plan.py --smoke

CPU from the decided plan to the last byte written, the least of all rounds, each in a process of its own; output goes to a file, 100
columns wide. `first`: CPU until the first bytes. `before`: the checkout at PATH, interleaved. `--smoke` fails where the outputs
of two builds differ, or nothing is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WAYS = ("summary", "all", "markdown", "markdown all", "json")
DAY = datetime(2026, 11, 16, tzinfo=UTC)


def made(count: int) -> Any:
    """A plan of as many edits: linked work, moved percents, warnings, as a first sync and the next ones have them."""
    from connectors.model import Comment, KeyResultMark, Marks, Ref, WorkItem
    from connectors.text.document import Doc, para
    from sync.plan.plan import Edit, Plan, changes_of, digest_of

    def linked(number: int, percent: int) -> Marks:
        id_ = f"KR-{number % 40}"
        mark = KeyResultMark(id_, "Onboarding is live", percent, "on_track", f"https://a.example/kr/{id_}")
        doc = Doc((para(f"Serves {id_}, now at {percent} %"),))
        return Marks((mark,), "aligned", ("okr-aligned",), Comment("progress", ((id_, percent),), doc))

    edits = []
    for number in range(count):
        if number % 3 == 0:
            shown, wanted = Marks(), linked(number, number % 101)
        elif number % 3 == 1:
            shown, wanted = linked(number, number % 90), linked(number, number % 90 + 5)
        else:
            doc = Doc((para(f"Work {number} serves no key result."),))
            shown, wanted = Marks(), Marks((), "orphaned", ("okr-orphaned",), Comment("orphan", (), doc))
        item = WorkItem(
            ref=Ref("jira", str(10_000 + number)),
            key=f"P{number % 200}-{number}",
            url=f"https://a.example/browse/P{number % 200}-{number}",
            level="issue",
            kind="Story",
            title=f"Improve the search of part {number}",
            category="doing",
            status="In Progress",
            created=DAY,
            updated=DAY,
            project=f"P{number % 200}",
            shown=shown,
        )
        edits.append(Edit(item, wanted, changes_of(item, wanted)))
    return Plan(tuple(edits), (), digest_of(edits))


def child(way: str, count: int, target: str) -> None:
    """Print the plan one way into a file, and tell what it took."""
    from sync.cli.output import Format, Output
    from sync.report import data
    from sync.report.planned import section
    from sync.report.planned.view import EVERYTHING, SUMMARISED

    whole = made(count)
    told, first = sys.stdout, [0.0]
    with Path(target).open("w", encoding="utf-8") as out:
        sys.stdout = out
        style = Format.JSON if way == "json" else Format.MARKDOWN if "markdown" in way else Format.TEXT
        output = Output(style)
        write = out.write

        def noted(text: str) -> int:
            first[0] = first[0] or time.process_time()
            return write(text)

        out.write = noted  # type: ignore[method-assign]
        memory, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        if way == "json":
            output.data(plan=data.of_plan(whole))
        else:
            output.show(*section.plan(whole, whole, EVERYTHING if "all" in way else SUMMARISED))
        output.finish()
        took = time.process_time() - began
        sys.stdout = told
    row = {
        "cpu": took,
        "first": first[0] - began,
        "mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024,
        "bytes": Path(target).stat().st_size,
        "sha256": hashlib.sha256(Path(target).read_bytes()).hexdigest(),
    }
    sys.stdout.write(json.dumps(row) + "\n")


def run(way: str, count: int, checkout: Path) -> dict[str, Any]:
    """One way of printing, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603  our own script
            [sys.executable, __file__, "--child", way, str(count), f"{folder}/out"],
            env={**os.environ, "PYTHONPATH": str(checkout), "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    row: dict[str, Any] = json.loads(done.stdout)
    return row


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], int(sys.argv[3]), sys.argv[4])
        return 0
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edits", type=int, default=35_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.smoke:
        given.edits, given.rounds = 600, 1
    checkouts = {"after": HERE.parent, **({"before": given.before} if given.before else {})}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for _ in range(given.rounds):
        for way in WAYS:
            for which, checkout in checkouts.items():
                found.setdefault((way, which), []).append(run(way, given.edits, checkout))
    rows, wrong = [], []
    sys.stdout.write(
        f"{given.edits} edits\n{'':<14}{'CPU s':>8}{'first':>8}{'MB':>7}{'bytes':>12}{'before':>8}{'times':>7}  same\n"
    )
    for way in WAYS:
        best = {which: min(found[way, which], key=lambda one: float(one["cpu"])) for which in checkouts}
        row = {"what": way, **best["after"]}
        line = f"{way:<14}{row['cpu']:>8.2f}{row['first']:>8.2f}{row['mb']:>7.0f}{row['bytes']:>12,}"
        if given.before:
            before = best["before"]
            row |= {"before": before["cpu"], "times": before["cpu"] / row["cpu"]}
            row["same"] = before["sha256"] == row["sha256"]
            line += f"{row['before']:>8.2f}{row['times']:>7.1f}  {row['same']}"
            wrong += [way] * (not row["same"])
        rows.append(row)
        wrong += [way] * (row["bytes"] < 300)
        sys.stdout.write(line + "\n")
    if given.json:
        given.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n")
    return int(bool(wrong)) if given.smoke else 0


if __name__ == "__main__":
    sys.exit(main())
