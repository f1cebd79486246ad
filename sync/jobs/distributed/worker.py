"""A worker: takes the jobs of runs of its configuration and version, several at once, until it is asked to stop.

procrastinate fetches the jobs and tells which worker has not been heard of; the jobs themselves are plain functions on threads, so
that its event loop is never held up by them and no worker counts as dead while it works.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from config.load import fingerprint
from config.settings import Credentials
from config.workspace import Workspace
from connectors.errors import TrackerError
from connectors.http.user_agent import user_agent
from sync.collect.external_values import Sources
from sync.decide import Decision
from sync.jobs.distributed.narrow import narrowed
from sync.jobs.distributed.queue import TASK, JobQueue, Reached, library, prepare, queue_of
from sync.jobs.distributed.stages import GivenBack, Work, do
from sync.jobs.session import session_for
from sync.plan.plan import RULES
from sync.store.database import StoreError
from sync.store.distributed.opening import require_server, shared_runs
from sync.store.distributed.pace import SharedPace
from sync.store.distributed.runs import OPEN, PartName, SharedRun, SharedRuns, Trouble
from sync.store.lease import LeaseLost, assert_held
from sync.store.store import Store
from sync.store.tables import VERSION

log = structlog.get_logger(__name__)

HEARTBEAT = 5.0
"""Seconds between two signs of life of a worker."""

STALLED = 20.0
"""Seconds without one after which its jobs are begun again by others. A worker that is ended by SIGKILL costs them this long."""

GRACE = 7.0
"""Seconds that writes under way may take once the worker is to stop; the tenth second is the platform's."""

FAILURES = 3
"""How often a part may fail by an error that nobody foresaw before the run fails."""

_TICK = 0.5
_RENEWAL = 15.0
_AGAIN = 1.0
"""Seconds before the database is tried again."""
_COMPLAIN = 30.0
"""Seconds between two refusals of the same run."""


def version_of_this() -> str:
    """What has to be equal for two processes to decide alike: the version, its rules and the form of the store."""
    return f"{user_agent()}+{RULES}.{VERSION}"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a worker works by. `sources`: what the environment grants files and endpoints."""

    workspace: Workspace
    keys: Mapping[str, Credentials]
    sources: Sources

    @property
    def configuration(self) -> str:
        """The short name of what is declared."""
        return fingerprint(self.workspace)


@dataclass(slots=True)
class _Running:
    work: Work
    job: int
    renewed: float = field(default_factory=time.monotonic)


class Worker:
    """Takes jobs until `stop` is called, or with `one_shot` until none is left.

    `declared` loads what is declared, and is asked again when a run of another configuration comes up: its files may have
    changed. `concurrency`: how many parts are worked on at once.
    """

    def __init__(
        self,
        store_url: str,
        declared: Callable[[], Declared],
        *,
        concurrency: int = 1,
        one_shot: bool = False,
    ) -> None:
        self._url = store_url
        self._load = declared
        self._declared = declared()
        self._concurrency = concurrency
        self._one_shot = one_shot
        self.name = f"{socket.gethostname()}/{os.getpid()}/{id(self):x}"
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[int, _Running] = {}
        self._decided: dict[int, Decision] = {}
        self._refused: dict[int, float] = {}
        self._library: Any = None

    # --- From the outside --------------------------------------------------------------------

    def run(self) -> None:
        """Work until the end. Raises NeedsPostgreSQL, WorkersMissing or StoreError before the first job; after that a database
        that is away is waited for.
        """
        library()
        store = Store(self._url)
        try:
            require_server(store.database)
            prepare(store.database)
            queue = JobQueue()
            runs = shared_runs(store, queue.announce)
            log.info(
                "worker ready",
                configuration=self._declared.configuration,
                version=version_of_this(),
                at_once=self._concurrency,
            )
            watching = threading.Thread(target=self._watch, args=(store, runs), name="watch", daemon=True)
            watching.start()
            try:
                self._serve(store, runs)
            finally:
                self._ended.set()
                watching.join()
                with suppress(StoreError):
                    runs.leave(self.name)
        finally:
            store.close()

    def stop(self) -> None:
        """Finish the running writes and begin nothing more; what is only being read is left to others."""
        self._stop.set()
        for one in self._now():
            one.work.session.halt.set()

    @property
    def is_writing(self) -> bool:
        """Whether something is under way that has to be finished."""
        return any(one.work.claim.part.stage in ("write", "close") for one in self._now())

    def give_back(self) -> None:
        """Let others begin at once what is still under way here, for whoever ends the process without waiting for it."""
        store = Store(self._url)
        try:
            runs = shared_runs(store, JobQueue().announce)
            for one in self._now():
                runs.release(one.work.claim)
                with store.transaction() as connection:
                    JobQueue().take_back(connection, one.job)
            runs.leave(self.name)
        finally:
            store.close()

    # --- Jobs ------------------------------------------------------------------------------------

    def _serve(self, store: Store, runs: SharedRuns) -> None:
        while not self._stop.is_set():
            self._reload.clear()
            try:
                asyncio.run(self._take_jobs(store, runs))
            except library().exceptions.ProcrastinateException as error:
                # Also where the server restarts: what was under way has come to its own end, and is begun again where it did not.
                log.warning("cannot reach the queue of jobs; trying again", cause=str(error))
                if self._stop.wait(_AGAIN):
                    return
                continue
            if self._one_shot and not self._reload.is_set():
                return

    async def _take_jobs(self, store: Store, runs: SharedRuns) -> None:
        found, reached = library(), Reached.by(self._url)
        connector = found.PsycopgConnector(
            conninfo=reached.conninfo,
            kwargs={"options": reached.options, "connect_timeout": 5},
            min_size=1,
            max_size=4,
            timeout=5,
        )
        app = found.App(connector=connector)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self._concurrency + 2))

        @app.task(name=TASK, pass_context=True, retry=_retries(found))  # type: ignore[untyped-decorator, unused-ignore]
        def part(context: Any, run: int, stage: str, tracker: str, place: str) -> None:
            self._do(store, runs, context.job, run, PartName(stage, tracker, place))  # type: ignore[arg-type]

        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[queue_of(self._declared.configuration, version_of_this())],
                    name=self.name,
                    concurrency=self._concurrency,
                    wait=not self._one_shot,
                    fetch_job_polling_interval=1.0,
                    install_signal_handlers=False,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                    delete_jobs="successful",
                )
            )
            tending = asyncio.create_task(self._tend(app, working))
            try:
                await working
            except asyncio.CancelledError:
                if not (self._stop.is_set() or self._reload.is_set()):
                    raise
            finally:
                tending.cancel()
                with suppress(asyncio.CancelledError):
                    await tending

    async def _tend(self, app: Any, working: asyncio.Task[None]) -> None:
        """End the worker when it is asked to, and begin again what dead workers left."""
        looked = 0.0
        while True:
            if self._stop.is_set() or self._reload.is_set():
                # It lets what runs come to its end.
                working.cancel()
                return
            if time.monotonic() - looked > STALLED / 4:
                looked = time.monotonic()
                queue = queue_of(self._declared.configuration, version_of_this())
                with suppress(library().exceptions.ProcrastinateException):
                    for job in await app.job_manager.get_stalled_jobs(
                        queue=queue, seconds_since_heartbeat=STALLED
                    ):
                        log.warning("beginning again what another worker left", job=job.task_kwargs)
                        await app.job_manager.retry_job(job)
            await asyncio.sleep(_TICK / 2)

    def _do(self, store: Store, runs: SharedRuns, job: Any, run: int, part: PartName) -> None:
        claimed = runs.claim(run, part, self.name)
        if claimed is None:
            return
        known, claim = claimed
        declared = self._declared
        workspace = narrowed(declared.workspace, part.tracker, part.place)
        paces: list[SharedPace] = []

        def pacer_for(site: str, secret: str) -> SharedPace:
            paces.append(SharedPace(store.database, site, secret))
            return paces[-1]

        try:
            with session_for(
                workspace, declared.keys, self._url, declared.sources, pacer_for, store
            ) as session:
                work = Work(known, claim, session, runs, self._decided)
                with self._lock:
                    self._running[job.id] = _Running(work, job.id)
                if self._stop.is_set():
                    session.halt.set()
                with structlog.contextvars.bound_contextvars(run=run):
                    do(work)
        except GivenBack:
            runs.release(claim)
            raise
        except LeaseLost as error:
            # Of the part alone, or of the whole run: then whoever watches ends it.
            log.warning("stopped writing", tracker=part.tracker, place=part.place, cause=str(error))
        except Exception as error:
            if not isinstance(error, StoreError):
                log.exception("a part failed", stage=part.stage, tracker=part.tracker, place=part.place)
            if job.attempts + 1 >= FAILURES and not isinstance(error, StoreError):
                words = str(error) if isinstance(error, TrackerError) else f"{type(error).__name__}: {error}"
                runs.end(run, "failed", Trouble(words))
                return
            runs.release(claim)
            raise
        finally:
            with self._lock:
                self._running.pop(job.id, None)
            for pace in paces:
                pace.close()

    # --- Beside the jobs -------------------------------------------------------------------------

    def _now(self) -> list[_Running]:
        with self._lock:
            return list(self._running.values())

    def _watch(self, store: Store, runs: SharedRuns) -> None:
        """Say that the worker is there, renew the leases of what it works for, and stop what is over."""
        greeted = 0.0
        while not self._ended.wait(_TICK):
            with suppress(StoreError):
                if time.monotonic() - greeted > HEARTBEAT:
                    greeted = time.monotonic()
                    runs.greet(self.name, self._declared.configuration, version_of_this())
                    for run in runs.open():
                        self._look_at(run)
                for one in self._now():
                    self._look_after(store, runs, one)

    def _look_at(self, run: SharedRun) -> None:
        """Refuse a run of another configuration or version aloud; where its configuration is what the files say by now, take that."""
        if (run.configuration, run.version) == (self._declared.configuration, version_of_this()):
            return
        if run.version == version_of_this():
            try:
                now = self._load()
            except Exception as error:  # noqa: BLE001  files under way from one state to another
                log.warning("cannot load the configuration anew", cause=str(error))
            else:
                if now.configuration == run.configuration:
                    log.info("configuration loaded anew", configuration=now.configuration)
                    self._declared = now
                    self._reload.set()
                    return
        if time.monotonic() - self._refused.get(run.id, float("-inf")) < _COMPLAIN:
            return
        self._refused[run.id] = time.monotonic()
        log.warning(
            "refusing the jobs of a run: give every worker the OKR files and the version of Truenorth that it was begun with",
            run=run.id,
            its_configuration=run.configuration,
            our_configuration=self._declared.configuration,
            its_version=run.version,
            our_version=version_of_this(),
        )

    def _look_after(self, store: Store, runs: SharedRuns, one: _Running) -> None:
        run = runs.get(one.work.run.id)
        if run is None or run.state not in OPEN or run.is_cancelled:
            one.work.session.halt.set()
            return
        if time.monotonic() - one.renewed < _RENEWAL:
            return
        try:
            with store.transaction() as connection:
                assert_held(connection, one.work.lease or run.lease)
            one.renewed = time.monotonic()
        except LeaseLost as error:
            one.work.session.halt.set()
            if one.work.lease is None:
                runs.end(run.id, "failed", Trouble(str(error)))


def _retries(found: Any) -> Any:
    """Again at once what was given back, and after some seconds what failed. The run itself says when it has failed too often:
    `max_attempts` of the library would count otherwise, and a lost database would use them up.
    """

    class Again(found.BaseRetryStrategy):  # type: ignore[misc, name-defined, unused-ignore]
        def get_retry_decision(self, *, exception: BaseException, job: Any) -> Any:  # noqa: ARG002
            seconds = 0 if isinstance(exception, GivenBack) else 2
            return found.RetryDecision(retry_in={"seconds": seconds})

    return Again()
