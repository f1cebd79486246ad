"""The reference of the command line, made from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from handbook.markdown import block, cell, code, table
from sync.cli.app import app
from sync.cli.help_texts import HELP, OVERVIEW, CommandHelp
from sync.cli.verbosity import COMMON

_ONCE = "Options of every command"


def page() -> str:
    """Every command with its arguments, options, examples and exit codes, in the order of `truenorth --help`."""
    group: Any = typer.main.get_command(app)
    root = typer.Context(group, info_name="truenorth")
    parts = [
        "# Commands",
        "Made from the program, so it says what `truenorth help COMMAND` says.",
        *_help(OVERVIEW, "##"),
    ]
    for section in group.sections:
        parts.append(f"## {section.title}")
        for name, line in section.commands.items():
            parts += _command(group.get_command(root, name), name, line, root)
    return "\n\n".join(parts) + "\n"


def _command(command: Any, name: str, line: str, root: typer.Context) -> Iterator[str]:
    ctx = typer.Context(command, info_name=name, parent=root)
    yield f"### truenorth {name}"
    yield cell(command.help or line)
    yield block("text", command.get_usage(ctx).removeprefix("Usage: "))
    rows: dict[str, list[tuple[str, str]]] = {}
    for one in command.get_params(ctx):
        if (record := one.get_help_record(ctx)) is None or "--help" in one.opts:
            continue
        title = "Arguments" if one.param_type_name == "argument" else one.rich_help_panel or "Options"
        rows.setdefault(title, []).append((code(record[0]), cell(record[1])))
    common = rows.pop(COMMON, [])
    for title, some in (rows | ({_ONCE: common} if common else {})).items():
        yield table((title, ""), some)
    if (found := HELP.get(name)) is not None:
        yield from _help(found, "####")


def _help(text: CommandHelp, level: str) -> Iterator[str]:
    quiet = level == "####"
    yield "**Examples**" if quiet else f"{level} Examples"
    yield block("sh", "\n".join(f"# {what}\n{typed}" for typed, what in text.examples.items()))
    if text.codes:
        codes = sorted(text.codes.items(), key=lambda one: int(one[0].split(",")[0]))
        yield table(("Exit code", "Meaning"), [(number, cell(what)) for number, what in codes])
