"""The README tells the truth: its YAML is valid, its commands and exit codes are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from config.load import load
from sync.cli.app import app
from sync.cli.exit_codes import Exit

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app)


def test_the_example_declaration_is_valid(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "truenorth.yaml"
    path.write_text(block, encoding="utf-8")
    workspace = load(path)
    assert [key_result.measure.kind for _, key_result in workspace.key_results()] == [
        "metric",
        "work",
        "query",
    ]


def test_every_command_and_only_those_are_listed() -> None:
    listed = set(re.findall(r"^\| `truenorth ([a-z]+)", README, re.MULTILINE))
    assert listed == {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }


def test_every_option_named_exists() -> None:
    context = typer.Context(COMMANDS)
    known = {
        option
        for name in COMMANDS.list_commands(context)  # type: ignore[attr-defined]
        for parameter in COMMANDS.get_command(context, name).params  # type: ignore[attr-defined]
        for option in parameter.opts
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", re.sub(r"docker run .*", "", README)))
    assert named <= known


def test_exit_codes_are_those_of_the_program() -> None:
    table = README.split("| exit code | meaning |")[1].split("\n\n")[0]
    listed = {
        int(code) for cell in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in cell.split(",")
    }
    assert listed == {int(code) for code in Exit}


def test_it_opens_with_the_two_commands() -> None:
    first = README.split("```")[1]
    assert [line.split("#")[0].strip() for line in first.splitlines()[1:] if line] == [
        "make demo",
        "make test",
    ]
