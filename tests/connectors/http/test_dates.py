"""Times as others write them: nothing raises, and every time has a zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.dates import (
    EARLIEST,
    LATEST,
    MOST_WAIT,
    given_time,
    http_date,
    iso_time,
    item_time,
    parse_day,
    parse_retry_after,
)

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
YEAR = st.one_of(st.sampled_from(["0000", "0001", "1969", "2026", "9999", "10000"]), st.integers().map(str))
NUMBER = st.integers(-5, 99).map(lambda value: f"{value:02}")
ZONE = st.sampled_from(
    [
        "",
        "Z",
        "+00:00",
        "+23:59",
        "-23:59",
        "+0000",
        "-0000",
        "+2359",
        "-9999",
        "+99:99",
        " GMT",
        " UTC",
        " EST",
    ]
)
ISO = st.tuples(YEAR, NUMBER, NUMBER, NUMBER, NUMBER, ZONE).map(
    lambda x: f"{x[0]}-{x[1]}-{x[2]}T{x[3]}:{x[4]}:00{x[5]}"
)
HTTP = st.tuples(NUMBER, st.sampled_from(["Jan", "Dec", "Nov", "Foo", "1"]), YEAR, NUMBER, NUMBER, ZONE).map(
    lambda x: f"Mon, {x[0]} {x[1]} {x[2]} {x[3]}:{x[4]}:00 {x[5]}"
)
ANY = st.one_of(st.none(), st.text(), ISO, HTTP, st.floats().map(str), st.integers().map(str))


@given(ANY)
def test_no_text_raises_or_gives_a_time_without_a_zone_or_out_of_range(text: str | None) -> None:
    for parse in (http_date, iso_time, item_time, given_time):
        when = parse(text)
        assert when is None or (when.tzinfo is UTC and EARLIEST <= when <= LATEST)
    parse_day(text)
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or 0 <= seconds <= MOST_WAIT


@pytest.mark.parametrize(
    ("text", "strict", "of_item"),
    [
        (
            "2026-01-02T03:04:05.678+0000",
            "2026-01-02T03:04:05.678000+00:00",
            "2026-01-02T03:04:05.678000+00:00",
        ),
        ("2026-01-02T03:04+05:30", "2026-01-01T21:34:00+00:00", "2026-01-01T21:34:00+00:00"),
        ("0001-01-01T00:00:00+23:59", None, "1970-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59-23:59", None, "2199-12-31T00:00:00+00:00"),
        ("1969-12-31T23:00:00-05:00", "1970-01-01T04:00:00+00:00", "1970-01-01T04:00:00+00:00"),
        ("2026-01-02T03:04:05", None, None),
        ("2026-01-02", None, None),
        ("soon", None, None),
        ("", None, None),
    ],
)
def test_times_of_items_beyond_the_range_count_as_its_end(
    text: str, strict: str | None, of_item: str | None
) -> None:
    found = (iso_time(text), item_time(text))
    assert tuple(when.isoformat() if when else None for when in found) == (strict, of_item)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("   ", None),
        ("soon", None),
        ("NaN", None),
        ("inf", None),
        ("-inf", None),
        ("1e400", None),
        ("0", 0.0),
        ("17", 17.0),
        (" 17 ", 17.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("86400", 86400.0),
        ("9" * 300, MOST_WAIT),
        ("Mon, 16 Nov 2026 09:00:30 GMT", 30.0),
        ("Mon, 16 Nov 2026 10:00:30 +0100", 30.0),
        ("Mon, 16 Nov 2026 08:59:00 GMT", 0.0),
        ("Mon, 16 Nov 2026 09:00:30 -0000", 30.0),
        ("Mon, 16 Nov 2111 09:00:30 GMT", MOST_WAIT),
        ("Mon, 99 Nov 2026 09:00:30 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),  # the parser reads it as 2001
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds
