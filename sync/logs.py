"""Logging set-up: to stderr, for people on a terminal, as JSON lines elsewhere; secrets redacted last."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor, WrappedLogger

Event = MutableMapping[str, Any]

REDACTED = "[redacted]"


class Redactor:
    """A log processor that replaces known secrets wherever they stand in an event."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def add(self, *secrets: str | None) -> None:
        """Learn further secrets."""
        self._secrets = sorted({*self._secrets, *(one for one in secrets if one)}, key=len, reverse=True)

    def spare(self, *known: str) -> None:
        """Forget what everybody may know, such as a sandbox's token."""
        self._secrets = [secret for secret in self._secrets if secret not in known]

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return text

    def __call__(self, _logger: WrappedLogger, _name: str, event: Event) -> Event:
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self._clean(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(one) for one in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))


redactor = Redactor()
"""The process's redactor: credentials are added to it as they are read."""


def configure(level: str, style: Literal["auto", "json", "console"]) -> None:
    """Send logs to stderr at `level`. Library loggers speak from warning upwards only."""
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
            redactor,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)
