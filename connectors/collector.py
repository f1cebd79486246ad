"""Python's garbage collector at rest while very many values are made that hold no circles.

It looks through all that is there, again and again as more of it comes; a read of a large site spent a sixth of its time so. What holds
no circle is freed without it.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_resting = 0


@contextmanager
def resting_collector() -> Iterator[None]:
    """No collection before the block ends, and before every other such block does, in whichever thread. Also a decorator.

    One that was off before stays off.
    """
    global _resting, _was_on
    with _lock:
        if not _resting:
            _was_on = gc.isenabled()
            gc.disable()
        _resting += 1
    try:
        yield
    finally:
        with _lock:
            _resting -= 1
            if not _resting and _was_on:
                gc.enable()


_was_on = True
