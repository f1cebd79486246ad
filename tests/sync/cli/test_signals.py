"""What a signal does, wherever it arrives."""

import signal
import threading
from types import SimpleNamespace
from typing import cast

import pytest

from sync.cli.signals import stop_on_signals
from sync.jobs.session import Halt, Session


@pytest.fixture
def session() -> Session:
    """One that is writing, so that no signal ends this process."""
    made = SimpleNamespace(halt=Halt(), writing=threading.Event())
    made.writing.set()
    return cast("Session", made)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_another_thread_receives_stops_a_command_that_waits(
    session: Session, number: signal.Signals
) -> None:
    ended = threading.Event()
    other = threading.Thread(target=ended.wait, daemon=True)
    other.start()
    before = signal.getsignal(number)
    with stop_on_signals(session):
        assert other.ident is not None
        signal.pthread_kill(other.ident, number)
        assert session.halt.wait(60), "the main thread waited, so the signal was never heard"
    ended.set()
    assert session.halt.by == number
    assert signal.getsignal(number) is before


def test_a_signal_while_the_main_thread_holds_the_lock_of_the_halt_is_heard(session: Session) -> None:
    with stop_on_signals(session):
        with session.halt._cond:  # type: ignore[attr-defined]
            signal.raise_signal(signal.SIGTERM)
        assert session.halt.wait(60)


def test_the_first_signal_names_the_exit_code_and_other_signals_say_nothing(session: Session) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with stop_on_signals(session):
            signal.raise_signal(signal.SIGUSR1)
            signal.raise_signal(signal.SIGINT)
            assert session.halt.wait(60)
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert session.halt.by == signal.SIGINT


def test_off_the_main_thread_signals_keep_what_they_do(session: Session) -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def command() -> None:
        with stop_on_signals(session):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=command)
    thread.start()
    thread.join()
    assert seen == [before]
