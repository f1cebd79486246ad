"""The command `truenorth setup`."""

from __future__ import annotations

from typing import Annotated

import typer

from config.settings import Settings
from sync import logs
from sync.cli.exit_codes import Exit, stop_on_signals
from sync.cli.options import Config, Style
from sync.cli.output import Format, Output
from sync.jobs.session import open_session
from sync.jobs.setup import run_setup


def setup(
    config: Config = None,
    style: Style = Format.TEXT,
    remove: Annotated[bool, typer.Option("--remove", help="Take away what setup made.")] = False,
    really: Annotated[bool, typer.Option("--apply", help="Carry out what the plan shows.")] = False,
) -> None:
    """Plan the fields, filters, labels and views that marks need, and with --apply make them."""
    output = Output(style)
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    with open_session(settings, config) as session, stop_on_signals(session):
        good = run_setup(session, output, remove=remove, really=really)
        signalled = session.halt.by
    output.finish()
    if signalled is not None:
        raise typer.Exit(128 + signalled)
    raise typer.Exit(Exit.DONE if good else Exit.PARTIAL)
