"""Pages of a whole read, kept in memory: a `Landing` that outlives the connectors that use it."""

from __future__ import annotations

import threading
from datetime import datetime


class MemoryLanding:
    """`found` counts the pages that were found again."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.about: str | None = None
        self.found = 0
        self._begun: datetime | None = None
        self._lock = threading.Lock()

    @property
    def begun(self) -> datetime | None:
        return self._begun

    def begin(self, at: datetime, about: str) -> None:
        if about != self.about:
            self.pages, self.about, self._begun = {}, about, at

    def page(self, name: str) -> bytes | None:
        with self._lock:
            self.found += name in self.pages
            return self.pages.get(name)

    def keep(self, name: str, page: bytes) -> None:
        with self._lock:
            self.pages[name] = page
