"""`--install-completion SHELL` and `--show-completion SHELL`: for the shell that is named; typer's own take the current one."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from config.errors import did_you_mean

SHELLS = ("bash", "zsh", "fish")
_INSTALL, _SHOW = "--install-completion", "--show-completion"
_VARIABLE = "_TRUENORTH_COMPLETE"


def completed(typed: Sequence[str], program: str) -> str:
    """What to print where a shell is named, once its completion is installed; "" where something else is typed.

    Raises typer.BadParameter for a shell that there is no completion for.
    """
    if len(typed) != 2 or typed[0] not in (_INSTALL, _SHOW):
        return ""
    if typed[1] not in SHELLS:
        raise typer.BadParameter(
            f"no completion for {typed[1]!r}; {did_you_mean(typed[1], SHELLS)}", param_hint=typed[0]
        )
    # Loaded on demand, and by no public name.
    from typer.completion import get_completion_script, install  # type: ignore[attr-defined]

    if typed[0] == _SHOW:
        return str(get_completion_script(prog_name=program, complete_var=_VARIABLE, shell=typed[1]))
    _, place = install(shell=typed[1], prog_name=program, complete_var=_VARIABLE)
    return f"Completion for {typed[1]} is installed in {place}. It works in every new terminal."
