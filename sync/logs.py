"""Logging set-up: to stderr, for people on a terminal, as JSON lines elsewhere; no secrets, and nothing that cannot be seen."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor, WrappedLogger

from config.text.redaction import redactor, shown, shown_lines

Event = MutableMapping[str, Any]


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
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            fit_to_show,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stderr)
    handler.setFormatter(_LibraryFormatter("%(levelname)s:%(name)s:%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
