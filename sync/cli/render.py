"""Sections to a terminal or to Markdown, documents to JSON. Text from outside is never read as markup."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.text.characters import escape_unseen
from config.text.redaction import redactor, shown
from connectors.text.markdown import as_markdown
from sync.report.table import Cell, Section, Style

_STYLES: dict[Style, str] = {
    "plain": "",
    "good": "green",
    "warn": "yellow",
    "bad": "red",
    "dim": "dim",
    "strong": "bold",
}


_LONGEST_NAME = 40
"""Characters of a name in the first column, such as that of a Linear project."""


def to_console(section: Section, console: Console) -> None:
    """Print a section. Colours and borders appear on terminals only; NO_COLOR is honoured by rich."""
    console.print()
    console.print(Text(shown(section.title), style="bold underline"))
    for sentence in section.lead:
        console.print(Text(shown(sentence)))
    if section.rows:
        console.print(_table(section))
    for sentence in section.tail:
        console.print(Text(shown(sentence), style="dim"))


def _table(section: Section) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for place, name in enumerate(section.columns):
        # Names keep their line; sentences are wrapped, so that nothing of them is cut.
        is_name = place == 0 and all(len(row[0].text) <= _LONGEST_NAME for row in section.rows)
        narrow = is_name or name in section.right
        # A path too long for its column is broken, never cut: at its end stands the line.
        table.add_column(
            name, justify="right" if name in section.right else "left", no_wrap=narrow, overflow="fold"
        )
    for row in section.rows:
        table.add_row(*(_text(cell) for cell in row))
    return table


def _text(cell: Cell) -> Text:
    # Before a column's width breaks a secret apart.
    return Text(shown(cell.text), style=_STYLES[cell.style])


def to_markdown(section: Section) -> str:
    """A section as Markdown."""
    parts = [f"## {as_markdown(section.title, 'heading')}"]
    parts += [as_markdown(sentence) for sentence in section.lead if sentence]
    if section.rows:
        rules = ["---:" if name in section.right else "---" for name in section.columns]
        lines = [list(section.columns), rules]
        lines += [[as_markdown(cell.text, "cell") for cell in row] for row in section.rows]
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts += [as_markdown(sentence) for sentence in section.tail if sentence]
    return "\n\n".join(parts) + "\n"


def to_json(document: Any) -> str:
    """A JSON document without secrets. Programs get every other character as it is, what cannot be seen in escapes."""
    encoding = (sys.stdout.encoding or "").replace("-", "").casefold()
    text = json.dumps(redactor.value(document), ensure_ascii=encoding != "utf8", indent=2)
    return escape_unseen(text, _json_escape)


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
