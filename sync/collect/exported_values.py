"""Numbers and days as people and programs export them: a column of cells becomes values, or the reason why one has none.

A cell is never guessed at: where it can mean two things the other cells of its column decide, and where they do not
it is `Unreadable`. A plain number has a decimal point, so "1.020" means 1.02 unless its column groups by points. Pure.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.http.dates import parse_day


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands in a cell in place of a value, and what to do about it; never the text itself."""

    what: str
    remedy: str


NO_NUMBER = Unreadable("no number", "export plain numbers with a decimal point")
DECIMAL_COMMA = Unreadable("a decimal comma", "export numbers with a decimal point")
TWO_NUMBERS = Unreadable("a comma that can mean thousands or decimals", "export numbers without separators")
MIXED_NUMBERS = Unreadable("separators that contradict other rows", "export numbers without separators")
NO_PERCENT = Unreadable("no percent sign, which other rows have", "export all of them with it, or none")
NO_DAY = Unreadable("no day", "export days as YYYY-MM-DD")
TWO_DAYS = Unreadable("a day that can be read in two ways", "export days as YYYY-MM-DD")

_SPACES = " \u00a0\u2007\u2009\u202f"
_MARKS = "'\u2019"
_SIGNS = {"-": -1, "\u2212": -1, "+": 1}


def _form(groups: str, decimal: str) -> re.Pattern[str]:
    separated = (
        rf"[1-9][0-9]{{0,2}}(?P<by>[{re.escape(groups)}{_SPACES}{_MARKS}])[0-9]{{3}}(?:(?P=by)[0-9]{{3}})*"
    )
    lakhs = rf"[1-9][0-9]?(?:{re.escape(groups)}[0-9]{{2}})+{re.escape(groups)}[0-9]{{3}}"
    fraction = rf"(?:{re.escape(decimal)}(?P<fraction>[0-9]*))?"
    return re.compile(rf"(?P<whole>{separated}|{lakhs}|[0-9]*){fraction}(?P<exponent>[eE][-+]?[0-9]{{1,4}})?")


_POINT, _COMMA = _form(",", "."), _form(".", ",")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number as it would be with a decimal point, and with a decimal comma; None where it would be none."""

    point: float | None
    comma: float | None
    text: str = ""
    percent: bool = False

    @property
    def is_plain(self) -> bool:
        return self.point == self.comma


def numbers(cells: Sequence[Any]) -> list[float | Unreadable | None]:
    """The number in each cell of one column; None for an empty one. Percent signs and signs of currencies are left out."""
    read = [_cell(cell) for cell in cells]
    found = [one for one in read if one is not None and (one.point is not None or one.comma is not None)]
    by_point = all(one.point is not None for one in found)
    by_comma = all(one.comma is not None for one in found)
    values = [None if one is None else _value(one, found, by_point, by_comma) for one in read]
    if not any(one.percent for one in found):
        return values
    return [
        NO_PERCENT if one and not one.percent and isinstance(value, float) and value else value
        for one, value in zip(read, values, strict=True)
    ]


def _value(cell: _Cell, found: Sequence[_Cell], by_point: bool, by_comma: bool) -> float | Unreadable:
    if cell.point is None and cell.comma is None:
        return NO_NUMBER
    if cell.is_plain and cell.point is not None:
        return cell.point
    if by_point and not by_comma and cell.point is not None:
        return cell.point
    if by_comma and not by_point and cell.comma is not None:
        return DECIMAL_COMMA if "," in cell.text else cell.comma
    if not by_point:
        return MIXED_NUMBERS
    # Every cell could be meant either way: a point is a decimal point unless there are commas, too.
    commas = any("," in one.text for one in found)
    return TWO_NUMBERS if commas or cell.point is None else cell.point


def _cell(cell: Any) -> _Cell | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = _finite(cell)
        return _Cell(number, number)
    if cell is None:
        return None
    if not isinstance(cell, str):
        return _Cell(None, None)
    text = _visible(cell)
    if not text:
        return None
    bare = text.strip("%").strip()
    percent = len(text) - len(text.replace("%", "")) == 1 and bare != text
    sign, bare = _signed(_without_currency(bare if percent else text))
    point, comma = (_number(form.fullmatch(bare), sign) for form in (_POINT, _COMMA))
    return _Cell(point, comma, bare, percent)


def _signed(text: str) -> tuple[int, str]:
    sign = _SIGNS.get(text[:1])
    return (1, text) if sign is None else (sign, _without_currency(text[1:].lstrip()))


def _without_currency(text: str) -> str:
    if text and unicodedata.category(text[0]) == "Sc":
        return text[1:].lstrip()
    return text[:-1].rstrip() if text and unicodedata.category(text[-1]) == "Sc" else text


def _number(found: re.Match[str] | None, sign: int) -> float | None:
    if found is None:
        return None
    whole = re.sub("[^0-9]", "", found["whole"])
    fraction = found["fraction"] or ""
    return _finite(f"{whole}.{fraction}{found['exponent'] or ''}", sign) if whole or fraction else None


def _finite(value: float | str, sign: int = 1) -> float | None:
    try:
        number = sign * float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _visible(text: str) -> str:
    """The text without the marks that show nothing, such as a byte order mark, and without space around it."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf").strip()


# --- days ----------------------------------------------------------------------------------------

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join((*_LONG_MONTHS, *_MONTHS, "sept"))
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_TIME = r"(?:,?[ t]+[0-9]{1,2}:[0-9]{2}.*)?"
_YEAR_FIRST = re.compile(rf"(?P<y>[0-9]{{4}})([-/.])(?P<m>[0-9]{{1,2}})\2(?P<d>[0-9]{{1,2}}){_TIME}")
_POINTED = re.compile(rf"(?P<d>[0-9]{{1,2}})\.\s?(?P<m>[0-9]{{1,2}})\.\s?(?P<y>[0-9]{{4}}){_TIME}")
_NAMED = (
    re.compile(rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<m>{_MONTH})\.?,?[\s-]+(?P<y>[0-9]{{4}}){_TIME}"),
    re.compile(rf"{_WEEKDAY}(?P<m>{_MONTH})\.?[\s-]+(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,?[\s-]+(?P<y>[0-9]{{4}}){_TIME}"),
)  # fmt: skip
_EITHER = re.compile(rf"(?P<a>[0-9]{{1,2}})([-/])(?P<b>[0-9]{{1,2}})\2(?P<y>[0-9]{{4}}){_TIME}")


def days(cells: Sequence[Any]) -> list[date | Unreadable | None]:
    """The day in each cell of one column; None for an empty one. Names of months are English."""
    texts = [None if cell is None else " ".join(_visible(str(cell)).casefold().split()) for cell in cells]
    either = [
        (_day(found["y"], found["b"], found["a"]), _day(found["y"], found["a"], found["b"]))
        for text in texts
        if text and (found := _EITHER.fullmatch(text))
    ]
    order = _order(either)
    return [_read_day(text, order) if text else None for text in texts]


def _order(either: Iterable[tuple[date | None, date | None]]) -> str:
    """Which of two numbers is the day, "first" or "second"; "" where the column does not tell."""
    pairs = list(either)
    first, second = (all(pair[place] for pair in pairs) for place in (0, 1))
    return "first" if first and not second else "second" if second and not first else ""


def _read_day(text: str, order: str) -> date | Unreadable:
    if found := parse_day(text.upper()):
        return found
    for form in (_YEAR_FIRST, _POINTED, *_NAMED):
        if match := form.fullmatch(text):
            return _day(match["y"], match["m"], match["d"]) or NO_DAY
    match = _EITHER.fullmatch(text)
    if match is None:
        return NO_DAY
    by_day = _day(match["y"], match["b"], match["a"])
    by_month = _day(match["y"], match["a"], match["b"])
    if by_day == by_month or order:
        return (by_month if order == "second" else by_day) or NO_DAY
    return TWO_DAYS


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3]) + 1
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None
