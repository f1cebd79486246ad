"""Sections to a terminal or to Markdown. Text from outside is never read as markup."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.text.document import clean, markdown_escape
from sync.logs import redactor
from sync.report.table import Cell, Section, Style

_STYLES: dict[Style, str] = {
    "plain": "",
    "good": "green",
    "warn": "yellow",
    "bad": "red",
    "dim": "dim",
    "strong": "bold",
}


def to_console(section: Section, console: Console) -> None:
    """Print a section. Colours and borders appear on terminals only; NO_COLOR is honoured by rich."""
    console.print()
    console.print(Text(_plain(section.title), style="bold underline"))
    for sentence in section.lead:
        console.print(Text(_plain(sentence)))
    if section.rows:
        console.print(_table(section))
    for sentence in section.tail:
        console.print(Text(_plain(sentence), style="dim"))


def _plain(text: str) -> str:
    """Without control characters and secrets, before a column's width breaks either apart."""
    return redactor.text(clean(text))


def _table(section: Section) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for place, name in enumerate(section.columns):
        narrow = place == 0 or name in section.right
        table.add_column(name, justify="right" if name in section.right else "left", no_wrap=narrow)
    for row in section.rows:
        table.add_row(*(_text(cell) for cell in row))
    return table


def _text(cell: Cell) -> Text:
    return Text(_plain(cell.text), style=_STYLES[cell.style])


def to_markdown(section: Section) -> str:
    """A section as Markdown."""
    parts = [f"## {markdown_escape(section.title)}"]
    parts += [markdown_escape(sentence) for sentence in section.lead if sentence]
    if section.rows:
        rules = ["---:" if name in section.right else "---" for name in section.columns]
        lines = [list(section.columns), rules]
        lines += [[markdown_escape(cell.text) for cell in row] for row in section.rows]
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts += [markdown_escape(sentence) for sentence in section.tail if sentence]
    return "\n\n".join(parts) + "\n"
