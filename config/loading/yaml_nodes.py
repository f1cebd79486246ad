"""YAML text to plain values of which each knows its line and column.

YAML 1.2: `no` is text. Dates stay text; mapping keys are always text, as written. Anchors and aliases
work within a cap; tags and `<<` do not.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from config.errors import Problem, quoted

MAX_DEPTH = 40
MAX_VALUES = 100_000
"""Values in one file after aliases are followed; a few nested aliases can make billions."""

_TAG = "tag:yaml.org,2002:"
_CORE = frozenset(_TAG + name for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp"))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, counted from 1."""

    file: str
    line: int
    column: int

    def problem(self, message: str, hint: str = "") -> Problem:
        return Problem(self.file, self.line, self.column, message, hint)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(slots=True)
class YamlNode:
    """A value and where it begins. `keys` holds where each key of a mapping stands.

    `written` is how a text stands in the file, where it has more than ASCII.
    A `broken` value stands for one that could not be read, and of which a problem already tells.
    """

    mark: Place
    value: YamlValue
    keys: dict[str, Place] = field(default_factory=dict)
    broken: bool = False
    written: str = ""

    def place_of(self, letter: str) -> Place:
        """Where a letter first stands in the text; where the text begins, if it is written as an escape."""
        before, found, _ = self.written.partition(letter)
        if not found:
            return self.mark
        line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
        return Place(self.mark.file, self.mark.line + line, column + (1 if line else self.mark.column))

    def plain(self) -> Any:
        """The value without positions."""
        match self.value:
            case dict(entries):
                return {key: entry.plain() for key, entry in entries.items()}
            case list(entries):
                return [entry.plain() for entry in entries]
            case value:
                return value


YamlValue = dict[str, YamlNode] | list[YamlNode] | str | int | float | bool | None
"""What YAML can say here."""


def line_of(root: YamlNode, path: tuple[str | int, ...]) -> str:
    """The file and line of a part, or of the nearest thing around it that is written down."""
    node, mark = root, root.mark
    for step in path:
        match node.value:
            case dict(entries) if str(step) in entries:
                mark, node = node.keys.get(str(step), mark), entries[str(step)]
            case list(entries) if isinstance(step, int) and step < len(entries):
                node = entries[step]
                mark = node.mark
            case _:
                break
    return f"{mark.file}:{mark.line}"


def parse(text: str, file: str) -> tuple[YamlNode | None, list[Problem]]:
    """The text's one document, and what is wrong with it. The node is None when there is nothing to use."""
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = MAX_DEPTH
    try:
        with warnings.catch_warnings():
            # An anchor may be set anew: the last one before the alias holds, as YAML says.
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            root = yaml.compose(text)
    except ReaderError as error:
        return None, [
            _at(text, error.position, file).problem("contains a character that YAML does not allow")
        ]
    except MarkedYAMLError as error:
        return None, [_syntax(error, text, file)]
    except RecursionError:
        return None, [Place(file, 1, 1).problem(f"is nested more than {MAX_DEPTH} levels deep")]
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        # The library's scanner trips over some broken texts without saying where.
        return None, [
            Place(file, 1, 1).problem("is not valid YAML", "check quotes, brackets and the first line")
        ]
    if root is None:
        return None, [Place(file, 1, 1).problem("the file is empty")]
    reader = _Reader(file, text)
    node = reader.read(root, 0)
    return node, reader.problems


def _at(text: str, position: int, file: str) -> Place:
    before = text[:position]
    return Place(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


_SYNTAX = (
    ("cannot start any token", "cannot start a value", "put the text in quotes"),
    (
        "mapping values are not allowed",
        'unexpected ":"',
        "check the indentation, or put the text in quotes",
    ),
    ("undefined alias", "unknown alias", "define it with & first, or put the text in quotes"),
    ("another document", "unexpected second document", "put one document in each file"),
    ("maximum depth", f"is nested more than {MAX_DEPTH} levels deep", ""),
    ("unexpected end of stream", "missing closing quote", "close the quotes"),
    ("expected ',' or ']'", 'missing "," or "]"', "close the bracket"),
    ("expected ',' or '}'", 'missing "," or "}"', "close the brace"),
    ("could not find expected ':'", 'missing ":"', ""),
    ("expected <block end>", "the indentation does not match the lines above", ""),
)


def _syntax(error: MarkedYAMLError, text: str, file: str) -> Problem:
    at = error.problem_mark or error.context_mark
    if "end of stream" in str(error.problem) and error.context_mark is not None:
        at = error.context_mark  # where it begins says more than where the file ends
    mark = Place(file, at.line + 1, at.column + 1) if at is not None else Place(file, 1, 1)
    said = str(error.problem or error.context or "")
    lines = text.split("\n")
    row = lines[mark.line - 1] if mark.line <= len(lines) else ""
    if "\t" in row[: len(row) - len(row.lstrip())] or row[mark.column - 1 : mark.column] == "\t":
        return mark.problem("tab in the indentation", "use spaces")
    for needle, message, hint in _SYNTAX:
        if needle in said:
            subject = f"{quoted(row[mark.column - 1 : mark.column])} " if message.startswith("cannot") else ""
            return mark.problem(subject + message, hint)
    return mark.problem("is not valid YAML: " + quoted(said)[1:-1])


class _Reader:
    """Turns the library's nodes into ours, and notes what may not stand in a declaration."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []
        self._count = 0
        self._open: set[int] = set()

    def read(self, node: Any, depth: int) -> YamlNode:
        mark = Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
        self._count += 1
        if self._count > MAX_VALUES or depth > MAX_DEPTH or id(node) in self._open:
            if self._count <= MAX_VALUES + 1:
                self._note(mark, "the aliases expand to too many values", "write out the values")
            self._count = MAX_VALUES + 1
            return YamlNode(mark, None, broken=True)
        if node.tag not in _CORE:
            self._note(mark, f"the tag {quoted(node.tag.removeprefix(_TAG))} is not supported", "remove it")
            return YamlNode(mark, None, broken=True)
        self._open.add(id(node))
        try:
            match node:
                case MappingNode():
                    return self._mapping(node, mark, depth)
                case SequenceNode():
                    return YamlNode(mark, [self.read(entry, depth + 1) for entry in node.value])
                case _:
                    return self._scalar(node, mark)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: Any, mark: Place, depth: int) -> YamlNode:
        entries: dict[str, YamlNode] = {}
        keys: dict[str, Place] = {}
        for key_node, value_node in node.value:
            at = Place(self.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                self._note(at, "a key must be plain text")
                continue
            key = str(key_node.value)
            if key_node.tag == _TAG + "merge":
                self._note(at, '"<<" is not supported', "write out the keys")
            elif key in entries:
                self._note(at, f"duplicate key {quoted(key)}", f"first declared at {keys[key]}")
            else:
                entries[key] = self.read(value_node, depth + 1)
                keys[key] = at
                if isinstance(value_node, ScalarNode) and not value_node.value and not value_node.style:
                    entries[key].mark = at  # nothing is written there, and the mark is that of what follows
        return YamlNode(mark, entries, keys)

    def _scalar(self, node: Any, mark: Place) -> YamlNode:
        kind = node.tag.removeprefix(_TAG)
        try:
            value = _SCALARS.get(kind, str)(node.value)
            if isinstance(value, str) and not value.isascii():
                return YamlNode(mark, value, written=self.text[node.start_mark.index : node.end_mark.index])
            return YamlNode(mark, value)
        except (ValueError, OverflowError):
            what = "true or false" if kind == "bool" else "a valid number"
            self._note(mark, f"{quoted(node.value)} is not {what}", "put it in quotes if it is text")
            return YamlNode(mark, None, broken=True)

    def _note(self, mark: Place, message: str, hint: str = "") -> None:
        self.problems.append(mark.problem(message, hint))


def _integer(text: str) -> int:
    digits = text.replace("_", "").lower()
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits.removeprefix("+"))
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 10)
    value = int(digits if base == 10 else digits[2:], base)
    if value > 2**63:
        raise OverflowError
    return sign * value


def _float(text: str) -> float:
    return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false", "yes", "no", "on", "off"):
        raise ValueError(text)
    return text.lower() in ("true", "yes", "on")


_SCALARS: dict[str, Callable[[str], str | int | float | bool | None]] = {
    "int": _integer,
    "float": _float,
    "bool": _boolean,
    "null": lambda _: None,
}
