"""What every command begins and ends with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from config.settings import Settings
from connectors.errors import TrackerError
from sync import logs
from sync.cli.exit_codes import OKRS, complain, exit_code
from sync.cli.output import Format, Output
from sync.cli.signals import stop_on_signals
from sync.cli.verbosity import chosen, is_quiet
from sync.jobs.session import Session, open_session
from sync.observation import CannotRead, Unread
from sync.report.schemas.names import Document, schema_name
from sync.store.lease import LeaseHeld


def configured() -> Settings:
    """The settings; logs are as they, or --quiet and --verbose, say from here on."""
    settings = Settings()
    logs.configure(chosen().value or settings.log_level, settings.log_format)
    return settings


@contextmanager
def command_session(
    config: Path | None, style: Format, *, tells_okrs: bool = False, document: Document | None = None
) -> Iterator[tuple[Session, Output]]:
    """The declared workspace, ready for use, and where to print; the output is finished at the end.

    `document`: the published schema of its JSON, where it has one. `tells_okrs`: say which OKRs these are where nobody typed it, on a terminal and in JSON.

    Ends the command by the causes that its output heard of, and with 128 and its number after a signal. What cannot
    be read is no error here: it is said, and ends the command. Raises ConfigError, MissingCredential or StoreError.
    """
    output = Output(style)
    if document is not None:
        output.data(schema=schema_name(document))
    output.data(unread=[])
    settings = configured()
    if tells_okrs and config is None and "config" in settings.model_fields_set:
        output.data(okrs={"path": str(settings.config), "from": OKRS})
        # For a person; a program has it in JSON, and counts on it that an error is one line on stderr.
        if sys.stderr.isatty() and not is_quiet():
            complain(f"OKRs from {settings.config} ({OKRS})")
    with open_session(settings, config) as session, stop_on_signals(session):
        try:
            yield session, output
        except CannotRead as error:
            output.unread(error.unread)
            output.say(
                "Nothing else was done: no tracker could be read, or one has no earlier read that is recent enough "
                "(policy.guards.stale_hours)."
            )
        except TrackerError as error:
            output.unread([Unread.tracker(error)])
        except LeaseHeld as error:
            # A program that reads JSON gets some, whatever the exit code.
            output.data(not_run=str(error))
            output.finish()
            raise
        signalled = session.halt.by
    end(output, signalled)


def end(output: Output, signalled: int | None = None) -> None:
    """Finish the output, and end the command by the causes that it heard of, or by the signal. Raises typer.Exit."""
    output.finish()
    code = exit_code(output.causes) if signalled is None else 128 + signalled
    if code:
        raise typer.Exit(code)
