"""The files of a declaration, read and laid together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from config.errors import Problem
from config.loading.regular_files import NotReadable, inside, read_regular
from config.loading.yaml_nodes import Place, YamlNode, YamlValue, parse
from config.text.figures import ENGLISH

MAX_BYTES = 1_000_000
MAX_SIGNS = 20_000
"""Of the signs that part YAML into values, in one file: some 1,200 key results. More would take seconds to read."""
_SIGN = re.compile(r"[\n,:\[\]{}?]")
SUFFIXES = (".yaml", ".yml")
LISTS = ("objectives", "exempt")
MAPPINGS = ("trackers", "cycles", "policy", "words")
"""Sections that several files may share; anything else stands in one of them."""


@dataclass(frozen=True, slots=True)
class FilesRead:
    """What was read, and what is wrong with it. Not `whole`: some file could not be used at all."""

    root: YamlNode | None
    problems: list[Problem]
    whole: bool = False


NOTHING: Mapping[Path, bytes] = MappingProxyType({})
"""No file but those on the disk."""


def read(path: Path, instead: Mapping[Path, bytes] = NOTHING) -> FilesRead:
    """Everything declared in the file, or in the files of the folder.

    `instead`: what files are to hold, in place of what they do; those that are not there yet may be among them.
    """
    try:
        files = sorted({*_files(path), *(one for one in instead if one.parent == path)})
    except OSError as error:
        return FilesRead(None, [_unreadable(path, error)])
    if not files:
        problem = Place(str(path), 1, 1).problem("the folder contains no YAML files", "add a *.yaml file")
        return FilesRead(None, [problem])
    problems: list[Problem] = []
    parts: list[YamlNode] = []
    for file in files:
        text = _text(file, path, instead.get(file))
        node, found = (None, [text]) if isinstance(text, Problem) else parse(text, str(file))
        problems += found
        if node is None:
            continue
        if isinstance(node.value, dict):
            parts.append(node)
        elif not node.broken:
            known = ", ".join((*MAPPINGS, *LISTS))
            problems.append(
                node.mark.problem("the file is not a mapping", f"start with keys such as {known}")
            )
    if not parts:
        return FilesRead(None, problems)
    return FilesRead(_merge(parts, str(path), problems), problems, whole=len(parts) == len(files))


def _files(path: Path) -> list[Path]:
    """The file itself, or the folder's YAML files by name; not those that begin with a dot.

    Kubernetes mounts a ConfigMap as links beside hidden folders; those are left out by this.
    """
    if not path.is_dir():
        return [path]
    entries = [entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES]
    return sorted(entry for entry in entries if not entry.name.startswith("."))


def _unreadable(path: Path, error: OSError) -> Problem:
    mark = Place(str(path), 1, 1)
    if isinstance(error, FileNotFoundError):
        hint = "set --config or TRUENORTH_CONFIG to the file or folder, or type `truenorth init` to begin with one"
        return mark.problem("no such file or folder", hint)
    return mark.problem(f"cannot be read: {(error.strerror or 'unknown cause').lower()}")


def _raw(file: Path, place: Path) -> bytes | Problem:
    mark = Place(str(file).replace("\0", "�"), 1, 1)
    try:
        # The operator may link to the configuration from anywhere, but it cannot link out of its folder.
        found = file if file == place else inside(place, file.name)
        return read_regular(found, MAX_BYTES + 1)
    except NotReadable as error:
        if isinstance(error.__cause__, OSError):
            return _unreadable(file, error.__cause__)
        return mark.problem(f"cannot be read: {error}", "use a regular file in the folder")


def _text(file: Path, place: Path, instead: bytes | None) -> str | Problem:
    raw = _raw(file, place) if instead is None else instead
    if isinstance(raw, Problem):
        return raw
    if len(raw) > MAX_BYTES:
        return Place(str(file), 1, 1).problem(
            f"the file is larger than {MAX_BYTES // 1_000_000} MB", "check that this is the right file"
        )
    try:
        # Windows editors put a byte order mark in front.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = bytes(error.object)[: error.start].decode("utf-8", "replace")
        return _after(before, file).problem("the file is not UTF-8", "save it as UTF-8")
    last = next(islice(_SIGN.finditer(text), MAX_SIGNS, None), None)
    if last is not None:
        message = f"the file has more than {ENGLISH.count(MAX_SIGNS)} lines, commas, colons and brackets before this"
        return _after(text[: last.start()], file).problem(message, "split it into several files in a folder")
    return text


def _after(before: str, file: Path) -> Place:
    """The place that follows the text."""
    return Place(str(file), before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _merge(parts: list[YamlNode], name: str, problems: list[Problem]) -> YamlNode:
    """One mapping of all files. A key that only one of them may hold, held by two, is a problem."""
    whole = YamlNode(parts[0].mark if len(parts) == 1 else Place(name, 1, 1), {})
    entries: dict[str, YamlNode] = {}
    whole.value = entries
    for part in parts:
        assert isinstance(part.value, dict)  # noqa: S101  seen to by the caller
        for key, node in part.value.items():
            mark = part.keys[key]
            if key in (*LISTS, *MAPPINGS) and node.value is None and not node.broken:
                continue  # a section of which every entry is commented out
            if key not in entries:
                entries[key] = YamlNode(node.mark, _copy(node.value), dict(node.keys), node.broken)
                whole.keys[key] = mark
            elif key in LISTS and isinstance(node.value, list):
                _extend(entries[key], node)
            elif key in MAPPINGS and isinstance(node.value, dict):
                _update(entries[key], node, key, problems)
            elif key in (*LISTS, *MAPPINGS):
                what = "a list" if key in LISTS else "a mapping"
                problems.append(node.mark.problem(f"expected {what}, as in the other files"))
            else:
                hint = f"first declared at {whole.keys[key]}"
                problems.append(mark.problem(f'"{key}" is declared in two files', hint))
    return whole


def _copy(value: YamlValue) -> YamlValue:
    match value:
        case dict():
            return dict(value)
        case list():
            return list(value)
        case _:
            return value


def _extend(into: YamlNode, more: YamlNode) -> None:
    if isinstance(into.value, list) and isinstance(more.value, list):
        into.value.extend(more.value)


def _update(into: YamlNode, more: YamlNode, section: str, problems: list[Problem]) -> None:
    if not isinstance(into.value, dict) or not isinstance(more.value, dict):
        return
    for key, node in more.value.items():
        if key in into.value:
            hint = f"first declared at {into.keys[key]}"
            problems.append(
                more.keys[key].problem(f'"{key}" is declared under "{section}" in two files', hint)
            )
            continue
        into.value[key] = node
        into.keys[key] = more.keys[key]
