"""Wiki markup as ADF blocks. Every text gives valid ADF; markup that does not fit is kept as text."""

from __future__ import annotations

import re
from typing import Any

AdfNode = dict[str, Any]

_FENCE = re.compile(r"\{(code|noformat|quote|panel)(?::([^}]*))?\}\s*$")
_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_ITEM = re.compile(r"([*#]+|-)\s+(.*)")
_TONES = {
    "#deebff": "info",
    "#eae6ff": "note",
    "#e3fcef": "success",
    "#fffae6": "warning",
    "#ffebe6": "error",
}
# The inside of a mark holds neither its own sign nor, in brackets, a great length: so no text takes long.
_INLINE = re.compile(
    r"""\\(?P<escaped>[^A-Za-z0-9\s])
    |\{\{(?P<code>[^{}\n]+)\}\}
    |\[~(?:accountid:)?(?P<person>[^\]\[|\n]{1,200})\]
    |\[(?:(?P<label>(?:\\.|[^\]\[|\\\n]){1,500})\|)?(?P<href>(?:https?://|mailto:)[^\]\[|\s]{1,2000})(?:\|[^\]\n]*)?\]
    |\{color:(?P<color>[^}\n]+)\}(?P<coloured>[^{]+)\{color\}
    |(?<!\w)\*(?P<strong>(?=\S)(?:\\.|[^*\\\n])*(?<=\S))\*(?!\w)
    |(?<!\w)_(?P<em>(?=\S)(?:\\.|[^_\\\n])*(?<=\S))_(?!\w)
    |(?<![\w-])-(?P<strike>(?=[^\s-])(?:\\.|[^-\\\n])*(?<=\S))-(?![\w-])
    |(?<!\w)\+(?P<underline>(?=\S)(?:\\.|[^+\\\n])*(?<=\S))\+(?!\w)
    |(?P<newline>\n)""",
    re.VERBOSE,
)
DEEPEST = 4
"""Marks within marks that are still understood."""


def blocks(text: str) -> list[AdfNode]:
    """The text as the content of a document."""
    return _Lines(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).blocks()


def inline(text: str, marks: tuple[AdfNode, ...] = ()) -> list[AdfNode]:
    """One paragraph's text, with its marks."""
    found: list[AdfNode] = []
    at = 0
    for match in _INLINE.finditer(text):
        _add(found, text[at : match.start()], marks)
        at = match.end()
        kind = str(match.lastgroup)
        if match["href"] is not None:
            link = {"type": "link", "attrs": {"href": match["href"]}}
            _add(found, _unescaped(match["label"] or match["href"]), (*marks, link))
        elif match["escaped"] is not None:
            _add(found, match["escaped"], marks)
        elif match["code"] is not None:
            _add(found, match["code"], (*(m for m in marks if m["type"] == "link"), {"type": "code"}))
        elif match["person"] is not None:
            found.append({"type": "mention", "attrs": {"id": match["person"]}})
        elif match["newline"] is not None:
            found.append({"type": "hardBreak"})
        elif match["coloured"] is not None:
            colour = {"type": "textColor", "attrs": {"color": match["color"]}}
            found += _within(match["coloured"], marks, colour)
        else:
            found += _within(match[kind], marks, {"type": kind})
    _add(found, text[at:], marks)
    return found


def _within(text: str, marks: tuple[AdfNode, ...], mark: AdfNode) -> list[AdfNode]:
    if len(marks) >= DEEPEST or any(other["type"] == mark["type"] for other in marks):
        return [
            {"type": "text", "text": text, "marks": list(marks)} if marks else {"type": "text", "text": text}
        ]
    return inline(text, (*marks, mark))


def _add(found: list[AdfNode], text: str, marks: tuple[AdfNode, ...]) -> None:
    if not text:
        return
    last = found[-1] if found else None
    if last is not None and last["type"] == "text" and last.get("marks", []) == list(marks):
        last["text"] += text
        return
    found.append({"type": "text", "text": text} | ({"marks": list(marks)} if marks else {}))


def _unescaped(text: str) -> str:
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text)


def _paragraph(text: str) -> AdfNode:
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
                found.append(
                    {"type": "heading", "attrs": {"level": int(heading[1])}, "content": inline(heading[2])}
                )
            elif re.fullmatch(r"-{4,}", line):
                self.at += 1
                found.append({"type": "rule"})
            elif _ITEM.fullmatch(line):
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
            match = _ITEM.fullmatch(self.lines[self.at].strip())
            if match is None:
                break
            items.append((match[1].replace("-", "*"), match[2]))
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
            starts = _FENCE.match(line) or _HEADING.fullmatch(line) or _ITEM.fullmatch(line)
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


_CELL = re.compile(r"(\|\|?)((?:\\.|\[[^\]\n]*\]|[^|\\])*)")


def _row(line: str) -> AdfNode:
    cells: list[AdfNode] = []
    for match in _CELL.finditer(line):
        if match.end() == len(line) and not match[2].strip():
            break
        kind = "tableHeader" if match[1] == "||" else "tableCell"
        cells.append({"type": kind, "content": [_paragraph(match[2].strip())]})
    return {"type": "tableRow", "content": cells}


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
