"""The latest value of a series: rows of a table or entries of JSON, each with a value and perhaps its day. Pure.

A row that cannot be read and may be the latest is an error that names it: an older one must not pass for the latest.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.errors import nearest
from sync.collect.exported_values import Unreadable, days, numbers
from sync.observation import Sample

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_INDEX = re.compile(r"-?[0-9]{1,9}")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class SourceError(Exception):
    """A source gives no value; the text says why, without what stood there. `permanent`: see `Unread`."""

    def __init__(self, what: str, *, permanent: bool = True) -> None:
        super().__init__(what)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Row:
    """What stands where a value and its day should be; `name` is how people find it: "row 3"."""

    name: str
    value: Any
    day: Any = None


def table_rows(text: str, at: str, day: str, source: str) -> list[Row]:
    """The rows of CSV with the columns `at` and `day`, by names without space around them. Raises SourceError."""
    try:
        lines = [(nr, line) for nr, line in enumerate(csv.reader(_LINE.findall(text)), 1) if any(line)]
    except csv.Error as error:
        raise SourceError(f"not valid CSV: {error}") from None
    if not lines:
        raise SourceError(f"{source} has no rows")
    (_, header), *rows = lines
    if len(header) == 1:
        _check_separator(header[0], at, source)
    names = [_header(name) for name in header]
    value_at = _column(names, at, source)
    day_at = _column(names, day, source) if day else None
    found = []
    for nr, line in rows:
        if any(cell.strip() for cell in line[len(names) :]):
            # A number with commas that is not quoted: what stands below the names is only a part of it.
            what = f"{source} has more cells in row {nr} than its header"
            raise SourceError(f"{what}; put numbers with commas in quotes")
        cells = [*line, *[""] * (len(names) - len(line))]
        found.append(Row(f"row {nr}", cells[value_at], cells[day_at] if day_at is not None else None))
    return found


def json_rows(text: str, what: str, at: str, day: str) -> list[Row]:
    """The entries of a list, each a place to look; a path that begins with a number means the list itself.

    `what` names the text in errors. Raises SourceError.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise SourceError(f"{what} is not valid JSON") from None
    if not isinstance(value, list) or _INDEX.fullmatch(at.partition(".")[0]):
        return [Row("", _follow(value, at), _follow(value, day) if day else None)]
    return [
        Row(f"entry {nr}", _follow(entry, at), _follow(entry, day) if day else None)
        for nr, entry in enumerate(value, 1)
    ]


def latest(rows: Sequence[Row], at: str, day: str, today: date, source: str) -> Sample:
    """The value of the latest day that is not in the future; without days, that of the last row.

    `at` and `day` are what the rows were read by, for errors. Raises SourceError.
    """
    values = numbers([row.value for row in rows])
    dated = days([row.day for row in rows]) if day else [today] * len(rows)
    found: list[tuple[date, int, float]] = []
    doubts: list[tuple[date, int, str]] = []
    for nr, (row, value, on) in enumerate(zip(rows, values, dated, strict=True)):
        if value is None or (isinstance(on, date) and on > today):
            continue
        if not isinstance(on, date):
            missing = Unreadable("no day", "give each row a day")
            doubts.append((date.max, nr, _why(row, on or missing, day)))
        elif isinstance(value, Unreadable):
            doubts.append((on, nr, _why(row, value, at)))
        else:
            found.append((on, nr, value))
    newest = max(found, default=None)
    for on, nr, why in doubts:
        if newest is None or (on, nr) > newest[:2]:
            raise SourceError(f"{source} has {why}")
    if newest is None:
        raise SourceError(f"{source} has no value{f' at {at}' if at else ''} up to {today}")
    return Sample(newest[2], newest[0], source)


def _why(row: Row, what: Unreadable, at: str) -> str:
    where = f" at {at}" if at else ""
    return f"{what.what}{where}{f' in {row.name}' if row.name else ''}; {what.remedy}"


def _header(name: str) -> str:
    """The name as people see it: without marks that show nothing, each run of space as one."""
    shown = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return " ".join(unicodedata.normalize("NFC", shown).split())


def _check_separator(header: str, at: str, source: str) -> None:
    for separator, word in _SEPARATORS.items():
        if separator in header:
            what = f"{source} has no value at {at}"
            raise SourceError(f"{what}; it is separated by {word}, export it with commas")


def _column(names: Sequence[str], wanted: str, source: str) -> int:
    name = _header(wanted)
    places = list(_places(names, name, str)) or list(_places(names, name, str.casefold))
    if len(places) == 1:
        return places[0]
    if places:
        raise SourceError(f'{source} has {len(places)} columns called "{name}"; give one another name')
    near = nearest(name, names)
    hint = f'; did you mean "{near}"?' if near else ""
    raise SourceError(f'{source} has no column "{name}"{hint}')


def _places(names: Sequence[str], wanted: str, fold: Any) -> Iterator[int]:
    return (place for place, name in enumerate(names) if fold(name) == fold(wanted))


def _follow(value: Any, path: str) -> Any:
    """What stands at a dotted path; None when there is nothing."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and _INDEX.fullmatch(step) and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
