"""Open work by stage and age, against the ages at which finished work left. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.dots import DIAMOND, MOST_STOPS, Shape, dot, unnamed
from sync.report.html.charts.frame import nothing
from sync.report.html.charts.values import Aged, AgingColumn, ChartWords

_SHARES = (50, 70, 85, 95)
_ABOVE = 1.5
"""The axis ends at so many times the highest 95 %, if items are older; those stand at the edge."""

_SLOTS = 90
"""Places beside each other in which dots do not touch, at a width of about 700 pixels."""

_STEPS = 1000
"""Places beside each other for dots without a name."""

_APART = 8
_LOW, _HIGH, _TALL = 36, 60, 100
"""Heights of a row; which one, its fullest place decides."""

MOST_LINKS = 150
"""Dots of a row with a tooltip and a link of their own: the oldest ones."""


def aging(
    columns: Sequence[AgingColumn], *, title: str, words: ChartWords, axis: str = "", named: int = MOST_LINKS
) -> Markup:
    """A row for each stage, from the first to the last, with a dot for each open item at its age.

    Behind the dots are the ages at which 50, 70, 85 and 95 % of finished work had left the stage. Older than 85 % is marked.
    `axis`: what the age is counted in; `named`: how many dots of a row have their words, the oldest ones.
    """
    if not columns:
        return nothing(title)
    ages = [one.age for column in columns for one in column.dots]
    limits = [one for column in columns for one in _limits(column) if one is not None]
    top = max(ages, default=1.0)
    if limits:
        top = max(min(top, max(limits) * _ABOVE), max(limits))
    values = svg.ticks(top, 5)
    place = svg.Scale(0, values[-1], 0, 1)
    stops = sum(min(len(one.dots), named) for one in columns) <= MOST_STOPS
    rows = [
        svg.element(
            "li",
            svg.element("span", svg.element("span", column.name), class_="name"),
            _row(column, place, values, words, named, stops=stops),
            svg.element("b", words.number(len(column.dots)), class_="number"),
        )
        for column in columns
    ]
    return svg.element(
        "div",
        svg.element("ul", *rows, _axis(values, place, words, axis), class_="rows", aria_label=title),
        _legend(words) if limits else Markup(""),
        class_="plot bars aging",
    )


def _limits(column: AgingColumn) -> tuple[float | None, ...]:
    return column.p50, column.p70, column.p85, column.p95


def _row(
    column: AgingColumn,
    place: svg.Scale,
    values: Sequence[float],
    words: ChartWords,
    named: int,
    *,
    stops: bool,
) -> Markup:
    slots: dict[int, list[Aged]] = defaultdict(list)
    for item in sorted(column.dots, key=lambda one: (one.age, one.text)):
        slots[round(place(item.age) * _SLOTS)].append(item)
    fullest = max(map(len, slots.values()), default=1)
    height = next((one for one in (_LOW, _HIGH) if one >= (fullest + 1) * _APART), _TALL)
    limit = column.p85
    marks = [*_bands(column, place, words, height)]
    marks += [svg.line(svg.percent(x), 0, svg.percent(x), height, "grid") for x in map(place, values)]
    own = {id(one) for one in sorted(column.dots, key=lambda one: (-one.age, one.text))[:named]}
    parts: list[Markup] = []
    plain: list[tuple[int, int]] = []
    for slot in slots.values():
        apart = min(_APART, (height - 8) / len(slot))
        for rank, item in enumerate(slot):
            # From the middle outwards, to both sides by turns.
            y = height / 2 + apart * ((rank + 1) // 2) * (1 if rank % 2 else -1)
            if id(item) not in own:
                plain.append((round(place(item.age) * _STEPS), round(y)))
                continue
            old = limit is not None and item.age > limit
            shape: Shape = "diamond" if old else "circle"
            parts.append(dot(place(item.age), y, shape, item.text, item.href, is_high=old, is_stop=stops))
    if plain:
        marks.append(unnamed(plain, _STEPS, height))
    linked = any(id(one) in own and one.href and svg.is_page(one.href) for one in column.dots)
    label = f"{column.name}: {words.number(len(column.dots))}"
    return svg.svg(
        *marks,
        svg.group(*parts, class_="dots"),
        label=label,
        has_links=linked,
        height=height,
        class_=f"tall-{height}",
    )


def _bands(column: AgingColumn, place: svg.Scale, words: ChartWords, height: int) -> list[Markup]:
    marks, start = [], 0.0
    limits = [
        (share, limit) for share, limit in zip(_SHARES, _limits(column), strict=True) if limit is not None
    ]
    for shade, (share, limit) in enumerate(limits, 1):
        said = svg.title(f"{words.percent(share)}: {words.number(limit)}")
        end = place(limit)
        marks.append(
            svg.rect(svg.percent(start), 0, svg.percent(end - start), height, said, class_=f"age-{shade}")
        )
        start = end
    if limits:
        marks.append(svg.rect(svg.percent(start), 0, svg.percent(1 - start), height, class_="age-5"))
    return marks


def _axis(values: Sequence[float], place: svg.Scale, words: ChartWords, axis: str) -> Markup:
    marks = []
    for index, value in enumerate(values):
        share = place(value)
        anchor = "start" if index == 0 else "end" if share > 0.97 else "middle"
        name = "tick minor" if index % 2 else "tick"
        marks.append(svg.text(svg.percent(share), 12, words.number(value), name, text_anchor=anchor))
    return svg.element(
        "li",
        svg.element("span", class_="name"),
        svg.element("svg", *marks, width="100%", height=16, class_="scale-line"),
        svg.element("b", class_="number"),
        svg.element("span", axis, class_="axis"),
        class_="scale",
        aria_hidden="true",
    )


def _legend(words: ChartWords) -> Markup:
    edges = [words.percent(one) for one in _SHARES]
    said = [
        f"≤ {edges[0]}",
        *(f"{a} – {b}" for a, b in pairwise(edges)),
        f"> {edges[-1]}",
    ]
    keys = [
        svg.element("li", svg.element("i", class_=f"key age-{shade}", aria_hidden="true"), one)
        for shade, one in enumerate(said, 1)
    ]
    old = svg.element(
        "svg", svg.path(DIAMOND), width=10, height=10, viewBox="-5 -5 10 10", aria_hidden="true"
    )
    keys.append(svg.element("li", svg.element("span", old, class_="dots high"), f"> {edges[2]}"))
    return svg.element("ul", *keys, class_="legend always")
