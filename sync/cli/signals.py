"""What SIGTERM and Ctrl-C do."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator

import structlog

from sync.cli.progress import leave_terminal
from sync.jobs.session import Session
from sync.store.lease import release

log = structlog.get_logger(__name__)


_PATIENCE = 3.0
"""Seconds that releasing the lease may take when a signal ends the process; after that it runs out by itself."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_NO_SIGNAL = 0
"""What tells the watching thread that the command has ended."""


@contextlib.contextmanager
def stop_on_signals(session: Session) -> Iterator[None]:
    """SIGTERM and Ctrl-C let the running write finish and begin no other; while only reading, they end at once.

    A second one changes nothing: the running write is a matter of seconds. Off the main thread, which alone may say
    what signals do, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A handler in Python would wait for the main thread, which may wait for a slow reply, and for every lock that it
    # holds. The number of a signal is in this pipe at once, whichever thread the system chose for it.
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    watching = threading.Thread(target=_watch, args=(session, reader), name="signals", daemon=True)
    watching.start()
    wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        writer.send(bytes([_NO_SIGNAL]))
        # Where a signal came while reading, this ends the process: whatever the command came to meanwhile, it was
        # asked to stop.
        watching.join()
        reader.close()
        writer.close()


def _watch(session: Session, heard: socket.socket) -> None:
    while (number := heard.recv(1)[0]) != _NO_SIGNAL:
        if number not in _SIGNALS or session.halt.is_set():
            continue
        session.halt.by = number
        session.halt.set()
        # In this order: who writes says so first, and asks for the halt then.
        if session.writing.is_set():
            _say("stopping after the current write")
        else:
            _leave(session, number)


def _leave(session: Session, number: int) -> None:
    """Release the lease and end the process: nothing is half-written while reading, and a read may wait for long."""
    lease = session.halt.lease
    if lease is not None:
        releasing = threading.Thread(target=release, args=(session.store.transaction, lease), daemon=True)
        releasing.start()
        releasing.join(_PATIENCE)
    _say("stopped while reading; nothing was written")
    leaving = threading.Thread(target=leave_terminal, daemon=True)
    leaving.start()
    leaving.join(1)
    os._exit(128 + number)


def _say(event: str) -> None:
    """Log in a thread of its own, given up after a second: whoever reads the log may have stopped reading it, and the
    end matters more than the word.
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
