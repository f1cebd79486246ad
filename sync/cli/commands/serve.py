"""The command that stays: serve."""

from __future__ import annotations

import re
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import structlog
import typer

from config.text.redaction import shown
from config.workspace import Workspace
from sync.cli.options import Config, given_seconds
from sync.cli.session import configured
from sync.cli.verbosity import chosen
from sync.jobs.report.folder import check_folder
from sync.jobs.session import load_workspace
from sync.serving.errors import ServeMissing

log = structlog.get_logger(__name__)

LOG_LEVEL = "TRUENORTH_LOG_LEVEL"
LISTEN = "127.0.0.1:8480"
_UNITS = {"s": 1, "m": 60, "h": 3600}
UNIT_WORDS = {"s": "s", "m": "min", "h": "h"}
_SHORTEST, _LONGEST = timedelta(seconds=10), timedelta(days=1)


def serve(
    config: Config = None,
    every: Annotated[
        str, typer.Option(help="Time between two syncs, such as 10m or 1h.", metavar="TIME")
    ] = "10m",
    listen: Annotated[
        str,
        typer.Option(help="Address to serve on. Only this machine reaches the default.", metavar="HOST:PORT"),
    ] = LISTEN,
    report: Annotated[
        Path | None,
        typer.Option(help="Folder to keep the report in. Default: a temporary one.", metavar="DIR"),
    ] = None,
) -> None:
    """Sync on a timetable, and serve the report and metrics, until stopped.

    Serves the report at / and /kr/ID, Prometheus metrics at /metrics, and probes at /healthz and /readyz. Each sync is a
    process of its own, as `truenorth sync` from cron would be.
    """
    interval, (host, port) = _interval(every), _address(listen)
    _check_installed()
    if report is not None:
        check_folder(report)
    settings = configured()
    workspace, _ = load_workspace(settings, config or settings.config)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="truenorth-serve-")))
        signalled = _serve(
            workspace, config, interval, host, port, report or folder / "report", folder / "metrics.prom"
        )
    raise typer.Exit(1 if signalled is None else 128 + signalled)


def _serve(
    workspace: Workspace,
    config: Path | None,
    every: timedelta,
    host: str,
    port: int,
    report: Path,
    metrics: Path,
) -> int | None:
    # Loaded by nobody else: the libraries are an extra.
    from sync.serving.app import make_app
    from sync.serving.child import Child
    from sync.serving.hosts import hosts_of
    from sync.serving.loop import Loop
    from sync.serving.nudge import Nudge
    from sync.serving.served import Condition, Served
    from sync.serving.server import host_and_port, is_loopback, listening_socket, serve_until_signal

    hosts = hosts_of(workspace.site) if is_loopback(host) else None
    served = Served(report, metrics, hosts, Condition(datetime.now(UTC), every))
    nudge = Nudge()
    level = chosen().value
    more = {} if level is None else {LOG_LEVEL: level}
    child = Child(config, report, metrics, every, _longest_run(workspace), more=more)
    with listening_socket(host, port) as listening:
        address = host_and_port(host, listening.getsockname()[1])
        typer.echo(shown(f"Serving on http://{address}. Syncs every {_told(every)}; Ctrl-C ends it."))
        log.info("serving", address=address, every_seconds=every.total_seconds())
        return serve_until_signal(make_app(served), listening, Loop(every, child.run, nudge, served), child)


def _check_installed() -> None:
    try:
        import starlette  # noqa: F401  asked for before anything else happens
        import uvicorn  # noqa: F401  likewise
    except ImportError:
        raise ServeMissing(
            "truenorth serve needs starlette and uvicorn. Install them: pip install 'truenorth[serve]'."
        ) from None


def _longest_run(workspace: Workspace) -> float:
    """Seconds after which a run hangs: it has deadlines of its own for what it waits for, in reading and in writing."""
    longest = max(workspace.policy_of(name).deadline_minutes for name in workspace.trackers)
    return 60.0 * (3 * longest + 10)


def _interval(text: str) -> timedelta:
    interval = timedelta(seconds=given_seconds(text, "--every") or 0)
    if not _SHORTEST <= interval <= _LONGEST:
        raise typer.BadParameter(f"{text!r} is not between 10s and 24h", param_hint="--every")
    return interval


def _told(interval: timedelta) -> str:
    """An interval in the largest unit of which it is a whole number."""
    seconds = int(interval.total_seconds())
    unit = next(one for one in "hms" if seconds % _UNITS[one] == 0)
    return f"{seconds // _UNITS[unit]} {UNIT_WORDS[unit]}"


def _address(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\s/\[\]]+)):([0-9]{1,5})", text.strip())
    if found is None or int(found[3]) > 65535:
        message = f"{text!r} is no address with a port, for example {LISTEN} or 0.0.0.0:8480"
        raise typer.BadParameter(message, param_hint="--listen")
    return found[1] or found[2], int(found[3])
