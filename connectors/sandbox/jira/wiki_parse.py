"""Wiki markup as ADF blocks. Every text gives valid ADF; markup that does not fit is kept as text."""

from __future__ import annotations

import re
from typing import Any

from connectors.sandbox.jira.wiki_inline import DEEPEST, MACRO, inline
from connectors.sandbox.jira.wiki_links import LINK

AdfNode = dict[str, Any]

_FENCE = re.compile(r"\{(code|noformat|quote|panel)(?::([^}]*))?\}\s*$")
_HEADING = re.compile(r"h([1-6])\.(.*)")
_QUOTATION = re.compile(r"bq\.(.*)")
_ITEM = re.compile(r"[ \t]*([*#]+|-)[ \t]+(.*)")
_TONES = {
    "#deebff": "info",
    "#eae6ff": "note",
    "#e3fcef": "success",
    "#fffae6": "warning",
    "#ffebe6": "error",
}


def blocks(text: str) -> list[AdfNode]:
    """The text as the content of a document."""
    return _Lines(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).blocks()


def _paragraph(text: str) -> AdfNode:
    """A paragraph of a cell or an item: a heading there is only bold, and its sign is gone as elsewhere."""
    heading = _HEADING.fullmatch(text) or _QUOTATION.fullmatch(text)
    if heading is not None:
        text, marks = heading[heading.re.groups].strip(), ({"type": "strong"},)
        content = inline(text, marks)
    else:
        content = inline(text)
    return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}


class _Lines:
    """The lines of a text, taken block by block."""

    def __init__(self, lines: list[str], depth: int = 0) -> None:
        self.lines = lines
        self.depth = depth
        self.at = 0

    def blocks(self) -> list[AdfNode]:
        found: list[AdfNode] = []
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            heading = _HEADING.fullmatch(line)
            if not line:
                self.at += 1
            elif (fence := _FENCE.match(line)) and self._closed(fence[1]):
                found += self._fenced(fence[1], fence[2] or "")
            elif heading is not None:
                self.at += 1
                content = inline(heading[2].strip())
                found.append({"type": "heading", "attrs": {"level": int(heading[1])}, "content": content})
            elif quotation := _QUOTATION.fullmatch(line):
                self.at += 1
                found.append({"type": "blockquote", "content": [_paragraph(quotation[1].strip())]})
            elif re.fullmatch(r"-{4,}", line):
                self.at += 1
                found.append({"type": "rule"})
            elif _ITEM.fullmatch(self.lines[self.at]):
                found += self._lists()
            elif line.startswith("|") and len(line) > 1:
                found.append(self._table())
            else:
                found.append(self._text())
        return found

    def _closed(self, kind: str) -> bool:
        return self.depth < DEEPEST and any(
            line.strip() == f"{{{kind}}}" for line in self.lines[self.at + 1 :]
        )

    def _fenced(self, kind: str, options: str) -> list[AdfNode]:
        end = next(n for n in range(self.at + 1, len(self.lines)) if self.lines[n].strip() == f"{{{kind}}}")
        inside, self.at = self.lines[self.at + 1 : end], end + 1
        if kind in ("code", "noformat"):
            text = "\n".join(inside)
            node: AdfNode = {"type": "codeBlock"}
            if options and "=" not in options:
                node["attrs"] = {"language": options}
            return [node | ({"content": [{"type": "text", "text": text}]} if text else {})]
        children = _Lines(inside, self.depth + 1).blocks()
        if kind == "quote":
            return _wrapped({"type": "blockquote"}, {"paragraph", "bulletList", "orderedList"}, children)
        colour = next((part[8:] for part in options.split("|") if part.startswith("bgColor=")), "")
        panel = {"type": "panel", "attrs": {"panelType": _TONES.get(colour, "info")}}
        fitting = {"paragraph", "heading", "bulletList", "orderedList", "rule", "codeBlock"}
        return _wrapped(panel, fitting, children)

    def _lists(self) -> list[AdfNode]:
        items: list[tuple[str, str]] = []
        while self.at < len(self.lines):
            match = _ITEM.fullmatch(self.lines[self.at])
            if match is None:
                break
            items.append((match[1].replace("-", "*"), match[2].strip()))
            self.at += 1
        return _nested(items, 0)

    def _table(self) -> AdfNode:
        rows: list[AdfNode] = []
        while self.at < len(self.lines) and self.lines[self.at].strip().startswith("|"):
            rows.append(_row(self.lines[self.at].strip()))
            self.at += 1
        return {"type": "table", "content": rows}

    def _text(self) -> AdfNode:
        first = self.at
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            starts = _FENCE.match(line) or _HEADING.fullmatch(line) or _ITEM.fullmatch(self.lines[self.at])
            if not line or (self.at > first and (starts or line.startswith("|"))):
                break
            self.at += 1
        return _paragraph("\n".join(line.strip() for line in self.lines[first : self.at]))


def _nested(items: list[tuple[str, str]], depth: int) -> list[AdfNode]:
    """Lists of the items, those with longer signs below the item before them."""
    found: list[AdfNode] = []
    at = 0
    while at < len(items):
        sign, text = items[at]
        kind = "orderedList" if sign[min(depth, len(sign) - 1)] == "#" else "bulletList"
        end = at + 1
        while end < len(items) and len(items[end][0]) > depth + 1:
            end += 1
        content = [_paragraph(text)]
        if depth < DEEPEST:
            content += _nested(items[at + 1 : end], depth + 1)
        else:
            content += [_paragraph(below) for _, below in items[at + 1 : end]]
        item = {"type": "listItem", "content": content}
        if found and found[-1]["type"] == kind:
            found[-1]["content"].append(item)
        else:
            found.append({"type": kind, "content": [item]})
        at = end
    return found


_SIGN = re.compile(r"\|+")


def _row(line: str) -> AdfNode:
    """A row, parted at every pipe but those in a link or a macro: no backslash covers one here."""
    cells: list[AdfNode] = []
    sign, text, at = "", "", 0
    while at < len(line):
        pipes = _SIGN.match(line, at)
        whole = LINK.match(line, at) or MACRO.match(line, at)
        if pipes is not None:
            if text:
                cells.append(_cell(sign, text))
            sign, text, at = pipes[0], "", pipes.end()
        else:
            end = whole.end() if whole is not None else at + 1
            text, at = text + line[at:end], end
    if text.strip() or not cells:
        cells.append(_cell(sign, text))
    return {"type": "tableRow", "content": cells}


def _cell(sign: str, text: str) -> AdfNode:
    kind = "tableCell" if sign == "|" else "tableHeader"
    return {"type": kind, "content": [_paragraph(text.strip())]}


def _wrapped(shell: AdfNode, fitting: set[str], children: list[AdfNode]) -> list[AdfNode]:
    """The children within the shell; those that ADF does not allow there stand beside it."""
    found: list[AdfNode] = []
    for child in children:
        if child["type"] not in fitting:
            found.append(child)
        elif found and found[-1].get("type") == shell["type"]:
            found[-1]["content"].append(child)
        else:
            found.append({**shell, "content": [child]})
    return found
