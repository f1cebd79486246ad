"""Commands in sections, each loaded only when it is asked for: starting costs what the command needs, and no more."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from sync.cli.help_texts import HELP, OVERVIEW, CommandHelp
from sync.cli.verbosity import COMMON, Quiet, Verbose

_WIDEST = 34
"""Columns of the left side of a list in `--help`; what is wider has its text on the next line."""


@dataclass(frozen=True, slots=True)
class HelpSection:
    """Commands that `--help` lists together: its title, the module that defines them, and a line on each.

    `apart`: modules of the commands that another one defines.
    """

    title: str
    module: str
    commands: Mapping[str, str]
    apart: Mapping[str, str] = field(default_factory=dict)


class CommandGroup(TyperGroup):
    """The commands of `sections`, in their order, and `help COMMAND`, which is in no list."""

    sections: ClassVar[tuple[HelpSection, ...]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        loaders: Any = _Commands(
            {name: one.apart.get(name, one.module) for one in self.sections for name in one.commands}
        )
        self.commands = loaders

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  as the group has it
        """Their names; loads none."""
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, `help` included; None where there is none."""
        return _help() if cmd_name == "help" else super().get_command(ctx, cmd_name)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """What a shell offers: options after a dash, else the commands; loads none."""
        # No public module has it.
        from typer.core import CompletionItem  # type: ignore[attr-defined]

        if incomplete.startswith("-"):
            return [one for one in super().shell_complete(ctx, incomplete) if one.value.startswith("-")]
        lines = {name: line for one in self.sections for name, line in one.commands.items()}
        lines["help"] = "Show the help of a command."
        return [
            CompletionItem(name, help=line) for name, line in lines.items() if name.startswith(incomplete)
        ]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands first: they are what is looked for."""
        self.format_commands(ctx, formatter)
        _write_options(self, ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  likewise
        """What `--help` says of them; loads none."""
        width = max(len(name) for name in self.commands)
        for one in self.sections:
            with formatter.section(one.title):
                formatter.write_dl([(name.ljust(width), line) for name, line in one.commands.items()])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  likewise
        """How it is typed, and how it ends."""
        _write_help(OVERVIEW, formatter)


class _Command(TyperCommand):
    """A command whose help has its options in groups, examples and exit codes."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_options(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  as typer has it
        if (found := HELP.get(self.name or "")) is not None:
            _write_help(found, formatter)


class _Commands(Mapping[str, Any]):
    """Commands by name; `modules`: where each is defined, under its name."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> Any:
        found = _load(self._modules[name], name)
        if "structlog" in sys.modules:
            # Until the command has read the settings: warnings only, and never on stdout. What loads no log has none.
            from sync import logs

            logs.configure("warning", "auto")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


@functools.cache
def _load(module: str, name: str) -> Any:
    command = _command(name, getattr(importlib.import_module(module), name.replace("-", "_")))
    command.params += _command(name, _says_how_much).params
    return command


@functools.cache
def _help() -> Any:
    return _command("help", _show_help)


def _command(name: str, function: Any) -> Any:
    one = typer.Typer(add_completion=False, rich_markup_mode=None)
    # As where an argument may be a number below zero.
    settings = {"ignore_unknown_options": getattr(function, "ignore_unknown_options", False)}
    one.command(name, cls=_Command, context_settings=settings)(function)
    return typer.main.get_command(one)


def _says_how_much(quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Has the options that every command has."""


def _names(ctx: typer.Context, incomplete: str) -> list[str]:
    group: Any = ctx.find_root().command
    return [name for name in group.list_commands(ctx) if name.startswith(incomplete)]


def _show_help(
    ctx: typer.Context,
    command: str = typer.Argument("", help="Name of a command.", autocompletion=_names, show_default=False),
) -> None:
    """Show the help of a command, as its --help does."""
    root = ctx.find_root()
    group: Any = root.command
    if not command:
        typer.echo(group.get_help(root))
        return
    name, found, _ = group.resolve_command(root, [command])
    typer.echo(found.get_help(typer.Context(found, info_name=name, parent=root)))


def _write_options(command: Any, ctx: Any, formatter: Any) -> None:
    """Arguments, the options of its own, those in groups, and last those that most commands have."""
    rows: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
    common: list[tuple[str, str]] = []
    for one in command.get_params(ctx):
        if (row := one.get_help_record(ctx)) is None:
            continue
        group = getattr(one, "rich_help_panel", None) or "Options"
        if group == COMMON or "--help" in one.opts:
            common.append(row)
        else:
            rows.setdefault("Arguments" if one.param_type_name == "argument" else group, []).append(row)
    for title, some in (rows | {COMMON: common}).items():
        if some:
            with formatter.section(title):
                formatter.write_dl(some, col_max=_WIDEST)


def _write_help(text: CommandHelp, formatter: Any) -> None:
    with formatter.section("Examples"):
        _write_pairs(text.examples.items(), formatter)
    if text.codes:
        with formatter.section("Exit codes"):
            formatter.write_dl(sorted(text.codes.items(), key=lambda one: int(one[0].split(",")[0])))


def _write_pairs(pairs: Iterable[tuple[str, str]], formatter: Any) -> None:
    # What can be pasted keeps its line, whatever the width of the terminal.
    for typed, what in pairs:
        formatter.write(f"{'':>{formatter.current_indent}}{typed}\n")
        formatter.indent()
        formatter.write_text(what)
        formatter.dedent()
