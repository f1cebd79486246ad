"""The weeks of flow as they are kept: what the figures say, week by week."""

from __future__ import annotations

from datetime import timedelta

from sync.align.alignment import align
from sync.flow.by_week import to_keep
from sync.flow.figures import flow_figures
from tests.support.builders import NOW, observed, workspace
from tests.support.walks import walked


def test_each_week_of_each_place_says_what_the_figures_say() -> None:
    space = workspace(flow={"stages": [{"name": "Review", "statuses": ["In Review"], "waiting": True}]})
    walks = [
        walked("WEB-1", ("In Progress", 20), ("Done", 12)),
        walked("WEB-2", ("In Progress", 11)),
        walked("OPS-1", ("In Progress", 5)),
    ]
    seen = observed(*(one for one, _ in walks), histories={one.ref: walk for one, walk in walks})
    figures = flow_figures(seen, align(seen.items, space, today=NOW.date()), space, NOW, 4)
    kept = to_keep(figures)
    assert len(kept) == 4 * len(figures.places) == 12
    for place in figures.places:
        rows = [one for one in kept if (one.stream, one.team) == (place.stream.name, place.team)]
        assert tuple(one.begun for one in rows) == place.arrivals
        assert tuple(one.finished for one in rows) == place.departures
        assert [one.week for one in rows] == list(figures.weeks.days[:-1])
        assert [one.cycle_p50 for one in rows[:-1]] == [None] * 3
    whole = [one for one in kept if not one.team]
    assert [one.in_progress for one in whole] == [0, 1, 1, 2], "at the end of each week"
    assert whole[-1].cycle_p50 == 8.0
    assert whole[-1].week == NOW.date() - timedelta(days=7)


def test_where_flow_is_not_declared_nothing_is_kept() -> None:
    seen = observed()
    figures = flow_figures(seen, align((), workspace(), today=NOW.date()), workspace(), NOW, 4)
    assert to_keep(figures) == ()
