"""Sections to Markdown, to be pasted where others read it: what is about people stays out. Pure."""

from __future__ import annotations

from connectors.text.markdown import as_markdown
from sync.report.table import Cell, Section, bearing


def to_markdown(section: Section) -> str:
    """A section as Markdown. A cell is one line there: further lines of it are joined to the first."""
    parts = [f"## {as_markdown(section.title, 'heading')}"]
    parts += [as_markdown(sentence) for sentence in section.lead if sentence]
    if section.rows:
        places = [at for at in bearing(section) if section.columns[at] not in section.private]
        names = [section.columns[at] for at in places]
        lines = [names, ["---:" if name in section.right else "---" for name in names]]
        lines += [[_cell(row[at]) for at in places] for row in section.rows]
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts += [as_markdown(sentence) for sentence in section.tail if sentence]
    return "\n\n".join(parts) + "\n"


def _cell(cell: Cell) -> str:
    text = as_markdown(cell.text, "cell")
    if not cell.more:
        return text
    return f"{text}{' ' if text.endswith(':') else '; '}{'; '.join(as_markdown(one, 'cell') for one in cell.more)}"
