"""Indicators as sections, in the language that is asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.texts import Texts
from config.workspace import Workspace
from sync.flow.finished import Times
from sync.indicators.attainment import Attainment
from sync.indicators.customers import CustomerMetric
from sync.indicators.indicators import Indicators, TeamTimes
from sync.indicators.velocity import Pace, Velocity
from sync.report.indicators import effort
from sync.report.table import NOTHING, Cell, Section


def sections(found: Indicators, workspace: Workspace, texts: Texts) -> Iterator[Section]:
    """Attainment, velocity, times, customers, person-days, return; what there is none of is left out, what is not known is said."""
    if found.attainments:
        yield _attainment(found, texts)
    if found.velocities:
        yield _velocity(found, texts)
    if found.times is None:
        words = texts.text("flow.undeclared", declaration="flow: {}")
        yield Section(texts.text("indicators.days"), (words,))
    elif found.times:
        yield _times(found.times, texts)
    if found.customers:
        yield _customers(found, texts)
    if found.days is not None:
        yield from effort.sections(found, found.days, workspace, texts)


def columns_of(texts: Texts, *names: str) -> tuple[str, ...]:
    """Heads of columns by name."""
    return tuple(texts.text(f"indicators.column.{name}") for name in names)


def _attainment(found: Indicators, texts: Texts) -> Section:
    columns = columns_of(texts, "cycle", "of", "attained", "rate")
    rows = tuple(_attained(one, texts) for one in found.attainments)
    lead = texts.text("indicators.attainment.lead")
    return Section(texts.text("indicators.attainment"), (lead,), columns, rows, right=columns[2:])


def _attained(one: Attainment, texts: Texts) -> tuple[Cell, ...]:
    running = texts.text("indicators.so_far", cycle=one.cycle)
    count = texts.figures.count
    return (
        Cell(running if one.phase == "running" else one.cycle),
        Cell(one.name or texts.text("indicators.whole"), "plain" if one.name else "strong"),
        Cell(texts.text("indicators.count", part=count(one.attained), whole=count(one.graded))),
        Cell(NOTHING[1] if one.rate is None else texts.figures.percent(int(100 * one.rate + 1e-9))),
    )


def _velocity(found: Indicators, texts: Texts) -> Section:
    columns = columns_of(texts, "team", "items_a_week", "points_a_week", "estimated", "weeks")
    rows = tuple(_team(one, texts) for one in found.velocities)
    lead = texts.text("indicators.velocity.lead")
    return Section(texts.text("indicators.velocity"), (lead,), columns, rows, right=columns[1:])


def _team(one: Velocity, texts: Texts) -> tuple[Cell, ...]:
    count = texts.figures.count
    return (
        Cell(one.team, "strong"),
        Cell(_pace(one.a_week, texts)),
        Cell(NOTHING[1] if one.points is None else _pace(one.points, texts)),
        Cell(texts.text("indicators.count", part=count(one.estimated), whole=count(one.items))),
        Cell(count(one.weeks)),
    )


def _pace(pace: Pace, texts: Texts) -> str:
    middle, low, high = (texts.figures.measured(one) for one in (pace.middle, pace.low, pace.high))
    return texts.text("indicators.range", middle=middle, low=low, high=high)


def _times(found: tuple[TeamTimes, ...], texts: Texts) -> Section:
    columns = columns_of(texts, "where", "lead", "cycle_time", "finished", "efficiency")
    rows = tuple(
        (
            Cell(one.team or one.stream or texts.text("flow.everything"), "plain" if one.team else "strong"),
            Cell(_days(one.lead_time, texts)),
            Cell(_days(one.cycle_time, texts)),
            Cell(texts.figures.count(one.lead_time.days.of) if one.lead_time else NOTHING[1]),
            _efficiency(one, texts),
        )
        for one in found
    )
    return Section(texts.text("indicators.times"), (), columns, rows, right=columns[1:])


def _days(times: Times | None, texts: Texts) -> str:
    if times is None:
        return NOTHING[1]
    days = times.days
    return " / ".join(texts.figures.measured(one) for one in (days.p50, days.p85, days.p95))


def _efficiency(one: TeamTimes, texts: Texts) -> Cell:
    if one.efficiency is None:
        return Cell(texts.text("flow.not_known"), "dim")
    share = one.efficiency.share
    if share is None:
        return Cell(NOTHING[1])
    # As the table of flow rounds it.
    percent = round(100 * share)
    return Cell(texts.figures.percent(min(percent, 99) if share < 1 else percent))


def _customers(found: Indicators, texts: Texts) -> Section:
    columns = columns_of(texts, "indicator", "key_result", "value", "from", "goal", "on")
    rows = tuple(
        (
            Cell(one.indicator, "strong"),
            Cell(one.key_result, more=(one.title,)),
            Cell(NOTHING[1] if one.value is None else texts.figures.number(one.value, one.unit)),
            Cell(NOTHING[1] if one.start is None else texts.figures.number(one.start, one.unit)),
            Cell(_goal(one, texts)),
            Cell(NOTHING[1] if one.on is None else texts.figures.day(one.on)),
        )
        for one in found.customers
    )
    return Section(texts.text("indicators.customers"), (), columns, rows, right=columns[2:])


def _goal(one: CustomerMetric, texts: Texts) -> str:
    number = texts.figures.number
    if one.target is not None:
        return number(one.target, one.unit)
    low = "" if one.low is None else f"≥ {number(one.low, one.unit)}"
    high = "" if one.high is None else f"≤ {number(one.high, one.unit)}"
    return ", ".join(filter(None, (low, high)))
