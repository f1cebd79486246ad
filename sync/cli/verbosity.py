"""How much a command says beside its result: `--quiet` and `--verbose`, before or after the command's name."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

COMMON = "Common options"
"""The group of the options that most commands share, in `--help`."""


class Verbosity(Enum):
    """The value is the level of the log; None leaves it to TRUENORTH_LOG_LEVEL."""

    QUIET = "error"
    NORMAL = None
    VERBOSE = "debug"


class _Choice:
    """What was typed; there is one command line in a process."""

    made = Verbosity.NORMAL


def chosen() -> Verbosity:
    """What the command line asks for."""
    return _Choice.made


def is_quiet() -> bool:
    """Whether only errors, and of writing commands one line, are to be printed."""
    return _Choice.made is Verbosity.QUIET


def forget() -> None:
    """Back to the default, before a command line is read."""
    _Choice.made = Verbosity.NORMAL


def _choose(wanted: Verbosity, *, is_typed: bool) -> bool:
    if is_typed and _Choice.made not in (Verbosity.NORMAL, wanted):
        raise typer.BadParameter("choose one of --quiet and --verbose")
    if is_typed:
        _Choice.made = wanted
    return is_typed


def _quiet(value: bool) -> bool:
    return _choose(Verbosity.QUIET, is_typed=value)


def _verbose(value: bool) -> bool:
    return _choose(Verbosity.VERBOSE, is_typed=value)


Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="Log errors only; sync, apply and undo --apply print one line.",
        callback=_quiet,
        expose_value=False,
        rich_help_panel=COMMON,
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Log every request and wait.",
        callback=_verbose,
        expose_value=False,
        rich_help_panel=COMMON,
    ),
]
