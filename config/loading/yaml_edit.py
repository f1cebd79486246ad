"""Edits of YAML text by the positions of its nodes: what is not edited stays as it is, byte for byte.

An edit fails where it could change more than it says, as where an alias stands for the part: see `NotEditable`.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import ReusedAnchorWarning
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

Entry = Sequence[tuple[str, str]]
"""Keys and values of a mapping, as YAML writes them."""


_NULL = "tag:yaml.org,2002:null"


class NotEditable(Exception):
    """The part cannot be edited without changing another, or is not where it should be; the text says which, for people."""


def add_to_list(text: str, mapping: tuple[int, int], key: str, entry: Entry, at: int) -> str:
    """The text with an entry put into a list of mappings, as its number `at`, in the style of those that are there.

    `mapping` is the line and column, from 1, of the mapping that has, or is to get, the list under `key`.
    Raises NotEditable.
    """
    editor = _Editor(text)
    node = editor.mapping(*mapping)
    value = _value(node, key)
    if value is None:
        return editor.add_key(node, key, entry)
    editor.require_own(value)
    if isinstance(value, ScalarNode) and value.tag == _NULL:
        return editor.put_list(node, key, value, entry)
    if not isinstance(value, SequenceNode):
        raise NotEditable(f'"{key}" is not a list')
    if not value.value:
        return editor.replaced(value, f"[{_flow(entry)}]")
    return editor.insert(value, entry, at)


def set_in_list(text: str, mapping: tuple[int, int], key: str, at: int, entry: Entry) -> str:
    """The text with the values of an entry's keys set: those that are there in their place, others behind the last. Raises NotEditable."""
    for name, written in entry:
        editor = _Editor(text)
        value = _value(editor.mapping(*mapping), key)
        if not isinstance(value, SequenceNode) or not isinstance(value.value[at], MappingNode):
            raise NotEditable(f'"{key}" is not a list of mappings')
        editor.require_own(value)
        text = editor.set_key(value.value[at], name, written)
    return text


def set_key(text: str, mapping: tuple[int, int], key: str, written: str) -> str:
    """The text with the value of a key of the mapping set. Raises NotEditable."""
    editor = _Editor(text)
    return editor.set_key(editor.mapping(*mapping), key, written)


def _flow(entry: Entry) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in entry) + "}"


def _value(mapping: Any, key: str) -> Any:
    return next((value for name, value in mapping.value if str(name.value) == key), None)


class _Editor:
    def __init__(self, text: str) -> None:
        yaml = YAML(typ="safe", pure=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            root = yaml.compose(text)
        self._text = text
        self._line_end = "\r\n" if "\r\n" in text else "\n"
        self._nodes = list(_walk(root))
        self._uses = Counter(id(node) for node in self._nodes)

    def mapping(self, line: int, column: int) -> Any:
        """The mapping that begins there."""
        for node in self._nodes:
            mark = node.start_mark
            if isinstance(node, MappingNode) and (mark.line + 1, mark.column + 1) == (line, column):
                self.require_own(node)
                return node
        raise NotEditable("the file has changed meanwhile")

    def require_own(self, node: Any) -> None:
        """What has an alias stands in other places, too."""
        if self._uses[id(node)] > 1:
            raise NotEditable("other parts of the file refer to it by an alias")

    # --- Mappings --------------------------------------------------------------------------------

    def add_key(self, mapping: Any, key: str, entry: Entry) -> str:
        """A list of one entry under a new key, as the last of the mapping."""
        if mapping.flow_style:
            return self._into_flow(mapping, f"{key}: [{_flow(entry)}]", len(mapping.value))
        indent = " " * _column(mapping)
        lines = [f"{indent}{key}:", f"{indent}  - {_flow(entry)}"]
        return self._after_line(_end(mapping, self._text), lines)

    def set_key(self, mapping: Any, key: str, written: str) -> str:
        """The value of a key of the mapping, or a new one."""
        self.require_own(mapping)
        value = _value(mapping, key)
        if value is not None:
            self.require_own(value)
            if not isinstance(value, ScalarNode):
                raise NotEditable(f'"{key}" is not a single value')
            if value.start_mark.index == value.end_mark.index or value.style in ("|", ">"):
                raise NotEditable(f'"{key}" is written in a form that is not edited')
            return self.replaced(value, written)
        if mapping.flow_style:
            return self._into_flow(mapping, f"{key}: {written}", len(mapping.value))
        return self._after_line(_end(mapping, self._text), [f"{' ' * _column(mapping)}{key}: {written}"])

    def put_list(self, mapping: Any, key: str, value: Any, entry: Entry) -> str:
        """A list in place of a value that is null."""
        if value.start_mark.index < value.end_mark.index:
            return self.replaced(value, f"[{_flow(entry)}]")
        name = next(name for name, _ in mapping.value if str(name.value) == key)
        colon = self._text.index(":", name.end_mark.index) + 1
        return f"{self._text[:colon]} [{_flow(entry)}]{self._text[colon:]}"

    def replaced(self, node: Any, written: str) -> str:
        """Another text in place of a node."""
        return f"{self._text[: node.start_mark.index]}{written}{self._text[node.end_mark.index :]}"

    # --- Lists -----------------------------------------------------------------------------------

    def insert(self, items: Any, entry: Entry, at: int) -> str:
        """A further entry of a list that has some."""
        for one in items.value:
            self.require_own(one)
        if items.flow_style:
            return self._into_flow(items, _flow(entry), at)
        first = items.value[0].start_mark.index
        begin = self._line_of(first)
        if self._text[begin:first].strip() != "-":
            raise NotEditable("its list is written in a form that is not edited")
        indent = self._text.index("-", begin) - begin
        neighbour = items.value[min(at, len(items.value) - 1)]
        lines = [f"{' ' * indent}- {_flow(entry)}"]
        if isinstance(neighbour, MappingNode) and not neighbour.flow_style:
            # As far from the dash as in the neighbour.
            gap = max(1, _column(neighbour) - indent - 1)
            lines = [f"{' ' * (indent + 1 + gap)}{key}: {value}" for key, value in entry]
            lines[0] = f"{' ' * indent}-{lines[0][indent + 1 :]}"
        if at:
            return self._after_line(_end(items.value[at - 1], self._text), lines)
        return f"{self._text[:begin]}{self._joined(lines)}{self._line_end}{self._text[begin:]}"

    def _into_flow(self, node: Any, written: str, at: int) -> str:
        """A further part of what stands in brackets: on a line of its own where the others do."""
        parts = [one[0] if isinstance(one, tuple) else one for one in node.value]
        ends = [_end(one[1] if isinstance(one, tuple) else one, self._text) for one in node.value]
        last = node.value[-1]
        if isinstance(last, tuple) and last[1].start_mark.index < last[0].end_mark.index:
            raise NotEditable("its last value is an alias")
        if at < len(parts):
            begin = parts[at].start_mark.index
            return f"{self._text[:begin]}{written}, {self._text[begin:]}"
        end = self._past_empty(node, ends[-1])
        begin = parts[-1].start_mark.index
        own_line = self._line_of(begin)
        indent = self._text[own_line:begin]
        if indent.strip() or own_line <= node.start_mark.index:
            return f"{self._text[:end]}, {written}{self._text[end:]}"
        # Each part stands on a line of its own; a comment behind the last stays with it.
        rest = self._text[end : self._end_of_line(end)]
        comma = rest.lstrip().startswith(",")
        tail = rest.lstrip().removeprefix(",").lstrip()
        if tail and not tail.startswith("#"):
            return f"{self._text[:end]}, {written}{self._text[end:]}"
        line = f"{rest}{self._line_end}{indent}{written}{',' if comma else ''}"
        return f"{self._text[:end]}{'' if comma else ','}{line}{self._text[self._end_of_line(end) :]}"

    def _past_empty(self, node: Any, end: int) -> int:
        """The end of the last part, also where it has a key and no value."""
        last = node.value[-1]
        if isinstance(last, tuple) and last[1].start_mark.index == last[1].end_mark.index:
            colon = self._text.find(":", last[0].end_mark.index, node.end_mark.index)
            return colon + 1 if colon >= 0 else last[0].end_mark.index
        return end

    # --- Lines -----------------------------------------------------------------------------------

    def _after_line(self, end: int, lines: Sequence[str]) -> str:
        """Lines behind the one in which the place is, and behind what else stands there, as a comment."""
        at = self._end_of_line(end)
        return f"{self._text[:at]}{self._line_end}{self._joined(lines)}{self._text[at:]}"

    def _joined(self, lines: Sequence[str]) -> str:
        return self._line_end.join(lines)

    def _line_of(self, index: int) -> int:
        """Where the line begins."""
        return self._text.rfind("\n", 0, index) + 1

    def _end_of_line(self, index: int) -> int:
        """Where the line ends, before what ends it."""
        at = self._text.find("\n", index)
        if at < 0:
            return len(self._text)
        return at - 1 if at > index and self._text[at - 1] == "\r" else at


def _column(mapping: Any) -> int:
    """Where the keys of a block begin, from 0; an anchor may stand before them."""
    return int(mapping.value[0][0].start_mark.column)


def _walk(node: Any) -> Iterator[Any]:
    """The node and all within it; one that an alias repeats comes as often as it stands there, what is in it once."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, MappingNode):
            waiting += [part for pair in one.value for part in pair]
        elif isinstance(one, SequenceNode):
            waiting += one.value


def _end(node: Any, text: str) -> int:
    """Where the last thing of the node ends; the mark of a block is that of what follows it."""
    if isinstance(node, ScalarNode):
        if node.style in ("|", ">"):
            return len(text[: node.end_mark.index].rstrip())
        return int(node.end_mark.index)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    if not isinstance(last, tuple):
        return _end(last, text)
    name, value = last
    if value.start_mark.index < name.end_mark.index:
        # An alias, or an anchor that stands before: its end is on the line of the name.
        return int(name.end_mark.index)
    if value.start_mark.index == value.end_mark.index:
        return text.index(":", name.end_mark.index) + 1
    return _end(value, text)
