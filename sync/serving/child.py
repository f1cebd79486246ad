"""A run in a process of its own, so that deciding never holds up an answer, and what it takes of memory is given back."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from sync.jobs.report.folder import OURS
from sync.serving.loop import utc_now
from sync.serving.served import Ran

log = structlog.get_logger(__name__)

_PATIENCE = 60.0
"""Seconds that a run has to end after it was asked to; a write under way is a matter of seconds."""

_FAILED = 1


class _Applied(msgspec.Struct):
    written: int = 0


class _Told(msgspec.Struct):
    """What is read of the JSON of `truenorth sync`."""

    applied: _Applied | None = None
    not_run: str | None = None


class Child:
    """Runs `truenorth sync`, which also writes the report and the metrics; one at a time.

    `config`: the OKR file or folder, where one was given. `longest`: seconds after which a run that does not end by itself is ended;
    every wait in it has a deadline, so that is a fault.
    """

    def __init__(
        self,
        config: Path | None,
        report: Path,
        metrics: Path,
        longest: float,
        *,
        now: Callable[[], datetime] = utc_now,
        program: Sequence[str] = (sys.executable, "-P", "-m", "sync"),
    ) -> None:
        self._config = [] if config is None else ["--config", str(config)]
        self._report = report
        self._metrics = metrics
        self._longest = longest
        self._now = now
        self._program = program
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = False

    def run(self, why: str) -> Ran:
        """Run to the end, and say how it went."""
        begun = self._now()
        code, told = self._call("sync", "--report", str(self._report))
        if not (self._report / OURS).exists():
            # A guard stopped the first sync, or it wrote no report for another reason: what was read is worth a look.
            self._call("report", "--out", str(self._report))
        written = None if told.applied is None else told.applied.written
        return Ran(why, begun, self._now(), code, told.not_run, written)

    def end(self) -> None:
        """Ask the running process to end: it finishes the write under way. None is begun any more."""
        with self._lock:
            self._ending = True
            if self._process is not None:
                self._process.terminate()

    def _call(self, command: str, *options: str) -> tuple[int, _Told]:
        process = self._start([*self._program, command, "--format", "json", *options, *self._config])
        if process is None:
            return _FAILED, _Told()
        try:
            said, _ = process.communicate(timeout=self._longest)
        except subprocess.TimeoutExpired:
            log.error("run does not end", seconds=self._longest)
            said = _ended(process)
        with self._lock:
            self._process = None
        return process.returncode, _read(said)

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ending:
                return None
            try:
                # In a group of its own: Ctrl-C reaches the service alone, which then asks the run to end.
                self._process = subprocess.Popen(  # noqa: S603  our own program
                    arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
                )
            except OSError as error:
                log.error("run cannot begin", error=str(error))
            return self._process


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
        return msgspec.json.decode(said, type=_Told)
    except msgspec.DecodeError:
        return _Told()
