"""What every command begins and ends with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from config.settings import Settings
from sync import logs
from sync.cli.output import Format, Output
from sync.cli.signals import stop_on_signals
from sync.jobs.session import Session, open_session


def configured() -> Settings:
    """The settings; logs are as they say from here on."""
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    return settings


@contextmanager
def command_session(config: Path | None, style: Format) -> Iterator[tuple[Session, Output]]:
    """The declared workspace, ready for use, and where to print; the output is finished at the end.

    Ends the command with 128 and its number after a signal. Raises ConfigError, MissingCredential or StoreError.
    """
    output = Output(style)
    with open_session(configured(), config) as session, stop_on_signals(session):
        yield session, output
        signalled = session.halt.by
    output.finish()
    if signalled is not None:
        raise typer.Exit(128 + signalled)
