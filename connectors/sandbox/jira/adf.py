"""Atlassian Document Format as the site accepts it, and its plain-text and HTML renderings.

A closed subset of `@atlaskit/adf-schema` `json-schema/v1/full.json`: an unknown node, attribute or mark
fails, as do empty texts and a table in a panel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from connectors.sandbox.jira.wiki import WikiDoc

MOST_CHARACTERS = 32_767
"""Longest text of a comment. Counted on the stored form, the stricter reading of the limit."""

AttributeCheck = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _one_of(*allowed: object) -> AttributeCheck:
    return lambda value: value in allowed and not isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_number, value))


@dataclass(frozen=True, slots=True)
class _Node:
    """`required` and `optional` attributes with their checks; None for `children` means a leaf."""

    children: frozenset[str] | None = None
    required: Mapping[str, AttributeCheck] = field(default_factory=dict)
    optional: Mapping[str, AttributeCheck] = field(default_factory=dict)
    least: int = 0


_INLINE = frozenset({"text", "hardBreak", "status", "date", "mention", "emoji", "inlineCard"})
_SIMPLE = frozenset({"paragraph", "heading", "bulletList", "orderedList"})
_CELL = _SIMPLE | {"codeBlock", "blockquote", "rule", "panel", "nestedExpand", "taskList"}
_TOP = _SIMPLE | {"codeBlock", "blockquote", "rule", "panel", "expand", "taskList", "table"}
_LOCAL: dict[str, AttributeCheck] = {"localId": _is_text}
_SPAN: dict[str, AttributeCheck] = {
    "colspan": _is_number,
    "rowspan": _is_number,
    "colwidth": _numbers,
    "background": _is_text,
    **_LOCAL,
}

_NODES: dict[str, _Node] = {
    "doc": _Node(_TOP),
    "paragraph": _Node(_INLINE, optional=_LOCAL),
    "heading": _Node(_INLINE, {"level": _one_of(1, 2, 3, 4, 5, 6)}, _LOCAL),
    "bulletList": _Node(frozenset({"listItem"}), optional=_LOCAL, least=1),
    "orderedList": _Node(frozenset({"listItem"}), optional={"order": _is_number, **_LOCAL}, least=1),
    "listItem": _Node(
        frozenset({"paragraph", "bulletList", "orderedList", "codeBlock"}), optional=_LOCAL, least=1
    ),
    "codeBlock": _Node(frozenset({"text"}), optional={"language": _is_text, **_LOCAL}),
    "blockquote": _Node(frozenset({"paragraph", "bulletList", "orderedList"}), optional=_LOCAL, least=1),
    "rule": _Node(optional=_LOCAL),
    "panel": _Node(
        _SIMPLE | {"rule", "codeBlock", "taskList"},
        {"panelType": _one_of("info", "note", "tip", "warning", "error", "success", "custom")},
        {"panelColor": _is_text, "panelIcon": _is_text, **_LOCAL},
        least=1,
    ),
    "expand": _Node(_CELL - {"nestedExpand"} | {"table"}, optional={"title": _is_text, **_LOCAL}, least=1),
    "nestedExpand": _Node(_SIMPLE | {"rule"}, {"title": _is_text}, _LOCAL, least=1),
    "taskList": _Node(frozenset({"taskItem"}), {"localId": _is_text}, least=1),
    "taskItem": _Node(_INLINE, {"localId": _is_text, "state": _one_of("TODO", "DONE")}),
    "table": _Node(
        frozenset({"tableRow"}),
        optional={
            "layout": _is_text,
            "isNumberColumnEnabled": _is_flag,
            "width": _is_number,
            "displayMode": _one_of("default", "fixed"),
            **_LOCAL,
        },
        least=1,
    ),
    "tableRow": _Node(frozenset({"tableHeader", "tableCell"}), optional=_LOCAL),
    "tableHeader": _Node(_CELL, optional=_SPAN, least=1),
    "tableCell": _Node(_CELL, optional=_SPAN, least=1),
    "hardBreak": _Node(optional={"text": _one_of("\n"), **_LOCAL}),
    "status": _Node(
        None,
        {
            "text": lambda value: isinstance(value, str) and value != "",
            "color": _one_of("neutral", "purple", "blue", "red", "yellow", "green"),
        },
        {"style": _is_text, **_LOCAL},
    ),
    "date": _Node(None, {"timestamp": lambda value: isinstance(value, str) and value != ""}, _LOCAL),
    "mention": _Node(
        None,
        {"id": _is_text},
        {"text": _is_text, "accessLevel": _is_text, "userType": _is_text, **_LOCAL},
    ),
    "emoji": _Node(None, {"shortName": _is_text}, {"id": _is_text, "text": _is_text, **_LOCAL}),
    "inlineCard": _Node(None, {"url": _is_text}, _LOCAL),
}
_MARKS: dict[str, Mapping[str, AttributeCheck]] = {
    "strong": {},
    "em": {},
    "code": {},
    "strike": {},
    "underline": {},
    "link": {"href": _is_text},
    "textColor": {"color": _is_text},
    "subsup": {"type": _one_of("sub", "sup")},
}


def is_valid(document: Any) -> bool:
    """Whether the site would take the document as a comment or a description."""
    if not isinstance(document, dict) or document.get("version") != 1 or document.get("type") != "doc":
        return False
    if set(document) - {"type", "version", "content"} or not isinstance(document.get("content"), list):
        return False
    try:
        return all(_fits(child, _TOP) for child in document["content"])
    except RecursionError:
        return False


def is_too_long(document: dict[str, Any]) -> bool:
    """Whether the stored form passes the limit of a text; what came as wiki markup is stored as that."""
    if isinstance(document, WikiDoc):
        return len(document.raw) > MOST_CHARACTERS
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":"))) > MOST_CHARACTERS


def _fits(node: Any, allowed: frozenset[str]) -> bool:
    if not isinstance(node, dict) or node.get("type") not in allowed:
        return False
    if node["type"] == "text":
        return _is_text_node(node)
    rule = _NODES[node["type"]]
    if set(node) - {"type", "attrs", "content", "marks"} or node.get("marks"):
        return False
    attrs = node.get("attrs", {})
    if not isinstance(attrs, dict) or set(rule.required) - set(attrs):
        return False
    checks = {**rule.optional, **rule.required}
    if any(name not in checks or not checks[name](value) for name, value in attrs.items()):
        return False
    content = node.get("content", [])
    if rule.children is None:
        return "content" not in node
    kinds = rule.children
    return isinstance(content, list) and len(content) >= rule.least and all(_fits(c, kinds) for c in content)


def _is_text_node(node: dict[str, Any]) -> bool:
    text, marks = node.get("text"), node.get("marks", [])
    if set(node) - {"type", "text", "marks"} or not isinstance(text, str) or not text:
        return False
    if not isinstance(marks, list) or not all(isinstance(mark, dict) for mark in marks):
        return False
    kinds = [mark.get("type") for mark in marks]
    if "code" in kinds and set(kinds) - {"code", "link"}:
        return False
    for mark in marks:
        wanted = _MARKS.get(str(mark.get("type")))
        attrs = mark.get("attrs", {})
        if wanted is None or not isinstance(attrs, dict) or set(mark) - {"type", "attrs"}:
            return False
        if set(wanted) != set(attrs) or not all(check(attrs[name]) for name, check in wanted.items()):
            return False
    return True


def plain(document: Mapping[str, Any]) -> str:
    """The words of the document, blocks on lines of their own."""
    parts: list[str] = []
    for node in document.get("content", ()):
        match node["type"]:
            case "text":
                parts.append(node["text"])
            case "status" | "mention" | "emoji":
                attrs = node.get("attrs", {})
                parts.append(str(attrs.get("text") or attrs.get("shortName") or ""))
            case "hardBreak":
                parts.append("\n")
            case _:
                parts.append(plain(node) + "\n")
    return "".join(parts)


_TAGS = {
    "paragraph": "p",
    "bulletList": "ul",
    "orderedList": "ol",
    "listItem": "li",
    "blockquote": "blockquote",
    "codeBlock": "pre",
    "taskList": "ul",
    "taskItem": "li",
    "tableRow": "tr",
    "tableHeader": "th",
    "tableCell": "td",
    "strong": "strong",
    "em": "em",
    "code": "code",
    "strike": "s",
    "underline": "u",
}
_ISSUE_PAGE = re.compile(r"/browse/[A-Z][A-Z0-9_]+-\d+")
_TONES = {"tip": "success", "custom": "note"}


def to_html(document: Mapping[str, Any]) -> Markup:
    """The document as HTML in which every text is escaped and every link is http, https or mailto, or leads within the
    site: to a place on the page, or to another issue, whose page stands beside this one.
    """
    return Markup("").join(_html(node) for node in document.get("content", ()))


def _html(node: Mapping[str, Any]) -> Markup:
    kind, attrs = node["type"], node.get("attrs", {})
    leaf = _LEAVES.get(kind)
    if leaf is not None:
        return leaf(node, attrs)
    inside = to_html(node)
    match kind:
        case "heading":
            # The page's own headings are one and two.
            return _tagged(f"h{min(6, int(attrs['level']) + 2)}", inside)
        case "panel":
            tone = _TONES.get(attrs["panelType"], attrs["panelType"])
            return Markup('<div class="panel {}">{}</div>').format(tone, inside)
        case "table":
            return Markup("<table><tbody>{}</tbody></table>").format(inside)
        case "expand" | "nestedExpand":
            title = attrs.get("title", "More")
            return Markup("<details><summary>{}</summary>{}</details>").format(title, inside)
    return _tagged(_TAGS.get(kind, "div"), inside)


def _tagged(tag: str, inside: Markup) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(tag, inside)


_LEAVES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Markup]] = {
    "text": lambda node, _: _marked(escape(node["text"]), node.get("marks", ())),
    "hardBreak": lambda *_: Markup("<br>"),
    "rule": lambda *_: Markup("<hr>"),
    "status": lambda _, attrs: Markup('<span class="lozenge {}">{}</span>').format(
        attrs["color"], attrs["text"].upper()
    ),
    "mention": lambda _, attrs: Markup('<span class="chip">{}</span>').format(
        attrs.get("text") or "@" + attrs["id"]
    ),
    "emoji": lambda _, attrs: escape(attrs.get("text") or attrs["shortName"]),
    "date": lambda _, attrs: _date(attrs["timestamp"]),
    "inlineCard": lambda _, attrs: _link(attrs["url"], escape(attrs["url"])),
}


def _marked(shown: Markup, marks: Any) -> Markup:
    for mark in marks:
        if mark["type"] == "link":
            shown = _link(mark["attrs"]["href"], shown)
        elif mark["type"] in _TAGS:
            shown = _tagged(_TAGS[mark["type"]], shown)
    return shown


def _link(href: str, shown: Markup) -> Markup:
    if href.startswith("#") or _ISSUE_PAGE.fullmatch(href):
        return Markup('<a href="{}">{}</a>').format(href.removeprefix("/browse/"), shown)
    try:
        scheme = urlsplit(href).scheme
    except ValueError:
        scheme = ""
    if scheme not in ("http", "https", "mailto"):
        return shown
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(href, shown)


def _date(timestamp: str) -> Markup:
    try:
        return escape(datetime.fromtimestamp(int(timestamp) / 1000, UTC).strftime("%-d %b %Y"))
    except (ValueError, OverflowError, OSError):
        return escape(timestamp)
