"""Sheets to a terminal or to Markdown. Text from outside is never read as markup."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.text.document import clean, markdown_escape
from sync.logs import redactor
from sync.report.table import Cell, Sheet, Style

_STYLES: dict[Style, str] = {
    "plain": "",
    "good": "green",
    "warn": "yellow",
    "bad": "red",
    "dim": "dim",
    "strong": "bold",
}


def to_console(sheet: Sheet, console: Console) -> None:
    """Print a sheet. Colours and borders appear on terminals only; NO_COLOR is honoured by rich."""
    console.print()
    console.print(Text(_plain(sheet.title), style="bold underline"))
    for sentence in sheet.lead:
        console.print(Text(_plain(sentence)))
    if sheet.rows:
        console.print(_table(sheet))
    for sentence in sheet.tail:
        console.print(Text(_plain(sentence), style="dim"))


def _plain(text: str) -> str:
    """Without control characters and secrets, before a column's width breaks either apart."""
    return redactor.text(clean(text))


def _table(sheet: Sheet) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for place, name in enumerate(sheet.columns):
        narrow = place == 0 or name in sheet.right
        table.add_column(name, justify="right" if name in sheet.right else "left", no_wrap=narrow)
    for row in sheet.rows:
        table.add_row(*(_text(cell) for cell in row))
    return table


def _text(cell: Cell) -> Text:
    return Text(_plain(cell.text), style=_STYLES[cell.style])


def to_markdown(sheet: Sheet) -> str:
    """A sheet as Markdown."""
    parts = [f"## {markdown_escape(sheet.title)}"]
    parts += [markdown_escape(sentence) for sentence in sheet.lead if sentence]
    if sheet.rows:
        rules = ["---:" if name in sheet.right else "---" for name in sheet.columns]
        lines = [list(sheet.columns), rules]
        lines += [[markdown_escape(cell.text) for cell in row] for row in sheet.rows]
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts += [markdown_escape(sentence) for sentence in sheet.tail if sentence]
    return "\n\n".join(parts) + "\n"
