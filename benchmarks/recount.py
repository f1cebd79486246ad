"""Counts every key result and every orphan of a sandbox again, and compares with what `truenorth` says.

    python benchmarks/recount.py [--items 300] [--seeds 1 2 3] [--deployment cloud|data_center]

It imports nothing of the product: it reads the trackers by plain HTTP (`recount_jira.py`, `recount_linear.py`) and the
goals as YAML, applies the rules by an own reading of them (`recount_rules.py`, `recount_pieces.py`), and runs the commands as a user does. At the first moment of the
cycle, no key result made of work may stand above 0 %. Exit code 1 when anything differs.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.recount_jira import Jira
from benchmarks.recount_linear import Linear
from benchmarks.recount_pieces import Counting, floored, in_progress_since
from benchmarks.recount_rules import Goals, KeyResult, Linking
from benchmarks.recount_works import Id, below_each

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""The moment that worlds of the sandbox are made for."""
COMMAND = [sys.executable, "-m", "sync.cli.app"]
Standing = tuple[int | None, float | None]
"""Percent and value."""


class Recount:
    """One world, counted again."""

    def __init__(self, url: str, goals: Goals, *, is_server: bool) -> None:
        self.goals = goals
        self._jira, self._linear = Jira(url, is_server=is_server), Linear(url)
        self.works = below_each([*self._jira.works(goals.projects), *self._linear.works(goals.teams)])
        linking = Linking(goals, self.works)
        self.places = linking.places()
        self.uncounted = linking.uncounted
        self.oldest = linking.oldest
        weighing = {one.id for one in goals.key_results if one.weighs}
        by_points = {one.id for one in goals.key_results if one.measure.get("weigh") == "points"}
        serves = {
            name: {one: share for one, share in place.serves.items() if one in weighing}
            for name, place in self.places.items()
        }
        self.counting = Counting(self.works, serves, by_points, goals.begins, self.uncounted)

    def key_results(self) -> dict[str, Standing]:
        """Where each stands."""
        return {one.id: self._standing(one) for one in self.goals.key_results}

    def orphans(self) -> dict[Id, str]:
        """Open work that serves no key result, is in progress for longer than its grace, and is not exempt."""
        return {
            work.id: work.key
            for work in self.works.values()
            if work.in_scope
            and work.is_open
            and work.id not in self.uncounted
            and self.places[work.id].is_unaligned
            and NOW - (in_progress_since(work) or NOW) >= self.goals.grace
        }

    def points(self) -> tuple[Fraction, Fraction]:
        """All points that were read, and those that are counted once or named."""
        read = sum((one.points for one in self.works.values() if one.points is not None), Fraction(0))
        return read, sum(self.counting.points().values(), Fraction(0))

    def _standing(self, key_result: KeyResult) -> Standing:
        measure = key_result.measure
        match measure["kind"]:
            case "work":
                return self._work(key_result)
            case "metric":
                checkins = [one for one in measure["checkins"] if one["on"] <= NOW.date()]
                value = max(checkins, key=lambda one: one["on"])["value"] if checkins else None
            case "query":
                jql, condition = measure.get("jql"), measure.get("filter")
                value = self._jira.count(jql) if jql else self._linear.count(condition)
            case kind:
                raise ValueError(f"{key_result.id}: this recount knows no measure {kind}")
        if value is None:
            return None, None
        start, target = (Fraction(str(measure[one])) for one in ("start", "target"))
        progress = (Fraction(str(value)) - start) / (target - start)
        return floored(min(Fraction(1), max(Fraction(0), progress))), float(value)

    def _work(self, key_result: KeyResult) -> Standing:
        measure, by_points = key_result.measure, key_result.measure.get("weigh", "count") == "points"
        if measure.keys() - {"kind", "weigh", "default_estimate"} or measure.get("weigh") not in (
            None,
            "points",
        ):
            raise ValueError(f"{key_result.id}: this recount knows not all of {measure}")
        missing = Fraction(str(measure.get("default_estimate", 1)))
        weights: dict[bool, list[Fraction]] = {True: [], False: []}
        for piece in self.counting.weighed() if by_points else self.counting.counted():
            share = self.places[piece.work.id].serves.get(key_result.id)
            is_done = piece.work.state == "done"
            day = piece.work.finished
            if share is None or (is_done and day is not None and day < self.goals.begins):
                continue
            points = missing if piece.points is None else piece.points
            weights[is_done and (day is None or day < self.goals.over)].append(
                share * (points if by_points else 1)
            )
        done, whole = sum(weights[True], Fraction(0)), sum(map(sum, weights.values()), Fraction(0))
        pieces = sum(map(len, weights.values()))
        if not pieces:
            return None, None
        percent = floored(done / whole if whole else Fraction(len(weights[True]), pieces))
        return min(percent, 100 if not weights[False] else 99), float(done)


# --- What the product says -----------------------------------------------------------------------


@contextmanager
def sandbox(items: int, seed: int, *more: str) -> Iterator[str]:
    """A sandbox in a process of its own, and its address."""
    asked = ["sandbox", "--items", str(items), "--seed", str(seed), "--port", "0", *more]
    process = subprocess.Popen([*COMMAND, *asked], stdout=subprocess.PIPE, text=True)  # noqa: S603  our own
    assert process.stdout is not None  # noqa: S101  it was asked for
    try:
        yield process.stdout.readline().split()[-1].removesuffix("/jira")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@contextmanager
def user(url: str, goals: Path, *, is_server: bool) -> Iterator[Any]:
    """Somebody who types commands in a folder of their own. Calling it gives the JSON that a command prints."""
    with tempfile.TemporaryDirectory() as folder:
        declared = Path(folder) / "okrs"
        declared.mkdir()
        for file in goals.glob("*.yaml"):
            text = file.read_text(encoding="utf-8")
            if is_server:
                text = text.replace("kind: jira,", "kind: jira, deployment: data_center,")
            (declared / file.name).write_text(text, encoding="utf-8")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("TRUENORTH_")
        } | {
            "TRUENORTH_CONFIG": str(declared),
            "TRUENORTH_JIRA_URL": f"{url}/jira-dc" if is_server else f"{url}/jira",
            "TRUENORTH_JIRA_TOKEN": "sandbox-dc-pat" if is_server else "sandbox-jira-token",
            "TRUENORTH_LINEAR_URL": f"{url}/linear/graphql",
            "TRUENORTH_LINEAR_TOKEN": "sandbox-linear-token",
        }
        environment["TRUENORTH_JIRA_ORIGIN"] = environment["TRUENORTH_LINEAR_ORIGIN"] = url
        if not is_server:
            environment["TRUENORTH_JIRA_EMAIL"] = "truenorth@acme.example"

        def types(*arguments: str) -> Any:
            done = subprocess.run(  # noqa: S603  our own command
                [*COMMAND, *arguments, "--format", "json"],
                env=environment,
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(
                    f"truenorth {' '.join(arguments)} ended with {done.returncode}: {done.stderr}"
                )
            return json.loads(done.stdout)

        yield types


def standings(status: Any) -> dict[str, Standing]:
    """Where each key result stands, by the JSON of `truenorth status`."""
    return {
        one["key_result"]: (one["percent"], one["value"])
        for objective in status["scorecard"]
        for one in objective["key_results"]
    }


# --- The comparison ------------------------------------------------------------------------------


def compare(items: int, seed: int, goals: Path, *, is_server: bool) -> int:
    """Print what both say of one world. Gives the number of differences."""
    begun = time.monotonic()
    with sandbox(items, seed) as url, user(url, goals, is_server=is_server) as types:
        recount = Recount(url, Goals.read(goals), is_server=is_server)
        standing, read, accounted = recount.key_results(), *recount.points()
        now = f"{NOW:%Y-%m-%dT%H:%MZ}"
        theirs = standings(types("status", "--fresh", "--as-of", now))
        warned = {
            (one["tracker"], one["id"]): one["key"] for one in types("orphans", "--as-of", now)["orphans"]
        }
        # The first moment of the cycle, in the workspace's own zone.
        first = standings(types("status", "--as-of", f"{recount.goals.begins:%Y-%m-%dT%H:%M}"))
    wrong = 0

    def row(what: str, own: Any, said: Any, *, differs: bool) -> None:
        nonlocal wrong
        wrong += differs
        place = f"{items:>6} {seed:>4}  {'data center' if is_server else 'cloud':<12}"
        sys.stdout.write(f"{place}{what:<26}{own!s:>20}{said!s:>20}  {'DIFFERS' if differs else 'same'}\n")

    for name, own in standing.items():
        said = theirs.get(name, (None, None))
        row(name, _shown(*own), _shown(*said), differs=not _agree(own, said))
    orphans = recount.orphans()
    row("orphans", len(orphans), len(warned), differs=orphans.keys() != warned.keys())
    for where, keys in (
        ("only counted again", orphans.keys() - warned.keys()),
        ("only in truenorth", warned.keys() - orphans.keys()),
    ):
        if keys:
            sys.stdout.write(
                f"{'':<26}{where}: {', '.join(sorted((orphans | warned)[one] for one in keys))}\n"
            )
    row("points: read, accounted", float(read), float(accounted), differs=read != accounted)
    for one in recount.goals.key_results:
        if one.weighs:
            percent, value = first[one.id]
            row(f"{one.id} on the first day", "0 % (0.00)", _shown(percent, value), differs=percent != 0)
    sys.stdout.write(f"{'':<26}{time.monotonic() - begun:.1f} s\n")
    return wrong


def _agree(own: Standing, said: Standing) -> bool:
    return own[0] == said[0] and (
        own[1] == said[1]
        or (own[1] is not None and said[1] is not None and math.isclose(own[1], said[1], abs_tol=1e-4))
    )


def _shown(percent: int | None, value: float | None) -> str:
    return "no data" if percent is None else f"{percent} % ({value:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[300])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--deployment", choices=["cloud", "data_center"], nargs="+", default=["cloud"])
    parser.add_argument("--goals", type=Path, default=Path(__file__).parents[1] / "config" / "examples")
    given = parser.parse_args()
    sys.stdout.write(
        f"{'items':>6} {'seed':>4}  {'Jira':<12}{'what':<26}{'counted again':>20}{'truenorth':>20}\n"
    )
    wrong = sum(
        compare(items, seed, given.goals, is_server=deployment == "data_center")
        for deployment in given.deployment
        for items in given.items
        for seed in given.seeds
    )
    sys.stdout.write(f"{wrong} differences\n" if wrong else "Both agree on everything.\n")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
