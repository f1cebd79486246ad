"""Amounts on top of each other over time: what is in progress for what, and the cumulative flow. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate, pairwise

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.frame import HEIGHT, Name, across, along, colour, plot, strips
from sync.report.html.charts.values import Band, ChartWords

_MOST_BANDS = 9
"""More cannot be told apart; the smallest are then one band."""

_MOST_STRIPS = 14
"""Days whose values are said to who points at them: one a week in a quarter. The table beside the chart has each."""

_LONGEST = 200
"""Of a name in a tooltip, in pixels."""


def stacked(
    days: Sequence[date],
    bands: Sequence[Band],
    *,
    title: str,
    words: ChartWords,
    axis: str = "",
    others: str = "+{}",
) -> Markup:
    """Areas on top of each other, the first band on top, with what each is now beside it.

    Of many bands those with a tone and the largest stay, and the others are one band, called `others` with their number.
    """
    shown = _foremost(bands, others)
    # From the bottom up: each edge is the sum of the bands below it and its own.
    rising = list(accumulate((one.values for one in reversed(shown)), _sum))
    edges = rising[::-1]
    below = [*edges[1:], [0.0] * len(days)]
    now = [words.number(one.values[-1]) if days else "" for one in shown]
    return _areas(days, shown, edges, below, now, title=title, words=words, axis=axis, low=0)


def _sum(one: Sequence[float], other: Sequence[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _foremost(bands: Sequence[Band], others: str) -> list[Band]:
    if len(bands) <= _MOST_BANDS:
        return list(bands)
    plain = sorted((one for one in bands if not one.tone), key=lambda one: -sum(one.values))
    kept = {id(one) for one in plain[: _MOST_BANDS - 1 - (len(bands) - len(plain))]}
    rest = [one for one in plain if id(one) not in kept]
    together = list(map(sum, zip(*(one.values for one in rest), strict=True)))
    folded = Band(others.format(len(rest)), together)
    shown = [one for one in bands if one.tone or id(one) in kept]
    last = max((at for at, one in enumerate(shown) if not one.tone), default=len(shown) - 1)
    return [*shown[: last + 1], folded, *shown[last + 1 :]]


def cumulative(
    weeks: Sequence[date], lines: Sequence[Band], *, title: str, words: ChartWords, axis: str = ""
) -> Markup:
    """The cumulative flow: how many items had entered each stage by then.

    `lines`: from the first stage to the last, so that each is below the one before; between two is what stood in the
    stage, which is what stands beside it. The axis begins where the last line does.
    """
    edges = [one.values for one in lines]
    floor = min(edges[-1], default=0.0) if edges else 0.0
    # What is finished is the ground on which the work stands.
    lines = [*lines[:-1], *(replace(one, tone=one.tone or "quiet") for one in lines[-1:])]
    below = [*edges[1:], [floor] * len(weeks)]
    now = []
    if weeks:
        now = [words.number(a[-1] - b[-1]) for a, b in pairwise(edges)]
        now += [words.number(edge[-1]) for edge in edges[-1:]]
    return _areas(weeks, lines, edges, below, now, title=title, words=words, axis=axis, low=floor)


def _areas(
    days: Sequence[date],
    bands: Sequence[Band],
    edges: Sequence[Sequence[float]],
    below: Sequence[Sequence[float]],
    now: Sequence[str],
    *,
    title: str,
    words: ChartWords,
    axis: str,
    low: float,
) -> Markup:
    if not days or not bands:
        return plot("areas", title)
    values = [one for one in svg.ticks(max(map(max, edges)), low=low, whole=_are_whole(edges)) if one >= low]
    place = svg.Scale(low, values[-1], HEIGHT, 0)
    across_texts = [words.number(one) for one in values]
    steps = max(len(days) - 1, 1)
    marks = []
    names = []
    for index, (band, edge, under, value) in enumerate(zip(bands, edges, below, now, strict=True)):
        mark = colour(band.tone, _rank(bands, index))
        heights = [round(place(one)) for one in edge]
        marks.append(_area(heights, mark, f"{band.name} {value}"))
        middle = (place(edge[-1]) + place(under[-1])) / 2
        names.append(Name(middle, band.name, value, mark, band.href))
    return plot(
        "areas",
        title,
        *across(values, place, across_texts),
        svg.stretched(*marks, width=steps, height=HEIGHT),
        *along(days[0], days[-1], words),
        *_values_by_day(days, bands, edges, below, words),
        left=across_texts,
        names=names,
        axis=axis,
    )


def _are_whole(edges: Sequence[Sequence[float]]) -> bool:
    return all(float(one).is_integer() for edge in edges for one in edge)


def _rank(bands: Sequence[Band], index: int) -> int:
    """Its place among those without a tone, so that neighbours differ."""
    return sum(not one.tone for one in bands[:index])


def _area(heights: Sequence[int], mark: str, words: str) -> Markup:
    """What is below the edge. It is painted over by the areas in front, so that it needs no lower edge of its own.

    Only its upper edge is seen: the others are drawn outside of the plot.
    """
    if len(heights) == 1:
        heights = [*heights, *heights]
    steps = "".join(f"l1 {b - a}" if b >= a else f"l1{b - a}" for a, b in pairwise(heights)).replace(
        "l1 0", "h1"
    )
    beyond = f"h9V{HEIGHT + 9}H-9V{heights[0]}z"
    return svg.path(f"M0 {heights[0]}{steps}{beyond}", svg.title(words), class_=f"fill {mark}")


def _values_by_day(
    days: Sequence[date],
    bands: Sequence[Band],
    edges: Sequence[Sequence[float]],
    below: Sequence[Sequence[float]],
    words: ChartWords,
) -> list[Markup]:
    stride = -(-len(days) // _MOST_STRIPS)
    # The last day has one for sure.
    first = (len(days) - 1) % stride
    titles = []
    for index in range(first, len(days), stride):
        amounts = (
            f"{svg.fitted(band.name, _LONGEST)}: {words.number(edge[index] - under[index])}"
            for band, edge, under in zip(bands, edges, below, strict=True)
            if edge[index] != under[index]
        )
        titles.append("\n".join((words.day(days[index]), *amounts)))
    if len(days) == 1:
        return strips(titles)
    return strips(titles, first=first / stride - 0.5, total=(len(days) - 1) / stride)
