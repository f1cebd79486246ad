"""The sandbox as a process: one aiohttp application with the Jira site, the Linear workspace, and controls.

All state lives in the event loop's thread, so nothing here needs a lock; other threads reach it over HTTP
or through `Sandbox.call`.

The controls of `control_routes.py` are below `/__`; `GET /` is for people.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, ClassVar, TypeVar

from aiohttp import web

from connectors.sandbox import faults
from connectors.sandbox.control_routes import control_routes
from connectors.sandbox.controls import Control, Watcher
from connectors.sandbox.recorder import RecordedRequest
from connectors.sandbox.trackers import Trackers
from connectors.sandbox.world import World, generate

T = TypeVar("T")

MAX_BODY = 32 * 1024 * 1024


def application(world: World, watchers: Sequence[Watcher] = ()) -> tuple[web.Application, Control]:
    """The whole sandbox as an application, and its controls; `watchers` are called with every exchange."""
    trackers = Trackers(world)
    control = Control(world, trackers.serve, watchers)
    app = web.Application(middlewares=[control.middleware], client_max_size=MAX_BODY)
    app.add_routes(control_routes(control))
    app.router.register_resource(trackers)
    return app, control


async def _listen(app: web.Application, port: int) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner, runner.addresses[0][1]


class Sandbox:
    """The sandbox in a background thread, for tests and demos: `with Sandbox(world) as sandbox`.

    Binds 127.0.0.1 only; port 0 takes a free one. Raises OSError when the port is taken.

    Every sandbox calls `watchers` with every exchange, in its own thread; tests put theirs there.
    """

    watchers: ClassVar[list[Watcher]] = []

    def __init__(self, world: World | None = None, port: int = 0) -> None:
        self._world = world if world is not None else generate()
        self.port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._control: Control | None = None

    @property
    def world(self) -> World:
        """What is served; another value after a reset."""
        return self._control.world if self._control is not None else self._world

    @property
    def url(self) -> str:
        """Address of the running process, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[RecordedRequest]:
        """A copy of the requests so far, in the order of their answers, without those to the controls."""
        return self.call(lambda: list(self._running().recorder.rows))

    def forget_requests(self) -> None:
        """Empty the record of requests."""
        self.call(self._running().recorder.clear)

    def fault(self, match: str, kind: faults.FaultName, **more: Any) -> faults.FaultRule:
        """Add a fault rule, as `POST /__faults` does; the rule tells its hits.

        Raises ValueError for one that cannot work.
        """
        return self.call(lambda: self._running().faults.add({"match": match, "kind": kind, **more}))

    def clear_faults(self) -> None:
        """Forget all fault rules."""
        self.call(self._running().faults.clear)

    def reset(self) -> None:
        """Serve the generated world again, as if nothing had been written, without any faults."""
        self.call(self._running().reset)

    def call(self, change: Callable[[], T]) -> T:
        """Run `change` in the sandbox's own thread and give its result: the safe way to alter the world."""
        self._running()
        assert self._loop is not None  # noqa: S101  it runs, so it has a loop
        outcome: Future[T] = Future()

        def run() -> None:
            try:
                outcome.set_result(change())
            except Exception as error:  # noqa: BLE001  handed to the caller as it is
                outcome.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return outcome.result(timeout=60)

    def start(self) -> Sandbox:
        """Start serving; returns when the port is open."""
        if self._thread is not None:
            raise RuntimeError("the sandbox is running already")
        opened: Future[int] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(opened)), name="sandbox", daemon=True
        )
        self._thread.start()
        try:
            self.port = opened.result(timeout=60)
        except Exception:
            self._thread.join()
            self._thread = None
            raise
        return self

    def stop(self) -> None:
        """Stop serving and wait until the port is closed; does nothing when it does not run."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = self._loop = self._stopping = None

    async def _serve(self, opened: Future[int]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        try:
            app, self._control = application(self._world, self.watchers)
            runner, port = await _listen(app, self.port)
        except Exception as error:  # noqa: BLE001  handed to the thread that started us
            opened.set_exception(error)
            return
        opened.set_result(port)
        try:
            await self._stopping.wait()
        finally:
            await runner.cleanup()

    def _running(self) -> Control:
        if self._thread is None or self._control is None:
            raise RuntimeError("the sandbox does not run: use it as a context manager or call start()")
        return self._control

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(world: World, port: int, ready: Callable[[str], None] | None = None) -> None:
    """Serve in this thread until SIGINT or SIGTERM; `ready` is called with the address once the port is open.

    Raises OSError when the port is taken.
    """

    async def main() -> None:
        stopping, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
        runner, opened = await _listen(application(world)[0], port)
        try:
            if ready is not None:
                ready(f"http://127.0.0.1:{opened}")
            await stopping.wait()
        finally:
            await runner.cleanup()

    asyncio.run(main())
