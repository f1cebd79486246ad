"""Runs the benchmarks one after the other and writes one table of all, as JSON and as Markdown.

    python benchmarks/run.py [--smoke | --large] [--only NAME ...] [--out build/benchmarks]

Each benchmark is a process of its own that prints a table, and leaves its rows in a file with `--json`. With `--smoke` each has a size
that ends within seconds: it fails where a count of requests is not what it should be, and prints times without judging them.
Without, all but the largest run; with `--large`, the largest alone. Exit code 1 when one of them failed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PACKAGES = ("httpx", "jira", "msgspec", "procrastinate", "psycopg", "pydantic", "requests", "sqlalchemy")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark by its file's name, with its arguments for each size; None where it does not run at that size."""

    name: str
    smoke: Sequence[str] | None = None
    usual: Sequence[str] | None = ()
    large: Sequence[str] | None = None


BENCHES = (
    Bench("pull_jira", smoke=("--smoke",), large=("--items", "100000", "--rounds", "1")),
    Bench("pull_linear", smoke=("--smoke",)),
    Bench("incremental", smoke=("--smoke",)),
    Bench("decide", usual=("--rounds", "1"), large=("--items", "1000000", "--rounds", "1")),
    Bench("signals"),
    Bench("signals_cost"),
    Bench("person_days"),
    Bench("one_thing"),
    Bench("inspect_store"),
    Bench("report", smoke=("--smoke",), usual=("--items", "10000", "--rounds", "3"), large=()),
    Bench("print_plan"),
    Bench("writes", smoke=("--smoke",), usual=("--counts", "2000")),
    Bench("simulate_fleet", smoke=("--smoke",), usual=("--smoke",), large=()),
    Bench("serve_load", smoke=("--smoke",), usual=("--seconds", "60"), large=()),
    Bench("drill_workers", usual=None, large=()),
    Bench("soak", usual=None, large=()),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--smoke", action="store_true")
    size.add_argument("--large", action="store_true")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in BENCHES], metavar="NAME")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks"))
    given = parser.parse_args()
    chosen = "smoke" if given.smoke else "large" if given.large else "usual"
    begun, found, failed = time.monotonic(), {}, []
    for bench in BENCHES:
        arguments: Sequence[str] | None = getattr(bench, chosen)
        if arguments is None or (given.only and bench.name not in given.only):
            continue
        rows, code = run(bench.name, arguments)
        found[bench.name] = rows
        if code:
            failed.append(bench.name)
    about = machine() | {"size": chosen, "seconds": round(time.monotonic() - begun), "failed": failed}
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"{chosen}.json").write_text(json.dumps({"about": about, "rows": found}, indent=1) + "\n")
    (given.out / f"{chosen}.md").write_text(markdown(about, found))
    sys.stdout.write(
        f"\n{given.out / chosen}.json and .md: {len(found)} benchmarks in {about['seconds']} s\n"
    )
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


def run(name: str, arguments: Sequence[str]) -> tuple[list[Row], int]:
    """The rows that a benchmark left, and its exit code."""
    sys.stdout.write(f"\n== {name} {' '.join(arguments)}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.json"
        command = [sys.executable, str(HERE / f"{name}.py"), *arguments, "--json", str(file)]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(HERE.parent)}, check=False)  # noqa: S603  our own
        rows = json.loads(file.read_text()) if file.exists() else []
    return _rows(rows), done.returncode


def _rows(left: Any) -> list[Row]:
    """What a benchmark left as rows: a list of them, or several under names."""
    if isinstance(left, list):
        return [row for row in left if isinstance(row, dict)]
    return [
        {"what": name} | row
        for name, part in left.items()
        for row in _rows(part if isinstance(part, list) else [part])
    ]


def machine() -> Row:
    """What was measured on, as far as it matters: processor, cores, versions."""
    model = "unknown"
    with Path("/proc/cpuinfo").open() as file:
        model = next(
            (line.partition(":")[2].strip() for line in file if line.startswith("model name")), model
        )
    versions = {name: importlib.metadata.version(name) for name in PACKAGES if _is_there(name)}
    if node := shutil.which("node"):
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)  # noqa: S603  its version
        versions["node"] = told.stdout.strip()
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
    }


def _is_there(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def markdown(about: Row, found: dict[str, list[Row]]) -> str:
    """All rows as tables, a heading for each benchmark."""
    versions = ", ".join(f"{name} {one}" for name, one in about["versions"].items())
    lines = [
        "# Benchmarks",
        "",
        f"{about['on']}, {about['processor']}, {about['cores']} cores, Python {about['python']}; {versions}.",
    ]
    for name, rows in found.items():
        columns = list(dict.fromkeys(key for row in rows for key in row))
        lines += ["", f"## {name}", ""]
        if rows:
            lines += [_line(columns), _line("---" for _ in columns)]
        lines += [_line(_text(row.get(key, "")) for key in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(value: object) -> str:
    text = f"{value:,.2f}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
