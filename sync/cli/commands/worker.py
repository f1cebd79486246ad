"""The command that works on distributed syncs: worker."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Annotated

import structlog
import typer

from config.loading.regular_files import folder_of
from sync.cli.options import Config
from sync.cli.session import configured
from sync.jobs.distributed.worker import GRACE, Declared, Worker
from sync.jobs.session import load_workspace, sources_for

log = structlog.get_logger(__name__)

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LAST = 2.0
"""Seconds in which what is only being read is given back to others, after the running writes have ended."""


def worker(
    config: Config = None,
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="Projects or teams worked on at once.", metavar="N")
    ] = 4,
    one_shot: Annotated[
        bool, typer.Option("--one-shot", help="End when no job is left, and do not wait for more.")
    ] = False,
) -> None:
    """Work on distributed syncs until stopped."""
    settings = configured()
    place = config or settings.config

    def declared() -> Declared:
        workspace, keys = load_workspace(settings, place)
        return Declared(workspace, keys, sources_for(workspace, settings, folder_of(place)))

    one = Worker(settings.store, declared, concurrency=concurrency, one_shot=one_shot)
    with _stopped_by_signals(one) as signalled:
        one.run()
    if signalled:
        raise typer.Exit(128 + signalled[0])


@contextlib.contextmanager
def _stopped_by_signals(one: Worker) -> Iterator[list[int]]:
    """SIGTERM and Ctrl-C let running writes finish, give everything else back to other workers, and end the process within ten
    seconds. Into the list goes the signal.
    """
    heard: list[int] = []

    def stop(number: int, _frame: object) -> None:
        if not heard:
            heard.append(number)
            threading.Thread(target=_end, args=(one, number), name="stop", daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield heard
        return
    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(one: Worker, number: int) -> None:
    log.warning("stopping after the current write")
    one.stop()
    begun = time.monotonic()
    # What reads ends by itself where it can; what it waits for may take longer than anybody has.
    while time.monotonic() - begun < GRACE and (one.is_writing or time.monotonic() - begun < 1):
        time.sleep(0.1)
    giving = threading.Thread(target=_give_back, args=(one,), daemon=True)
    giving.start()
    giving.join(_LAST)
    os._exit(128 + number)


def _give_back(one: Worker) -> None:
    # Where that fails, others notice by themselves that this worker is gone.
    with contextlib.suppress(Exception):
        one.give_back()
