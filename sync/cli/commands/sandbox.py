"""The commands `truenorth demo` and `truenorth sandbox`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync import logs
from sync.cli.exit_codes import Exit, wait_for_end
from sync.cli.options import Items, Seed, Style
from sync.cli.output import Format, Output
from sync.jobs import sandbox as demonstration

if TYPE_CHECKING:
    from connectors.sandbox.server import Sandbox


def demo(
    items: Items = 300,
    seed: Seed = 1,
    port: Annotated[int, typer.Option(help="Port on loopback; 0 takes a free one.")] = 0,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the sandbox running to look at tickets.")
    ] = False,
    style: Style = Format.TEXT,
) -> None:
    """Run the main job on a sandbox of both trackers, with the example company. Needs no set-up."""
    output = Output(style)
    with demonstration.serving_sandbox(items, seed, port) as sandbox:
        first, second = demonstration.demonstrate(sandbox, output)
        pages = demonstration.ticket_pages(sandbox, first)
        output.data(pages=pages)
        output.say()
        for line in pages:
            output.say(line)
        output.finish()
        if keep:
            output.say("The sandbox goes on until Ctrl-C. Other commands work on it with:")
            _say_environment(output, sandbox)
            wait_for_end()
        else:
            output.say("To open them in a browser: truenorth demo --keep")
    good = first.applied is not None and first.applied.complete and second.run.plan.empty
    raise typer.Exit(Exit.DONE if good else Exit.PARTIAL)


def sandbox(
    items: Items = 300,
    seed: Seed = 1,
    port: Annotated[int, typer.Option(help="Port on loopback; 0 takes a free one.")] = 8765,
    truth: Annotated[
        Path | None,
        typer.Option(
            help="Write the right answers for the example goals: each item's alignment, each key result.",
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Serve a Jira site and a Linear workspace on loopback until Ctrl-C."""
    output = Output(Format.TEXT)
    with demonstration.serving_sandbox(items, seed, port, truth) as running:
        output.say(f"Jira:   {running.url}/jira")
        output.say(f"Linear: {running.url}/linear/graphql")
        output.say("In another terminal:")
        _say_environment(output, running)
        wait_for_end()


def _say_environment(output: Output, running: Sandbox) -> None:
    # To be pasted: the sandbox's own tokens are known to everybody, and a demo has used them as secrets.
    logs.redactor.spare(demonstration.JIRA_TOKEN, demonstration.LINEAR_TOKEN)
    for name, value in demonstration.environment(running).items():
        output.say(f"  export {name}={value}")
    clock = running.world.clock.now()
    output.say(
        f"Its clock stands at {clock:%Y-%m-%d %H:%M} UTC: give commands --as-of {clock:%Y-%m-%dT%H:%M}"
    )
