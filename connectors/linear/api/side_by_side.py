"""Several reads at once: each in a thread of its own, all of them given up when one fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from typing import TypeVar

T = TypeVar("T")

_GIVEN_UP: ContextVar[tuple[threading.Event, ...]] = ContextVar("given_up", default=())


class GivenUp(Exception):
    """A read beside this one failed, so that nobody waits for it any more."""


def go_on() -> None:
    """Raises GivenUp where a read beside this one has failed; to be called before each request."""
    if any(one.is_set() for one in _GIVEN_UP.get()):
        raise GivenUp


def side_by_side(calls: Sequence[Callable[[], T]], most: int) -> list[T]:
    """What each of the calls gives, in their order; at most so many of them run at a time.

    They may call this themselves. Raises the error of the first that failed, in their order, once all have come to an end.
    """
    if len(calls) <= 1 or most <= 1:
        return [call() for call in calls]
    failed = threading.Event()
    token = _GIVEN_UP.set((*_GIVEN_UP.get(), failed))
    pool = ThreadPoolExecutor(min(most, len(calls)), thread_name_prefix="linear-read")
    futures: list[Future[T]] = []
    try:
        futures += [pool.submit(copy_context().run, call) for call in calls]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        if any(one.exception() is not None for one in done):
            failed.set()
    except BaseException:
        failed.set()
        raise
    finally:
        _GIVEN_UP.reset(token)
        pool.shutdown(wait=True, cancel_futures=failed.is_set())
    errors = [error for one in futures if not one.cancelled() and (error := one.exception()) is not None]
    for error in errors:
        if not isinstance(error, GivenUp):
            raise error
    if errors:
        raise errors[0]
    return [one.result() for one in futures]
