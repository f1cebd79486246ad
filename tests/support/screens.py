"""What commands print, stored as text at several widths, and compared: `pytest --renew-screens` writes what is printed now.

What differs from run to run (moments of the real clock, hashes, counts of requests, ports, paths) is replaced before anything is
laid out, so that no line breaks at another place for it.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from sync.cli import app
from sync.cli.output import Output
from sync.cli.render.screen import Screen, sentence_to_text
from sync.cli.render.terminal import to_text
from sync.report.table import Cell, Section

FOLDER = Path(__file__).parents[1] / "sync" / "cli" / "screens"
WIDTHS = (80, 100, 140)
OPTION = "--renew-screens"

_VOLATILE: tuple[tuple[re.Pattern[str], str], ...] = (
    # The moment that worlds are made for stays; any other is of today.
    (re.compile(r"\b(?!2026-11-16)20\d\d-\d\d-\d\d \d\d:\d\d"), "2026-MM-DD HH:MM"),
    (re.compile(r"(?<=HH:MM):\d\d\b"), ":SS"),
    (re.compile(r"(?<!-)\b[0-9a-f]{12}\b"), "0123456789ab"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "0123…cdef"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\b[\d,]+ of (?=[\d,]+ (requests|complexity points) left)"), "N of "),
    (re.compile(r"(?<![\d,])(?<! of )\d[\d,]* requests?\b"), "N requests"),
    (re.compile(r"\b\d+ \w+( \d+ \w+)? (behind|ahead of) this machine"), "N days behind this machine"),
    (re.compile(r" in \d+(\.\d+)? s\b"), " in S s"),
    (re.compile(r"(?<![\w.:/])/[\w./+-]*/(?=[\w-]+(\.\w+)?)"), "…/"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--renew-screens`."""
    parser.addoption(OPTION, action="store_true", help="write the stored screens anew; then read them")


@dataclass
class Recording:
    """What one command said, before it is laid out; `written` past the output, as YAML is."""

    said: list[Callable[[Screen], str]] = field(default_factory=list)
    written: str = ""

    def at(self, width: int) -> str:
        screen = Screen(width=width)
        return "\n".join((*(one(screen) for one in self.said), *([self.written] if self.written else [])))


@contextmanager
def recorded() -> Iterator[Recording]:
    """Nothing is printed in it; what would be is in the recording."""
    recording = Recording()

    def show(_: Output, *sections: Section) -> None:
        for section in map(steady, sections):
            recording.said.append(lambda screen, one=section: "\n".join(to_text(one, screen)))  # type: ignore[misc]

    def say(_: Output, sentence: str = "", *, strong: bool = False, verbatim: bool = False) -> None:
        text = without_volatile(sentence)
        recording.said.append(
            lambda screen: text if verbatim else sentence_to_text(text, screen, strong=strong)
        )

    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(Output, "show", show)
        patch.setattr(Output, "say", say)
        yield recording
    recording.written = without_volatile(printed.getvalue())


def screen_of(*arguments: str) -> Recording:
    """What a command prints. It may end with any code."""
    with pytest.MonkeyPatch.context() as patch, recorded() as recording:
        patch.setattr(sys, "argv", ["truenorth", *arguments])
        with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
            app.main()
    return recording


def without_volatile(text: str) -> str:
    for pattern, instead in _VOLATILE:
        text = pattern.sub(instead, text)
    return text


def steady(section: Section) -> Section:
    """The section with placeholders; what is counted of requests stands in a column of its own."""
    counts = [at for at, name in enumerate(section.columns) if name == "requests"]
    rows = tuple(
        tuple(Cell("N") if at in counts else _steady(cell) for at, cell in enumerate(row))
        for row in section.rows
    )
    texts = (tuple(map(without_volatile, one)) for one in (section.lead, section.tail))
    lead, tail = texts
    return replace(section, title=without_volatile(section.title), lead=lead, rows=rows, tail=tail)


def _steady(cell: Cell) -> Cell:
    return replace(cell, text=without_volatile(cell.text), more=tuple(map(without_volatile, cell.more)))


def compare(name: str, recording: Recording, *, renew: bool) -> list[str]:
    """The files that tell another screen, each with the first line that differs. `renew`: write them instead."""
    wrong = []
    for width in WIDTHS:
        file = FOLDER / f"{name}.{width}.txt"
        text = recording.at(width).strip("\n") + "\n"
        if renew:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            continue
        stored = file.read_text(encoding="utf-8") if file.exists() else ""
        if text != stored:
            wrong.append(f"{file.name}: {_first_difference(stored, text)}")
    return wrong


def _first_difference(stored: str, text: str) -> str:
    before, now = stored.splitlines(), text.splitlines()
    for nr, (one, other) in enumerate(zip(before, now, strict=False), 1):
        if one != other:
            return f"line {nr} was\n  {one}\nand is\n  {other}"
    return f"had {len(before)} lines and has {len(now)}"
