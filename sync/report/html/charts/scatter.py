"""Items by day and value, such as how long they took. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.frame import HEIGHT, Name, across, along, plot
from sync.report.html.charts.values import ChartWords, Dot, Guide

MOST_DOTS = 2_000
"""Above it, dots are counted by day and value."""

_MOST_LINKS = 400
"""Dots with a tooltip and a link of their own: the highest ones. A link takes fifteen times the bytes of a dot."""

_MOST_STOPS = 60
"""Above it, links are for the pointer alone; the table beside the chart has them for the keyboard."""

_ABOVE = 1.5
"""The axis ends at so many times the highest guide, if dots are higher; those stand at the edge."""

_CELL = 8
"""Height of a cell in which dots are counted, in pixels; the narrowest one is a day."""

_MOST_CELLS = 120
"""Cells beside each other."""


def scatter(
    points: Sequence[Dot], guides: Sequence[Guide], *, title: str, words: ChartWords, axis: str = ""
) -> Markup:
    """A dot for each item, and guides across with their meaning; above `MOST_DOTS` they are counted by day and value.

    Dots above the highest guide are marked; those far above stand at the upper edge as triangles, with their number. `axis`:
    what the value is.
    """
    if not points:
        return plot("scatter", title)
    highest = max(one.value for one in points)
    limit = max((one.value for one in guides), default=math.inf)
    top = min(highest, max(limit * _ABOVE, 1)) if guides else highest
    values = svg.ticks(max(top, min(limit, highest * 2)))
    place = svg.Scale(values[0], values[-1], HEIGHT, 0)
    texts = [words.number(one) for one in values]
    first, last = min(one.day for one in points), max(one.day for one in points)
    days = max((last - first).days, 1)
    beyond = sum(one.value > values[-1] for one in points)
    if len(points) > MOST_DOTS:
        marks = _counted(points, first, days, place, words)
        linked = False
    else:
        marks, linked = _dots(points, first, days, place, limit)
    names = [Name(place(one.value), one.text, "", "guide") for one in guides]
    return plot(
        "scatter",
        title,
        *across(values, place, texts),
        *marks,
        *(_guide(place(one.value)) for one in guides),
        *([svg.text("100%", -6, f"▲ {words.number(beyond)}", "beyond", text_anchor="end")] if beyond else []),
        *along(first, last, words),
        left=texts,
        names=names,
        axis=axis,
        has_links=linked,
        lines=True,
    )


def _guide(y: float) -> Markup:
    return svg.line(0, svg.number(y, 1), "100%", svg.number(y, 1), "guide")


def _dots(
    points: Sequence[Dot], first: date, days: int, place: svg.Scale, limit: float
) -> tuple[list[Markup], bool]:
    order = sorted(points, key=lambda one: (-one.value, one.day, one.text))
    own, plain = order[:_MOST_LINKS], order[_MOST_LINKS:]
    stops = len(own) <= _MOST_STOPS
    marks = []
    if plain:
        marks.append(_plain([((one.day - first).days, place(one.value)) for one in plain], days))
    parts = []
    for one in reversed(own):
        x, y = svg.percent((one.day - first).days / days), place(one.value)
        kind = "high" if one.value > limit else None
        if one.value > place.high:
            shape = svg.element(
                "svg", svg.path("M-4 6L0-1L4 6z", svg.title(one.text)), x=x, class_="outside high"
            )
        else:
            shape = svg.circle(x, svg.number(y, 1), 3.5, svg.title(one.text), class_=kind)
        parts.append(svg.link(one.href, shape, label=one.text, tabindex=None if stops else -1))
    marks.append(svg.group(*parts, class_="dots"))
    return marks, any(one.href and svg.is_page(one.href) for one in own)


def _plain(places: Sequence[tuple[int, float]], days: int) -> Markup:
    """Dots without a name as one path of points: its line has round ends and no length."""
    d = "".join(f"M{x} {round(y)}h0" for x, y in sorted(places))
    return svg.stretched(svg.path(d, class_="points"), width=days, height=HEIGHT)


def _counted(
    points: Sequence[Dot], first: date, days: int, place: svg.Scale, words: ChartWords
) -> list[Markup]:
    wide = -(-(days + 1) // _MOST_CELLS)
    cells = Counter(
        ((one.day - first).days // wide, min(int(place(one.value) // _CELL), HEIGHT // _CELL - 1))
        for one in points
    )
    most = max(cells.values())
    columns = (days + wide) // wide
    by_shade: dict[int, list[Markup]] = {}
    for (x, y), count in sorted(cells.items()):
        shade = min(4, 1 + int(4 * math.log(count) / math.log(most))) if most > 1 else 1
        by_shade.setdefault(shade, []).append(
            svg.rect(x, y * _CELL, 1, _CELL, svg.title(words.number(count)))
        )
    groups = [svg.group(*by_shade[shade], class_=f"shade-{shade}") for shade in sorted(by_shade)]
    return [svg.stretched(*groups, width=columns, height=HEIGHT)]
