"""Tables of rows in one test each: thousands of tests that take a millisecond cost ten times that in the runner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

_MOST = 2_000
"""Characters that are told of one row."""


def check_rows(rows: Iterable[tuple[str, T]], check: Callable[[T], None]) -> None:
    """Try a check on every row, whatever comes of the others.

    Raises AssertionError with the name of each row that failed, and why; and where there is no row.
    """
    tried, failed = 0, []
    for name, row in rows:
        tried += 1
        try:
            check(row)
        except Exception as error:  # noqa: BLE001  told with the row's name
            failed.append(f"{name}: {type(error).__name__}: {error}"[:_MOST])
    assert tried, "there are no rows"
    if failed:
        raise AssertionError("\n\n".join((f"{len(failed)} of {tried} rows fail", *failed)))
