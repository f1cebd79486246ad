"""From OKR files of an older format to those of this one: what is called otherwise or is gone, each at its place.

A declaration says its `version`; one that says none is read as of this one, where the names of earlier versions are told with what
they became. Files are never changed here: a migration is shown, and people apply it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import Problem, quoted
from config.loading.files import NOTHING, FilesRead, read
from config.loading.regular_files import NotReadable, read_regular
from config.loading.yaml_nodes import Place, YamlNode, parse
from config.messages import REMOVED, RENAMED
from config.text.figures import ENGLISH

CURRENT = 1
"""The version of the format that this Truenorth reads."""
_LARGEST = 1_000_000


def newer_version(root: YamlNode) -> Problem | None:
    """What is wrong with a declaration of a version that only a newer Truenorth knows."""
    node = root.value.get("version") if isinstance(root.value, dict) else None
    if (
        node is None
        or isinstance(node.value, bool)
        or not isinstance(node.value, int)
        or node.value <= CURRENT
    ):
        return None
    number = ENGLISH.number(min(node.value, _LARGEST))
    return node.mark.problem(
        f"version {number} is of a newer Truenorth, and this one reads version {CURRENT}",
        "run that Truenorth, or use the OKR files from before they were migrated",
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A key that the older format had: the keys that lead to it, its place, its new name (None: it goes), and why it goes."""

    path: tuple[str, ...]
    place: Place
    name: str | None
    why: str = ""

    def __str__(self) -> str:
        was = quoted(self.path[-1])
        what = f"{was} is called {quoted(self.name)} now" if self.name else f"{was} is gone: {self.why}"
        return f"{self.place}: {what}"


@dataclass(frozen=True, slots=True)
class Migration:
    """What to change: the steps, the files as they are and as they would be, and sentences on what has to be done by hand."""

    steps: tuple[Step, ...]
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()

    def diff(self) -> str:
        """The change as `patch -p0` takes it; "" for none."""
        pieces: list[str] = []
        for name, (before, after) in self.files.items():
            lines = difflib.unified_diff(_lines(before), _lines(after), name, name)
            pieces += (
                line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
            )
        return "".join(pieces)


def _lines(text: str) -> list[str]:
    """Its lines, ended by line feeds alone: what else may end one is text to `patch`."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def outdated(root: YamlNode) -> Iterator[Step]:
    """The keys of a declaration that an older format had."""
    languages = _entries(_entries(root).get("words"))
    for language, texts in languages.items():
        for key in _entries(texts):
            path, place = ("words", language, key), texts.keys[key]
            if key in RENAMED:
                yield Step(path, place, RENAMED[key])
            elif key in REMOVED:
                yield Step(path, place, None, REMOVED[key])


def _entries(node: YamlNode | None) -> dict[str, YamlNode]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def migration(path: Path) -> Migration:
    """What the OKR files there have to change to be of this version; nothing is written."""
    reading = read(path, NOTHING)
    if reading.root is None or newer_version(reading.root) is not None:
        return Migration(())
    steps = tuple(outdated(reading.root))
    by_file: dict[str, list[Step]] = {}
    for step in steps:
        by_file.setdefault(step.place.file, []).append(step)
    entries = _entries(reading.root)
    first = None if "version" in entries else _declares(reading)
    if first is not None:
        by_file.setdefault(first.file, [])
    files: dict[str, tuple[str, str]] = {}
    by_hand: list[str] = []
    for name in sorted(by_file):
        before = _text(name)
        after = before
        # From the back, so that what is before keeps its place.
        for step in sorted(
            by_file[name], key=lambda one: one.place.line * _LARGEST + one.place.column, reverse=True
        ):
            changed = _changed(after, step)
            if changed is None:
                by_hand.append(f"{step}; change it by hand.")
            after = after if changed is None else changed
        if first is not None and first.file == name:
            after = _with_version(after, first) or after
        if after != before:
            files[name] = (before, after)
    return Migration(steps, files, tuple(sorted(by_hand)))


def _declares(reading: FilesRead) -> Place | None:
    """Where the version belongs: before the first key of the file that declares the trackers."""
    root = reading.root
    if root is None or "trackers" not in root.keys:
        return None
    file = root.keys["trackers"].file
    return min(
        (one for one in root.keys.values() if one.file == file), key=lambda one: (one.line, one.column)
    )


def _text(name: str) -> str:
    try:
        # As it is on the disk, line ends and all, so that the change fits there.
        return read_regular(Path(name), _LARGEST + 1).decode("utf-8")
    except (NotReadable, UnicodeDecodeError):
        return ""


def _changed(text: str, step: Step) -> str | None:
    """The text after the step; None where that would change more or other things than it says."""
    lines = text.split("\n")
    if step.place.line > len(lines):
        return None
    line, at = lines[step.place.line - 1], step.place.column - 1
    old = step.path[-1]
    quote = line[at : at + 1] if line[at : at + 1] in ("'", '"') else ""
    if not line.startswith(f"{quote}{old}{quote}", at):
        return None
    if step.name is None:
        if line[:at].strip():
            return None
        del lines[step.place.line - 1]
    else:
        end = at + len(old) + 2 * len(quote)
        lines[step.place.line - 1] = f"{line[:at]}{quote}{step.name}{quote}{line[end:]}"
    changed = "\n".join(lines)
    return changed if _plain(changed, step.place.file) == _expected(text, step) else None


def _expected(text: str, step: Step) -> object:
    """What the file is to mean after the step; never equal to anything where it cannot be."""
    whole = _plain(text, step.place.file)
    mapping = whole
    for key in step.path[:-1]:
        mapping = mapping.get(key) if isinstance(mapping, dict) else None
    if not isinstance(mapping, dict) or step.name in mapping or (len(mapping) == 1 and step.name is None):
        return object()
    entries = [(step.name if key == step.path[-1] else key, value) for key, value in mapping.items()]
    mapping.clear()
    mapping.update((key, value) for key, value in entries if key is not None)
    return whole


def _with_version(text: str, first: Place) -> str | None:
    if first.column != 1:
        return None
    lines = text.split("\n")
    end = "\r" if lines[first.line - 1].endswith("\r") else ""
    lines.insert(first.line - 1, f"version: {CURRENT}{end}")
    changed = "\n".join(lines)
    before, after = _plain(text, first.file), _plain(changed, first.file)
    return changed if isinstance(before, dict) and after == {"version": CURRENT, **before} else None


def _plain(text: str, file: str) -> object:
    node, problems = parse(text.removeprefix("\ufeff"), file)
    return None if node is None or problems else node.plain()
