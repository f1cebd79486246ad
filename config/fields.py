"""What every part of a declaration is made of: strict values, and a base that takes no unknown key."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from config.errors import quoted

Identifier = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        max_length=64,
        description="Letters, digits, dot, dash and underscore. Do not change it later: marks refer to it.",
    ),
]
NonEmpty = Annotated[str, Field(min_length=1)]
HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")]


def reject_bool(value: object) -> object:
    # Left alone, pydantic reads true as 1.
    if isinstance(value, bool):
        raise ValueError(f"expected a number, got {str(value).lower()}")
    return value


def _no_number(value: object) -> object:
    # Left alone, pydantic reads a number as seconds since 1970.
    if isinstance(value, int | float):
        raise ValueError(f"expected a date such as 2026-10-01, got the number {str(value).lower()}")
    return value


FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)
"""Between these a day can be meant, and no sum with weeks, zones or cycles leaves what a calendar holds."""


def _meant(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"expected a date between {FIRST_DAY.year} and {LAST_DAY.year}")
    return day


Finite = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(reject_bool)]
Day = Annotated[date, BeforeValidator(_no_number), AfterValidator(_meant)]


def read_since(value: object) -> object:
    """From when on finished work counts: cycle, ever or a date. Raises ValueError for anything else."""
    # One complaint in place of one for each thing that it could be.
    if value in ("cycle", "ever"):
        return value
    found = value if isinstance(value, date) and not isinstance(value, datetime) else None
    if isinstance(value, str):
        with suppress(ValueError):
            found = date.fromisoformat(value)
    if found is None:
        shown = quoted(value) if isinstance(value, str) else json.dumps(value, default=str)
        raise ValueError(f"expected cycle, ever or a date such as 2026-10-01, got {shown}")
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ValueError(f"expected a date between {FIRST_DAY.year} and {LAST_DAY.year}")
    return found


Since = Annotated[Literal["cycle", "ever"] | date, BeforeValidator(read_since)]
"""From when on finished work counts: the first day of the cycle, a date, or whenever."""
Level = Literal["initiative", "project", "epic", "issue", "subtask"]


class ConfigModel(BaseModel):
    """Base of everything in YAML: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
