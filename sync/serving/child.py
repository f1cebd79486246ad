"""A run in a process of its own, so that deciding never holds up an answer, and what it takes of memory is given back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from sync.jobs.report.folder import OURS
from sync.serving.loop import NEWS, utc_now
from sync.serving.served import Ran

log = structlog.get_logger(__name__)

PROGRAM = (sys.executable, "-P", "-m", "sync.cli.standby")
"""With this Python, and without what lies in the current folder."""

_PATIENCE = 60.0
"""Seconds that a run has to end after it was asked to; a write under way is a matter of seconds."""

_FAILED = 1


class _Applied(msgspec.Struct):
    written: int = 0


class _Told(msgspec.Struct):
    """What is read of the JSON of `truenorth sync`."""

    applied: _Applied | None = None
    not_run: str | None = None


_DECODER = msgspec.json.Decoder(_Told)


class Child:
    """Runs `truenorth sync`, which also writes the report and the metrics; one at a time.

    `config`: the OKR file or folder, where one was given. `every`: time between two runs. `longest`: seconds after which a run that does not end by itself is ended;
    every wait in it has a deadline, so that is a fault. `more`: variables of its environment beside those of this process.
    `program`: what takes the arguments of a command from stdin, as `sync.cli.standby` does. One is always ready: loading takes
    longer than most runs.
    """

    def __init__(
        self,
        config: Path | None,
        report: Path,
        metrics: Path,
        every: timedelta,
        longest: float,
        *,
        more: Mapping[str, str] | None = None,
        now: Callable[[], datetime] = utc_now,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._config = [] if config is None else ["--config", str(config)]
        self._report = report
        # Alerts compare the age of the last run with the interval.
        self._metrics = ["--metrics", str(metrics), "--metrics-interval", f"{int(every.total_seconds())}s"]
        self._longest = longest
        self._environment = {**os.environ, **(more or {})}
        self._now = now
        self._program = program
        self._lock = threading.Lock()
        self._ready: subprocess.Popen[bytes] | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._ending = False

    def prepare(self) -> None:
        """Have a process ready for the next run."""
        with self._lock:
            if self._ready is not None and self._ready.poll() is not None:
                # It died while it waited; its pipes are closed.
                self._ready.communicate()
                self._ready = None
            if self._ready is None and not self._ending:
                self._ready = self._started()

    def run(self, why: str) -> Ran:
        """Run to the end, and say how it went. A run by news leaves the report to the run that follows it."""
        begun = self._now()
        there = (self._report / OURS).exists()
        with_report = () if why == NEWS and there else ("--report", str(self._report))
        code, told = self._call("sync", *self._metrics, *with_report)
        if not there and not (self._report / OURS).exists():
            # A guard stopped the first sync, or it wrote no report for another reason: what was read is worth a look.
            self._call("report", "--out", str(self._report))
        ended = self._now()
        self.prepare()
        written = None if told.applied is None else told.applied.written
        return Ran(why, begun, ended, code, told.not_run, written)

    def end(self) -> None:
        """Ask the running process to end: it finishes the write under way. None is begun any more."""
        with self._lock:
            self._ending = True
            for process in (self._ready, self._running):
                if process is not None:
                    process.terminate()
            if self._ready is not None:
                self._ready.communicate()
                self._ready = None

    def _call(self, command: str, *options: str) -> tuple[int, _Told]:
        process = self._begun()
        if process is None:
            return _FAILED, _Told()
        line = json.dumps([command, "--format", "json", *options, *self._config]).encode() + b"\n"
        try:
            said, _ = process.communicate(line, timeout=self._longest)
        except subprocess.TimeoutExpired:
            log.error("run does not end", seconds=self._longest)
            said = _ended(process)
        with self._lock:
            self._running = None
        return process.returncode, _read(said)

    def _begun(self) -> subprocess.Popen[bytes] | None:
        """The process that was ready, or another one."""
        self.prepare()
        with self._lock:
            self._running, self._ready = self._ready, None
            return self._running

    def _started(self) -> subprocess.Popen[bytes] | None:
        try:
            # In a session of its own: Ctrl-C reaches the service alone, which then asks the run to end.
            return subprocess.Popen(  # noqa: S603  our own program
                self._program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._environment,
                start_new_session=True,
            )
        except OSError as error:
            log.error("run cannot begin", cause=str(error))
            return None


def _ended(process: subprocess.Popen[bytes]) -> bytes:
    process.terminate()
    try:
        return process.communicate(timeout=_PATIENCE)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


def _read(said: bytes) -> _Told:
    """What the process said; nothing, where it failed before it had anything to say."""
    try:
        return _DECODER.decode(said)
    except msgspec.DecodeError:
        return _Told()
