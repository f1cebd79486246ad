"""The commands that need no tracker of one's own: demo, sandbox."""

from __future__ import annotations

import shlex
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.text.redaction import redactor
from config.wording import counted
from sync.cli.exit_codes import Exit
from sync.cli.options import FormatOption, Items, Seed
from sync.cli.output import Format, Output
from sync.cli.reporter import OutputReporter
from sync.cli.shell.program import program
from sync.cli.signals import wait_for_end
from sync.jobs import sandbox as demonstration
from sync.report.planned.view import PlanView

if TYPE_CHECKING:
    from connectors.sandbox.server import Sandbox

_MOST = 12
"""Rows of the plan that the demonstration shows."""

ITEMS, SEED = 300, 1
"""Of the world that is served where nothing else is asked for."""

_A_WORKING_DAY = timedelta(hours=9)


def demo(
    items: Items = ITEMS,
    seed: Seed = SEED,
    port: Annotated[int, typer.Option(help="Port on loopback. 0: any free one.")] = 0,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the sandbox running, to look at tickets.")
    ] = False,
    style: FormatOption = Format.TEXT,
) -> None:
    """Run a sync against a sandbox of both trackers, with the example company. Needs no setup."""
    output = Output(style)
    with demonstration.serving_sandbox(items, seed, port) as sandbox:
        output.say(f"Sandbox: a Jira site and a Linear workspace at {sandbox.url}", strong=True)
        output.say(f"Goals: {demonstration.examples()}")
        first, second = demonstration.demonstrate(sandbox, OutputReporter(output, PlanView(most=_MOST)))
        left = len(second.run.plan.edits)
        output.say()
        output.say("And once more, on the world that was just written to:", strong=True)
        sentence = (
            "nothing is left to write." if not left else f"{counted(left, 'item')} would still be changed."
        )
        output.say(f"Read {len(second.run.observation.items)} items again: {sentence}")
        output.data(second_run={"items": left, "plan": second.run.plan.digest})
        pages = demonstration.ticket_pages(sandbox, first)
        output.data(pages=pages)
        output.say()
        for line in pages:
            output.say(line)
        output.finish()
        output.say()
        if keep:
            output.say(
                "The sandbox runs until Ctrl-C. To use other commands on it, paste into another terminal:"
            )
            with tempfile.TemporaryDirectory(prefix="truenorth-") as store:
                _say_environment(output, sandbox, Path(store) / "truenorth.db")
                wait_for_end()
        else:
            output.say("To open them in a browser:")
            output.say()
            output.say(f"  {_again(items, seed, port)}", verbatim=True)
    good = first.applied is not None and first.applied.complete and second.run.plan.empty
    raise typer.Exit(Exit.DONE if good else Exit.PARTIAL)


def sandbox(
    items: Items = ITEMS,
    seed: Seed = SEED,
    port: Annotated[int, typer.Option(help="Port on loopback. 0: any free one.")] = 8765,
    truth: Annotated[
        Path | None,
        typer.Option(help="Write the expected alignment and readings to this file.", metavar="FILE"),
    ] = None,
    flow: Annotated[
        bool, typer.Option("--flow", help="Add histories of assignees, flags and given health.")
    ] = False,
) -> None:
    """Serve a sandbox Jira site and Linear workspace on loopback, until Ctrl-C."""
    output = Output(Format.TEXT)
    with demonstration.serving_sandbox(items, seed, port, truth, flow=flow) as running:
        output.say(f"Jira:   {running.url}/jira")
        output.say(f"Linear: {running.url}/linear/graphql")
        output.say("To use commands on it, paste into another terminal:")
        with tempfile.TemporaryDirectory(prefix="truenorth-") as store:
            _say_environment(output, running, Path(store) / "truenorth.db")
            wait_for_end()


def _again(items: int, seed: int, port: int) -> str:
    """The same demonstration, kept running."""
    given = {"--items": (items, ITEMS), "--seed": (seed, SEED), "--port": (port, 0)}
    return " ".join(
        [program(), "demo --keep", *(f"{name} {one}" for name, (one, usual) in given.items() if one != usual)]
    )


def _say_environment(output: Output, running: Sandbox, store: Path) -> None:
    """What can be pasted as it stands: variables, and commands with a moment of the sandbox's own clock."""
    # The sandbox's own tokens are known to everybody, and a demo has used them as secrets.
    redactor.spare(demonstration.JIRA_TOKEN, demonstration.LINEAR_TOKEN)
    output.say()
    # With a store of its own: what is made up must not get among the readings of real work.
    variables = demonstration.environment(running) | {"TRUENORTH_STORE": f"sqlite:///{store}"}
    for name, value in variables.items():
        output.say(f"  export {name}={shlex.quote(value)}", verbatim=True)
    clock = running.world.clock.now()
    # Later than the clock for hours: an earlier moment than that of a read shows work as it was before it was changed.
    moment = f"{clock + _A_WORKING_DAY:%Y-%m-%dT%H:%M}Z"
    for command in ("check", f"sync --first-run --as-of {moment}", "status", "orphans"):
        output.say(f"  {program(anywhere=True)} {command}", verbatim=True)
    output.say()
    output.say(
        f"Its clock stands at {clock:%Y-%m-%d %H:%M} UTC, so commands that read need --as-of {moment}."
    )
    output.say("For OKRs of your own, leave TRUENORTH_CONFIG out and begin with `truenorth init`.")
