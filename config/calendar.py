"""Days on which nobody works, as people declare them: for the workspace, a tracker, or a team."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from config.errors import quoted
from config.fields import FIRST_DAY, LAST_DAY, ConfigModel, Identifier, NonEmpty

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `date.weekday()`."""

_FORM = "a day such as 2026-12-24, or a first and a last day such as 2026-12-24/2027-01-01"


def _text(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool | int | float):
        raise ValueError(f"expected {_FORM}, got the number {str(value).lower()}")
    return value


def _span(text: str) -> str:
    first, last = bounds_of(text)
    if last < first:
        raise ValueError(f"the last day ({last}) is before the first ({first})")
    if not FIRST_DAY <= first <= last <= LAST_DAY:
        raise ValueError(f"expected days between {FIRST_DAY.year} and {LAST_DAY.year}")
    return text


def bounds_of(text: str) -> tuple[date, date]:
    """The first and last day of an entry of `closed`. Raises ValueError, in words, for what is none."""
    parts = [part.strip() for part in text.split("/")]
    try:
        days = [date.fromisoformat(part) for part in parts if len(part) == len("2026-12-24")]
    except ValueError:
        days = []
    if len(days) != len(parts) or len(days) > 2:
        raise ValueError(f"expected {_FORM}, got {quoted(text)}")
    return days[0], days[-1]


ClosedDays = Annotated[
    str,
    BeforeValidator(_text),
    AfterValidator(_span),
    Field(json_schema_extra={"pattern": r"^\s*\d{4}-\d{2}-\d{2}(\s*/\s*\d{4}-\d{2}-\d{2})?\s*$"}),
]


class DaysOff(ConfigModel):
    """What differs on a tracker or in a team; what is not named here is as around it."""

    closed: tuple[ClosedDays, ...] | None = Field(
        default=None,
        description=f"Days on which nobody works, first and last included: {_FORM}. Replaces the list around it.",
    )
    weekend: tuple[Weekday, ...] | None = Field(
        default=None,
        description="Weekdays off, such as [sat, sun]. Default: the weekdays on which hardly any work was finished lately.",
    )

    @field_validator("weekend")
    @classmethod
    def _leaves_a_day(cls, days: tuple[Weekday, ...] | None) -> tuple[Weekday, ...] | None:
        if days is not None and len(set(days)) == len(WEEKDAYS):
            raise ValueError("all seven weekdays are off, so no working day is left; leave one out")
        return days

    @property
    def spans(self) -> tuple[tuple[date, date], ...] | None:
        """`closed` as pairs of first and last days; None where it is not declared."""
        return None if self.closed is None else tuple(bounds_of(one) for one in self.closed)


class Calendar(DaysOff):
    """Working days, for forecasts and for how many of them are left; all else goes by calendar days."""

    trackers: dict[Identifier, DaysOff] = Field(
        default={}, description="Days off of a tracker, by its declared name, where they differ."
    )
    teams: dict[NonEmpty, DaysOff] = Field(
        default={},
        description="Days off of a Linear team or Jira project, by its key, where they differ.",
    )
