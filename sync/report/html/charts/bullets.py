"""How far a key result is: its value, where it should be by now, and the range in which it is forecast to end. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.frame import colour, nothing
from sync.report.html.charts.values import Bullet, ChartWords
from sync.report.html.page import Tone

_HEIGHT = 28
_BAR, _THICK = 5, 10
_RANGE = 22
"""Where the forecast stands, beneath the bar."""

_QUARTERS = (0.25, 0.5, 0.75)


def bullet(
    *,
    value: float | None,
    pace: float | None,
    low: float | None,
    middle: float | None,
    high: float | None,
    title: str,
    tone: Tone = "",
) -> Markup:
    """A bar up to `value` with a mark at `pace`, and beneath it the forecast as a whisker from `low` to `high` with a dot at
    `middle`: shares, 0 to 1, and None for what is not known. Beyond 0 and 1 it stands at the edge."""
    marks = [svg.rect(0, _BAR, "100%", _THICK, class_="track", rx=2)]
    if value is not None and value > 0:
        marks.append(svg.rect(0, _BAR, _at(value), _THICK, class_=f"solid {colour(tone, 0)}", rx=2))
    marks += [svg.line(_at(one), _BAR, _at(one), _BAR + _THICK, "quarter") for one in _QUARTERS]
    if low is not None and high is not None:
        marks.append(svg.line(_at(low), _RANGE, _at(high), _RANGE, "range"))
        marks += [svg.line(_at(one), _RANGE - 3, _at(one), _RANGE + 3, "range") for one in (low, high)]
    if middle is not None:
        marks.append(svg.circle(_at(middle), _RANGE, 3.5, class_="middle"))
    if pace is not None:
        marks.append(svg.line(_at(pace), _BAR - 4, _at(pace), _BAR + _THICK + 3, "pace"))
    drawing = svg.svg(svg.title(title), *marks, label=title, height=_HEIGHT, class_="bullet")
    return svg.element("span", drawing, class_="one-bullet")


def _at(share: float) -> str:
    return svg.percent(min(max(share, 0.0), 1.0))


def bullets(
    rows: Sequence[Bullet],
    *,
    title: str,
    words: ChartWords,
    value: str = "",
    pace: str = "",
    forecast: str = "",
) -> Markup:
    """Bullets below each other on one scale from 0 to 100 %, each with its name and its value beside it.

    `value`, `pace`, `forecast`: what the bar, the mark across and the whisker are, for the legend.
    """
    if not rows:
        return nothing(title)
    lines = [
        svg.element(
            "li",
            svg.element("span", svg.link(one.href, svg.element("span", one.name)), class_="name"),
            bullet(
                value=one.value,
                pace=one.pace,
                low=one.low,
                middle=one.middle,
                high=one.high,
                title=one.title,
                tone=one.tone,
            ),
            svg.element("b", one.text, class_="number"),
        )
        for one in rows
    ]
    scale = svg.element(
        "li",
        svg.element("span", class_="name"),
        svg.element("span", _scale(words), class_="one-bullet"),
        svg.element("b", class_="number"),
        class_="scale",
        aria_hidden="true",
    )
    keys = [
        svg.element("li", svg.element("i", class_=f"{mark}", aria_hidden="true"), said)
        for mark, said in (("key series-1", value), ("tick", pace), ("whisker", forecast))
        if said
    ]
    return svg.element(
        "div",
        svg.element("ul", *lines, scale, class_="rows", aria_label=title),
        svg.element("ul", *keys, class_="legend always") if keys else Markup(""),
        class_="plot bars",
    )


def _scale(words: ChartWords) -> Markup:
    marks = []
    for share in (0.0, *_QUARTERS, 1.0):
        anchor = {0.0: "start", 1.0: "end"}.get(share, "middle")
        name = "tick minor" if share in (0.25, 0.75) else "tick"
        marks.append(svg.text(_at(share), 12, words.percent(100 * share), name, text_anchor=anchor))
    return svg.element("svg", *marks, width="100%", height=16, class_="scale-line")
