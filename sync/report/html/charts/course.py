"""How a value went until today, how it was to go, and where it will likely end. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from sync.report.html import svg
from sync.report.html.charts.frame import HEIGHT, Name, across, along, plot, strips
from sync.report.html.charts.values import ChartWords

_REACHED, _PACE, _ENDS = "series-1", "tone-quiet", "series-3"
_MOST_STRIPS = 31
_WHOLE = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a value will be on the last day: shares, 0 to 1, and the range as read."""

    low: float
    middle: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class CourseWords:
    """What the lines are called."""

    reached: str
    pace: str
    ends: str


def course(
    reached: Sequence[tuple[date, float]],
    pace: Sequence[tuple[date, float]],
    ends: Ends | None,
    *,
    title: str,
    words: ChartWords,
    names: CourseWords,
) -> Markup:
    """Progress, 0 to 1, by day, up to the last day of `pace`: what was reached as a thick line, what was to be as a dashed one,
    and what is forecast as a fan from the last that was reached to the range of its ends.
    """
    first, last = pace[0][0], pace[-1][0]
    span = max((last - first).days, 1)
    place = svg.Scale(0, 1, HEIGHT, 0)

    def at(day: date, value: float) -> str:
        x = min(max((day - first).days, 0), span)
        return f"{x} {svg.number(place(value), 1)}"

    marks = []
    if ends is not None and reached:
        today = at(*reached[-1])
        fan = f"M{today}L{at(last, ends.high)}L{at(last, ends.low)}Z"
        middle = f"M{today}L{at(last, ends.middle)}"
        told = svg.title(f"{names.ends} {ends.text}")
        marks.append(
            svg.group(svg.path(fan, told, class_="fill"), svg.path(middle, class_="trace"), class_=_ENDS)
        )
    marks.append(svg.path(_line(at, pace), class_=f"trace dashed {_PACE}"))
    if reached:
        marks.append(svg.path(_line(at, reached), class_=f"trace thick {_REACHED}"))
    texts = [words.percent(100 * one) for one in _WHOLE]
    return plot(
        "course",
        title,
        *across(_WHOLE, place, texts),
        svg.stretched(*marks, width=span, height=HEIGHT),
        *along(first, last, words),
        *_told(reached, first, span, words),
        # Percent signs are wider in some faces than they are taken for.
        left=[f"{one}%" for one in texts],
        names=_names(reached, ends, words, names),
        lines=True,
        beside=False,
    )


def _line(at: Callable[[date, float], str], points: Sequence[tuple[date, float]]) -> str:
    # A single day is seen, too: a round end.
    return "M" + "L".join(at(*one) for one in points) + ("h0" if len(points) == 1 else "")


def _told(
    reached: Sequence[tuple[date, float]], first: date, span: int, words: ChartWords
) -> Sequence[Markup]:
    """What was reached by a day, for who points at it: of each, or of as many as can be pointed at the latest."""
    stride = max(1, -(-span // _MOST_STRIPS))
    latest = {max(0, (day - first).days) // stride: (day, value) for day, value in reached}
    if not latest:
        return ()
    begin, end = min(latest), max(latest)
    told, known = [], latest[begin]
    for column in range(begin, end + 1):
        known = latest.get(column, known)
        told.append(f"{words.day(known[0])}: {words.percent(_whole(known[1]))}")
    return strips(told, first=begin, total=span / stride)


def _whole(value: float) -> int:
    """Whole percent, rounded down as everywhere."""
    return int(100 * value + 1e-9)


def _names(
    reached: Sequence[tuple[date, float]],
    ends: Ends | None,
    words: ChartWords,
    names: CourseWords,
) -> list[Name]:
    found = []
    if reached:
        found.append(Name(0, names.reached, words.percent(_whole(reached[-1][1])), _REACHED))
    found.append(Name(0, names.pace, "", f"dashed {_PACE}"))
    if ends is not None:
        found.append(Name(0, names.ends, ends.text, _ENDS))
    return found
