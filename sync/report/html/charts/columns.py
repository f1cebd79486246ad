"""Amounts by week. Pure."""
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.values import Band, ChartWords


def columns(weeks: Sequence[date], series: Sequence[Band], *, title: str, words: ChartWords) -> Markup:
    """Columns beside each other for each week, such as arrivals and departures."""
    return svg.svg(svg.title(title), label=title, height=200, class_="chart")
