"""A section of blocks as Markdown to paste, at most so long that trackers and code hosts take it. Pure.

What comes from elsewhere is text and nothing else, as in `connectors.text.markdown`; links lead to tickets and key results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from config.text.texts import Texts
from connectors.text.markdown import as_markdown
from sync.report.html.page import Block, Cell, Chart, Facts, Link, Paragraph, Section, Table, Text

LONGEST = 65_000
"""Characters. GitHub takes 65,536 in an issue or comment, and others take more."""

_IN_LINK = "/:?#@!$&'*+,;=%~-._"
"""Of an address all but what would end a link."""

_NOTHING = ("", "–")
_FEWEST = 3


def to_markdown(
    section: Section,
    texts: Texts,
    code: str = "",
    *,
    cut: Callable[[int], str],
    too_long: str = "",
    longest: int = LONGEST,
) -> str:
    """The section, and `code` as YAML below it, in at most so many characters.

    Where it is longer, the YAML is left out first, with the sentence `too_long` in its place, and then the last rows of tables and lists, until
    it fits; `cut` says how many.
    """
    colon = texts.text("review.colon")
    whole = _whole(section, code, colon)
    if len(whole) <= longest:
        return whole
    tail = f"\n{as_markdown(too_long)}\n" if code and too_long else ""
    most = max((_size(block) for block in section.blocks), default=0)
    while True:
        blocks = tuple(_cut(block, most, cut) for block in section.blocks)
        short = _whole(replace(section, blocks=blocks), "", colon) + tail
        if len(short) <= longest or most <= _FEWEST:
            return short if len(short) <= longest else f"{short[: longest - 2].rstrip()}…\n"
        most = max(_FEWEST, most * 3 // 4)


def _size(block: Block) -> int:
    if isinstance(block, Table):
        return len(block.rows)
    return len(block.paragraphs) if isinstance(block, Text) else 0


def _cut(block: Block, most: int, cut: Callable[[int], str]) -> Block:
    more = _size(block) - most
    if more <= 0:
        return block
    if isinstance(block, Table):
        return replace(block, rows=block.rows[:most], note=f"{block.note} {cut(more)}".strip())
    if isinstance(block, Text):
        return replace(block, paragraphs=(*block.paragraphs[:most], (cut(more),)))
    return block


def _whole(section: Section, code: str, colon: str) -> str:
    parts = [f"# {as_markdown(section.title, 'heading')}", _paragraph(section.lead)]
    for block in section.blocks:
        parts += _block(block, colon)
    if code:
        fence = "`" * max(3, _longest_run(code) + 1)
        parts.append(f"{fence}yaml\n{code.rstrip()}\n{fence}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _longest_run(code: str) -> int:
    run = longest = 0
    for char in code:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest


def _block(block: Block, colon: str) -> Iterator[str]:
    if isinstance(block, Facts):
        lines = (
            f"- {as_markdown(one.title)}{colon}**{as_markdown(one.cell.text)}**"
            + (f" ({as_markdown(one.note)})" if one.note else "")
            for one in block.facts
        )
        yield "\n".join(lines)
    elif isinstance(block, Chart):
        yield from _table(block.drawings[0].table)
    elif isinstance(block, Table):
        yield from _table(block)
    else:
        if block.title:
            yield f"## {as_markdown(block.title, 'heading')}"
        lead = "- " if block.listed else ""
        yield ("\n" if block.listed else "\n\n").join(f"{lead}{_paragraph(one)}" for one in block.paragraphs)


def _table(block: Table) -> Iterator[str]:
    yield f"## {as_markdown(block.title, 'heading')}"
    if block.note:
        yield as_markdown(block.note)
    places = [
        at
        for at in range(len(block.columns))
        if not at or any(row.cells[at].text not in _NOTHING for row in block.rows)
    ]
    lines: list[Sequence[str]] = [
        [as_markdown(block.columns[at].title, "cell") for at in places],
        ["---:" if block.columns[at].kind == "number" else "---" for at in places],
        *([_cell(row.cells[at]) for at in places] for row in block.rows),
    ]
    yield "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: Cell) -> str:
    text = as_markdown(cell.text, "cell")
    return _linked(text, cell.href) if text else text


def _paragraph(paragraph: Paragraph) -> str:
    return "".join(_part(one) for one in paragraph)


def _part(part: str | Link) -> str:
    if isinstance(part, Link):
        return _linked(as_markdown(part.text), part.href)
    bare = part.strip()
    return part.replace(bare, as_markdown(bare)) if bare else part


def _linked(text: str, href: str) -> str:
    is_address = href.startswith(("https://", "http://"))
    return f"[{text}]({quote(href, safe=_IN_LINK).replace('|', '%7C')})" if is_address else text
