"""The command line: what can be typed, and how every foreseeable error ends."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import os
import platform
import sys
import threading
import traceback
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from config.errors import ConfigError
from config.text.redaction import redactor, shown, shown_lines
from config.wording import counted
from sync.cli import verbosity
from sync.cli.command_group import CommandGroup, HelpSection
from sync.cli.exit_codes import OKRS, Exit, complain, exit_code_of
from sync.cli.shell.completion import completed
from sync.cli.verbosity import Quiet, Verbose


class _Truenorth(CommandGroup):
    sections = (
        HelpSection(
            "Run",
            "sync.cli.commands.run",
            {
                "plan": "Show what a sync would write, and write nothing.",
                "sync": "Read the trackers, show the plan, check the guards, and write.",
                "apply": "Write a saved plan exactly as it was shown.",
                "serve": "Sync on a timetable, and serve the report and metrics.",
                "worker": "Work on distributed syncs until stopped.",
            },
            apart={"serve": "sync.cli.commands.serve", "worker": "sync.cli.commands.worker"},
        ),
        HelpSection(
            "Inspect",
            "sync.cli.commands.inspect",
            {
                "status": "Show progress, forecasts, the last sync and stuck items.",
                "orphans": "List unaligned work that is warned about, and other findings.",
                "suggest": "Suggest key results for orphaned work.",
                "explain": "Explain the links of a ticket, or the number of a key result.",
                "log": "Show the audit log: every write, with values before and after.",
                "signals": "List warning signals, with thresholds, evidence and remedies.",
                "brief": "Print what to look at first this week, or post it to a channel.",
                "review": "Review a cycle: grades, promises, forecasts, wins, decisions.",
                "digest": "Print what the week did to the key results.",
                "report": "Write the report: pages for a browser, with JSON and CSV.",
                "map": "Show which work leads to which goal, from goals to epics.",
                "roll-over": "Print unfinished key results as OKRs of the next cycle.",
                "mcp": "Answer assistants (Model Context Protocol) from the last read.",
            },
            apart={
                "signals": "sync.cli.commands.signals",
                "brief": "sync.cli.commands.brief",
                "report": "sync.cli.commands.report",
                "map": "sync.cli.commands.impact_map",
                "review": "sync.cli.commands.review",
                "digest": "sync.cli.commands.review",
                "mcp": "sync.cli.commands.mcp",
            },
        ),
        HelpSection(
            "Write OKRs",
            "sync.cli.commands.okr_files",
            {
                "init": "Propose an OKR file from what the trackers have.",
                "check-in": "Print or add the value of a key result.",
            },
        ),
        HelpSection(
            "Set up",
            "sync.cli.commands.setup",
            {
                "validate": "Check the OKR files without contacting a tracker.",
                "check": "Check credentials, permissions, fields and labels.",
                "setup": "Plan or create the fields, filters, labels and views.",
                "schema": "Print the JSON Schema of OKR files or of JSON output.",
            },
            apart=dict.fromkeys(("validate", "schema"), "sync.cli.commands.declaration"),
        ),
        HelpSection(
            "Maintain",
            "sync.cli.commands.maintain",
            {
                "undo": "Plan or apply the removal of Truenorth's marks.",
                "rebuild": "Replace the store with a new one read from the trackers.",
            },
        ),
        HelpSection(
            "Try out",
            "sync.cli.commands.sandbox",
            {
                "demo": "Run a sync against a sandbox of both trackers.",
                "sandbox": "Serve a sandbox Jira site and Linear workspace.",
            },
        ),
    )


_NAME = "truenorth"

app = typer.Typer(
    name=_NAME,
    cls=_Truenorth,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> bool:
    if value:
        from connectors.http.user_agent import user_agent

        # As services are told, and what else an issue report needs.
        typer.echo(f"{user_agent().replace('/', ' ')} (Python {platform.python_version()})")
        raise typer.Exit
    return value


Version = Annotated[
    bool,
    typer.Option(
        "--version", help="Show the version.", callback=_show_version, expose_value=False, is_eager=True
    ),
]


@app.callback()
def truenorth(version: Version = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Link work in Jira and Linear to key results, measure progress, and write both back onto the tickets."""


def main() -> None:
    """Entry point: foreseeable errors become one clear line and an exit code, never a traceback."""
    _trace_crashes()
    _write_any_text()
    redactor.add_all(os.environ)
    verbosity.forget()
    try:
        # What is typed is quoted in errors, and cut at "=": a secret in it is of use to no command.
        typed = [redactor.text(one) for one in sys.argv[1:]]
        if completion := completed(typed, _NAME):
            sys.stdout.write(f"{completion}\n")
            sys.exit(Exit.DONE)
        sys.exit(app(args=typed, prog_name=_NAME, standalone_mode=False) or Exit.DONE)
    except TyperException as error:
        sys.exit(_end_usage(error))
    except BrokenPipeError:
        # The reader of our output went away, as `head` does: nothing to complain about.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  whatever it is, its text may quote a secret
        sys.exit(_end(error))


def _end_usage(error: TyperException) -> int:
    """What was typed wrong, in typer's words, which quote it."""
    words = io.StringIO()
    show: Any = getattr(error, "show", None)
    if show is None:
        words.write(f"Error: {error.format_message()}")
    else:
        show(words)
    sys.stderr.write(f"{shown_lines(words.getvalue())}\n")
    return int(error.exit_code)


def _end(error: BaseException) -> Exit:
    code = exit_code_of(error)
    if code is None:
        sys.stderr.write(f"{shown_lines(traceback.format_exc())}\n")
        complain("internal error; please report it with the lines above")
        return Exit.FAILED
    if isinstance(error, ConfigError):
        for problem in error.problems:
            sys.stderr.write(f"{shown(str(problem))}\n")
        complain(f"{counted(len(error.problems), 'problem')} in the configuration{_named_by(error)}")
    else:
        complain(str(error) or "interrupted")
    return code


def _named_by(error: ConfigError) -> str:
    """Who named the OKRs with these problems, where it was a variable and perhaps nobody who is here now."""
    from pathlib import Path  # which --help does not need

    place = os.environ.get(OKRS)
    if not place or not any(Path(one.file).is_relative_to(place) for one in error.problems):
        return ""
    return f" that {OKRS} names"


def _write_any_text() -> None:
    """Let what the terminal's encoding does not know be spelt, and a thread's last words be fit to be shown."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _end_thread


def _end_thread(last: threading.ExceptHookArgs) -> None:
    if last.exc_value is not None:
        words = "".join(traceback.format_exception(last.exc_value))
        sys.stderr.write(f"{shown_lines(words)}\n")


def _trace_crashes() -> None:
    """Let a crash of the interpreter itself leave its stacks on stderr: files, lines and functions, no values."""
    # It may be on already, and stderr may be none, or no file.
    if not faulthandler.is_enabled():
        with contextlib.suppress(AttributeError, OSError, RuntimeError, ValueError):
            faulthandler.enable()


if __name__ == "__main__":
    main()
