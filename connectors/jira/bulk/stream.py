"""Work on threads whose parts are not all known when it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


def stream(
    pool: Executor,
    parts: Iterator[Sequence[A]],
    work: Callable[[A], B],
    arrived: Callable[[], None] = lambda: None,
) -> Iterator[B]:
    """What `work` gives of each part, as it comes, while further parts are still to come: what gives them waits in a thread, too.

    The next parts are asked for before those that are there, so that they are there in time; `arrived` is told before work on any
    of them begins. The first error ends it, and withdraws what has not begun.
    """
    ready: SimpleQueue[Future[Any]] = SimpleQueue()
    going: set[Future[Any]] = set()

    def start(do: Callable[..., Any], *given: object) -> Future[Any]:
        future = pool.submit(do, *given)
        going.add(future)
        future.add_done_callback(ready.put)
        return future

    coming: Future[Any] | None = start(next, parts, None)
    try:
        while going:
            future = ready.get()
            going.discard(future)
            if future is not coming:
                yield future.result()
                continue
            several = future.result()
            coming = None if several is None else start(next, parts, None)
            if several is not None:
                arrived()
            for part in several or ():
                start(work, part)
    finally:
        for future in going:
            future.cancel()
