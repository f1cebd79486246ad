"""A check-in: the line of YAML that it is, and its place in the OKR files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from config.checks.measures import LATEST_CHECK_IN
from config.errors import ConfigError, did_you_mean, quoted
from config.load import load
from config.loading.files import read
from config.loading.yaml_edit import Entry, NotEditable, add_to_list, set_in_list, set_key
from config.loading.yaml_nodes import Place, YamlNode
from config.measures import BinaryMeasure, KeepMeasure, MetricMeasure
from config.okrs import KeyResult, Objective
from config.text.figures import ENGLISH
from config.text.yaml_scalars import yaml_text
from config.workspace import Workspace
from sync.files import public as public_files
from sync.jobs.okr_files.errors import OkrFileError

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_YES = frozenset(("done", "yes", "true"))
_NO = frozenset(("no", "false", "not done", "undone", "open"))
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody reports: a value as they typed it, and the day that it is of; None for today."""

    key_result: str
    value: str
    on: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A check-in, and where it belongs.

    - `line`: as YAML; `under`: the key below which it stands.
    - `place`: file and line of the measure; of the check-in itself once it is `written`.
    - `state`: "new"; "same", where it is there already; "replaces" another value of that day.
    - `notes`: what people should know of it, one sentence each.
    """

    key_result: str
    on: date
    value: float | bool
    line: str
    under: str
    place: Place
    state: str
    notes: tuple[str, ...] = ()
    written: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    workspace: Workspace
    objective: Objective
    key_result: KeyResult
    at: tuple[int, int]

    @property
    def measured(self) -> MetricMeasure | KeepMeasure | BinaryMeasure:
        """Its measure, which takes check-ins."""
        measure = self.key_result.measure
        if isinstance(measure, MetricMeasure | KeepMeasure | BinaryMeasure):
            return measure
        raise OkrFileError(
            f"{self.key_result.id} takes no check-ins: its measure is `kind: {measure.kind}`, whose value Truenorth finds by "
            "itself. To set its percent by hand for some time, use `override`."
        )


def check_in(
    config: Path, given: Given, now: datetime, *, replace_value: bool = False, write: bool = False
) -> CheckedIn:
    """The check-in, checked against the declaration, and written in place where that is asked for.

    Without a day it is of today, in the workspace's time zone. Written are the check-in and nothing else: every other byte of the
    file stays. Raises ConfigError where the declaration is not valid, as it is or as it would be,
    and OkrFileError, nothing being written.
    """
    workspace = load(config)
    found = _find(workspace, given.key_result)
    today = now.astimezone(workspace.zone).date()
    on = given.on or today
    if on > today:
        raise OkrFileError(f"{on} is in the future; a check-in is of a day that has come.")
    entry, state, notes = _decide(found, given, on, replace_value=replace_value)
    root = read(config).root
    measure = _measure_node(root, found.at)
    binary = isinstance(found.measured, BinaryMeasure)
    made = CheckedIn(
        key_result=found.key_result.id,
        on=on,
        value=True if binary else _number(given.value, found.measured),
        line=f"done: {on}" if binary else "- {" + ", ".join(f"{k}: {v}" for k, v in entry) + "}",
        under="measure" if binary else "measure.checkins",
        place=measure.mark,
        state=state,
        notes=notes,
    )
    if not write or state == "same":
        return made
    return replace(made, written=True, place=_write(config, found, made, entry))


# --- What it is ----------------------------------------------------------------------------------


def _find(workspace: Workspace, name: str) -> _Found:
    for at, objective in enumerate(workspace.objectives):
        for nr, key_result in enumerate(objective.key_results):
            if key_result.id.casefold() == name.strip().casefold():
                return _Found(workspace, objective, key_result, (at, nr))
    for objective in workspace.objectives:
        if objective.id.casefold() == name.strip().casefold():
            ids = ", ".join(one.id for one in objective.key_results)
            raise OkrFileError(f"{objective.id} is an objective. Check in on one of its key results: {ids}.")
    hint = did_you_mean(name, [one.id for _, one in workspace.key_results()])
    raise OkrFileError(f"unknown key result {quoted(name)}; {hint}")


def _decide(
    found: _Found, given: Given, on: date, *, replace_value: bool
) -> tuple[Entry, str, tuple[str, ...]]:
    """What is to stand there, whether it does already, and what to say of it."""
    measure, id_ = found.measured, found.key_result.id
    notes = list(_notes(found, on))
    if isinstance(measure, BinaryMeasure):
        _require_done(id_, given)
        if given.note:
            raise OkrFileError(
                f"{id_} is done or not (`kind: binary`), which takes no note. Leave out --note."
            )
        if measure.done is not None and measure.done != on and not replace_value:
            raise OkrFileError(f"{id_} is done since {measure.done}. To set another day, add --replace.")
        state = "new" if measure.done is None else "same" if measure.done == on else "replaces"
        return (("done", on.isoformat()),), state, tuple(notes)
    value = _number(given.value, measure)
    entry = [("on", on.isoformat()), ("value", _written(given.value, measure))]
    if given.note:
        entry.append(("note", yaml_text(given.note.strip())))
    there = next((one for one in measure.checkins if one.on == on), None)
    state = "new"
    if there is not None:
        state = "same" if there.value == value and given.note in (None, there.note) else "replaces"
        if state == "replaces" and not replace_value:
            raise OkrFileError(
                f"{id_} has a check-in of {on} already, with the value {ENGLISH.number(there.value)}. To replace it, add --replace."
            )
    later = [one.on for one in measure.checkins if one.on > on]
    if later:
        notes.append(f"The check-in of {max(later)} is later, so {id_} goes on showing that one.")
    source = measure.file or measure.http
    if source is not None:
        notes.append(
            f"{id_} reads its value from a {'file' if measure.file else 'URL'}, too; of both, the later day counts."
        )
    return tuple(entry), state, tuple(notes)


def _notes(found: _Found, on: date) -> tuple[str, ...]:
    """What the day means for the cycle. Raises OkrFileError for one that is too late to be of it."""
    name, id_ = found.objective.cycle, found.key_result.id
    cycle = found.workspace.cycles[name]
    said = []
    if on > cycle.end + LATEST_CHECK_IN:
        raise OkrFileError(f"{on} is long after the end of cycle {name} on {cycle.end}; check the year.")
    if on > cycle.end:
        said.append(f"{on} is after the end of cycle {name} on {cycle.end}.")
    if on < cycle.start:
        said.append(f"{on} is before the start of cycle {name} on {cycle.start}.")
    closed = found.key_result.closed or found.objective.closed
    if closed is not None and on > closed:
        said.append(f"{id_} was closed on {closed}: it keeps its last reading from before.")
    return tuple(said)


def _require_done(id_: str, given: Given) -> None:
    word = given.value.strip().casefold()
    if word in _YES:
        return
    if word in _NO:
        raise OkrFileError(
            f"{id_} is not done as long as `done` is not in its measure, so there is nothing to report."
        )
    raise OkrFileError(
        f"{id_} is done or not (`kind: binary`), so {quoted(given.value)} is no value of it. On the day, report: done"
    )


def _plain(text: str, measure: MetricMeasure | KeepMeasure) -> str:
    """The value without its unit, and with a minus that is one. Raises OkrFileError for what is no number."""
    typed = text.strip().replace("\u2212", "-")
    unit = measure.unit.strip()
    if unit and typed.casefold().endswith(unit.casefold()):
        typed = typed[: -len(unit)].rstrip()
    if not _NUMBER.fullmatch(typed):
        raise OkrFileError(
            f"{quoted(text)} is not a number; write it as 24.5, with a point and without signs between thousands"
            f"{f' (the unit is {unit})' if unit else ''}."
        )
    return typed


def _number(text: str, measure: MetricMeasure | KeepMeasure | BinaryMeasure) -> float:
    assert not isinstance(measure, BinaryMeasure)  # noqa: S101  seen to by the caller
    return float(_plain(text, measure))


def _written(text: str, measure: MetricMeasure | KeepMeasure) -> str:
    """The value as YAML has it: as it was typed, written out."""
    plain = _plain(text, measure).removeprefix("+")
    return f"{Decimal(plain):f}" if "e" in plain.casefold() else plain


# --- Its place in the file -----------------------------------------------------------------------


def _measure_node(root: YamlNode | None, at: tuple[int, int]) -> YamlNode:
    node: Any = root
    for step in ("objectives", at[0], "key_results", at[1], "measure"):
        node = node.value[step]
    assert isinstance(node, YamlNode)  # noqa: S101  a declaration that was loaded has it
    return node


def _place_in(root: YamlNode | None, found: _Found, made: CheckedIn) -> Place:
    """Where the check-in stands."""
    measure: Any = _measure_node(root, found.at)
    if isinstance(found.measured, BinaryMeasure):
        mark: Place = measure.keys["done"]
        return mark
    entries: list[Any] = measure.value["checkins"].value
    days: dict[str, Place] = {one.value["on"].value: one.mark for one in entries}
    return days[made.on.isoformat()]


def _write(config: Path, found: _Found, made: CheckedIn, entry: Entry) -> Place:
    """Write it, and say where it stands."""
    file = Path(made.place.file)
    by_hand = f"Add it by hand, under {made.under} of {made.key_result} at {made.place}: {made.line}"
    try:
        before = file.read_bytes()
        text = before.removeprefix(_BOM).decode()
        after = (_BOM if before.startswith(_BOM) else b"") + _edited(text, found, made, entry).encode()
        changed = load(config, {file: after})
    except NotEditable as error:
        raise OkrFileError(f"{made.place}: {error}. {by_hand}") from None
    except (OSError, UnicodeDecodeError):
        raise OkrFileError(f"{file} has changed meanwhile; try again.") from None
    except ConfigError as error:
        raise OkrFileError(f"the file would not be valid: {error.problems[0]}. {by_hand}") from None
    if not _is_that_alone(found, changed, made):
        raise OkrFileError(f"{made.place}: more than the check-in would change. {by_hand}")
    try:
        if file.read_bytes() != before:
            raise OkrFileError(f"{file} has changed meanwhile; try again.")
        public_files.replace(file, after)
    except OSError as error:
        why = (error.strerror or "unknown cause").lower()
        raise OkrFileError(f"{file} cannot be written: {why}. {by_hand}") from None
    return _place_in(read(config, {file: after}).root, found, made)


def _edited(text: str, found: _Found, made: CheckedIn, entry: Entry) -> str:
    measure, mapping = found.measured, (made.place.line, made.place.column)
    if isinstance(measure, BinaryMeasure):
        return set_key(text, mapping, *entry[0])
    days = [one.on for one in measure.checkins]
    if made.on in days:
        return set_in_list(text, mapping, "checkins", days.index(made.on), entry[1:])
    at = max((nr for nr, day in enumerate(days, 1) if day < made.on), default=0)
    return add_to_list(text, mapping, "checkins", entry, at)


def _is_that_alone(found: _Found, changed: Workspace, made: CheckedIn) -> bool:
    """Whether the declaration is now as it was, with the check-in."""
    before, after = found.workspace.model_dump(mode="json"), changed.model_dump(mode="json")
    at, nr = found.at
    was: dict[str, Any] = before["objectives"][at]["key_results"][nr]["measure"]
    now: dict[str, Any] = after["objectives"][at]["key_results"][nr]["measure"]
    if isinstance(found.measured, BinaryMeasure):
        was["done"] = made.on.isoformat()
        return before == after
    kept: list[Mapping[str, Any]] = [one for one in was["checkins"] if one["on"] != made.on.isoformat()]
    was["checkins"], checkins = [], now["checkins"]
    now["checkins"] = []
    new = [one for one in checkins if one["on"] == made.on.isoformat()]
    others = [one for one in checkins if one["on"] != made.on.isoformat()]
    return before == after and others == kept and len(new) == 1 and new[0]["value"] == made.value
