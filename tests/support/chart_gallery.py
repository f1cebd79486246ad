"""Every chart of the report once, with values as a company has them, in a page under the report's policy."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from markupsafe import Markup

from config.text.figures import figures_for
from sync.report.html import svg
from sync.report.html.charts import (
    Aged,
    AgingColumn,
    Band,
    Bar,
    Bullet,
    ChartWords,
    CourseWords,
    Dot,
    Ends,
    Guide,
    StageBox,
    aging,
    bars,
    bullet,
    bullets,
    columns,
    course,
    cumulative,
    scatter,
    sparkline,
    stacked,
    value_stream,
    words_of,
)

LOOK = Path(svg.__file__).parent / "templates" / "charts.css"
MONDAY = date(2026, 8, 31)
HOSTILE = "\"'><script>window.taken = 1</script><img src=x onerror='window.taken = 2'> & </title></svg>"
SITE = "https://company.example/browse/"

_PAGE = """
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; padding: 16px; font: 15px/1.5 system-ui, sans-serif; background: var(--chart-paper); color: var(--chart-ink); }
main { max-width: 70rem; margin: 0 auto; }
h2 { font-size: 1rem; margin: 2rem 0 0.5rem; }
"""


def words(language: str = "en") -> ChartWords:
    return words_of(figures_for(language))


def charts(language: str = "en", hostile: str = "", points: int = 300) -> dict[str, Markup]:
    """By title. `hostile`: what every name and tooltip has in it too; `points`: of the scatter."""
    say, chance = words(language), random.Random(7)  # noqa: S311  seeded, for pictures
    return {
        "Bullets": _bullets(say, hostile),
        "Bullet, sparkline": svg.joined((_bullet(hostile), _sparkline(hostile), _broken(hostile))),
        "Work in progress": _stacked(say, hostile, chance, 5),
        "Work in progress of many": _stacked(say, hostile, chance, 22),
        "Cumulative flow": _cumulative(say, hostile, chance),
        "Cycle times": _scatter(say, hostile, chance, points),
        "Aging work": _aging(say, hostile, chance),
        "Person-days": _bars(say, hostile),
        "Arrivals and departures": _columns(say, hostile, chance),
        "Course of a key result": _course(say, hostile),
        "Value stream": _value_stream(say, hostile),
        "Value stream of two": value_stream(
            [StageBox("Doing", False, 3, 2.0, None, ""), StageBox("Waiting", True, 1, None, 1.0, "")],
            title="Two stages",
            words=say,
        ),
    }


def page(found: dict[str, Markup], language: str = "en") -> str:
    """The charts below each other under `default-src 'none'`."""
    look = LOOK.read_text(encoding="utf-8") + _PAGE
    digest = base64.b64encode(hashlib.sha256(look.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    sections = [
        svg.element("section", svg.element("h2", title), one, aria_label=title)
        for title, one in found.items()
    ]
    head = [
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format(policy),
        svg.element("title", "Charts"),
        svg.element("style", Markup(look)),  # noqa: S704  our own
    ]
    body = svg.element("main", svg.element("h1", "Charts"), *sections)
    return f"<!doctype html>{svg.element('html', svg.element('head', *head), svg.element('body', body), lang=language)}"


def days(count: int) -> list[date]:
    return [MONDAY + timedelta(days=one) for one in range(count)]


def weeks(count: int) -> list[date]:
    return [MONDAY + timedelta(weeks=one) for one in range(count)]


def _bullets(say: ChartWords, hostile: str) -> Markup:
    rows: Sequence[tuple[str, float | None, float, float | None, float | None, float | None, str]] = [
        ("O1-KR1 New customers activate within a day", 0.62, 0.7, 0.78, 0.9, 1.0, "62 %"),
        ("O1-KR2 Search answers within 200 ms", 0.31, 0.7, 0.36, 0.48, 0.62, "31 %"),
        (
            "O2-KR1 Half of all support requests are solved by the help centre",
            0.88,
            0.7,
            0.93,
            1.0,
            1.0,
            "88 %",
        ),
        ("O2-KR2 No incident above 30 minutes", None, 0.7, None, None, None, "–"),
        ("O3-KR1 Ten partners ship on our interface", 0.0, 0.7, 0.0, 0.1, 0.22, "0 %"),
    ]
    return bullets(
        [
            Bullet(
                f"{name}{hostile}",
                value,
                pace,
                low,
                middle,
                high,
                text,
                f"{name}{hostile}: {text} of 70 %",
                href="kr/O1-KR1/index.html",
            )
            for name, value, pace, low, middle, high, text in rows
        ],
        title=f"Key results{hostile}",
        words=say,
        value="progress",
        pace="pace",
        forecast="forecast, 80 % range",
    )


def _bullet(hostile: str) -> Markup:
    return bullet(value=0.4, pace=0.55, low=0.5, middle=0.6, high=0.8, title=f"40 %{hostile}", tone="warn")


def _sparkline(hostile: str) -> Markup:
    points = [(day, 10 + index**1.3) for index, day in enumerate(days(60))]
    return sparkline(points, title=f"From 10 to 211{hostile}", last=f"211{hostile}")


def _broken(hostile: str) -> Markup:
    points = [(day, None if 8 < index < 14 else 5 + index % 7) for index, day in enumerate(days(30))]
    return sparkline(points, title=f"With a gap{hostile}", last="11 %")


def _stacked(say: ChartWords, hostile: str, chance: random.Random, count: int) -> Markup:
    span = days(90)
    walks = [_walk(chance, 90, 3 + 9 * chance.random()) for _ in range(count)]
    bands = [
        Band(f"No key result{hostile}", _walk(chance, 90, 14), "bad", f"{SITE}?none"),
        *(
            Band(
                f"O{1 + at // 3}-KR{1 + at % 3} {_NAMES[at % len(_NAMES)]}{hostile}",
                walk,
                href=f"{SITE}?{at}",
            )
            for at, walk in enumerate(walks)
        ),
        Band(f"Exempt{hostile}", _walk(chance, 90, 2), "quiet"),
    ]
    return stacked(
        span, bands, title=f"Work in progress{hostile}", words=say, axis="items in progress", others="{} more"
    )


_NAMES = (
    "Activation",
    "Search speed",
    "Help centre",
    "Incidents",
    "Partners",
    "Payments in Latin America",
    "Onboarding",
)


def _walk(chance: random.Random, count: int, begin: float) -> list[float]:
    values, now = [], begin
    for _ in range(count):
        now = max(0.0, now + chance.choice((-1, 0, 0, 1)))
        values.append(float(round(now)))
    return values


def _cumulative(say: ChartWords, hostile: str, chance: random.Random) -> Markup:
    lines, before = [], [120.0 + 9 * at + chance.randrange(5) for at in range(27)]
    for name, gap in (("Ready", 0), ("In progress", 9), ("In review", 14), ("Test", 6), ("Done", 11)):
        before = sorted(max(0, one - gap - chance.randrange(4)) for one in before)
        lines.append(Band(f"{name}{hostile}", before, href=f"{SITE}?{gap}"))
    return cumulative(weeks(27), lines, title=f"Cumulative flow{hostile}", words=say, axis="items")


def _scatter(say: ChartWords, hostile: str, chance: random.Random, count: int) -> Markup:
    dots = []
    for at in range(count):
        value = chance.lognormvariate(1.7, 0.8)
        key = f"WEB-{at}"
        dots.append(
            Dot(
                MONDAY + timedelta(days=chance.randrange(180)),
                value,
                f"{key}: {value:.1f} days{hostile}",
                f"{SITE}{key}",
            )
        )
    guides = [
        Guide(5.5, f"50 %: 5.5 days{hostile}"),
        Guide(8.1, "70 %: 8.1 days"),
        Guide(12.5, "85 %: 12.5 days"),
        Guide(20.4, "95 %: 20.4 days"),
    ]
    return scatter(dots, guides, title=f"Cycle times{hostile}", words=say, axis="days from start to end")


def _aging(say: ChartWords, hostile: str, chance: random.Random) -> Markup:
    def dots(count: int, mean: float) -> list[Aged]:
        ages = [chance.lognormvariate(mean, 0.9) for _ in range(count)]
        return [
            Aged(age, f"ENG-{at}: {age:.0f} days{hostile}", f"{SITE}ENG-{at}") for at, age in enumerate(ages)
        ]

    return aging(
        [
            AgingColumn(f"Ready{hostile}", 1, 2, 4, 7, dots(6, 0.5)),
            AgingColumn("In progress", 4, 6, 9.5, 15, dots(28, 1.6)),
            AgingColumn("Waiting for review by the security team", 7, 10, 14, 21, dots(60, 2.0)),
            AgingColumn("Test", None, None, None, None, dots(3, 2.2)),
            AgingColumn("Release", 11, 13, 19, 27, []),
        ],
        title=f"Aging work{hostile}",
        words=say,
        axis="days since its start",
    )


def _bars(say: ChartWords, hostile: str) -> Markup:
    rows = [
        Bar(f"O1 Customers succeed on their first day{hostile}", 120.5, 160, "120.5", "#o1"),
        Bar("O2 The product is fast everywhere", 88, 80, "88"),
        Bar("O3 Partners build with us", 12, 60, "12", tone="warn"),
        Bar("No key result", 143, None, "143 (a third of all)", "#none", "bad"),
        Bar("Exempt", 20, None, "20", tone="quiet"),
    ]
    return bars(
        rows,
        title=f"Person-days by objective{hostile}",
        words=say,
        marker="declared weight",
        value="person-days",
    )


def _columns(say: ChartWords, hostile: str, chance: random.Random) -> Markup:
    series = [
        Band(f"Arrivals{hostile}", [float(chance.randrange(4, 18)) for _ in range(26)]),
        Band("Departures", [float(chance.randrange(3, 16)) for _ in range(26)], "good"),
    ]
    return columns(
        weeks(26), series, title=f"Arrivals and departures{hostile}", words=say, axis="items a week"
    )


def _course(say: ChartWords, hostile: str) -> Markup:
    cycle = [(MONDAY + timedelta(days=day), day / 91) for day in range(92)]
    reached = [(day, share * 0.8) for day, share in cycle[:48]]
    return course(
        reached,
        cycle,
        Ends(0.36, 0.52, 0.85, f"36–85 %{hostile}"),
        title=f"Progress of GROWTH-2 by day{hostile}",
        words=say,
        names=CourseWords(f"reached{hostile}", f"expected{hostile}", f"at the end{hostile}"),
    )


def _value_stream(say: ChartWords, hostile: str) -> Markup:
    return value_stream(
        [
            StageBox(f"Ready{hostile}", True, 34, None, 6.2, "34 items, oldest 61 days", href="#ready"),
            StageBox("In progress", False, 21, 3.4, 1.1, "4.5 days an item"),
            StageBox(
                "Waiting for review", True, 48, None, 7.9, "48 items, oldest 32 days", is_bottleneck=True
            ),
            StageBox("Review", False, 5, 0.4, None, "0.4 days an item"),
            StageBox("Test", False, 9, 1.6, 0.9, "2.5 days an item"),
            StageBox("Release", True, 12, None, 2.8, "each Thursday"),
        ],
        title=f"Value stream{hostile}",
        words=say,
        touch="worked on",
        wait="waiting",
        bottleneck="Bottleneck",
        days="{} d",
    )
