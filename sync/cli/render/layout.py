"""Where the cells of a table stand in a given width. Pure.

A row is one line where it fits. Where it does not, and below 110 columns wherever it has more than one text that wraps,
it is folded: names and figures stay on the first line, addresses, then titles and sentences, stand indented below it.
Whatever still has no room on the first line goes below too, with its column's name. Nothing is ever cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.cli.render.width import padded, width_of, wrap
from sync.report.table import NOTHING, Section, Style, bearing

Span = tuple[str, Style]
Line = list[Span]

WIDE = 110
"""Columns from which on rows with several texts stay on one line."""
_LEAST_WIDE, _LEAST_NARROW, _LEAST_BESIDE_LINK = 20, 44, 60
"""Columns below which a text would rather stand below than beside others, on a wide terminal and on a narrow one; and
below which an address would rather stand below than beside it."""
_LONGEST_NAME = 40
"""Columns of a name in the first column, such as that of a Linear project; a longer one wraps."""
_LONGEST_WORDS = 60
"""Columns beyond which a cell wraps like a sentence, whatever its column is declared to be."""
_GAP = "  "
_INDENT = "  "
_BETWEEN = " · "
_LEADS = {"remedy": "→ ", "claims": "claims ", "based on": "based on "}
"""What stands before the text of a column below the others, where the text does not speak for itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row as they may be shown, with their styles."""

    texts: tuple[tuple[str, ...], ...]
    """The lines of each cell; never empty."""
    styles: tuple[Style, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns of the first line, with their widths, and those of the lines below it."""

    beside: tuple[int, ...]
    widths: tuple[int, ...]
    below: tuple[int, ...]


def table_lines(section: Section, rows: Sequence[Row], width: int) -> Iterator[Line]:
    """The header and the rows in lines. `rows`: those of the section, made fit to be shown."""
    layout = _layout(section, rows, width)
    if header := _header(section, layout):
        yield header
    for row in rows:
        yield from _row_lines(section, row, layout, width)


def _layout(section: Section, rows: Sequence[Row], width: int) -> _Layout:
    names = section.columns
    natural = {
        at: max(width_of(names[at]), *(width_of(line) for row in rows for line in row.texts[at]))
        for at in bearing(section)
    }
    links = [at for at in natural if names[at] in section.links]
    prose = [
        at
        for at in natural
        if names[at] in section.prose or (natural[at] > _LONGEST_WORDS and at not in links)
    ]
    if natural and 0 not in prose:
        natural[0] = min(natural[0], max(_LONGEST_NAME, width_of(names[0])))
    beside = list(natural)
    # An address may take a column where it takes nothing from the texts.
    if links and not (width >= WIDE and _fits(beside, natural, prose, width, _LEAST_BESIDE_LINK)):
        beside = [at for at in beside if at not in links]
    # Texts go below from the last one on, then whatever else has no room; one is left, which may have the whole line.
    for at in (*reversed(prose), *reversed([at for at in beside if at not in prose])):
        if len(beside) > 1 and not _fits(beside, natural, prose, width):
            beside.remove(at)
    below = [at for at in natural if at not in beside]
    ordered = sorted(below, key=lambda at: (at in links, at not in prose, at))
    return _Layout(tuple(beside), tuple(_widths(beside, natural, prose, width)), tuple(ordered))


def _fits(
    beside: Sequence[int], natural: dict[int, int], prose: Sequence[int], width: int, least: int | None = None
) -> bool:
    texts = [natural[at] for at in beside if at in prose]
    if len(texts) == len(beside) == 1:
        return True
    if len(texts) > 1 and width < WIDE:
        return False
    least = least or (_LEAST_WIDE if width >= WIDE else _LEAST_NARROW)
    room = width - len(_GAP) * (len(beside) - 1) - sum(natural[at] for at in beside if at not in prose)
    return room >= sum(min(one, least) for one in texts)


def _widths(beside: Sequence[int], natural: dict[int, int], prose: Sequence[int], width: int) -> list[int]:
    """The width of each column: as its cells need it, and texts share what is left, none more than it needs."""
    room = width - len(_GAP) * (len(beside) - 1) - sum(natural[at] for at in beside if at not in prose)
    shares: dict[int, int] = {}
    texts = sorted((at for at in beside if at in prose), key=lambda at: natural[at])
    for nr, at in enumerate(texts):
        shares[at] = max(1, min(natural[at], room // (len(texts) - nr)))
        room -= shares[at]
    return [shares.get(at, natural[at]) for at in beside]


def _header(section: Section, layout: _Layout) -> Line:
    """The names of the columns beside each other; a text that has a line to itself needs none."""
    names = [section.columns[at] for at in layout.beside]
    if not any(names) or (len(names) == 1 and layout.below and names[0] in section.prose):
        return []
    cells = [
        padded(name, width, right=name in section.right)
        for name, width in zip(names, layout.widths, strict=True)
    ]
    return [(_GAP.join(cells).rstrip(), "dim")]


def _row_lines(section: Section, row: Row, layout: _Layout, width: int) -> Iterator[Line]:
    is_alone = len(layout.beside) == 1
    columns = [
        _cell_lines(row.texts[at], width if is_alone and layout.below else size, is_alone=is_alone)
        for at, size in zip(layout.beside, layout.widths, strict=True)
    ]
    has_first = any(line for column in columns for line in column)
    for nr in range(max(map(len, columns))) if has_first else ():
        yield _beside(section, row, layout, [column[nr] if nr < len(column) else "" for column in columns])
    yield from _below(section, row, layout, width, _INDENT if has_first else "")


def _cell_lines(texts: Sequence[str], width: int, *, is_alone: bool) -> list[str]:
    first, *more = texts
    lines = wrap(first, width, breaks_words=not is_alone)
    indent = _INDENT if first.endswith(":") else ""
    for text in more:
        lines += [f"{indent}{line}" for line in wrap(text, width - len(indent), breaks_words=not is_alone)]
    return lines


def _beside(section: Section, row: Row, layout: _Layout, texts: Sequence[str]) -> Line:
    line: Line = []
    for at, width, text in zip(layout.beside, layout.widths, texts, strict=True):
        right = section.columns[at] in section.right
        space = " " * max(0, width - width_of(text))
        if right:
            line += [(space, "plain"), (text, row.styles[at])]
        else:
            line += [(text, row.styles[at]), (space, "plain")]
        line.append((_GAP, "plain"))
    while line and not line[-1][0].strip():
        line.pop()
    return line


def _below(section: Section, row: Row, layout: _Layout, width: int, indent: str) -> Iterator[Line]:
    """What does not stand on the first line: texts and figures in a paragraph, then what has lines of its own."""
    spans: Line = []
    own: list[int] = []
    for at in layout.below:
        name = section.columns[at]
        if name in section.links or len(row.texts[at]) > 1:
            own.append(at)
        elif row.texts[at][0] not in NOTHING:
            lead = _LEADS.get(name, "") if name in section.prose or not name else f"{name} "
            spans += [(_BETWEEN, "dim")] if spans else []
            spans += [(lead, "dim")] if lead else []
            spans.append((row.texts[at][0], row.styles[at]))
    if spans:
        for line in _wrapped(spans, width - len(indent)):
            yield [(indent, "plain"), *line]
    for at in own:
        for text in _cell_lines(row.texts[at], width - len(indent), is_alone=True):
            if text not in NOTHING:
                yield [(indent, "plain"), (text, row.styles[at])]


def _wrapped(spans: Sequence[Span], width: int) -> Iterator[Line]:
    """Styled texts as one paragraph, in lines."""
    styles = [style for text, style in spans for _ in text]
    text = "".join(part for part, _ in spans)
    place = 0
    for line in wrap(text, width):
        # A line is a piece of the text but for the spaces at which it was broken.
        place = text.index(line, place)
        yield _styled(line, styles[place : place + len(line)])
        place += len(line)


def _styled(line: str, styles: Sequence[Style]) -> Line:
    spans: Line = []
    for char, style in zip(line, styles, strict=True):
        if spans and spans[-1][1] == style:
            spans[-1] = (spans[-1][0] + char, style)
        else:
            spans.append((char, style))
    return spans
