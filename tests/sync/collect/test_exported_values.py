"""Numbers and days as people export them: read as they were meant, or refused, and never read as something else."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.collect.exported_values import (
    DECIMAL_COMMA,
    MIXED_NUMBERS,
    NO_DAY,
    NO_NUMBER,
    NO_PERCENT,
    TWO_DAYS,
    TWO_NUMBERS,
    Unreadable,
    days,
    numbers,
)

NARROW, FIXED, APOSTROPHE, MINUS = "\u202f", "\u00a0", "\u2019", "\u2212"


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["44", "44.5", ".5", "5.", "1e3", "-2", "+2"], [44, 44.5, 0.5, 5, 1000, -2, 2]),
        ([980000, 1.5], [980000, 1.5]),
        (["", None, "  ", FIXED, "\ufeff"], [None] * 5),
        # Grouped by commas: two groups, a decimal point or another row tell what a comma means.
        (["1,020,000"], [1_020_000]),
        (["12,345.67", "1,020"], [12_345.67, 1020]),
        (["44.5", "1,020"], [44.5, 1020]),
        (["1,020,000", "980,000"], [1_020_000, 980_000]),
        (["12,34,567"], [1_234_567]),
        (["1,020"], [TWO_NUMBERS]),
        (["1,020", "7"], [TWO_NUMBERS, 7]),
        (["1,020", "1.020"], [TWO_NUMBERS, TWO_NUMBERS]),
        # Grouped otherwise.
        ([f"1{NARROW}020{NARROW}000", f"1{FIXED}020", "1 020", "1'020", f"1{APOSTROPHE}020"], [1_020_000] + [1020] * 4),
        ([f"1{NARROW}020.5"], [1020.5]),
        (["1.020.000", "980.000"], [1_020_000, 980_000]),
        (["1.020"], [1.02]),
        (["1,02,0", "01,020,000", "1 02", "1,020'000"], [NO_NUMBER] * 4),
        # A decimal comma.
        (["44", "44,5"], [44, DECIMAL_COMMA]),
        (["0,123"], [DECIMAL_COMMA]),
        ([f"1{NARROW}020,5", "1.020.000,5"], [DECIMAL_COMMA] * 2),
        (["1.020.000", "980.000", "44,5"], [1_020_000, 980_000, DECIMAL_COMMA]),
        (["44.5", "44,5", "7"], [MIXED_NUMBERS, MIXED_NUMBERS, 7]),
        # Signs.
        (["24.5 %", f"24.5{FIXED}%", "%24.5", "24.5%"], [24.5] * 4),
        (["24.5 %", "0.245", "0"], [24.5, NO_PERCENT, 0]),
        (["24.5 %", 0.245], [24.5, NO_PERCENT]),
        (["$1,020,000", "€ 7", f"7{FIXED}€", "-$7", "$-7"], [1_020_000, 7, 7, -7, -7]),
        ([f"{MINUS}7.5", "- 7"], [-7.5, -7]),
        (["\ufeff7", "7\u200b", "\u200e7"], [7, 7, 7]),
        # None at all.
        (["many", "n/a", "-", "%", "NaN", "inf", "1_000", "(7)", "1e999", "7 %%", "7k", "€", "."], [NO_NUMBER] * 13),
        ([True, [1], {"n": 1}, math.nan, 10**400], [NO_NUMBER] * 5),
    ],
)  # fmt: skip
def test_numbers(cells: list[Any], values: list[Any]) -> None:
    assert numbers(cells) == values


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2026-11-15", "2026-11-15T08:00:00Z", "20261115", " 2026-11-15 "], ["15 11"] * 4),
        (["2026/11/15", "2026.11.15", "2026-11-5", "2026/11/5 08:00"], ["15 11", "15 11", "5 11", "5 11"]),
        (["15.11.2026", "5. 11. 2026", "15.11.2026 08:00"], ["15 11", "5 11", "15 11"]),
        (["15 Nov 2026", "15-Nov-2026", "Nov 15, 2026", "Sunday, November 15, 2026", "15th sept 2026"], ["15 11"] * 4 + ["15 9"]),
        # Another row tells which number is the day.
        (["15/11/2026", "05/11/2026"], ["15 11", "5 11"]),
        (["11/15/2026", "11/05/2026 08:00"], ["15 11", "5 11"]),
        (["15-11-2026"], ["15 11"]),
        (["05/11/2026"], [TWO_DAYS]),
        (["05/05/2026"], ["5 5"]),
        (["15/11/2026", "11/15/2026"], [TWO_DAYS, TWO_DAYS]),
        (["", None, " "], [None, None, None]),
        (["soon", "2026-11", "15/11/26", "31.02.2026", "45/11/2026", 1763164800, "15 Brumaire 2026", "W46"], [NO_DAY] * 8),
    ],
)  # fmt: skip
def test_days(cells: list[Any], expected: list[Any]) -> None:
    wanted = [
        date(2026, int(one.split()[1]), int(one.split()[0])) if isinstance(one, str) else one
        for one in expected
    ]
    read = days(cells)
    if expected == [TWO_DAYS, TWO_DAYS]:
        assert all(isinstance(one, Unreadable) for one in read), "the rows contradict each other"
    else:
        assert read == wanted


NUMBERS = st.tuples(st.integers(0, 10**9), st.integers(0, 4)).map(lambda n: (n[0], n[1]))
CONVENTIONS = [
    (group, point) for point in ".," for group in ("", ",", ".", " ", NARROW, FIXED, "'") if group != point
]


def exported(digits: int, decimals: int, group: str, point: str, around: str) -> tuple[str, float]:
    """How a program with these settings writes the number, and the number."""
    plain = f"{digits / 10**decimals:,.{decimals}f}"
    text = plain.replace(",", "\0").replace(".", point).replace("\0", group)
    return around.format(text), float(plain.replace(",", ""))


@given(
    st.lists(NUMBERS, min_size=1, max_size=6),
    st.sampled_from(CONVENTIONS),
    st.sampled_from(["{}", "-{}", " {} ", "{}%", "{} %", "€{}", "{} €"]),
)
def test_whatever_a_program_exports_is_read_as_meant_or_refused(
    given_numbers: list[tuple[int, int]], convention: tuple[str, str], around: str
) -> None:
    group, point = convention
    column = [exported(digits, decimals, group, point, around) for digits, decimals in given_numbers]
    meant = [-value if around == "-{}" else value for _, value in column]
    texts = [text for text, _ in column]
    for text, value, read in zip(texts, meant, numbers(texts), strict=True):
        assert isinstance(read, Unreadable | float), text
        if isinstance(read, float) and read != value:
            # By the documented rule: nothing in the column says that its points are not decimal points.
            assert group == ".", text
            assert not any(one.count(".") > 1 or "," in one for one in texts), text


@given(
    st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from("/-"),
)
def test_whatever_order_days_have_they_are_read_as_meant_or_refused(
    written: list[date], first: bool, by: str
) -> None:
    form = f"%d{by}%m{by}%Y" if first else f"%m{by}%d{by}%Y"
    for day, read in zip(written, days([day.strftime(form) for day in written]), strict=True):
        assert read == day or isinstance(read, Unreadable)
