"""Dates as Linear reads and writes them: ISO 8601 times, days, shortcuts, and durations relative to now."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, ValueNode, value_from_ast_untyped

_DURATION = re.compile(
    r"^(?P<sign>[+-]?)P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?$"
)
_SHORT = re.compile(r"^(\d{4})(?:-(\d{2}))?$")


def parse(text: str, now: datetime) -> datetime:
    """The moment that a time, a day, a year or a duration relative to `now` names, in UTC.

    Raises ValueError for anything else.
    """
    if span := _DURATION.match(text):
        part = {name: int(value or 0) for name, value in span.groupdict().items() if name != "sign"}
        months = part.pop("years") * 12 + part.pop("months")
        sign = -1 if span["sign"] == "-" else 1
        return _add_months(now, sign * months) + sign * timedelta(**part)
    if short := _SHORT.match(text):
        return datetime(int(short[1]), int(short[2] or 1), 1, tzinfo=UTC)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _add_months(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in range(moment.day, 0, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:  # the month is shorter
            continue
    raise ValueError(f"no such month: {year}-{month + 1}")


def to_datetime(value: datetime | date) -> datetime:
    """The value as a moment; a day begins at midnight UTC."""
    return value if isinstance(value, datetime) else datetime.combine(value, time.min, UTC)


def format_iso(value: datetime | date) -> str:
    """The value as the API writes it: milliseconds and Z, or the bare day."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")[:23] + "Z"
    return value.isoformat()


def parse_day(text: str, now: datetime) -> date:
    """The day that an input names."""
    return parse(text, now).date()


_ANY_NOW = datetime(2000, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = 1, 9000
"""Years outside of which nothing is a date: what is left leaves room for time zones and durations."""

InputCheck = Callable[[Any], Any]


def _checked(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"expected an ISO 8601 date or duration, found {value!r}")
    try:
        if not _EARLIEST < parse(value, _ANY_NOW).year < _LATEST:
            raise ValueError(value)
    except (ValueError, OverflowError):
        raise GraphQLError(f"expected an ISO 8601 date or duration, found {value!r}") from None
    return value


def checked_duration(value: Any) -> float:
    """Seconds of an ISO 8601 duration, or of a number of milliseconds. Raises GraphQLError."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value / 1000
    if isinstance(value, str) and _DURATION.match(value):
        return (parse(_checked(value), _ANY_NOW) - _ANY_NOW).total_seconds()
    raise GraphQLError(f"expected an ISO 8601 duration, found {value!r}")


def checked_uuid(value: Any) -> str:
    """The value, if it is a UUID. Raises GraphQLError."""
    try:
        return str(uuid.UUID(value))
    except (ValueError, TypeError, AttributeError):
        raise GraphQLError(f"expected a UUID, found {value!r}") from None


def check_inputs(scalar: GraphQLScalarType, check: InputCheck) -> None:
    """Let a scalar of the schema refuse inputs that `check` refuses."""

    def literal(node: ValueNode, variables: Any = None) -> Any:
        return check(value_from_ast_untyped(node, variables))

    _set(scalar, (("parse_value", "coerce_input_value"), check))
    _set(scalar, (("parse_literal", "coerce_input_literal"), literal))


def use_as_date_scalar(scalar: GraphQLScalarType) -> None:
    """Let a date scalar of the schema write moments, and refuse inputs that are none."""
    check_inputs(scalar, _checked)
    _set(scalar, (("serialize", "coerce_output_value"), format_iso))


def _set(scalar: GraphQLScalarType, hook: tuple[tuple[str, str], Callable[..., Any]]) -> None:
    # graphql-core 3.3 has new names for the three hooks; the old ones serve 3.2.
    for name in hook[0]:
        setattr(scalar, name, hook[1])
