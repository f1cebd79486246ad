"""The store's file under real faults, with real processes: no room left, nothing may be written, spoilt bytes.

Each is a clear stop: exit code 1, one line that says what to do, and no write to a tracker without its word in the journal.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from tests.support import small_disk
from tests.support.cli import AS_OF, Ran, writes
from tests.support.fault_run import comments_of_ours, marked
from tests.support.processes import Process, command
from tests.support.small_disk import BLOCK, Disk

SYNC = ("sync", *AS_OF, "--first-run")
ROOM = (0, 150, 220)
"""Blocks of room at the start: for nothing, for the tables and some of what is read, for some of the journal."""
STORE = Path(".truenorth/truenorth.db")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    # The contracts judge such traffic in every other test.
    monkeypatch.setattr(Sandbox, "watchers", [])
    with Sandbox(generate(items=50, seed=4)) as running:
        yield running


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if why := small_disk.why_not():
        pytest.skip(why)
    try:
        mounted = Disk(tmp_path / "disk", kilobytes=2560)
    except OSError as error:
        pytest.skip(f"no small file system can be mounted here: {error.strerror}")
    yield mounted
    mounted.remove()


def run(box: Sandbox, folder: Path, *arguments: str) -> Ran:
    """A command as a process of its own, which shows no traceback whatever happens."""
    done = Process(command, *arguments, folder=folder, environment=environment(box)).wait()
    assert "Traceback" not in done.err, done.err
    return done


def journaled(folder: Path) -> set[str]:
    """The items that the journal names, once there is room to read it."""
    with contextlib.closing(sqlite3.connect(folder / STORE)) as connection:
        try:
            return {
                f"{tracker} {item}"
                for tracker, item in connection.execute("SELECT tracker, item FROM journal")
            }
        except sqlite3.OperationalError:
            # No tables yet.
            return set()


def converges(box: Sandbox, folder: Path) -> None:
    rerun = run(box, folder, *SYNC)
    assert rerun.code == 0, rerun.out[-1500:] + rerun.err
    assert run(box, folder, "plan", *AS_OF, "--exit-code").code == 0
    assert [key for key, count in comments_of_ours(box.world).items() if count > 1] == []


@pytest.mark.timeout(400)
def test_a_disk_that_fills_up_is_a_clear_stop_wherever_it_does(box: Sandbox, disk: Disk) -> None:
    begun = []
    for room in ROOM:
        box.reset()
        disk.fill(room)
        full = run(box, disk.place, *SYNC)
        assert full.code == 1, (room, full)
        assert "Free disk space" in full.err.splitlines()[-1]
        disk.make_room()
        assert marked(box) <= journaled(disk.place), "a tracker was written to without a word in the journal"
        begun.append(len(marked(box)))
        converges(box, disk.place)
        for file in (disk.place / STORE.parent).iterdir():
            file.unlink()
    assert begun[0] == 0
    assert begun[-1] > 0, "it never filled up among the writes"


def test_a_plan_that_finds_no_room_leaves_no_half_file(box: Sandbox, disk: Disk, tmp_path: Path) -> None:
    disk.fill()
    refused = run(box, tmp_path, "plan", *AS_OF, "--out", str(disk.place / "plan.json"))
    assert refused.code == 2
    assert "cannot write the plan" in refused.err
    assert [one.name for one in disk.place.iterdir()] == ["filler"]


@pytest.mark.parametrize("had_store", [False, True], ids=["new", "known"])
def test_a_file_system_that_is_read_only_is_a_clear_stop(box: Sandbox, disk: Disk, had_store: bool) -> None:
    if had_store:
        assert run(box, disk.place, "plan", *AS_OF).code == 0
    box.forget_requests()
    disk.read_only(on=True)
    try:
        refused = run(box, disk.place, *SYNC)
    finally:
        disk.read_only(on=False)
    assert refused.code == 1, refused
    assert "set TRUENORTH_STORE to another location" in refused.err
    assert not box.requests
    converges(box, disk.place)


@pytest.mark.parametrize(
    ("place", "length"),
    [(0, 100), (b'"tracker":"jira"', BLOCK), (b'"tracker":"linear"', BLOCK)],
    ids=["the header", "an item of Jira", "an item of Linear"],
)
def test_spoilt_bytes_are_a_clear_stop_and_a_rebuild_mends_them(
    box: Sandbox, tmp_path: Path, place: int | bytes, length: int
) -> None:
    assert run(box, tmp_path, *SYNC).code == 0
    content = bytearray((tmp_path / STORE).read_bytes())
    # A byte of its header, or the page on which something stands that every run reads.
    start = place if isinstance(place, int) else content.index(place) // BLOCK * BLOCK
    content[start : start + length] = b"\xa5" * length
    (tmp_path / STORE).write_bytes(content)
    box.forget_requests()
    stopped = run(box, tmp_path, *SYNC)
    assert stopped.code == 1, stopped
    assert "truenorth rebuild" in stopped.err.splitlines()[-1]
    assert not writes(box)
    assert run(box, tmp_path, "rebuild", *AS_OF).code == 0
    converges(box, tmp_path)
