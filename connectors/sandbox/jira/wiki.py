"""Wiki markup, which REST v2 and Data Center speak in place of ADF: to it, and from it.

Only what people and programs usually write: headings, lists, tables, panels, quotes, code, and the marks
within a line. Markup outside that stays as the text it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.jira.wiki_parse import blocks

_PANELS = {
    "info": "#deebff",
    "note": "#eae6ff",
    "tip": "#e3fcef",
    "success": "#e3fcef",
    "warning": "#fffae6",
    "error": "#ffebe6",
    "custom": "#f4f5f7",
}
_MARKS = {"strong": "*", "em": "_", "strike": "-", "underline": "+"}
_RESERVED = frozenset("{}[]*_|")
"""A backslash is not among them: none covers another."""


class WikiDoc(dict[str, Any]):
    """A document that was written as wiki markup, which it still knows: Data Center gives it back verbatim."""

    __slots__ = ("raw",)

    raw: str


def from_wiki(text: str) -> WikiDoc:
    """The text as an ADF document."""
    document = WikiDoc(type="doc", version=1, content=blocks(text))
    document.raw = text
    return document


def to_wiki(document: Mapping[str, Any]) -> str:
    """The document as wiki markup; one that came as markup is given back as it was written."""
    if isinstance(document, WikiDoc):
        return document.raw
    return _blocks(document.get("content", ()))


def _blocks(nodes: Iterable[Mapping[str, Any]], between: str = "\n\n") -> str:
    return between.join(_block(node) for node in nodes)


def _block(node: Mapping[str, Any]) -> str:
    attrs, inside = node.get("attrs", {}), node.get("content", ())
    match node["type"]:
        case "paragraph":
            return _inline(inside)
        case "heading":
            return f"h{attrs['level']}. {_inline(inside)}"
        case "bulletList" | "orderedList" | "taskList":
            return "\n".join(_list(node, ""))
        case "codeBlock":
            language = attrs.get("language")
            text = "".join(child["text"] for child in inside)
            return f"{{code{':' + language if language else ''}}}\n{text}\n{{code}}"
        case "blockquote":
            return f"{{quote}}\n{_blocks(inside)}\n{{quote}}"
        case "rule":
            return "----"
        case "panel":
            return f"{{panel:bgColor={_PANELS[attrs['panelType']]}}}\n{_blocks(inside)}\n{{panel}}"
        case "expand" | "nestedExpand":
            return f"{{panel:title={attrs.get('title', '')}}}\n{_blocks(inside)}\n{{panel}}"
        case "table":
            return "\n".join(_row(row) for row in inside)
    return _inline([node])


def _list(node: Mapping[str, Any], above: str) -> list[str]:
    sign = above + ("#" if node["type"] == "orderedList" else "*")
    lines: list[str] = []
    for item in node.get("content", ()):
        if item["type"] == "taskItem":
            box = "(/)" if item["attrs"]["state"] == "DONE" else "(x)"
            lines.append(f"{sign} {box} {_inline(item.get('content', ()))}")
            continue
        for child in item.get("content", ()):
            if child["type"] in ("bulletList", "orderedList"):
                lines += _list(child, sign)
            else:
                lines.append(f"{sign} {_block(child)}")
    return lines


def _row(row: Mapping[str, Any]) -> str:
    cells = row.get("content", ())
    shown = ""
    for cell in cells:
        sign = "||" if cell["type"] == "tableHeader" else "|"
        shown += sign + (_blocks(cell.get("content", ()), "\n").strip() or " ")
    return shown + ("||" if cells and cells[-1]["type"] == "tableHeader" else "|")


def _inline(nodes: Iterable[Mapping[str, Any]]) -> str:
    return "".join(_LEAVES.get(node["type"], _nothing)(node, node.get("attrs", {})) for node in nodes)


def _nothing(*_: Mapping[str, Any]) -> str:
    return ""


def _escaped(text: str) -> str:
    return "".join("\\" + character if character in _RESERVED else character for character in text)


def _text(node: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    marks = {mark["type"]: mark.get("attrs", {}) for mark in node.get("marks", ())}
    shown = f"{{{{{node['text']}}}}}" if "code" in marks else _escaped(node["text"])
    for kind, sign in _MARKS.items():
        if kind in marks:
            shown = f"{sign}{shown}{sign}"
    if "subsup" in marks:
        sign = "~" if marks["subsup"]["type"] == "sub" else "^"
        shown = f"{sign}{shown}{sign}"
    if "textColor" in marks:
        shown = f"{{color:{marks['textColor']['color']}}}{shown}{{color}}"
    if "link" in marks:
        shown = f"[{shown}|{marks['link']['href']}]"
    return shown


def _day(timestamp: str) -> str:
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return timestamp


_LEAVES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "text": _text,
    "hardBreak": lambda *_: "\n",
    "status": lambda _, attrs: f"*{_escaped(attrs['text'])}*",
    "mention": lambda _, attrs: f"[~accountid:{attrs['id']}]",
    "emoji": lambda _, attrs: str(attrs.get("text") or attrs["shortName"]),
    "date": lambda _, attrs: _day(attrs["timestamp"]),
    "inlineCard": lambda _, attrs: f"[{attrs['url']}|{attrs['url']}|smart-card]",
}
