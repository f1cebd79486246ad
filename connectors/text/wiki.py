r"""Rich text as the wiki markup of Jira Data Center, so that each of its two readers shows what was meant. Pure.

The readers are the renderer in the server, and npm `@atlaskit/editor-wikimarkup-transformer` behind the editor. Both
know a backslash before `- # * _ + ? ^ ~ | % { } [ ] ( ) ! @` and before nothing else, and take it off once: what
stands in a phrase mark or in the label of a link is read a second time, and is alive there. So the words of people
stand outside of both, and what no backslash covers is parted by U+2060 (word joiner), which nobody sees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from config.text.characters import clean
from connectors.text.document import (
    Bar,
    Block,
    Bullets,
    Doc,
    Inline,
    Line,
    Lozenge,
    Panel,
    Paragraph,
    Table,
    Text,
    line,
)

WORD_JOINER = "\u2060"

_SPECIAL = re.compile(r"([-#*_+?^~|%{}\[\]()!@])")
_PARTED = re.compile(
    r"""(?<=\\)(?=[-\\\#*_+?^~|%{}\[\]()!@]|\Z)  # a backslash that would escape, or break the line
    |(?<=[{}])(?=[{}])                           # `{{`: the server takes the backslashes off, then looks for it
    |(?<=&)(?=\#?\w+;)                           # an entity of HTML
    |(?<=:)(?=[DPp](?![A-Za-z]))                 # the emoticons without a bracket
    |(?<=:)(?=//)|(?<=mailto)(?=:)|(?<=file)(?=:)  # addresses, which become links and keep their backslashes
    |(?<=\bh[1-6])(?=\.)|(?<=\bbq)(?=\.)         # a heading, a quotation
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HARMLESS = re.compile(r"(?<=[^\W_])[-_](?=[^\W_])|%")
"""Needs no backslash: within a word, no reader takes a sign for a mark."""
_OPENS_AFTER = frozenset("\u00a0 \t.,:;/\"'()")
_CLOSES_BEFORE = _OPENS_AFTER | {"!", "?"}
"""Beside these, both readers see a phrase mark. One of them takes every sign beyond ASCII for a letter."""
_CELL_BREAKERS = re.compile(r"[|\[\]{}]")
"""In a table, one of the readers knows no escape of these."""


def to_wiki(doc: Doc) -> str:
    """The document as Jira wiki markup, as REST v2 wants it."""
    return "\n\n".join(_block(block) for block in doc.blocks)


def wiki_escape(text: str) -> str:
    """The text as literal wiki markup, for a place outside of phrase marks and link labels."""
    return _SPECIAL.sub(r"\\\1", _PARTED.sub(WORD_JOINER, clean(text)))


def _block(block: Block) -> str:
    match block:
        case Paragraph(line=parts):
            return _line(parts)
        case Bullets(items=items):
            return "\n".join(f"* {_line(item)}" for item in items)
        case Panel(blocks=blocks):
            return "{panel}\n" + "\n\n".join(_block(inner) for inner in blocks) + "\n{panel}"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    cells = [part for row in table.rows for cell in row for part in cell]
    if any(_CELL_BREAKERS.search(text) for text in (*table.header, *map(_shown, cells))):
        # A list keeps apart what such a table would mix up.
        return _block(Bullets(tuple(_joined(row) for row in (tuple(map(line, table.header)), *table.rows))))
    head = "||" + "||".join(wiki_escape(name) or " " for name in table.header) + "||"
    return "\n".join(
        [head, *("|" + "|".join(_line(cell) or " " for cell in row) + "|" for row in table.rows)]
    )


def _joined(row: tuple[Line, ...]) -> Line:
    return tuple(part for place, cell in enumerate(row) for part in ((Text(" · "),) if place else ()) + cell)


def _line(parts: Line) -> str:
    """The parts in a row: marks where both readers see them, all else as literal words."""
    pieces = [piece for part in parts for piece in _pieces(part)]
    found, words, before = "", "", ""
    for place, (text, part) in enumerate(pieces):
        after = next((other[0] for other, _ in pieces[place + 1 :] if other), "")
        opens = not before or before in _OPENS_AFTER
        if part is not None and opens and (not after or after in _CLOSES_BEFORE):
            found, words, before = found + wiki_escape(words) + _marked(text, part), "", "*"
        else:
            words += text
            before = text[-1:] or before
    return found + wiki_escape(words)


def _pieces(part: Inline) -> Iterator[tuple[str, Inline | None]]:
    """What the part shows, and the part with it where that may stand in its mark."""
    shown = _shown(part)
    core = shown.strip(" ")
    marked = not isinstance(part, Text) or part.strong or part.em or part.code or part.href
    if not core or not marked:
        yield shown, None
        return
    lead, _, trail = shown.partition(core)
    yield lead, None
    if isinstance(part, Text) and part.href:
        yield from _linked(core, part)
    else:
        yield core, part if _may_stand_in_a_mark(core) else None
    yield trail, None


def _linked(text: str, part: Text) -> Iterator[tuple[str, Inline | None]]:
    """A link on the first word, which is an id of ours before a title; beside the text where that is none."""
    first, space, rest = text.partition(" ")
    if _may_stand_in_a_mark(first):
        yield first, part
        yield space + rest, None
    else:
        yield text + " ", None
        yield "", part


def _may_stand_in_a_mark(text: str) -> bool:
    bare = _HARMLESS.sub("", text)
    return wiki_escape(bare) == bare and "\\" not in text and all(map(_is_seen, text))


def _is_seen(character: str) -> bool:
    """Whether the server's pattern for what stands in a mark knows the character."""
    category = unicodedata.category(character)
    return category[0] in "LZSMP" or category == "Nd"


def _shown(part: Inline) -> str:
    return str(part) if isinstance(part, Bar) else clean(part.text)


def _marked(text: str, part: Inline) -> str:
    match part:
        case Lozenge():
            return f"*{text}*"
        case Text(href=str(href)):
            return f"[{text}|{_address(href)}]" if text else f"[{_address(href)}]"
        case Text(code=False, strong=strong):
            return f"*{text}*" if strong else f"_{text}_"
        case _:
            return "{{" + text + "}}"


def _address(href: str) -> str:
    """The address, without the signs that would end it, and without what a browser would take for an entity of HTML."""
    bare = re.sub(r"[\s\[\]|{}\\^!]", lambda sign: quote(sign[0]), href)
    return re.sub(r"(&#?\w+);", r"\1%3B", bare)
