"""What the service knows of itself: its runs, and where the report and the metrics of the last one are. From any thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that ended. `why`: what began it; `code`: the exit code of its process, negative for a signal that ended it.

    `not_run`: why it left the work to another run; `written`: items that it wrote to, where it came to that.
    """

    why: str
    begun: datetime
    ended: datetime
    code: int
    not_run: str | None = None
    written: int | None = None

    @property
    def good(self) -> bool:
        """Whether everything was read and written."""
        return self.code == 0 and self.not_run is None


@dataclass(frozen=True, slots=True)
class Condition:
    """How the service does. `alive`: the timetable is at work; `stopping`: it begins no further run."""

    started: datetime
    every: timedelta
    alive: bool = False
    stopping: bool = False
    running_since: datetime | None = None
    next_tick: datetime | None = None
    last: Ran | None = None
    last_good: Ran | None = None


@dataclass(slots=True)
class Served:
    """What is answered from. `report`: the folder of the report; `metrics`: the file of metrics; both may not be there yet.

    `hosts`: names by which browsers may ask for pages; None: by any.
    """

    report: Path
    metrics: Path
    hosts: frozenset[str] | None
    condition: Condition
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def change(self, **what: object) -> None:
        """Set fields of the condition."""
        with self._lock:
            self.condition = replace(self.condition, **what)  # type: ignore[arg-type]
