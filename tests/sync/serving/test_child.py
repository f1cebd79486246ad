"""Runs in processes of their own, with a small program in place of the command line."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from sync.jobs.report.folder import OURS
from sync.serving.child import Child

PROGRAM = """
import json, os, signal, sys, time
log = open(os.environ["LOG"], "a", buffering=1)
print("ready", file=log)
line = sys.stdin.readline()
if not line:
    sys.exit()
told = json.loads(line)
print(*told, file=log)
"""
GOOD = PROGRAM + "print(json.dumps({'applied': {'written': 3, 'failed': 0}, 'plan': [1]}))"
HELD = PROGRAM + "print(json.dumps({'unread': [], 'not_run': 'Another run is at work.'}))"
GUARD = PROGRAM + "print(json.dumps({'applied': None})); sys.exit(4)"
BROKEN = PROGRAM + "print('no JSON'); sys.exit(1)"
WRITING = (
    PROGRAM
    + """
ended = []
signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
print("writing", file=log)
while not ended:
    time.sleep(0.005)
print("finished", file=log)
sys.exit(143)
"""
)
DEAF = (
    PROGRAM
    + """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
"""
)


class Runs:
    def __init__(self, folder: Path, program: str, longest: float = 60, config: Path | None = None) -> None:
        self.log, self.report = folder / "log", folder / "report"
        self.log.touch()
        self.metrics = f"--metrics {folder / 'metrics'} --metrics-interval 600s"
        self.child = Child(
            *(config, self.report, folder / "metrics", timedelta(minutes=10), longest),
            more={"LOG": str(self.log)},
            program=(sys.executable, "-S", "-c", program),
        )

    def has_report(self) -> None:
        self.report.mkdir()
        (self.report / OURS).touch()

    @property
    def told(self) -> list[str]:
        return self.log.read_text().splitlines()

    def wait_for(self, line: str) -> None:
        end = time.monotonic() + 60
        while line not in self.told:
            assert time.monotonic() < end, self.told
            time.sleep(0.005)


@pytest.mark.parametrize(
    ("program", "code", "written", "not_run", "good"),
    [
        (GOOD, 0, 3, None, True),
        (HELD, 0, None, "Another run is at work.", False),
        (GUARD, 4, None, None, False),
        (BROKEN, 1, None, None, False),
    ],
    ids=["good", "held", "guard", "broken"],
)
def test_what_became_of_a_run_is_read_of_its_process(
    tmp_path: Path, program: str, code: int, written: int | None, not_run: str | None, good: bool
) -> None:
    runs = Runs(tmp_path, program)
    runs.has_report()
    ran = runs.child.run("timetable")
    runs.child.end()
    assert (ran.why, ran.code, ran.written, ran.not_run, ran.good) == (
        "timetable",
        code,
        written,
        not_run,
        good,
    )


def test_the_next_process_stands_ready_and_ends_with_the_service(tmp_path: Path) -> None:
    runs = Runs(tmp_path, GOOD, config=Path("okrs"))
    runs.has_report()
    runs.child.prepare()
    runs.child.prepare()
    runs.wait_for("ready")
    runs.child.run("timetable")
    runs.child.run("news")
    runs.child.end()
    typed = [one for one in runs.told if one != "ready"]
    # What a run by news changed is in the report of the one that follows it.
    assert typed == [
        f"sync --format json {runs.metrics} --report {runs.report} --config okrs",
        f"sync --format json {runs.metrics} --config okrs",
    ]
    assert runs.child.run("timetable").code != 0
    assert [one for one in runs.told if one != "ready"] == typed


def test_a_process_that_died_while_it_stood_ready_is_replaced(tmp_path: Path) -> None:
    runs = Runs(tmp_path, GOOD)
    runs.has_report()
    runs.child.prepare()
    ready = runs.child._ready
    assert ready is not None
    ready.kill()
    ready.wait()
    assert runs.child.run("timetable").good
    runs.child.end()


def test_where_a_sync_left_no_report_the_last_read_is_shown(tmp_path: Path) -> None:
    runs = Runs(tmp_path, GUARD)
    assert runs.child.run("news").code == 4
    runs.child.end()
    typed = [one for one in runs.told if one != "ready"]
    assert typed == [
        f"sync --format json {runs.metrics} --report {runs.report}",
        f"report --format json --out {runs.report}",
    ]


def test_a_run_that_is_to_end_finishes_its_write(tmp_path: Path) -> None:
    runs = Runs(tmp_path, WRITING)
    runs.has_report()
    codes: list[int] = []
    running = threading.Thread(target=lambda: codes.append(runs.child.run("timetable").code))
    running.start()
    runs.wait_for("writing")
    runs.child.end()
    running.join()
    assert (codes, runs.told[-1]) == ([143], "finished")


def test_a_run_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.serving.child._PATIENCE", 0.01)
    runs = Runs(tmp_path, DEAF, longest=0.5)
    runs.has_report()
    with capture_logs() as logs:
        assert runs.child.run("timetable").code == -9
    runs.child.end()
    assert [one["event"] for one in logs] == ["run does not end"]


def test_a_program_that_cannot_be_started_is_a_failed_run(tmp_path: Path) -> None:
    child = Child(None, tmp_path, tmp_path, timedelta(minutes=10), 60, program=(str(tmp_path / "nothing"),))
    with capture_logs() as logs:
        ran = child.run("timetable")
    assert ran.code == 1
    assert logs[0]["event"] == "run cannot begin"


def test_the_secrets_of_the_service_are_those_of_its_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", "a-planted-token")
    program = PROGRAM + "sys.exit(0 if os.environ['TRUENORTH_JIRA_TOKEN'] == 'a-planted-token' else 1)"
    runs = Runs(tmp_path, program)
    runs.has_report()
    assert runs.child.run("timetable").code == 0
    runs.child.end()
    assert json.dumps(dict(os.environ)).count("a-planted-token") == 1
