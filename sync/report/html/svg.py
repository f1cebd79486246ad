"""SVG as text: elements, scales, ticks, and labels that keep apart. Pure.

Only attributes that a strict Content-Security-Policy lets through are written: no `style`, no handlers, no scripts; looks come
from classes. A chart that fills its place sets x in percent of the width and y in pixels, so that its text keeps its
size at any width; a picture of a fixed shape takes a `viewBox`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from markupsafe import Markup, escape

Value = str | int | float | bool | None

_SCHEMES = frozenset({"", "http", "https"})
_SHAPES = frozenset({"circle", "line", "path", "rect"})
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_DAYS = (1, 2, 7, 14, 28, 56, 91, 182, 364)

NARROW = frozenset("fijlrtI.,:;|!'() []-/")
WIDE = frozenset("mwMW@%—…")


def element(name: str, *children: str | Markup, **attributes: Value) -> Markup:
    """An element. Children that are no Markup are escaped; `class_` means class, `stroke_width` stroke-width.

    Attributes that are None or False are left out; True is written as an empty one.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{"" if value is True else _attribute(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inner = Markup("").join(children)
    # In HTML only shapes may be closed at once: `<i/>` would stay open.
    closed = "/>" if not inner and name in _SHAPES else f">{inner}</{name}>"
    return Markup(f"<{name}{written}{closed}")  # noqa: S704  each part is escaped above


def _attribute(value: Value) -> Markup:
    return escape(value if isinstance(value, str) else number(float(value or 0)))


def number(value: float, places: int = 2) -> str:
    """A coordinate, as short as it can be."""
    written = f"{value:.{places}f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def percent(share: float) -> str:
    """A share of the width, 0 to 1, such as "12.5%"."""
    return f"{number(100 * share)}%"


def joined(parts: Iterable[str | Markup]) -> Markup:
    """Parts after each other; those that are no Markup are escaped."""
    return Markup("").join(parts)


def title(words: str) -> Markup:
    """What a browser shows over a mark, and what a screen reader says of a link around it."""
    return element("title", words) if words else Markup("")


def text(
    x: float | str, y: float | str, words: str | Markup, class_: str | None = None, **more: Value
) -> Markup:
    return element("text", words, x=x, y=y, class_=class_, **more)


def rect(
    x: float | str,
    y: float | str,
    width: float | str,
    height: float | str,
    *inner: Markup,
    class_: str | None = None,
    **more: Value,
) -> Markup:
    return element("rect", *inner, x=x, y=y, width=width, height=height, class_=class_, **more)


def line(
    x1: float | str,
    y1: float | str,
    x2: float | str,
    y2: float | str,
    class_: str | None = None,
    *inner: Markup,
    **more: Value,
) -> Markup:
    return element("line", *inner, x1=x1, y1=y1, x2=x2, y2=y2, class_=class_, **more)


def path(d: str, *inner: Markup, class_: str | None = None, **more: Value) -> Markup:
    return element("path", *inner, d=d, class_=class_, **more)


def circle(
    cx: float | str, cy: float | str, r: float, *inner: Markup, class_: str | None = None, **more: Value
) -> Markup:
    return element("circle", *inner, cx=cx, cy=cy, r=r, class_=class_, **more)


def group(*inner: Markup, **attributes: Value) -> Markup:
    return element("g", *inner, **attributes)


def link(href: str, *inner: Markup, label: str = "", tabindex: int | None = None) -> Markup:
    """The marks as a link; bare where there is no address, or one that is no page (`javascript:`)."""
    if not href or not is_page(href):
        return joined(inner)
    return element("a", *inner, href=href, aria_label=label or None, tabindex=tabindex)


def is_page(href: str) -> bool:
    """Whether it is an address of the web or a place in the report, and no script."""
    try:
        # Browsers drop tabs and line ends within a scheme.
        return urlsplit("".join(one for one in href if one > " ")).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def svg(
    *inner: Markup,
    label: str,
    has_links: bool = False,
    width: float | str = "100%",
    height: float | str,
    view: tuple[float, float] | None = None,
    class_: str | None = None,
) -> Markup:
    """The drawing. `label`: what it shows, for who cannot see it; `has_links`: its marks stay reachable one by one.

    `view`: width and height in its own units, scaled as a whole; without it, x may be in percent.
    """
    return element(
        "svg",
        *inner,
        class_=class_,
        role="group" if has_links else "img",
        aria_label=label,
        width=width,
        height=height,
        viewBox=None if view is None else f"0 0 {number(view[0])} {number(view[1])}",
    )


def stretched(*inner: Markup, width: float, height: float, class_: str = "") -> Markup:
    """Marks in own units of the width, as large as the drawing; lines in it keep their thickness by `vector-effect`."""
    return element(
        "svg",
        *inner,
        viewBox=f"0 0 {number(width)} {number(height)}",
        preserveAspectRatio="none",
        class_=f"stretched {class_}".strip(),
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to places: `low` stands at `start`, `high` at `end`; values beyond stand at the edge."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return self.start
        share = min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))
        return self.start + share * (self.end - self.start)


def ticks(high: float, about: int = 4, *, low: float = 0, whole: bool = False) -> tuple[float, ...]:
    """Round values with even steps of 1, 2, 2.5 or 5, from the last at or below `low` to the first at or above `high`.

    `about`: how many steps are wanted; `whole`: for counts, without parts.
    """
    if not (math.isfinite(high) and math.isfinite(low)) or high <= low:
        return (low, low + 1) if math.isfinite(low) else (0.0, 1.0)
    rough = (high - low) / max(about, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in _NICE if power * one >= rough * (1 - 1e-9))
    if whole and not step.is_integer():
        step = float(math.ceil(step)) if step < 1 else 5.0
    first, last = math.floor(low / step * (1 + 1e-9)), math.ceil(high / step * (1 - 1e-9))
    return tuple(round(step * one, 10) for one in range(first, max(last, first + 1) + 1))


def day_ticks(first: date, last: date, most: int) -> tuple[date, ...]:
    """At most so many days, 1 or more, evenly apart by days or whole weeks; where weeks are counted they are Mondays."""
    span = (last - first).days
    step = next((one for one in _DAYS if span // one < most), 7 * math.ceil((span + 1) / most / 7))
    start = first + timedelta(days=-first.weekday() % 7) if step >= 7 and span >= 7 else first
    return tuple(start + timedelta(days=one) for one in range(0, (last - start).days + 1, step))


def text_width(words: str, size: float = 12) -> float:
    """About how wide it is in a sans-serif face, in pixels; rather too much than too little."""
    return size * sum(
        0.36 if one in NARROW else 0.96 if one in WIDE or ord(one) > 0x2E7F else 0.63 for one in words
    )


def fitted(words: str, width: float, size: float = 12) -> str:
    """As much of it as has room, with an ellipsis where it is cut."""
    if text_width(words, size) <= width:
        return words
    kept = words
    while kept and text_width(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def spread(places: Sequence[float], gap: float, low: float, high: float) -> tuple[float, ...]:
    """The places moved as little as it takes to be `gap` apart within the bounds; closer where there is no room.

    They keep their order. By pooling neighbours, as in isotonic regression.
    """
    if not places:
        return ()
    if len(places) > 1:
        gap = min(gap, (high - low) / (len(places) - 1))
    order = sorted(range(len(places)), key=lambda index: places[index])
    pools: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        pools.append((places[index] - rank * gap, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (before, many), (after, more) = pools[-2:]
            pools[-2:] = [((before * many + after * more) / (many + more), many + more)]
    flat = [mean for mean, many in pools for _ in range(many)]
    most = high - (len(places) - 1) * gap
    found = [0.0] * len(places)
    for rank, index in enumerate(order):
        found[index] = min(max(flat[rank], low), most) + rank * gap
    return tuple(found)
