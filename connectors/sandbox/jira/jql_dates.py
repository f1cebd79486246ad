"""What dates mean in JQL: texts at minute grain in the account's zone, epoch milliseconds, periods, functions.

Wire facts: contracts/jira.md, section 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.sandbox.jira.jql import Function, Operand, Value
from connectors.sandbox.jira.jql_tokens import JqlError

_PERIOD = re.compile(r"([+-]?)((?:\d{1,6}[yMwdhm]\s*)+)")
_UNIT = {"m": 1, "h": 60, "d": 1440, "w": 10080, "M": 43200, "y": 525600}
_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
_INCREMENT = re.compile(r"([+-]?)(\d{1,6})([yMwdhm]?)")


def moment_of(operand: Operand, name: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment that an operand means for the field `name`. Raises JqlError."""
    if isinstance(operand, Function):
        return _function(operand, now, zone)
    if not isinstance(operand, Value):
        raise JqlError(f"The field '{name}' cannot be compared with EMPTY.")
    text = operand.text.strip()
    try:
        found = _moment(text, operand.quoted, now, zone)
    except (OverflowError, OSError):
        found = None
    if found is not None:
        return found
    raise JqlError(
        f"Date value '{text}' for field '{name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _moment(text: str, quoted: bool, now: datetime, zone: ZoneInfo) -> datetime | None:
    if not quoted and text.isdecimal():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    period = _PERIOD.fullmatch(text)
    if period is not None:
        minutes = sum(int(n) * _UNIT[unit] for n, unit in re.findall(r"(\d+)([yMwdhm])", period[2]))
        return now + timedelta(minutes=-minutes if period[1] == "-" else minutes)
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    return None


# --- Functions -----------------------------------------------------------------------------------


def _day(today: date, by: int) -> date:
    return today + timedelta(days=by)


def _week(today: date, by: int) -> date:
    # A week begins on Sunday.
    return today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=by)


def _month(today: date, by: int) -> date:
    months = today.year * 12 + today.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)


def _year(today: date, by: int) -> date:
    return date(today.year + by, 1, 1)


_SPANS: dict[str, tuple[Callable[[date, int], date], str]] = {
    "day": (_day, "d"),
    "week": (_week, "w"),
    "month": (_month, "M"),
    "year": (_year, "y"),
}


def _function(function: Function, now: datetime, zone: ZoneInfo) -> datetime:
    """`now()`, and where a span of the calendar starts or ends: `startOfMonth(-1)`, `endOfDay("+2d")`."""
    name = function.name.lower()
    if name == "now" and not function.arguments:
        return now
    span = _SPANS.get(name.removeprefix("startof").removeprefix("endof"))
    if span is None or not name.startswith(("startof", "endof")) or len(function.arguments) > 1:
        raise JqlError(f"Unable to find JQL function '{function.name}({', '.join(function.arguments)})'.")
    first, usual = span
    amount, unit = _increment(function, usual)
    today = now.astimezone(zone).date()
    spans = amount if unit == usual else 0
    try:
        start = datetime.combine(first(today, spans), time(), zone)
        if name.startswith("endof"):
            start = datetime.combine(first(today, spans + 1), time(), zone) - timedelta(milliseconds=1)
        later = timedelta() if unit == usual else timedelta(minutes=amount * _UNIT[unit])
        return (start + later).astimezone(UTC)
    except (ValueError, OverflowError):
        raise JqlError(f"The increment of the JQL function '{function.name}' is out of range.") from None


def _increment(function: Function, usual: str) -> tuple[int, str]:
    if not function.arguments:
        return 0, usual
    match = _INCREMENT.fullmatch(function.arguments[0].strip())
    if match is None:
        raise JqlError(
            f"The argument '{function.arguments[0]}' of the JQL function '{function.name}' is invalid: "
            "it must be a number with an optional sign and an optional unit (y, M, w, d, h, m)."
        )
    return int(match[2]) * (-1 if match[1] == "-" else 1), match[3] or usual
