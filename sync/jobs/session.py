"""Everything a job needs, opened together and closed together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from config.load import load
from config.loading.regular_files import folder_of
from config.measures import KeepMeasure, MetricMeasure
from config.settings import Credentials, Settings, credentials, named_secret, source_origins
from config.text.texts import texts_for
from config.workspace import Workspace
from connectors.base import Connector
from connectors.http.pacing import Pacer
from connectors.http.throttle import Throttle, Throttles
from connectors.registry import connect
from sync.align.initiatives import initiative_use
from sync.collect.external_values import Sources
from sync.jobs.origins import Destination, destinations, keep_origins
from sync.stages import Stages
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
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    """Where the credential of each tracker goes."""
    writing: threading.Event = field(default_factory=threading.Event)
    """Set from the first write until what came of the writes is saved."""
    stages: Stages = field(default_factory=Stages)
    """How long each stage took."""
    throttles: dict[str, Throttle] = field(default_factory=dict)
    """The throttle of each tracker, once they are opened: what was asked, and what may still be."""

    def keep_origins(self, trackers: Collection[str]) -> None:
        """Remember where the credentials of these trackers went, now that they could be read there."""
        went = {name: one for name, one in self.destinations.items() if name in trackers}
        if went:
            keep_origins(self.store, went)


class WhenAsked(Mapping[str, Connector]):
    """The connectors by name, all opened together when the first one is asked for: what looks at the store alone loads no
    client of a tracker. Threads may share it.
    """

    def __init__(self, names: Collection[str], open_: Callable[[], Mapping[str, Connector]]) -> None:
        self._names = tuple(names)
        self._open = open_
        self._opened: Mapping[str, Connector] | None = None
        self._opening = threading.Lock()

    def __getitem__(self, name: str) -> Connector:
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
        return self._opened[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@contextmanager
def open_session(settings: Settings, config: Path | None = None) -> Iterator[Session]:
    """A session from the configuration and the environment.

    Raises ConfigError, MissingCredential, OriginRefused or StoreError before any request is made.
    """
    place = config or settings.config
    workspace, keys = load_workspace(settings, place)
    sources = sources_for(workspace, settings, folder_of(place))
    with session_for(workspace, keys, settings.store, sources) as session:
        yield session


def load_workspace(settings: Settings, place: Path) -> tuple[Workspace, dict[str, Credentials]]:
    """The configuration at a place and the credentials that it needs. Raises ConfigError or MissingCredential."""
    workspace = load(place)
    return workspace, {name: credentials(name, one, settings) for name, one in workspace.active.items()}


def sources_for(workspace: Workspace, settings: Settings, folder: Path) -> Sources:
    """What the environment grants the sources that are declared; no log will show a secret of theirs."""
    measures = (key_result.measure for _, key_result in workspace.key_results())
    endpoints = (how.http for how in measures if isinstance(how, MetricMeasure | KeepMeasure))
    names = {one.token for one in endpoints if one is not None and one.token is not None}
    secrets = {name: named_secret(name, settings) for name in sorted(names)}
    return Sources(folder, secrets, source_origins(settings))


@contextmanager
def session_for(
    workspace: Workspace,
    keys: Mapping[str, Credentials],
    store_url: str,
    sources: Sources | None = None,
    pacer_for: Callable[[str, str], Pacer] | None = None,
    opened: Store | None = None,
) -> Iterator[Session]:
    """A session from values at hand. `pacer_for`: see `Throttles`; `opened`: the store, where it is open already, and stays so.

    Raises OriginRefused or StoreError.
    """
    with ExitStack() as stack:
        store = opened or Store(store_url)
        if opened is None:
            stack.callback(store.close)
        bound_for = destinations(workspace, keys, store.origins())
        halt = Halt()
        throttles = Throttles(halt, pacer_for)
        opened_throttles: dict[str, Throttle] = {}

        def open_() -> dict[str, Connector]:
            connectors: dict[str, Connector] = {}
            for name, tracker in workspace.active.items():
                fields = workspace.matched_fields(name)
                policy = workspace.policy_of(name)
                key = replace(keys[name], private_allowed=bound_for[name].private_allowed)
                throttle = throttles.of(
                    key.url or tracker.url,
                    key.token.get_secret_value(),
                    reserved_share=policy.quota_for_people / 100,
                    deadline=policy.deadline_minutes * 60,
                    reads_in_flight=policy.reads_in_flight,
                    writes_in_flight=policy.writes_in_flight,
                )
                opened_throttles[name] = throttle
                connectors[name] = connect(
                    name,
                    tracker,
                    key,
                    workspace.workspace,
                    fields,
                    throttle,
                    workspace.policy.labels,
                    store.provisions(name),
                    initiative_use(workspace, name),
                    [pages for other, pages in workspace.issue_pages.items() if other != name],
                    commitments=policy.warn == "committed",
                    texts=texts_for(workspace, name),
                    history_weeks=workspace.flow.window_weeks if workspace.flow is not None else None,
                )
                stack.callback(connectors[name].close)
            return connectors

        connectors = WhenAsked(workspace.active, open_)
        deadline = workspace.policy.deadline_minutes * 60
        timed = replace(sources or Sources(), time_left=lambda: throttles.time_left(deadline))
        yield Session(workspace, connectors, store, halt, timed, bound_for, throttles=opened_throttles)
