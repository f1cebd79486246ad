"""What the server answers from: the OKR files as they are now, and the last read in the store."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from config.load import fingerprint, load
from config.settings import Settings
from config.workspace import Workspace
from sync.decide import Decision
from sync.jobs.last_read import known_run
from sync.jobs.session import Session
from sync.mcp.errors import NoAnswer
from sync.mcp.unrestricted import Restricted
from sync.store.database import is_there
from sync.store.store import Store, StoreError

NOTHING_READ = (
    "Nothing was read yet. Run `truenorth sync`, or `truenorth plan`, which writes nothing; then ask again."
)
CHANGED = "The OKR files ask for something that was not read yet. Run `truenorth sync` or `truenorth status --fresh`; then ask again."


@dataclass(frozen=True, slots=True)
class Known:
    """One state of what is known, and what of it may not leave."""

    session: Session
    run: Decision
    restricted: Restricted


class Knowledge:
    """The last read, decided once and anew when it or the OKR files change. Threads take turns.

    It has no credential of a tracker and no client: there is nothing by which it could ask or write.
    """

    def __init__(self, settings: Settings, config: Path | None = None) -> None:
        self._place = config or settings.config
        self._url = settings.store
        self._store: Store | None = None
        self._last: tuple[str, int, Known] | None = None
        self._turn = threading.Lock()

    def known(self) -> Known:
        """What is known now. Raises ConfigError, StoreError, or NoAnswer where nothing was read."""
        with self._turn:
            workspace = load(self._place)
            store = self._opened()
            state = (fingerprint(workspace), store.snapshots.revision())
            if self._last is None or self._last[:2] != state:
                self._last = (*state, _decided(workspace, store))
            return self._last[2]

    def close(self) -> None:
        """Give the store back."""
        if self._store is not None:
            self._store.close()

    def _opened(self) -> Store:
        if self._store is None:
            if not is_there(self._url):
                raise NoAnswer(NOTHING_READ)
            self._store = Store(self._url, may_change=False)
        return self._store


def _decided(workspace: Workspace, store: Store) -> Known:
    session = Session(workspace, {}, store)
    run = known_run(session)
    if run is None:
        raise NoAnswer(CHANGED if store.snapshots.pulls() else NOTHING_READ)
    return Known(session, run, Restricted.among(run.alignment.items.values()))


__all__ = ["Knowledge", "Known", "StoreError"]
