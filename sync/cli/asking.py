"""Questions on a terminal. They go to stderr, so that stdout holds nothing but what was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

from config.text.redaction import shown
from sync.cli.exit_codes import Exit, complain


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def tell(line: str = "") -> None:
    """A line on stderr."""
    sys.stderr.write(f"{shown(line)}\n")
    sys.stderr.flush()


def ask(question: str, proposed: str, check: Callable[[str], str] = lambda _: "") -> str:
    """The answer, or what is proposed where there is just Enter; asked again as long as `check` says what is wrong with it.

    Raises KeyboardInterrupt for Ctrl-C, and for the end of the input.
    """
    while True:
        try:
            answer = typer.prompt(
                shown(question), default=shown(proposed), err=True, show_default=bool(proposed)
            )
        except typer.Abort:
            raise KeyboardInterrupt from None
        answer = str(answer).strip()
        wrong = check(answer)
        if not wrong:
            return answer
        tell(f"  {wrong}")


def ask_some(question: str, proposed: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Some of the known names, parted by commas or spaces; "none" for none of them."""
    by_name = {name.casefold(): name for name in known}

    def check(answer: str) -> str:
        unknown = [one for one in _parts(answer) if one.casefold() not in by_name]
        return f"Not among them: {', '.join(unknown)}." if unknown else ""

    answer = ask(question, ",".join(proposed) or "none", check)
    return tuple(dict.fromkeys(by_name[one.casefold()] for one in _parts(answer)))


def agreed(question: str) -> bool:
    """Yes or no; yes is proposed. Raises as `ask` does."""
    try:
        return typer.confirm(shown(question), default=True, err=True)
    except typer.Abort:
        raise KeyboardInterrupt from None


@contextmanager
def leaving_nothing() -> Iterator[None]:
    """While nothing has been written yet, whoever leaves by Ctrl-C hears just that. Raises typer.Exit then."""
    try:
        yield
    except KeyboardInterrupt:
        tell()
        complain("interrupted; nothing was written")
        raise typer.Exit(Exit.INTERRUPTED) from None


def _parts(answer: str) -> list[str]:
    parts = [part for part in answer.replace(",", " ").split() if part]
    return [] if [part.casefold() for part in parts] == ["none"] else parts
