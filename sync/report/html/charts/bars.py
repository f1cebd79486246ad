"""Amounts beside each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.frame import colour, nothing
from sync.report.html.charts.values import Bar, ChartWords

_THICK = 14
_ROOM = 20


def bars(rows: Sequence[Bar], *, title: str, words: ChartWords, marker: str = "", value: str = "") -> Markup:
    """A horizontal bar for each row, its value beside it. `marker`: what the marks across bars are, such as "declared
    weight"; `value`: what the bars are, for the legend."""
    if not rows:
        return nothing(title)
    most = max((max(one.value, one.marker or 0) for one in rows), default=0) or 1
    lines = [
        svg.element(
            "li",
            svg.element("span", svg.link(one.href, svg.element("span", one.name)), class_="name"),
            _bar(one, most, words, marker),
            svg.element("b", one.text, class_="number"),
        )
        for one in rows
    ]
    known = marker and any(one.marker is not None for one in rows)
    key = [
        svg.element("li", svg.element("i", class_="key series-1", aria_hidden="true"), value),
        svg.element("li", svg.element("i", class_="tick", aria_hidden="true"), marker),
    ]
    return svg.element(
        "div",
        svg.element("ul", *lines, class_="rows", aria_label=title),
        svg.element("ul", *(key if value else key[1:]), class_="legend always") if known else Markup(""),
        class_="plot bars",
    )


def _bar(one: Bar, most: float, words: ChartWords, marker: str) -> Markup:
    marks = []
    if one.value > 0:
        size = svg.percent(one.value / most)
        marks.append(
            svg.rect(0, (_ROOM - _THICK) / 2, size, _THICK, class_=f"solid {colour(one.tone, 0)}", rx=2)
        )
    if one.marker is None:
        # Its name and its value stand beside it.
        return svg.element("svg", *marks, class_="bar", aria_hidden="true", height=_ROOM)
    x = svg.percent(one.marker / most)
    said = f"{one.name}: {one.text}; {f'{marker} {words.number(one.marker)}'.strip()}"
    marks.append(svg.line(x, 0, x, _ROOM, "marker"))
    return svg.svg(svg.title(said), *marks, label=said, height=_ROOM, class_="bar")
