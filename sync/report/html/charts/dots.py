"""Items as dots, each a link with its words where it has an address. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from markupsafe import Markup

from sync.report.html import svg

Shape = Literal["circle", "diamond", "triangle"]
DIAMOND = "M-4.5 0L0-4.5L4.5 0L0 4.5z"
MOST_STOPS = 60
"""Above so many links in a chart they are for the pointer alone; the table beside it has them for the keyboard."""

_PATHS = {"diamond": DIAMOND, "triangle": "M-4 6L0-1L4 6z"}


def dot(
    x: float, y: float, shape: Shape, words: str, href: str, *, is_high: bool = False, is_stop: bool = True
) -> Markup:
    """An item at `x`, a share of the width, and `y` in pixels. `is_high`: it is to be seen first; `is_stop`: Tab stops there."""
    kind = "high" if is_high else None
    linked = bool(href) and svg.is_page(href)
    inner = () if linked else (svg.title(words),)
    if shape == "circle":
        drawn = svg.circle(svg.percent(x), svg.number(y, 1), 3.5, *inner, class_=kind)
    else:
        path = svg.path(_PATHS[shape])
        drawn = svg.element(
            "svg", *inner, path, x=svg.percent(x), y=svg.number(y, 1), class_=f"outside {kind or ''}".strip()
        )
    # The title of the link is its name as well.
    return svg.link(href, svg.title(words), drawn, tabindex=None if is_stop else -1) if linked else drawn


def unnamed(places: Iterable[tuple[int, int]], width: int, height: int) -> Markup:
    """Dots without a name as one path of points: its line has round ends and no length. `width`: that of the places."""
    d = "".join(f"M{x} {y}h0" for x, y in sorted(set(places)))
    return svg.stretched(svg.path(d, class_="points"), width=width, height=height)
