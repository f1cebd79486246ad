"""Dates as Linear reads and writes them: ISO 8601 times, days, shortcuts, and durations relative to now."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, StringValueNode, ValueNode

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


def midnight(value: datetime | date) -> datetime:
    """The value as a moment; a day begins at midnight UTC."""
    return value if isinstance(value, datetime) else datetime.combine(value, time.min, UTC)


def written(value: datetime | date) -> str:
    """The value as the API writes it: milliseconds and Z, or the bare day."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")[:23] + "Z"
    return value.isoformat()


def day_in(text: str, now: datetime) -> date:
    """The day that an input names."""
    return parse(text, now).date()


_ANY_NOW = datetime(2000, 1, 1, tzinfo=UTC)


def _checked(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"expected an ISO 8601 date or duration, found {value!r}")
    try:
        parse(value, _ANY_NOW)
    except (ValueError, OverflowError):
        raise GraphQLError(f"expected an ISO 8601 date or duration, found {value!r}") from None
    return value


def _checked_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> str:
    return _checked(node.value if isinstance(node, StringValueNode) else None)


def adopt(scalar: GraphQLScalarType) -> None:
    """Let a date scalar of the schema write moments, and refuse inputs that are none."""
    # graphql-core 3.3 has new names for the three hooks; the old ones serve 3.2.
    for names, hook in (
        (("serialize", "coerce_output_value"), written),
        (("parse_value", "coerce_input_value"), _checked),
        (("parse_literal", "coerce_input_literal"), _checked_literal),
    ):
        for name in names:
            setattr(scalar, name, hook)
