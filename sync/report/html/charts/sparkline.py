"""How a value went, in the height of a line of text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from sync.report.html import svg

_WIDTH, _HEIGHT = 112, 28
_EDGE = 4
"""Room for the dot at the end."""


def sparkline(points: Sequence[tuple[date, float | None]], *, title: str, last: str) -> Markup:
    """A line over days, broken where nothing is known, with `last`, the last value as read, at its end."""
    known = [value for _, value in points if value is not None]
    marks: list[Markup] = [svg.line(0, _HEIGHT - 2, _WIDTH, _HEIGHT - 2, "base")]
    if known:
        first, span = points[0][0], max((points[-1][0] - points[0][0]).days, 1)
        x = svg.Scale(0, span, _EDGE, _WIDTH - _EDGE)
        low, high = min(known), max(known)
        # Where nothing moved, the line stands in the middle.
        y = svg.Scale(low, high, _HEIGHT - _EDGE - 2, _EDGE) if high > low else svg.Scale(0, 1, 0, 0)
        level = 0 if high > low else _HEIGHT / 2
        places = [
            None if value is None else (x((day - first).days), y(value) + level) for day, value in points
        ]
        marks.append(svg.path(_line(places), class_="edge"))
        end = [one for one in places if one is not None][-1]
        marks.append(svg.circle(end[0], end[1], 2.5, class_="end"))
    drawing = svg.svg(
        svg.title(title),
        *marks,
        label=title,
        width=_WIDTH,
        height=_HEIGHT,
        view=(_WIDTH, _HEIGHT),
        class_="line",
    )
    return svg.element(
        "span", drawing, svg.element("b", last) if last else Markup(""), class_="sparkline series-1"
    )


def _line(places: Sequence[tuple[float, float] | None]) -> str:
    written, before = [], False
    for one in places:
        if one is not None:
            written.append(f"{'L' if before else 'M'}{svg.number(one[0], 1)} {svg.number(one[1], 1)}")
            if not before:
                # A single day between gaps is still seen: a round end.
                written.append("h0")
        before = one is not None
    return "".join(written)
