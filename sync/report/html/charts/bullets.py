"""How far a key result is: its value, where it should be by now, and the range in which it is forecast to end. Pure."""
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.values import Bullet, ChartWords

_HEIGHT = 22


def bullet(
    *,
    value: float | None,
    pace: float | None,
    low: float | None,
    middle: float | None,
    high: float | None,
    title: str,
) -> Markup:
    """A bar up to `value` with a mark at `pace`, and the forecast as a whisker from `low` to `high` with a dot at
    `middle`: shares, 0 to 1, and None for what is not known."""
    marks = [svg.rect(0, 7, "100%", 8, class_="track")]
    if value is not None:
        marks.append(svg.rect(0, 7, svg.percent(value), 8, class_="value"))
    if low is not None and high is not None:
        marks.append(svg.line(svg.percent(low), 19, svg.percent(high), 19, "range"))
    if middle is not None:
        marks.append(svg.circle(svg.percent(middle), 19, 2.5, class_="middle"))
    if pace is not None:
        marks.append(svg.line(svg.percent(pace), 3, svg.percent(pace), 19, "pace"))
    return svg.svg(svg.title(title), *marks, label=title, height=_HEIGHT, class_="chart bullet")


def bullets(rows: Sequence[Bullet], *, title: str, words: ChartWords) -> Markup:
    """Bullets below each other on one scale, each with its name and its value beside it."""
    parts: list[Markup] = []
    for row in rows:
        parts += [
            svg.element("p", row.name, " ", row.text),
            bullet(
                value=row.value, pace=row.pace, low=row.low, middle=row.middle, high=row.high, title=row.title
            ),
        ]
    return svg.element("div", *parts, role="group", aria_label=title)
