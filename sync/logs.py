"""Logging set-up: to stderr, for people on a terminal, as JSON lines elsewhere; no secrets, and nothing that cannot be seen."""

from __future__ import annotations

import logging
import sys
import uuid
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor, WrappedLogger

from config.text.redaction import redactor, shown, shown_lines
from connectors.http.user_agent import DISTRIBUTION, version
from sync.log_events import NAMES, field_name

Event = MutableMapping[str, Any]

_INSTANCE = str(uuid.uuid4())
"""Tells this process from all others, from its first event on."""


class _Run:
    """The run that this process is at, for the threads of all of its parts; 0 before the first."""

    id = 0


def of_run(number: int) -> None:
    """From here on every event of this process says that it belongs to this run, by its number in the store."""
    _Run.id = number


def _with_run(_logger: WrappedLogger, _name: str, event: Event) -> Event:
    if _Run.id:
        event.setdefault("run", _Run.id)
    return event


def for_machines(_logger: WrappedLogger, _name: str, event: Event) -> Event:
    """A log processor: the fields by the names of OpenTelemetry, with the name of the event and what sent it."""
    words = str(event.get("event", ""))
    event.pop("told", None)
    named = {"event_name": NAMES[words]} if words in NAMES else {}
    sender = {
        "service.name": DISTRIBUTION,
        "service.version": version(),
        "service.instance.id": _INSTANCE,
    }
    if "run" in event:
        # As strings, as OpenTelemetry has ids.
        event["run"] = str(event["run"])
    return {field_name(ours): value for ours, value in event.items()} | named | sender


def for_people(_logger: WrappedLogger, _name: str, event: Event) -> Event:
    """A log processor: nothing of what the output of the command tells as well, and no number of the run, which people see there."""
    if event.pop("told", False):
        raise structlog.DropEvent
    event.pop("run", None)
    return event


def fit_to_show(_logger: WrappedLogger, _name: str, event: Event) -> Event:
    """A log processor: every text of an event as it may be shown, however deep it stands."""
    stack = event.pop("exception", None)
    told = {shown(str(key)): _shown(redactor.value(value)) for key, value in event.items()}
    return told if stack is None else told | {"exception": shown_lines(str(stack))}


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {_shown(key): _shown(one) for key, one in value.items()}
    return [_shown(one) for one in value] if isinstance(value, list) else value


class _Stderr:
    """stderr as it is when something is written: while bars are shown, what is logged is printed above them."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _LibraryFormatter(logging.Formatter):
    """What libraries log by themselves, each in one line, its traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        return shown_lines(super().format(record))


def configure(level: str, style: Literal["auto", "json", "console"]) -> None:
    """Send logs to stderr at `level`. Library loggers speak from warning upwards only."""
    stderr: Any = _Stderr()
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    renderer: Processor
    named: Processor = for_machines if as_json else for_people
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_run,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            fit_to_show,
            named,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stderr)
    handler.setFormatter(_LibraryFormatter("%(levelname)s:%(name)s:%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
