"""A fault across a declaration, and what several checks need."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from config.errors import did_you_mean, quoted
from config.trackers import kind_of, trackers_for
from config.workspace import Workspace

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ConfigFinding:
    """A fault at a path of the declaration.

    `first` is where the other half of a clash stands, `letter` a character of the value that is the fault.
    """

    path: Path
    message: str
    hint: str = ""
    first: Path | None = None
    at_key: bool = False
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Names that are declared, even where what stands behind them is faulty and left out of the workspace."""

    trackers: Collection[str]
    cycles: Collection[str]


def key_result_places(workspace: Workspace) -> Iterator[tuple[Path, int, int]]:
    """The path of each key result, and the places of its objective and of itself."""
    for at, objective in enumerate(workspace.objectives):
        for nr in range(len(objective.key_results)):
            yield ("objectives", at, "key_results", nr), at, nr


def check_answerable(
    path: Path, language: str, asked: str | None, workspace: Workspace, names: Names
) -> Iterator[ConfigFinding]:
    """What keeps a native query at a path from being answered by exactly one tracker; `asked` names it."""
    kind, fitting = kind_of(language), trackers_for(language, workspace.trackers)
    if asked is not None:
        if asked not in names.trackers:
            yield no_tracker((*path, "tracker"), asked, fitting or names.trackers)
        elif asked in workspace.trackers and asked not in fitting:
            message = f"tracker {quoted(asked)} does not support {language}"
            yield ConfigFinding((*path, "tracker"), message, did_you_mean(asked, fitting))
    elif len(names.trackers) > len(workspace.trackers):
        return  # a faulty tracker may be the one that is meant
    elif not fitting:
        message = f"{language} needs a {kind.title} tracker, but none is declared"
        yield ConfigFinding((*path, language), message, "declare one under trackers")
    elif len(fitting) > 1:
        message = f"more than one {kind.title} tracker is declared"
        yield ConfigFinding((*path, language), message, f"add tracker: {' or '.join(fitting)}")


def no_tracker(path: Path, name: str, known: Collection[str]) -> ConfigFinding:
    """A tracker that is not declared."""
    return ConfigFinding(path, f"unknown tracker {quoted(name)}", did_you_mean(name, known))
