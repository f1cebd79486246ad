"""YAML to a Workspace, with every fault at its file, line and column."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.checks.finding import ConfigFinding, Names, key_result_places
from config.checks.workspace import advice, check
from config.errors import ConfigError, Problem
from config.loading.files import NOTHING, read
from config.loading.migrations import newer_version
from config.loading.regular_files import NotReadable, fault_of, folder_of, inside
from config.loading.schema_errors import Loc, explain, find, place
from config.loading.yaml_nodes import YamlNode, line_of
from config.measures import KeepMeasure, MetricMeasure
from config.workspace import Workspace

__all__ = ["ConfigError", "Problem", "advice", "fingerprint", "load"]


def load(path: Path, instead: Mapping[Path, bytes] = NOTHING) -> Workspace:
    """The declaration in a file, or in all *.yaml and *.yml files of a folder.

    In a folder the lists (`objectives`, `exempt`) are joined in order of the file names, and the sections
    `trackers`, `cycles`, `policy` and `words` are laid together; everything else stands in one file only.

    `instead`: what files are to hold, in place of what they do, so that a change can be checked before it is written.

    Raises ConfigError with every problem that could be found in one go.
    """
    reading = read(path, instead)
    root, problems = reading.root, reading.problems
    if root is None:
        raise ConfigError(problems)
    if (newer := newer_version(root)) is not None:
        # What else it holds is for that version to judge.
        raise ConfigError([newer])
    workspace, faults = _validate(root)
    if not reading.whole:
        # What seems to be missing may stand in the file that could not be used.
        shown = [one for one in faults if one["type"] != "missing" or len(one["loc"]) > 1]
        raise ConfigError([*problems, *explain(root, shown)])
    problems += explain(root, faults)
    names = _names(root)
    if faults:
        workspace = _salvage(root, faults)
    if workspace is not None:
        findings = [*check(workspace, names), *_check_files(workspace, folder_of(path))]
        problems += [_located(root, finding) for finding in findings]
    if problems or workspace is None:
        raise ConfigError(problems)
    workspace.locate(lambda path: line_of(root, path))
    return workspace


def _check_files(workspace: Workspace, folder: Path) -> Iterator[ConfigFinding]:
    """Files of sources that are none, or stand elsewhere; one that is not there yet may come."""
    for path, at, nr in key_result_places(workspace):
        measure = workspace.objectives[at].key_results[nr].measure
        if not isinstance(measure, MetricMeasure | KeepMeasure) or measure.file is None:
            continue
        try:
            fault = fault_of(inside(folder, measure.file.path))
        except NotReadable as error:
            fault = str(error)
        if fault:
            hint = "name a regular file in the folder"
            yield ConfigFinding((*path, "measure", "file", "path"), f"cannot read this file: {fault}", hint)


def fingerprint(workspace: Workspace) -> str:
    """A short name for what is declared: equal for equal meaning, however it is laid out in files.

    What is not declared is no part of it, nor is a default that is spelt out. So a version that can declare more gives the
    same declaration the same name.
    """
    declared = workspace.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(declared, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _validate(root: YamlNode) -> tuple[Workspace | None, list[dict[str, Any]]]:
    try:
        return Workspace.model_validate(root.plain()), []
    except ValidationError as error:
        details = [dict(detail) for detail in error.errors(include_url=False)]
    # Of a list pydantic counts only the sound entries; the others have their own faults.
    return None, [one for one in details if one["type"] != "too_short" or not one["input"]]


def _names(root: YamlNode) -> Names:
    def below(section: str) -> tuple[str, ...]:
        entries = root.value.get(section) if isinstance(root.value, dict) else None
        return tuple(entries.value) if entries and isinstance(entries.value, dict) else ()

    return Names(below("trackers"), below("cycles"))


def _located(root: YamlNode, finding: ConfigFinding) -> Problem:
    hint = finding.hint
    if finding.first is not None:
        first = f"first declared at {place(root, finding.first, key=finding.at_key)}"
        hint = f"{first}; {hint}" if hint else first
    at = place(root, finding.path, key=finding.at_key, letter=finding.letter)
    return at.problem(finding.message, hint)


def _salvage(root: YamlNode, faults: Iterable[dict[str, Any]]) -> Workspace | None:
    """The declaration without its faulty entries, so that the rest can be checked in the same go.

    Entries leave from the inside out: a key that is not known, a rule, a check-in, a key result, a tracker;
    the nodes keep their marks, so that what is found later still stands at its place. Each round takes
    something away, so it ends. Changes `root`; None when nothing sound is left.
    """
    details = list(faults)
    while details:
        if not _prune(root, details):
            return None
        workspace, details = _validate(root)
        if workspace is not None:
            return workspace
    return None


def _prune(root: YamlNode, faults: Iterable[dict[str, Any]]) -> bool:
    """Take away the smallest entry around each fault that may go alone; False when there is none."""
    doomed: set[Loc] = set()
    for detail in faults:
        path = find(root, detail["loc"])[0].path
        if detail["type"] != "extra_forbidden":
            while path and not _may_go(root, path):
                path = path[:-1]
        if path:
            doomed.add(path)
    # From the back, so that the places of the others in their lists stay right.
    for path in sorted(doomed, key=lambda one: [(isinstance(step, int), step) for step in one], reverse=True):
        parent, absent = find(root, path[:-1])
        if absent is None:
            _drop(parent.node, path[-1])
    return bool(doomed)


def _may_go(root: YamlNode, path: Loc) -> bool:
    """Whether an entry may be absent: one of a list, one under a free name, a key with a default."""
    spot, _ = find(root, path)
    return isinstance(path[-1], int) or spot.field is None or not spot.field.is_required()


def _drop(node: YamlNode, step: str | int) -> None:
    if isinstance(node.value, dict):
        node.value.pop(str(step), None)
    elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
        del node.value[step]
