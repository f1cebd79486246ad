"""The latest value of a series: no row is passed over so that an older one is taken for it."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.collect.series import SourceError, latest, table_rows
from sync.observation import Sample

TODAY = date(2026, 11, 16)


def read(text: str, at: str = "revenue", day: str = "day") -> Sample:
    return latest(table_rows(text, at, day, "file x.csv"), at, day, TODAY, "file x.csv")


@pytest.mark.parametrize(
    ("text", "value", "on"),
    [
        ('day,revenue\n2026-10-31,980000\n2026-11-15,"1,020,000"\n', 1_020_000, 15),
        ("day,revenue\n2026-10-31,980000\n2026-11-15,1\u202f020\u202f000\n", 1_020_000, 15),
        ("day,revenue\n31/10/2026,24 %\n15/11/2026,24.5 %\n", 24.5, 15),
        ("\ufeff day , revenue\u00a0\n2026-11-15,7\n", 7, 15),
        ("Day,REVENUE\n2026-11-15,7\n", 7, 15),
        # Older rows and empty ones do no harm, nor do days to come.
        ("day,revenue\n2026-10-31,n/a\n2026-11-15,7\n", 7, 15),
        ("day,revenue\n2026-11-15,7\n2026-11-16,\n,\n\n", 7, 15),
        ("day,revenue\n2026-11-15,7\n2026-12-01,n/a\n", 7, 15),
        ("day,revenue\n2026-11-15,6\n2026-11-15,7\n", 7, 15),
        ("day,revenue,note\n2026-11-15,7\n", 7, 15),
    ],
)
def test_what_is_read(text: str, value: float, on: int) -> None:
    assert read(text) == Sample(value, date(2026, 11, on), "file x.csv")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("day,revenue\n2026-10-31,7\n2026-11-15,n/a\n", "no number at revenue in row 3; export"),
        ('day,revenue\n2026-10-31,7\n\n2026-11-15,"1,020"\n', "a comma that can mean thousands or decimals at revenue in row 4"),
        ('day,revenue\n2026-10-31,7\n2026-11-15,"7,5"\n', "a decimal comma at revenue in row 3"),
        ("day,revenue\n2026-10-31,7\n05/11/2026,8\n", "a day that can be read in two ways at day in row 3"),
        ("day,revenue\n2026-10-31,7\nTotal,8\n", "no day at day in row 3"),
        ("day,revenue\n2026-10-31,7\n,8\n", "no day at day in row 3; give each row a day"),
        ("day,revenue\n2026-11-15,1,020,000\n", "more cells in row 2 than its header; put numbers with commas in quotes"),
        ("day,revenues\n2026-11-15,7\n", 'no column "revenue"; did you mean "revenues"?'),
        ("date,revenue\n2026-11-15,7\n", 'no column "day"'),
        ("day,revenue,revenue \n2026-11-15,7,8\n", '2 columns called "revenue"'),
        ("day;revenue\n2026-11-15;7\n", "separated by semicolons"),
        ("day\trevenue\n2026-11-15\t7\n", "separated by tabs"),
        ("", "has no rows"),
    ],
)  # fmt: skip
def test_what_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(SourceError) as refused:
        read(text)
    assert str(refused.value).startswith("file x.csv ")
    assert why in str(refused.value)


def test_without_days_the_last_row_counts_or_is_refused() -> None:
    assert read("revenue\nn/a\n7\n", day="").value == 7
    with pytest.raises(SourceError, match="in row 3"):
        read("revenue\n7\nn/a\n", day="")


CELLS = st.one_of(
    st.integers(0, 10**7).map(lambda n: (f"{n:,}", n)),
    st.integers(0, 10**7).map(lambda n: (str(n), n)),
    st.sampled_from([("n/a", None), ("7,5", None), ("", ""), ("\u202f", "")]),
)


@given(st.lists(st.tuples(st.integers(0, 40), CELLS), min_size=1, max_size=8, unique_by=lambda row: row[0]))
def test_the_value_is_that_of_the_latest_row_that_says_something_or_there_is_none(
    rows: list[tuple[int, tuple[str, object]]],
) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["day", "revenue"])
    writer.writerows([(TODAY - timedelta(ago)).isoformat(), text] for ago, (text, _) in rows)
    says = [(ago, meant) for ago, (_, meant) in rows if meant != ""]
    try:
        sample = read(file.getvalue())
    except SourceError:
        return
    ago, meant = min(says, key=lambda row: row[0])
    assert (sample.value, sample.on) == (meant, TODAY - timedelta(ago))
