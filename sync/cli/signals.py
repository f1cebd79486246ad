"""What SIGTERM and Ctrl-C do."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator

import structlog

from sync.jobs.session import Session
from sync.store.lease import release

log = structlog.get_logger(__name__)


_PATIENCE = 3.0
"""Seconds that releasing the lease may take when a signal ends the process; after that it runs out by itself."""


@contextlib.contextmanager
def stop_on_signals(session: Session) -> Iterator[None]:
    """SIGTERM and Ctrl-C let the running write finish and begin no other; while only reading, they end at once.

    A second one changes nothing: the running write is a matter of seconds.
    """
    ending: list[threading.Thread] = []

    def stop(number: int, _: object) -> None:
        if session.halt.is_set():
            return
        session.halt.by = number
        session.halt.set()
        if session.writing.is_set():
            _say("stopping after the current write")
            return
        # In a thread of its own, and the main thread goes on: it may hold the locks that this needs. As the halt is
        # set, it writes nothing more.
        ending.append(threading.Thread(target=_leave, args=(session, number), name="leave", daemon=True))
        ending[0].start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for thread in ending:
            # It ends the process: whatever the command came to meanwhile, it was asked to stop.
            thread.join()
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(session: Session, number: int) -> None:
    """Release the lease and end the process: nothing is half-written while reading, and a read may wait for long."""
    lease = session.halt.lease
    if lease is not None:
        releasing = threading.Thread(target=release, args=(session.store.transaction, lease), daemon=True)
        releasing.start()
        releasing.join(_PATIENCE)
    _say("stopped while reading; nothing was written")
    os._exit(128 + number)


def _say(event: str) -> None:
    """Log from a signal handler: in a thread of its own, for the code that was interrupted may hold the locks.

    Given up after a second; the end matters more than the word.
    """

    def say() -> None:
        log.warning(event)
        sys.stdout.flush()

    saying = threading.Thread(target=say, daemon=True)
    saying.start()
    saying.join(1)


def wait_for_end() -> None:
    """Until Ctrl-C or SIGTERM."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with contextlib.suppress(KeyboardInterrupt):
        ended.wait()
