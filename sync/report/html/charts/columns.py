"""Amounts by week. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.frame import HEIGHT, Name, across, along, colour, plot, strips
from sync.report.html.charts.values import Band, ChartWords

_FILLED = 0.7
"""Of the width of a week."""


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
    week = 1 / len(weeks)
    wide = week * _FILLED / len(series)
    marks = []
    for index, band in enumerate(series):
        start = week * (1 - _FILLED) / 2 + index * wide
        bars = [
            svg.rect(
                svg.percent(at * week + start),
                svg.number(y, 1),
                svg.percent(wide * 0.92),
                svg.number(HEIGHT - y, 1),
            )
            for at, y in enumerate(map(place, band.values))
            if y < HEIGHT
        ]
        marks.append(svg.group(*bars, class_=f"solid {colour(band.tone, index)}"))
    said = [
        "\n".join((words.day(day), *(f"{band.name}: {words.number(band.values[at])}" for band in series)))
        for at, day in enumerate(weeks)
    ]
    names = [Name(0, band.name, "", colour(band.tone, index), band.href) for index, band in enumerate(series)]
    return plot(
        "columns",
        title,
        *across(values, place, texts),
        *marks,
        *along(weeks[0], weeks[-1], words, half=week / 2),
        *strips([(at * week, (at + 1) * week) for at in range(len(weeks))], said),
        left=texts,
        names=names,
        axis=axis,
        beside=False,
    )
