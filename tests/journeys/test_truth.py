"""What the service finds over HTTP, against what the generators say by hand is right: every item, every result."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from config.load import load
from config.workspace import Workspace
from connectors.sandbox.company import NOW
from connectors.sandbox.server import Sandbox
from connectors.sandbox.truth import KEY_RESULTS, Item
from connectors.sandbox.world import World, generate
from sync.align.alignment import Alignment, align
from sync.collect.pull import pull
from sync.jobs.sandbox import examples, sandbox_session
from sync.measure import Scorecard, measure

COMMAND = [sys.executable, "-W", "error", "-m", "sync.cli.app", "sandbox"]
Told = tuple[str, dict[str, Fraction], str | None]


@pytest.fixture(scope="module", params=["1/900", "2/900", "3/900", "4/50"])
def run(request: pytest.FixtureRequest) -> tuple[World, Alignment, Scorecard]:
    seed, items = map(int, request.param.split("/"))
    workspace: Workspace = load(examples())
    world = generate(items, seed)
    with Sandbox(world) as sandbox, sandbox_session(sandbox, workspace) as session:
        observed = pull(workspace, session.connectors, NOW)
    alignment = align(observed.items, workspace)
    return world, alignment, measure(alignment, observed, workspace, NOW)


def told(item: Item) -> Told:
    return item.state, dict(item.key_results), item.category


def test_every_item_is_placed_as_it_was_planted(run: tuple[World, Alignment, Scorecard]) -> None:
    world, alignment, _ = run
    found = {
        (ref.tracker, ref.id): (
            placed.state,
            {link.key_result: link.share for link in placed.links} if placed.state == "aligned" else {},
            placed.category,
        )
        for ref, placed in alignment.placements.items()
    }
    right = {(item.tracker, item.id): told(item) for item in world.truth.items()}
    keys = {(item.tracker, item.id): item.key for item in world.truth.items()}
    wrong = {keys[one]: (found[one], right[one]) for one in found if found[one] != right[one]}
    assert wrong == {}
    unread = {one: state for one, (state, _, _) in right.items() if one not in found}
    assert set(unread.values()) <= {"out_of_scope"}


def test_every_key_result_stands_where_counting_by_hand_puts_it(
    run: tuple[World, Alignment, Scorecard],
) -> None:
    world, _, card = run
    right = world.truth.key_results()
    assert set(right) == set(card.readings) == set(KEY_RESULTS)
    for name, reading in card.readings.items():
        assert reading.percent == right[name].percent, name
        value = right[name].value
        assert (reading.value is None) == (value is None), name
        assert value is None or math.isclose(reading.value or 0.0, value), name


@pytest.mark.needs_server
def test_the_command_writes_the_truth_of_what_it_serves(tmp_path: Path) -> None:
    file = tmp_path / "truth.json"
    process = subprocess.Popen(  # noqa: S603  our own command
        [*COMMAND, "--items", "60", "--seed", "9", "--port", "0", "--truth", str(file)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()  # it serves
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert file.read_bytes() == b"".join(generate(60, 9).truth.written())
    assert len(json.loads(file.read_bytes())["items"]) > 60


@pytest.mark.needs_server
def test_a_truth_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  our own command
        [*COMMAND, "--items", "50", "--port", "0", "--truth", str(tmp_path / "no" / "truth.json")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "the truth cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
