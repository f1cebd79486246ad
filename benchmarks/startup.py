"""How long a command takes that needs no tracker, against the same command of another checkout.

    git worktree add ../before 801448a && make -C ../before setup
    .venv/bin/python benchmarks/startup.py ../before/.venv/bin/truenorth .venv/bin/truenorth

Each round starts both once, one after the other, in turns the one and the other first; so what else the machine does
meets both alike. Told are the medians, and the median of the ratios of the pairs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
from pathlib import Path

COMMANDS: dict[str, tuple[str, ...]] = {
    "--help": ("--help",),
    "validate": ("validate", "--config", "config/examples"),
}
"""What is typed in the checkout that each executable belongs to."""


def seconds(program: Path, arguments: tuple[str, ...]) -> float:
    """One run, with the checkout's own examples and nothing of this environment's settings. Raises CalledProcessError."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRUENORTH_")}
    checkout = program.absolute().parents[2]
    begun = time.perf_counter()
    subprocess.run([program.absolute(), *arguments], cwd=checkout, env=env, check=True, capture_output=True)  # noqa: S603  what was asked for
    return time.perf_counter() - begun


def pairs(before: Path, after: Path, arguments: tuple[str, ...], rounds: int) -> list[tuple[float, float]]:
    """Seconds of both in each round; one round ahead, which writes and reads bytecode, is not counted."""
    found = []
    for turn in range(rounds + 1):
        order = (before, after) if turn % 2 else (after, before)
        took = {program: seconds(program, arguments) for program in order}
        found.append((took[before], took[after]))
    return found[1:]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("before", type=Path, help="an executable, such as ../before/.venv/bin/truenorth")
    parser.add_argument("after", type=Path, help="the one that is held against it")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    print(f"{'command':<10} {'before':>9} {'after':>9} {'ratio':>7} {'of pairs':>15}")  # noqa: T201
    for name, arguments in COMMANDS.items():
        found = pairs(given.before, given.after, arguments, given.rounds)
        before, after = (statistics.median(one) for one in zip(*found, strict=True))
        ratios = sorted(new / old for old, new in found)
        spread = f"{ratios[0]:.2f}-{ratios[-1]:.2f}"
        print(  # noqa: T201
            f"{name:<10} {1000 * before:>6.0f} ms {1000 * after:>6.0f} ms {statistics.median(ratios):>7.2f} {spread:>15}"
        )


if __name__ == "__main__":
    main()
