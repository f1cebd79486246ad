"""Amounts by week. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.frame import HEIGHT, Name, across, along, colour, plot, strips
from sync.report.html.charts.values import Band, ChartWords

_COLUMN = 12
"""Units of the width of a column; weeks are two columns apart."""


def columns(
    weeks: Sequence[date], series: Sequence[Band], *, title: str, words: ChartWords, axis: str = ""
) -> Markup:
    """Columns beside each other for each week, such as arrivals and departures."""
    if not weeks or not series:
        return plot("columns", title)
    every = [one for band in series for one in band.values]
    values = svg.ticks(max(every), whole=all(float(one).is_integer() for one in every))
    place = svg.Scale(values[0], values[-1], HEIGHT, 0)
    texts = [words.number(one) for one in values]
    wide, gap = _COLUMN, 2 * _COLUMN
    week = gap + wide * len(series)
    marks = []
    for index, band in enumerate(series):
        start = gap // 2 + index * wide
        # A hair between neighbours.
        bars = (
            f"M{at * week + start} {y}h{wide - 1}V{HEIGHT}h{1 - wide}z"
            for at, y in enumerate(round(place(one)) for one in band.values)
            if y < HEIGHT
        )
        marks.append(svg.path("".join(bars), class_=f"solid {colour(band.tone, index)}"))
    said = [
        "\n".join((words.day(day), *(f"{band.name}: {words.number(band.values[at])}" for band in series)))
        for at, day in enumerate(weeks)
    ]
    names = [Name(0, band.name, "", colour(band.tone, index), band.href) for index, band in enumerate(series)]
    return plot(
        "columns",
        title,
        *across(values, place, texts),
        svg.stretched(*marks, width=week * len(weeks), height=HEIGHT),
        *along(weeks[0], weeks[-1], words, half=0.5 / len(weeks)),
        *strips(said),
        left=texts,
        names=names,
        axis=axis,
        beside=False,
    )
