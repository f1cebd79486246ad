"""Rich text that belongs to no tracker, and its renderings: ADF and Markdown; wiki markup is in `wiki`.

Text from trackers and from YAML enters a `Doc` only as the text of a `Text` node, and every renderer
escapes it there: a title can never become a link, a mention, a macro or a tag. A `Text` holds what may be shown:
without secrets, and without what cannot be seen.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal

import msgspec

from config.text.redaction import shown

_set = msgspec.structs.force_setattr

Colour = Literal["neutral", "purple", "blue", "red", "yellow", "green"]
Tone = Literal["info", "note", "success", "warning", "error"]


class Text(msgspec.Struct, frozen=True, tag=True):
    """Literal text. `href` must be an absolute http(s) address of our own making."""

    text: str
    strong: bool = False
    em: bool = False
    code: bool = False
    href: str | None = None

    def __post_init__(self) -> None:
        _set(self, "text", shown(self.text))


class Lozenge(msgspec.Struct, frozen=True, tag=True):
    """A short coloured word, such as a health."""

    text: str
    colour: Colour = "neutral"

    def __post_init__(self) -> None:
        _set(self, "text", shown(self.text))


class Bar(msgspec.Struct, frozen=True, tag=True):
    """A progress bar; `percent` is 0..100. No tracker has one, so it is drawn with block characters."""

    percent: int
    width: int = 20

    def __str__(self) -> str:
        full = self.percent * self.width // 100
        return "█" * full + "░" * (self.width - full)


Inline = Text | Lozenge | Bar
Line = tuple[Inline, ...]


class Paragraph(msgspec.Struct, frozen=True, tag=True):
    line: Line


class Bullets(msgspec.Struct, frozen=True, tag=True):
    items: tuple[Line, ...]


class Table(msgspec.Struct, frozen=True, tag=True):
    header: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]

    def __post_init__(self) -> None:
        _set(self, "header", tuple(map(shown, self.header)))


class Panel(msgspec.Struct, frozen=True, tag=True):
    """A tinted box. It holds paragraphs and bullets only: ADF allows no table in a panel."""

    tone: Tone
    blocks: tuple[Paragraph | Bullets, ...]


Block = Paragraph | Bullets | Table | Panel


class Doc(msgspec.Struct, frozen=True, tag=True):
    blocks: tuple[Block, ...]


def para(*parts: Inline | str) -> Paragraph:
    """A paragraph of the given parts; plain strings become literal text."""
    return Paragraph(line(*parts))


def line(*parts: Inline | str) -> Line:
    """A line of the given parts; plain strings become literal text."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def text_hash(doc: Doc) -> str:
    """Identifies a text, whatever a tracker makes of it: 32 hexadecimal digits."""
    return hashlib.sha256(msgspec.json.encode(doc)).hexdigest()[:32]


# --- Atlassian Document Format -------------------------------------------------------------------


def to_adf(doc: Doc) -> dict[str, Any]:
    """The document as ADF, as Jira's REST v3 wants it in comments and rich-text fields.

    Source: npm `@atlaskit/adf-schema`, `json-schema/v1/full.json`. Text nodes are never empty.
    """
    return {"type": "doc", "version": 1, "content": [_adf_block(block) for block in doc.blocks]}


def _adf_block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(line=parts):
            return {"type": "paragraph", "content": _adf_line(parts)}
        case Bullets(items=items):
            rows = [{"type": "listItem", "content": [_adf_block(Paragraph(item))]} for item in items]
            return {"type": "bulletList", "content": rows}
        case Panel(tone=tone, blocks=blocks):
            content = [_adf_block(inner) for inner in blocks]
            return {"type": "panel", "attrs": {"panelType": tone}, "content": content}
        case Table(header=header, rows=rows_):
            head = [_adf_cell("tableHeader", (Text(name, strong=True),)) for name in header]
            body = [[_adf_cell("tableCell", cell) for cell in row] for row in rows_]
            return {
                "type": "table",
                "content": [{"type": "tableRow", "content": cells} for cells in [head, *body]],
            }


def _adf_cell(kind: str, parts: Line) -> dict[str, Any]:
    return {"type": kind, "attrs": {}, "content": [_adf_block(Paragraph(parts))]}


def _adf_line(parts: Line) -> list[dict[str, Any]]:
    return [node for part in parts if (node := _adf_inline(part)) is not None]


def _adf_inline(part: Inline) -> dict[str, Any] | None:
    match part:
        case Lozenge(text=text, colour=colour):
            return {"type": "status", "attrs": {"text": text, "color": colour}}
        case Bar():
            return {"type": "text", "text": str(part), "marks": [{"type": "code"}]}
        case Text(text=text):
            if not text:
                return None
            marks: list[dict[str, Any]] = []
            if part.code:
                # ADF lets `code` stand only beside a link, not beside strong or em.
                marks.append({"type": "code"})
            else:
                marks += [{"type": "strong"}] if part.strong else []
                marks += [{"type": "em"}] if part.em else []
            if part.href:
                marks.append({"type": "link", "attrs": {"href": part.href}})
            return {"type": "text", "text": text, **({"marks": marks} if marks else {})}


# --- Markdown (Linear) ---------------------------------------------------------------------------

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~=:@$&^])")

_BREAKS_CODE = re.compile(r"[`|]")
"""In code no escape covers these: one would end it, the other a cell."""


def to_markdown(doc: Doc) -> str:
    """The document as Markdown in the form that Linear stores unchanged (`* ` bullets).

    Every character that Markdown could read as syntax is escaped, `@` and `:` included, so that no
    mention, emoji or automatic link can come out of a title.
    """
    return "\n\n".join(_md_block(block) for block in doc.blocks)


def _md_block(block: Block) -> str:
    match block:
        case Paragraph(line=parts):
            return _md_line(parts)
        case Bullets(items=items):
            return "\n".join(f"* {_md_line(item)}" for item in items)
        case Panel(blocks=blocks):
            return "\n>\n".join(
                "\n".join(f"> {row}" for row in _md_block(inner).split("\n")) for inner in blocks
            )
        case Table(header=header, rows=rows):
            lines = [[markdown_escape(name) for name in header], ["---"] * len(header)]
            lines += [[_md_line(cell) for cell in row] for row in rows]
            return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _md_line(parts: Line) -> str:
    return "".join(_md_inline(part) for part in parts)


def markdown_escape(text: str) -> str:
    """The text as literal Markdown."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", shown(text))


def _md_inline(part: Inline) -> str:
    match part:
        case Lozenge(text=text):
            return f"**{markdown_escape(text)}**"
        case Bar():
            return f"`{part}`"
        case Text(text=text):
            if part.code and not _BREAKS_CODE.search(text):
                words = f"`{text}`" if text else ""
            else:
                words = markdown_escape(text)
                core = words.strip()
                if core:
                    # Emphasis marks must touch the words, not the spaces around them.
                    wrapped = f"**{core}**" if part.strong else core
                    wrapped = f"*{wrapped}*" if part.em else wrapped
                    words = words.replace(core, wrapped, 1)
            return f"[{words}](<{part.href}>)" if part.href else words
