"""What is wrong with a declaration, for the person who wrote it.

ConfigError                 the declaration or the environment cannot be used
└── SettingsError           a variable, or a file in the secrets folder
    └── MissingCredential   a tracker has no credential, or half of one
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from config.text.characters import clean
from config.text.redaction import shorten


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and where. `line` and `column` count from 1; line 0 means no position.

    `file` is the path as the operator gave it; for the environment it is the variable's name.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class ConfigError(Exception):
    """The declaration cannot be used. `problems` holds every reason found, in order of file and place.

    The text holds no secret: values are quoted only where they cannot be one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SettingsError(ConfigError):
    """A variable of the environment, or a file in the secrets folder, is missing or wrong."""


class MissingCredential(SettingsError):
    """A tracker has no credential, or only half of one; the text names what to set, and where."""


def quoted(value: object) -> str:
    """The value in double quotes, short and on one line, so that it can do no harm to a terminal."""
    # Where something was that cannot be seen, it can be seen that something was there.
    return f'"{shorten(clean(str(value), "�"), 60)}"'


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant, or None when none is near."""
    names = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(str(name)[:100].casefold(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """A hint that leads from a wrong name to a right one; empty when there is none to offer."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f'did you mean "{near}"?'
    if not names:
        return ""
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"use one of: {', '.join(names[:12])}{more}"
