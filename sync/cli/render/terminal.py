"""Sections to lines of a terminal, or of a pipe: as wide as it is, styled where it shows styles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.text.redaction import shown
from sync.cli.render.layout import Line, Row, table_lines
from sync.cli.render.screen import Screen, wrapped
from sync.report.table import Section, Style

_STYLES: Mapping[Style, str] = {
    "plain": "",
    "good": "32",
    "warn": "33",
    "bad": "31",
    "dim": "2",
    "strong": "1",
}
"""Select Graphic Rendition of ECMA-48."""
_TITLE = "1;4"


def to_text(section: Section, screen: Screen) -> Iterator[str]:
    """A section in lines, without their ends, one after the other."""
    yield ""
    for line in wrapped(section.title, screen):
        yield screen.paint(line, _TITLE)
    for sentence in section.lead:
        yield from wrapped(sentence, screen)
    if section.rows:
        # Made fit to be shown before a column's width breaks a secret apart.
        rows = [
            Row(
                tuple((shown(cell.text), *map(shown, cell.more)) for cell in row),
                tuple(cell.style for cell in row),
            )
            for row in section.rows
        ]
        for spans in table_lines(section, rows, screen.width):
            yield _painted(spans, screen)
    for sentence in section.tail:
        for line in wrapped(sentence, screen):
            yield screen.paint(line, _STYLES["dim"])


def _painted(spans: Line, screen: Screen) -> str:
    return "".join(screen.paint(text, _STYLES[style]) for text, style in spans).rstrip()
