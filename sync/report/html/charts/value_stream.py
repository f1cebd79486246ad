"""The value stream as a picture: stages, queues, and the time that work and waiting take. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.frame import Name, legend, nothing
from sync.report.html.charts.values import ChartWords, StageBox

Duration = Callable[[float], str]

_HIGH, _LOW, _HEIGHT = 18, 40, 44
"""Where the ladder runs while an item waits, and where while it is worked on."""

_RUNGS = {_HIGH: "waiting", _LOW: "working"}
_NAMES = {_HIGH: "wait-days", _LOW: "touch-days"}
_THICK = 16
_SIZES = (3, 4, 5, 6, 8, 10)

_QUEUE = svg.element(
    "svg",
    svg.path("M1 2H13L7 12z"),
    width=14,
    height=14,
    viewBox="0 0 14 14",
    class_="sign",
    aria_hidden="true",
)
"""The triangle that stands for a queue in maps of value streams."""


def value_stream(
    stages: Sequence[StageBox],
    *,
    title: str,
    words: ChartWords,
    touch: str = "",
    wait: str = "",
    bottleneck: str = "",
    days: str = "{}",
) -> Markup:
    """Stages in their order with the items in each, beneath them a ladder of the days that an item waits and is worked on,
    and the whole time to scale. In narrow places the stages are below each other.

    `touch`, `wait`, `bottleneck`: what these are called; `days`: a duration, such as "{} d".
    """

    def duration(value: float) -> str:
        return days.format(words.number(value))

    if not stages:
        return nothing(title)
    boxes, before = [], _LOW
    for one in stages:
        kinds = {"stage": True, "queue": one.is_waiting, "bottleneck": one.is_bottleneck}
        boxes.append(
            svg.element(
                "li",
                _box(one, words, bottleneck),
                _ladder(one, duration, before),
                _times(one, duration, touch, wait),
                class_=" ".join(name for name, holds in kinds.items() if holds),
            )
        )
        before = [before, *(level for level, _ in _steps(one))][-1]
    size = next((one for one in _SIZES if one >= len(stages)), _SIZES[-1])
    return svg.element(
        "div",
        svg.element("ol", *boxes, class_=f"stream of-{size}", aria_label=title),
        _timeline(stages, duration, touch, wait),
        class_="plot value-stream",
    )


def _box(one: StageBox, words: ChartWords, bottleneck: str) -> Markup:
    return svg.element(
        "div",
        svg.element("span", bottleneck, class_="badge") if one.is_bottleneck and bottleneck else Markup(""),
        svg.element("span", svg.link(one.href, svg.element("span", one.name)), class_="name"),
        svg.element("b", _QUEUE if one.is_waiting else Markup(""), words.number(one.now), class_="now"),
        svg.element("span", one.text, class_="note") if one.text else Markup(""),
        class_="box",
    )


def _ladder(one: StageBox, duration: Duration, before: int) -> Markup:
    steps = _steps(one)
    marks = []
    for index, (level, days) in enumerate(steps):
        start, end = index / len(steps), (index + 1) / len(steps)
        x = svg.percent(start)
        if level != before:
            marks.append(svg.line(x, before, x, level, "rung"))
        marks.append(svg.line(x, level, svg.percent(end), level, f"rung {_RUNGS[level]}"))
        before = level
        marks.append(
            svg.text(
                svg.percent((start + end) / 2), level - 6, duration(days), _NAMES[level], text_anchor="middle"
            )
        )
    if not steps:
        marks.append(svg.line(0, before, "100%", before, "rung"))
    return svg.element("svg", *marks, width="100%", height=_HEIGHT, class_="ladder", aria_hidden="true")


def _steps(one: StageBox) -> list[tuple[int, float]]:
    """Where the ladder runs in the stage, and for how many days. What is zero or not known has no step."""
    return [(level, days) for level, days in ((_HIGH, one.wait_days), (_LOW, one.touch_days)) if days]


def _times(one: StageBox, duration: Duration, touch: str, wait: str) -> Markup:
    said = [
        svg.element(
            "span",
            svg.element("i", class_=f"key {mark}", aria_hidden="true"),
            f"{name} {duration(days)}".strip(),
        )
        for name, days, mark in ((wait, one.wait_days, "wait"), (touch, one.touch_days, "touch"))
        if days
    ]
    return svg.element("span", *said, class_="times") if said else Markup("")


def _timeline(stages: Sequence[StageBox], duration: Duration, touch: str, wait: str) -> Markup:
    parts = [
        (one, days, name, mark)
        for one in stages
        for days, name, mark in ((one.wait_days, wait, "wait"), (one.touch_days, touch, "touch"))
        if days
    ]
    whole = sum(days for _, days, _, _ in parts)
    if not whole:
        return Markup("")
    marks, start = [], 0.0
    for one, days, name, mark in parts:
        share = days / whole
        said = svg.title(f"{one.name}: {name} {duration(days)}")
        marks.append(svg.rect(svg.percent(start), 0, svg.percent(share), _THICK, said, class_=mark))
        start += share
    sums = {mark: sum(days for _, days, _, other in parts if other == mark) for mark in ("wait", "touch")}
    keys = [
        (name, mark, duration(sums[mark])) for mark, name in (("wait", wait), ("touch", touch)) if sums[mark]
    ]
    return svg.joined(
        (
            svg.svg(
                *marks,
                label=", ".join(f"{name} {value}" for name, _, value in keys),
                height=_THICK,
                class_="timeline",
            ),
            legend([Name(0, name, value, mark) for name, mark, value in keys], always=True),
        )
    )
