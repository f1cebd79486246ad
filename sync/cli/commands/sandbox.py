"""The commands that need no tracker of one's own: demo, sandbox."""

from __future__ import annotations

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
from sync.cli.signals import wait_for_end
from sync.jobs import sandbox as demonstration
from sync.report.planned.view import PlanView

if TYPE_CHECKING:
    from connectors.sandbox.server import Sandbox

_MOST = 12
"""Rows of the plan that the demonstration shows."""

_A_WORKING_DAY = timedelta(hours=9)


def demo(
    items: Items = 300,
    seed: Seed = 1,
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
        if keep:
            output.say("The sandbox runs until Ctrl-C. To use other commands on it:")
            _say_environment(output, sandbox)
            wait_for_end()
        else:
            output.say("To open them in a browser: truenorth demo --keep")
    good = first.applied is not None and first.applied.complete and second.run.plan.empty
    raise typer.Exit(Exit.DONE if good else Exit.PARTIAL)


def sandbox(
    items: Items = 300,
    seed: Seed = 1,
    port: Annotated[int, typer.Option(help="Port on loopback. 0: any free one.")] = 8765,
    truth: Annotated[
        Path | None,
        typer.Option(help="Write the expected alignment and readings to this file.", metavar="FILE"),
    ] = None,
) -> None:
    """Serve a sandbox Jira site and Linear workspace on loopback, until Ctrl-C."""
    output = Output(Format.TEXT)
    with demonstration.serving_sandbox(items, seed, port, truth) as running:
        output.say(f"Jira:   {running.url}/jira")
        output.say(f"Linear: {running.url}/linear/graphql")
        output.say("In another terminal:")
        _say_environment(output, running)
        wait_for_end()


def _say_environment(output: Output, running: Sandbox) -> None:
    # To be pasted: the sandbox's own tokens are known to everybody, and a demo has used them as secrets.
    redactor.spare(demonstration.JIRA_TOKEN, demonstration.LINEAR_TOKEN)
    for name, value in demonstration.environment(running).items():
        output.say(f"  export {name}={value}", verbatim=True)
    clock = running.world.clock.now()
    # Later than the clock for hours: an earlier moment than that of a read shows work as it was before it was changed.
    moment = clock + _A_WORKING_DAY
    output.say(
        f"Its clock stands at {clock:%Y-%m-%d %H:%M} UTC: give commands --as-of {moment:%Y-%m-%dT%H:%M}Z"
    )
