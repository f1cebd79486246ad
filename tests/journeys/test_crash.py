"""Killed at any step, a rerun ends where a run that was never killed ends.

Every step is a crash point: a word in the journal, or a request to either tracker. The suite tries some of each kind, spread
evenly; with TRUENORTH_ALL_CRASH_POINTS=1 it tries them all, which takes minutes.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from tests.support import loopback
from tests.support.kill_points import killed
from tests.support.processes import Process
from tests.support.world_dump import dump

ALL = os.environ.get("TRUENORTH_ALL_CRASH_POINTS") == "1"
SOME = 3
"""Crash points of each kind in an ordinary run of the suite."""
SYNC = ("sync", "--as-of", "2026-11-16T09:00Z", "--first-run")
UNDO = ("undo", "--all", "--apply")
KINDS = ("journal", "jira", "linear")


def run(sandbox: Sandbox, folder: Path, kind: str, at: int, arguments: tuple[str, ...] = SYNC) -> int:
    """A sync, or what else is told, that is killed before that step; its exit code."""
    told = folder / "steps"
    told.unlink(missing_ok=True)
    done = Process(
        killed, kind, at, str(told), *arguments, folder=folder, environment=environment(sandbox)
    ).wait()
    assert "Traceback" not in done.err, done.err
    return done.code


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Counter[str]]:
    """The world after a sync that nobody killed, and how many steps of each kind it took."""
    folder = tmp_path_factory.mktemp("unharmed")
    with Sandbox(generate(items=50, seed=4)) as sandbox:
        assert run(sandbox, folder, "none", 0) == 0
        return dump(sandbox), Counter((folder / "steps").read_text().split())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.timeout(3600 if ALL else 240)
def test_a_rerun_ends_where_an_unharmed_run_ends(
    kind: str, unharmed: tuple[Any, Counter[str]], tmp_path: Path
) -> None:
    wanted, steps = unharmed
    count = steps[kind]
    assert count >= SOME
    points = range(1, count + 1) if ALL else [1 + (count - 1) * nr // (SOME - 1) for nr in range(SOME)]
    differing = []
    with Sandbox(generate(items=50, seed=4)) as sandbox:
        for point in points:
            folder = tmp_path / f"{kind}-{point}"
            folder.mkdir()
            sandbox.reset()
            assert run(sandbox, folder, kind, point) == -signal.SIGKILL
            assert run(sandbox, folder, "none", 0) == 0
            if dump(sandbox) != wanted:
                differing.append(point)
    sys.stdout.write(f"{len(list(points))} of {count} crash points of kind {kind} tried\n")
    assert differing == []


@pytest.mark.parametrize("under_way", [1, 4, 7])
def test_killed_with_several_comments_under_way_each_ticket_gets_one(
    under_way: int, unharmed: tuple[Any, Counter[str]], tmp_path: Path
) -> None:
    wanted, steps = unharmed
    assert steps["comment"] > under_way
    with Sandbox(generate(items=50, seed=4)) as sandbox:
        # So slow that none was answered when the process is killed, and all are carried out after that.
        rule = sandbox.fault("POST .*/jira/.*/comment$", "latency", seconds=1.0)
        assert run(sandbox, tmp_path, "comment", under_way + 1) == -signal.SIGKILL
        assert rule.hits == under_way
        sandbox.clear_faults()
        assert run(sandbox, tmp_path, "none", 0) == 0
        assert dump(sandbox) == wanted
        issues = sandbox.world.jira.issues.values()
        ours = [sum("truenorth" in one.properties for one in issue.comments.values()) for issue in issues]
        assert (max(ours), sum(ours)) == (1, steps["comment"])


@pytest.mark.timeout(3600 if ALL else 240)
def test_an_undo_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    told = tmp_path / "steps"
    with Sandbox(generate(items=50, seed=4)) as sandbox:

        def world() -> bytes:
            return loopback.get(f"{sandbox.url}/__world").content

        bare = world()
        assert run(sandbox, tmp_path, "none", 0) == 0
        assert run(sandbox, tmp_path, "none", 0, UNDO) == 0
        assert world() == bare
        count = Counter(told.read_text().split())["jira"]
        points = range(1, count + 1) if ALL else [count * nr // SOME for nr in range(1, SOME + 1)]
        for point in points:
            folder = tmp_path / str(point)
            folder.mkdir()
            sandbox.reset()
            assert run(sandbox, folder, "none", 0) == 0
            assert run(sandbox, folder, "jira", point, UNDO) == -signal.SIGKILL
            assert run(sandbox, folder, "none", 0, UNDO) == 0
            assert world() == bare, point
