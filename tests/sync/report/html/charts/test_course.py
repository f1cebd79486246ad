"""The course of a key result: its lines run where the values say."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from config.text.figures import ENGLISH
from sync.report.html.charts import CourseWords, Ends, course, words_of
from sync.report.html.charts.frame import HEIGHT
from tests.support.chart_gallery import LOOK

START = date(2026, 10, 1)
NAMES = CourseWords("reached", "expected", "at the end")
ENDS = Ends(0.4, 0.5, 0.75, "40–75 %")
PACE = [(START + timedelta(days=day), day / 10) for day in range(11)]


def drawn(reached: list[tuple[int, float]], ends: Ends | None = ENDS) -> str:
    days = [(START + timedelta(days=day), value) for day, value in reached]
    return str(course(days, PACE, ends, title="A", words=words_of(ENGLISH), names=NAMES))


def paths(svg: str) -> dict[str, str]:
    found = re.findall(r'<path d="([^"]*)" class="([^"]*)"', svg) + [
        (d, name) for name, d in re.findall(r'<path class="([^"]*)" d="([^"]*)"', svg)
    ]
    return {name: d for d, name in found}


def test_lines_run_where_the_values_say() -> None:
    found = paths(drawn([(0, 0.0), (5, 0.25)]))
    assert found["trace thick series-1"] == f"M0 {HEIGHT}L5 {HEIGHT * 0.75:g}"
    assert found["trace dashed tone-quiet"].startswith(f"M0 {HEIGHT}L1 ")
    assert found["trace dashed tone-quiet"].endswith("L10 0")
    assert found["fill"] == f"M5 {HEIGHT * 0.75:g}L10 {HEIGHT * 0.25:g}L10 {HEIGHT * 0.6:g}Z"
    assert found["trace"] == f"M5 {HEIGHT * 0.75:g}L10 {HEIGHT * 0.5:g}"


def test_without_a_forecast_there_is_no_fan() -> None:
    svg = drawn([(0, 0.0), (5, 0.25)], ends=None)
    assert "fill" not in paths(svg)
    assert "at the end" not in svg


def test_without_a_reading_only_the_pace_is_drawn() -> None:
    assert paths(drawn([])).keys() == {"trace dashed tone-quiet"}


@pytest.mark.parametrize("beyond", [-0.5, 1.5])
def test_what_is_beyond_stands_at_the_edge(beyond: float) -> None:
    line = paths(drawn([(0, beyond), (5, beyond)]))["trace thick series-1"]
    assert line == (f"M0 {HEIGHT}L5 {HEIGHT}" if beyond < 0 else "M0 0L5 0")


def test_a_long_course_has_few_tooltips_and_the_last_day_among_them() -> None:
    pace = [(START + timedelta(days=day), day / 365) for day in range(366)]
    reached = [(START + timedelta(days=day), day / 400) for day in range(200)]
    svg = str(course(reached, pace, None, title="A", words=words_of(ENGLISH), names=NAMES))
    told = re.findall(r"<title>([^<]*)</title>", svg)
    assert 10 <= len(told) <= 31
    assert told[-1] == "18 Apr: 49 %"


def test_lines_are_lines_in_the_look() -> None:
    """Without a word on that, a browser fills what a line goes round."""
    assert re.search(
        r"\.course \.trace \{[^}]*fill: none;[^}]*stroke: currentColor;", LOOK.read_text(encoding="utf-8")
    )
