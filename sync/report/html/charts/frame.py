"""What charts have in common: the frame with its axes, names beside marks, and the legend. Pure.

x is a share of the width, 0 to 1, and y is in pixels, so that text keeps its size at any width. Where there is room, names
stand beside their marks; in narrow places the legend says them. Which of the two is seen, the look decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.values import ChartWords
from sync.report.html.page import Tone

HEIGHT = 240
"""Of a plot, in pixels; the look has it as well."""

_SERIES = 8
_MOST_DAYS = 7
_LINE = 17
"""Between names beside marks."""

_MARGINS = (24, 32, 44, 60)
_NAMES = (80, 120, 160, 200)


@dataclass(frozen=True, slots=True)
class Name:
    """A name beside a mark at height `y`, with the value of the mark. `mark`: the class of its colour."""

    y: float
    name: str
    value: str
    mark: str
    href: str = ""

    @property
    def words(self) -> str:
        return f"{self.name} {self.value}".strip()


def colour(tone: Tone, place: int) -> str:
    """The class of a mark: of its tone, or of its place among the series."""
    return f"tone-{tone}" if tone else f"series-{place % _SERIES + 1}"


def plot(
    kind: str,
    title: str,
    *marks: Markup,
    left: Sequence[str] = (),
    names: Sequence[Name] = (),
    axis: str = "",
    has_links: bool = False,
    lines: bool = False,
    beside: bool = True,
    key: Markup | None = None,
) -> Markup:
    """The whole chart. `left`: what stands at the axis on the left; `names`: what stands on the right or in the legend.

    `axis`: what the axis on the left is; `lines`: the names are those of lines; `beside`: they stand at heights of their own; `key`: a legend of its own.
    """
    if not marks:
        return nothing(title)
    linked = has_links or (beside and any(one.href and svg.is_page(one.href) for one in names))
    room = _step(max((svg.text_width(one) for one in left), default=0) + 8, _MARGINS)
    wide = 0
    if names and beside:
        wide = _step(max(svg.text_width(one.words) for one in names) + 20, _NAMES)
    drawing = svg.svg(
        *marks,
        *(beside_marks(names) if beside else ()),
        label=title,
        has_links=linked,
        height=HEIGHT,
        class_="area",
    )
    return svg.element(
        "div",
        svg.element("p", axis, class_="axis") if axis else Markup(""),
        svg.element("div", drawing, class_=f"frame left-{room} right-{wide}"),
        key or Markup(""),
        legend(names, lines=lines, always=not beside),
        class_=f"plot {kind}",
    )


def nothing(title: str) -> Markup:
    """What stands where there is nothing to draw."""
    return svg.element("div", svg.element("p", title, class_="axis"), class_="plot")


def _step(size: float, steps: Sequence[int]) -> int:
    return next((one for one in steps if one >= size), steps[-1])


def beside_marks(names: Sequence[Name]) -> list[Markup]:
    """Names on the right, at the height of their marks or as near as there is room, with a line from each to its mark."""
    if not names:
        return []
    placed = svg.spread([one.y for one in names], _LINE, 6, HEIGHT - 4)
    parts = []
    for one, y in zip(names, placed, strict=True):
        known = svg.fitted(one.name, _NAMES[-1] - 22 - svg.text_width(one.value))
        value = svg.element("tspan", one.value, class_="number")
        words = svg.text(16, svg.number(y, 1), svg.joined((known, " ", value) if one.value else (known,)))
        leader = svg.path(f"M2 {svg.number(one.y, 1)}L12 {svg.number(y, 1)}", class_=f"leader {one.mark}")
        whole = svg.title(one.words) if known != one.name else Markup("")
        if one.href and svg.is_page(one.href):
            named = svg.link(one.href, whole, words)
        else:
            named = svg.group(whole, words) if whole else words
        parts.append(svg.joined((leader, named)))
    # What is nested keeps its units, so that pixels begin at the right edge; and it may stand outside.
    return [svg.element("svg", *parts, x="100%", width=1, height=1, class_="beside outside")]


def legend(names: Sequence[Name], *, lines: bool = False, always: bool = False) -> Markup:
    """The names with their colours, for where they do not stand beside their marks: `always`, or where it is narrow."""
    shape = "stroke" if lines else "key"
    entries = [
        svg.element(
            "li",
            svg.element("i", class_=f"{shape} {one.mark}", aria_hidden="true") if one.mark else Markup(""),
            svg.link(one.href, svg.element("span", one.name)),
            " ",
            svg.element("b", one.value) if one.value else Markup(""),
        )
        for one in names
    ]
    return (
        svg.element("ul", *entries, class_="legend always" if always else "legend") if entries else Markup("")
    )


def across(values: Sequence[float], place: svg.Scale, texts: Sequence[str]) -> list[Markup]:
    """The lines across at round values, with their values on the left. Where they stand exactly, the look says."""
    lines, marks = [], []
    for value, words in zip(values, texts, strict=True):
        y = svg.number(place(value), 1)
        lines.append(svg.element("line", x2="100%", y1=y, y2=y, class_="base" if y == str(HEIGHT) else None))
        marks.append(svg.element("text", words, y=y))
    return [svg.group(*lines, class_="grid"), svg.group(*marks, class_="up")]


def along(first: date, last: date, words: ChartWords, *, half: float = 0) -> list[Markup]:
    """Days below the plot, from `first` at the left to `last` at the right; every second one goes where it is narrow.

    `half`: by how much of the width the first and the last stand inside, where each day has a column.
    """
    span = max((last - first).days, 1)
    notches, marks = [], []
    for index, day in enumerate(svg.day_ticks(first, last, _MOST_DAYS)):
        share = half + (1 - 2 * half) * (day - first).days / span
        x = svg.percent(share)
        anchor = "start" if share < 0.02 else "end" if share > 0.96 else None
        notches.append(svg.element("line", x1=x, x2=x, y2=4))
        marks.append(
            svg.element(
                "text", words.day(day), x=x, text_anchor=anchor, class_="minor" if index % 2 else None
            )
        )
    return [svg.group(*notches, *marks, class_="along")]


def strips(titles: Sequence[str], *, first: float = 0, total: float = 0) -> list[Markup]:
    """Invisible columns beside each other that say the values of a day to who points at it.

    `total`: how many of them are as wide as the plot, if not just these; `first`: where the first one begins, in their width.
    """
    parts = [
        svg.element("rect", svg.title(words), x=svg.number(first + index, 1))
        for index, words in enumerate(titles)
    ]
    return [svg.stretched(*parts, width=total or len(titles), height=1, class_="strips")]
