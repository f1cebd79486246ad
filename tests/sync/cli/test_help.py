"""`--help` and `help COMMAND`: examples that can be typed, groups, and the exit codes that a command really has."""

from __future__ import annotations

import shlex

import pytest
import typer

from sync.cli import app
from sync.cli.help_texts import HELP, OVERVIEW
from tests.support.cli import Cli

GROUP = typer.main.get_command(app.app)
CONTEXT = typer.Context(GROUP, info_name="truenorth")
COMMANDS = tuple(GROUP.list_commands(CONTEXT))  # type: ignore[attr-defined]
TEXTS = (OVERVIEW, *(HELP[name] for name in (*COMMANDS, "help")))
EXAMPLES = [line for text in TEXTS for line in text.examples]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_examples_and_exit_codes(run: Cli, command: str) -> None:
    shown = run(command, "--help").out
    told = " ".join(shown.split())
    _, _, below = shown.partition("\nExamples:\n")
    examples, _, codes = below.partition("\nExit codes:\n")
    assert HELP[command].examples
    for line, what in HELP[command].examples.items():
        assert f"  {line}\n" in examples
        assert f" truenorth {command}" in f" {line}"
        assert what in " ".join(examples.split())
    assert all(f"  {code}  " in codes for code in HELP[command].codes)
    assert "-q, --quiet" in told
    assert "-v, --verbose" in told


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_can_be_typed(line: str) -> None:
    program, *typed = shlex.split(line.split(" > ")[0])
    assert program == "truenorth"
    name, *rest = typed
    command = GROUP.get_command(CONTEXT, name)  # type: ignore[attr-defined]
    assert command is not None
    command.make_context(name, rest, parent=CONTEXT)


def test_options_stand_in_groups(run: Cli) -> None:
    lines = run("sync", "--help").out.splitlines()
    groups = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert groups == ["Options:", "Guards:", "Common options:", "Examples:", "Exit codes:"]
    guards = lines[lines.index("Guards:") : lines.index("Common options:")]
    assert [line.split()[0] for line in guards if line.startswith("  --")] == [
        "--first-run",
        "--accept-plan",
        "--accept-shrink",
    ]


@pytest.mark.parametrize("command", ["plan", "roll-over"])
def test_help_of_a_command_is_that_of_its_option(run: Cli, command: str) -> None:
    assert run("help", command) == run(command, "--help")


def test_help_alone_is_that_of_the_whole(run: Cli) -> None:
    assert run("help") == run("--help")


def test_help_of_a_mistyped_command_names_the_one_that_was_meant(run: Cli) -> None:
    ran = run("help", "orphan")
    assert ran.code == 2
    assert "Did you mean 'orphans'" in ran.err
