"""Items by day and value, such as how long they took. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.dots import MOST_STOPS, dot, unnamed
from sync.report.html.charts.frame import HEIGHT, Name, across, along, legend, plot, strips
from sync.report.html.charts.values import ChartWords, Dot, Guide

MOST_DOTS = 2_000
"""Above it, dots are counted by day and value."""

MOST_LINKS = 400
"""Dots with a tooltip and a link of their own: the highest ones. A link takes fifteen times the bytes of a dot."""

_ABOVE = 1.5
"""The axis ends at so many times the highest guide, if dots are higher; those stand at the edge."""

_CELL = 8
"""Height of a cell in which dots are counted, in pixels; the narrowest one is a day."""

_MOST_CELLS = 120
"""Cells beside each other."""

_SHADES = 4


def scatter(
    points: Sequence[Dot],
    guides: Sequence[Guide],
    *,
    title: str,
    words: ChartWords,
    axis: str = "",
    named: int = MOST_LINKS,
) -> Markup:
    """A dot for each item, and guides across with their meaning; above `MOST_DOTS` they are counted by day and value.

    Dots above the highest guide are marked; those far above stand at the upper edge as triangles, with their number. `axis`:
    what the value is; `named`: how many dots have their words, the highest ones.
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
    said = f"▲ {words.number(beyond)} > {texts[-1]}"
    key = Markup("")
    if len(points) > MOST_DOTS:
        marks, key = _counted(points, first, days, place, words)
        linked = False
    else:
        marks, linked = _dots(points, first, days, place, limit, named)
    names = [Name(place(one.value), one.text, "", "guide") for one in guides]
    return plot(
        "scatter",
        title,
        *across(values, place, texts),
        *marks,
        *(_guide(place(one.value)) for one in guides),
        *([svg.text("100%", -6, said, "beyond", text_anchor="end")] if beyond else []),
        *along(first, last, words),
        left=texts,
        names=names,
        axis=axis,
        has_links=linked,
        lines=True,
        key=key,
    )


def _guide(y: float) -> Markup:
    return svg.line(0, svg.number(y, 1), "100%", svg.number(y, 1), "guide")


def _dots(
    points: Sequence[Dot], first: date, days: int, place: svg.Scale, limit: float, named: int
) -> tuple[list[Markup], bool]:
    order = sorted(points, key=lambda one: (-one.value, one.day, one.text))
    own, plain = order[:named], order[named:]
    marks = []
    if plain:
        places = (((one.day - first).days, round(place(one.value))) for one in plain)
        marks.append(unnamed(places, days, HEIGHT))
    parts = [
        dot(
            (one.day - first).days / days,
            place(one.value),
            "triangle" if one.value > place.high else "circle",
            one.text,
            one.href,
            is_high=one.value > limit,
            is_stop=len(own) <= MOST_STOPS,
        )
        for one in reversed(own)
    ]
    marks.append(svg.group(*parts, class_="dots"))
    return marks, any(one.href and svg.is_page(one.href) for one in own)


def _counted(
    points: Sequence[Dot], first: date, days: int, place: svg.Scale, words: ChartWords
) -> tuple[list[Markup], Markup]:
    """Cells in shades by how many dots lie in them, and what the shades mean."""
    wide = -(-(days + 1) // _MOST_CELLS)
    columns = days // wide + 1
    cells = Counter(
        ((one.day - first).days // wide, min(int(place(one.value) // _CELL), HEIGHT // _CELL - 1))
        for one in points
    )
    limits = _limits(max(cells.values()))
    drawn: list[list[str]] = [[] for _ in limits]
    for (x, y), count in sorted(cells.items()):
        drawn[bisect_left(limits, count)].append(f"M{x} {y * _CELL}h1v{_CELL}h-1z")
    shades = [svg.path("".join(one), class_=f"shade-{at}") for at, one in enumerate(drawn, 1) if one]
    totals = Counter((one.day - first).days // wide for one in points)
    said = [
        f"{words.day(first + timedelta(days=at * wide))}: {words.number(totals[at])}" for at in range(columns)
    ]
    key = legend(
        [
            Name(
                0,
                words.number(low) if low == high else f"{words.number(low)} – {words.number(high)}",
                "",
                f"shade-{at}",
            )
            for at, (low, high) in enumerate(zip((1, *(one + 1 for one in limits)), limits, strict=False), 1)
        ],
        always=True,
    )
    return [svg.stretched(*shades, width=columns, height=HEIGHT), *strips(said)], key


def _limits(most: int) -> list[int]:
    """The highest count of each shade: each has about as many times more as the one before."""
    found = sorted({math.ceil(most ** (at / _SHADES)) for at in range(1, _SHADES)} | {most})
    return found[-_SHADES:]
