"""Commands in sections, each loaded only when it is asked for: starting costs what the command needs, and no more."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class HelpSection:
    """Commands that `--help` lists together: its title, the module that defines them, and a line on each."""

    title: str
    module: str
    commands: Mapping[str, str]


class CommandGroup(TyperGroup):
    """The commands of `sections`, in their order."""

    sections: ClassVar[tuple[HelpSection, ...]] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        loaders: Any = _Commands({name: one.module for one in self.sections for name in one.commands})
        self.commands = loaders

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  as the group has it
        """Their names; loads none."""
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  likewise
        """What `--help` says of them; loads none."""
        width = max(len(name) for name in self.commands)
        for one in self.sections:
            with formatter.section(one.title):
                formatter.write_dl([(name.ljust(width), line) for name, line in one.commands.items()])


class _Commands(Mapping[str, Any]):
    """Commands by name; `modules`: where each is defined, under its name."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> Any:
        return _load(self._modules[name], name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


@functools.cache
def _load(module: str, name: str) -> Any:
    one = typer.Typer(add_completion=False, rich_markup_mode=None)
    function = getattr(importlib.import_module(module), name.replace("-", "_"))
    settings = {"ignore_unknown_options": getattr(function, "ignore_unknown_options", False)}
    one.command(name, context_settings=settings)(function)
    return typer.main.get_command(one)
