"""Several items on their way at once: threads for their steps, and how many requests may be under way.

The steps of one item go one after another; those of different items do not wait for each other. What a batch sends for
all its items at once takes its turn among them, in the order of asking, so that no batch waits for the end of another.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

A = TypeVar("A")
T = TypeVar("T")

Lesson = Callable[[A], Hashable]
"""What a step for an item may learn about the site, which others then need not find out by trying; None for nothing."""


def _nothing(_: object) -> None:
    return None


IN_FLIGHT = 8
"""Writes to one site under way at once where nothing else is declared; each item has one at a time."""


class Turns:
    """At most so many at once, first come, first served. A thread that has a turn may ask again and goes on at once.

    A semaphore would do but for the order: who gives a turn back and asks anew at once would get it before those who wait.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._mine = threading.local()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a turn."""
        if self.held:
            yield
            return
        self._take()
        self._mine.held = True
        try:
            yield
        finally:
            self._mine.held = False
            self._give()

    @property
    def held(self) -> bool:
        """Whether this thread has a turn."""
        return getattr(self._mine, "held", False)

    @property
    def waiting(self) -> int:
        """How many threads wait for a turn."""
        return len(self._waiting)

    def _take(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            called = threading.Event()
            self._waiting.append(called)
        called.wait()

    def _give(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class SideBySide:
    """Runs steps of items on threads, at most `in_flight` at once, whoever asks.

    `trouble` is set as soon as a step raises: no step begins after that, in no batch that runs at the same time.
    """

    def __init__(self, in_flight: int = IN_FLIGHT, name: str = "") -> None:
        self.turns = Turns(in_flight)
        self._pool = ThreadPoolExecutor(in_flight, thread_name_prefix=f"{name}-write")
        self._lock = threading.Lock()
        self._ahead = threading.Lock()
        self._active = 0
        self._learnt: set[Hashable] = set()
        self.trouble = threading.Event()

    @property
    def is_alone(self) -> bool:
        """Whether no more than one batch is under way."""
        return self._active <= 1

    @contextmanager
    def batch(self) -> Iterator[None]:
        """A batch is under way; its trouble is that of all that run at the same time, and ends with them."""
        with self._lock:
            if not self._active:
                self.trouble.clear()
            self._active += 1
        try:
            yield
        except Exception:
            self.trouble.set()
            raise
        finally:
            with self._lock:
                self._active -= 1

    def each(self, items: Sequence[A], step: Callable[[A], None], lesson: Lesson[A] = _nothing) -> None:
        """Do the step for each item; see `results`."""
        for _ in self.results(items, step, lesson):
            pass

    def results(
        self, items: Sequence[A], work: Callable[[A], T], lesson: Lesson[A] = _nothing
    ) -> Iterator[T]:
        """What came of each that ended well. Then raises the first error: what had begun has ended, no more began.

        One of each lesson that nobody learnt goes ahead of the others.
        """
        if self.turns.held:
            yield from map(work, items)
            return
        with self._ahead:
            ahead: dict[Hashable, A] = {}
            others: list[A] = []
            for item in items:
                what = lesson(item)
                if what is None or what in self._learnt or what in ahead:
                    others.append(item)
                else:
                    ahead[what] = item
            yield from self._results(list(ahead.values()), work)
            self._learnt |= ahead.keys()
        yield from self._results(others, work)

    def _results(self, items: Sequence[A], work: Callable[[A], T]) -> Iterator[T]:
        futures = [self._pool.submit(self._one, work, item) for item in items]
        first: Exception | None = None
        try:
            for future in futures:
                try:
                    done = future.result()
                except CancelledError:
                    continue
                except Exception as error:  # noqa: BLE001  raised below
                    first = first or error
                    _cancel(futures)
                    continue
                yield done
        finally:
            _cancel(futures)
            wait(futures)
        if first is not None:
            raise first

    def _one(self, work: Callable[[A], T], item: A) -> T:
        with self.turns.one():
            try:
                return work(item)
            except BaseException:
                self.trouble.set()
                raise

    def close(self) -> None:
        """Let no further step begin, and wait for those that run."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _cancel(futures: Iterable[Future[T]]) -> None:
    for future in futures:
        future.cancel()
