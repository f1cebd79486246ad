"""Everything a job needs, opened together and closed together."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.load import load
from config.settings import Credentials, Settings, credentials, token
from config.workspace import Workspace
from connectors.base import Connector
from connectors.http.throttle import Throttles
from connectors.registry import connect
from sync.collect.external_values import Sources
from sync.store.lease import Lease
from sync.store.store import Store


class Halt(threading.Event):
    """Set to finish the running write and begin no other; `by` is the signal that asked for it."""

    by: int | None = None
    lease: Lease | None = None
    """The lease while this process holds it, for whoever ends the process."""


@dataclass(frozen=True, slots=True)
class Session:
    """A declared workspace, its trackers and its store, ready for use."""

    workspace: Workspace
    connectors: Mapping[str, Connector]
    store: Store
    halt: Halt = field(default_factory=Halt)
    sources: Sources = field(default_factory=Sources)
    writing: threading.Event = field(default_factory=threading.Event)
    """Set from the first write until what came of the writes is saved."""


@contextmanager
def open_session(settings: Settings, config: Path | None = None) -> Iterator[Session]:
    """A session from the configuration and the environment.

    Raises ConfigError, MissingCredential or StoreError before any request is made.
    """
    place = config or settings.config
    workspace, keys = load_workspace(settings, place)
    sources = Sources(place if place.is_dir() else place.parent, lambda name: token(name, settings))
    with session_for(workspace, keys, settings.store, sources) as session:
        yield session


def load_workspace(settings: Settings, place: Path) -> tuple[Workspace, dict[str, Credentials]]:
    """The configuration at a place and the credentials that it needs. Raises ConfigError or MissingCredential."""
    workspace = load(place)
    return workspace, {name: credentials(name, one, settings) for name, one in workspace.active.items()}


@contextmanager
def session_for(
    workspace: Workspace, keys: Mapping[str, Credentials], store_url: str, sources: Sources | None = None
) -> Iterator[Session]:
    """A session from values at hand."""
    with ExitStack() as stack:
        store = Store(store_url)
        stack.callback(store.close)
        halt = Halt()
        throttles = Throttles(halt)
        connectors: dict[str, Connector] = {}
        for name, tracker in workspace.active.items():
            fields = workspace.matched_fields(name)
            policy, key = workspace.policy_of(name), keys[name]
            throttle = throttles.of(
                key.url or tracker.url,
                key.token.get_secret_value(),
                reserved_share=policy.quota_for_people / 100,
                deadline=policy.deadline_minutes * 60,
            )
            connectors[name] = connect(name, tracker, key, workspace.workspace, fields, throttle)
            stack.callback(connectors[name].close)
        yield Session(workspace, connectors, store, halt, sources=sources or Sources())
