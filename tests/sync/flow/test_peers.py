"""Cycle time, age, aging and flow efficiency held against jirametrics and Lighthouse, on the same issues.

Every difference that is seen here is a row of the table in docs/flow.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

import pytest

from connectors.model import StatusSpan, WorkItem
from sync.align.alignment import align
from sync.flow.aging import age_at, aging_bands, finished_at, started_at
from sync.flow.figures import FlowFigures, flow_figures
from sync.flow.weeks import Weeks
from sync.measure.flow import nearest_rank
from tests.support.builders import NOW, observed, workspace
from tests.support.flow_peers import History, Jirametrics, Lighthouse, Stop
from tests.support.walks import walked

JIRAMETRICS, LIGHTHOUSE = Jirametrics(UTC, ["In Review"]), Lighthouse(UTC, ["In Review"])
FLOW = {"stages": [{"name": "Review", "statuses": ["In Review"], "waiting": True}]}
Walk = tuple[tuple[str, float], ...]


def figures(*walks: Walk) -> FlowFigures:
    some: list[tuple[WorkItem, Sequence[StatusSpan]]] = [
        walked(f"WEB-{at}", *walk) for at, walk in enumerate(walks)
    ]
    space = workspace(flow=FLOW)
    seen = observed(*(one for one, _ in some), histories={one.ref: spans for one, spans in some})
    return flow_figures(seen, align(seen.items, space, today=NOW.date()), space, NOW, 26)


def history(walk: Walk) -> History:
    return [Stop(one.status, one.category, one.begin) for one in walked("WEB-0", *walk)[1]]


def whole_days(walk: Walk) -> tuple[int | None, int | None]:
    """Our cycle time and age, in whole inclusive days."""
    journey = next(iter(figures(walk).journeys.values()))
    weeks, start, end = Weeks.before(NOW, 1, UTC), started_at(journey), finished_at(journey)
    cycle = None if start is None or end is None else weeks.inclusive_days(start, end)
    aging = age_at(journey, NOW) is not None and start is not None
    return cycle, weeks.inclusive_days(start, NOW) if aging and start else None


STRAIGHT: Walk = (("To Do", 30), ("In Progress", 20.3), ("In Review", 12), ("Done", 7.6))
AGAIN: Walk = (("To Do", 30), ("In Progress", 20), ("Done", 15), ("In Progress", 10), ("Done", 7.5))
PUT_BACK: Walk = (("To Do", 30), ("In Progress", 20), ("To Do", 15), ("In Progress", 10), ("Done", 8))
JUMPED: Walk = (("To Do", 30), ("Done", 8))
AT_ONCE: Walk = (("To Do", 30), ("In Progress", 8), ("Done", 8))
OPEN: Walk = (("To Do", 30), ("In Progress", 20.3), ("In Review", 12))
OPEN_BACK: Walk = (("To Do", 30), ("In Progress", 20), ("To Do", 15), ("In Progress", 10))
WAITING_AGAIN: Walk = (("To Do", 30), ("In Progress", 20), ("To Do", 15))


@pytest.mark.parametrize(
    ("walk", "ours", "jirametrics", "lighthouse"),
    [
        (STRAIGHT, (13, None), (13, None), (13, None)),
        (AGAIN, (13, None), (13, None), (13, None)),
        (PUT_BACK, (13, None), (13, None), (3, None)),
        (JUMPED, (None, None), (None, None), (1, None)),
        (AT_ONCE, (1, None), (None, None), (1, None)),
        (OPEN, (None, 21), (None, 21), (None, 21)),
        (OPEN_BACK, (None, 21), (None, 21), (None, 11)),
        (WAITING_AGAIN, (None, None), (None, 21), (None, None)),
    ],
    ids=["straight", "again", "put back", "jumped", "at once", "open", "open, put back", "waiting again"],
)
def test_cycle_time_and_age(
    walk: Walk,
    ours: tuple[int | None, int | None],
    jirametrics: tuple[int | None, int | None],
    lighthouse: tuple[int | None, int | None],
) -> None:
    told = history(walk)
    assert whole_days(walk) == ours
    assert (JIRAMETRICS.cycle_time(told), JIRAMETRICS.age(told, NOW)) == jirametrics
    assert (LIGHTHOUSE.cycle_time(told), LIGHTHOUSE.age(told, NOW)) == lighthouse


@pytest.mark.parametrize(
    ("walks", "ours", "jirametrics", "lighthouse"),
    [
        ([STRAIGHT, AGAIN], (8.3 + 7.5) / (12.7 + 12.5), (8.3 + 12.5) / (12.7 + 12.5), (8.3 + 7.5) / (12.7 + 7.5)),
        ([STRAIGHT, OPEN], 8.3 / 12.7, 8.3 / 12.7, (8.3 + 8.3) / (12.7 + 20.3)),
        ([STRAIGHT, PUT_BACK], (8.3 + 7) / (12.7 + 12), (8.3 + 12) / (12.7 + 12), (8.3 + 7) / (12.7 + 7)),
        ([STRAIGHT], 8.3 / 12.7, 8.3 / 12.7, 8.3 / 12.7),
    ],
    ids=["opened again", "with work in progress", "put back", "straight"],
)  # fmt: skip
def test_flow_efficiency(walks: list[Walk], ours: float, jirametrics: float, lighthouse: float) -> None:
    """jirametrics gives numbers by item and no sum of them; the sum is made here."""
    told = [history(walk) for walk in walks]
    assert figures(*walks).places[0].efficiency.share == pytest.approx(ours)
    known = [one for one in map(JIRAMETRICS.flow_efficiency, told) if one is not None]
    active, whole = (sum((one[at] for one in known), timedelta()) for at in (0, 1))
    assert active / whole == pytest.approx(jirametrics)
    assert LIGHTHOUSE.flow_efficiency(told, NOW) == pytest.approx(100 * lighthouse)


def test_jirametrics_takes_five_days_without_a_change_for_stalled() -> None:
    """By its own settings; we count nothing as waiting that nobody declared."""
    found = Jirametrics(UTC, ["In Review"], stalled_days=5).flow_efficiency(history(STRAIGHT))
    assert found == (timedelta(hours=1), timedelta(days=12.7))


def test_age_on_leaving_a_stage() -> None:
    """The same for work that went straight on; jirametrics leaves out what went backwards, Lighthouse takes its last start."""
    columns = ["To Do", "In Progress", "Review", "In Review", "Done"]
    straight, back = history(STRAIGHT), history((*OPEN, ("In Progress", 10), ("In Review", 9), ("Done", 8)))
    ours = [aging_bands(figures(walk).journeys, NOW)["In Progress"].p50 for walk in (STRAIGHT, PUT_BACK)]
    assert ours == [pytest.approx(8.3), pytest.approx(12)]
    assert [JIRAMETRICS.age_on_leaving(one, columns, 1) for one in (straight, back)] == [9, None]
    assert [LIGHTHOUSE.age_on_leaving(one, "In Progress") for one in (straight, back)] == [9, 12]
    assert LIGHTHOUSE.age_on_leaving(history(PUT_BACK), "In Progress") == 3


@pytest.mark.parametrize(
    ("percent", "ours", "jirametrics", "lighthouse"),
    [(50, 5, 5, 5), (70, 7, 7, 7), (85, 9, 8, 8), (95, 10, 9, 9)],
)
def test_percentiles(percent: int, ours: int, jirametrics: int, lighthouse: int) -> None:
    values = [float(one) for one in range(1, 11)]
    assert (
        nearest_rank(values, percent),
        Jirametrics.percentile(values, percent),
        Lighthouse.percentile(values, percent),
    ) == (ours, jirametrics, lighthouse)
