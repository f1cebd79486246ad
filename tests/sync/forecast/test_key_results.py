"""What each kind of key result is foretold by, towards which goal, and where nothing is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.model import WorkItem
from sync.align.alignment import align
from sync.forecast.key_results import outlooks
from sync.forecast.outlook import Outlook, to_keep
from sync.forecast.simulation import Forecast
from sync.measure import measure
from sync.observation import Past
from tests.support.builders import NOW, item, metric, observed, query, work, workspace

TODAY = date(2026, 11, 16)


def done(number: int, days_ago: int, **changes: Any) -> WorkItem:
    at = NOW - timedelta(days=days_ago)
    return item(f"WEB-{number}", **{"claims": ("A",), "category": "done", "completed": at, **changes})


def outlook(
    items: list[WorkItem],
    result: dict[str, Any],
    recent: dict[str, list[Past]] | None = None,
    now: datetime = NOW,
    **declared: Any,
) -> Outlook | None:
    known = workspace(result, **declared)
    alignment = align(items, known)
    card = measure(alignment, observed(counts={"A": 40}), known, now)
    return outlooks(alignment, card, known, recent or {}).get("A")


def foretold(
    items: list[WorkItem], result: dict[str, Any], recent: Any = None, **more: Any
) -> Forecast | None:
    found = outlook(items, result, recent, **more)
    return found.forecast if found is not None else None


STEADY = [done(n, 4 * n) for n in range(1, 11)]
OPEN = [item(f"WEB-{n}", claims=("A",)) for n in range(11, 31)]


def test_work_is_foretold_by_the_days_on_which_it_was_done() -> None:
    found = foretold([*STEADY, *OPEN], work("A"))
    assert found is not None
    assert 1 / 3 <= found.low < found.high <= 1
    more = [replace(one, ref=replace(one.ref, id=f"X{one.key}")) for one in OPEN]
    slower = foretold([*STEADY, *OPEN, *more], work("A"))
    assert slower is not None
    assert slower.middle < found.middle


def test_the_weeks_before_the_cycle_count_only_where_the_work_had_begun() -> None:
    """On the sixteenth day: two weeks at a pace are two weeks, and not eight weeks of which six brought nothing."""
    soon = datetime(2026, 10, 16, 18, tzinfo=UTC)
    fresh = [done(n, 0, completed=soon - timedelta(days=n)) for n in range(1, 15)]
    found = foretold([*fresh, *OPEN], work("A"), now=soon)
    assert found is not None
    assert found.weeks == 2
    older = [done(n + 40, 0, completed=soon - timedelta(days=30 + n)) for n in range(1, 3)]
    before = foretold([*fresh, *older, *OPEN], work("A"), now=soon)
    assert before is not None
    assert before.weeks == 4
    assert before.low < found.low


def test_late_and_dropped_work_tells_no_pace() -> None:
    late = [done(n + 40, n, created=NOW - timedelta(days=20)) for n in range(1, 15)]
    dropped = [replace(one, category="dropped") for one in late]
    result = work("A", measure={"baseline": "2026-10-01"})
    usual = foretold([*STEADY, *OPEN], result)
    assert usual is not None
    assert foretold([*STEADY, *OPEN, *late], result) == usual
    assert foretold([*STEADY, *OPEN, *dropped], result) == usual
    early = [done(n + 60, 38 + n, created=NOW - timedelta(days=70)) for n in range(1, 6)]
    before = work("A", measure={"baseline": "2026-09-01"})
    old = [replace(one, created=NOW - timedelta(days=90)) for one in OPEN]
    assert foretold([*old, *early], before) is None, "what came after the baseline is no past either"


def test_work_without_any_weight_is_counted() -> None:
    light = [replace(one, estimate=0.0) for one in (*STEADY, *OPEN)]
    weighed = foretold(light, work("A", measure={"weigh": "points"}))
    assert weighed == foretold(light, work("A"))


RISING = tuple(
    (f"2026-{month}-{day:02}", value) for month, day, value in ((10, 1, 0.0), (10, 20, 20.0), (11, 9, 40.0))
)


def test_metrics_are_foretold_by_their_check_ins() -> None:
    found = foretold([], metric("A", 0, 100, *RISING))
    assert found is not None
    assert 0.4 <= found.low < found.high <= 1


def test_a_metric_of_fewer_than_three_values_has_too_little_history() -> None:
    found = outlook([], metric("A", 0, 100, *RISING[1:]))
    assert found is not None
    assert (found.forecast, found.lack) == (None, "history")


def test_a_file_is_foretold_by_what_each_run_read_once_it_gave_three_values() -> None:
    result = metric("A", 0, 100, ("2026-10-05", 5.0))
    result["measure"]["file"] = {"path": "a.csv", "at": "value"}
    flat = [Past(TODAY - timedelta(days=n), 5.0, 0.05) for n in range(30, 0, -1)]
    assert foretold([], result, {"A": flat}) is None, "the same value every day is one value"
    moving = [Past(TODAY - timedelta(days=n), 40.0 - n, (40.0 - n) / 100) for n in range(30, 0, -1)]
    found = foretold([], result, {"A": moving})
    assert found is not None
    assert found.weeks == 6


def test_a_query_is_foretold_by_the_values_that_were_kept_beyond_start_and_target_too() -> None:
    result = query("A", 60, 20)
    worse = [Past(TODAY - timedelta(days=n), 40.0 + n, 0.0) for n in range(50, 0, -1)]
    found = foretold([], result, {"A": worse})
    assert found is not None
    assert found.middle > 0.9, "from 90 down to 40 in fifty days; clamped at the start it would be less"


def test_what_never_moved_says_so() -> None:
    parts = {"id": "A", "title": "A", "measure": {"kind": "composite", "of": {"B": 1}}}
    known = workspace(parts, work("B"))
    alignment = align([item("WEB-1", claims=("B",))], known)
    card = measure(alignment, observed(), known, NOW)
    still = {"A": [Past(TODAY - timedelta(days=n), 0.0, 0.0) for n in range(40, 0, -1)]}
    assert outlooks(alignment, card, known, still)["A"].lack == "movement"
    assert outlooks(alignment, card, known, {"A": still["A"][-10:]})["A"].lack == "history"


def test_success_of_an_aspiration_is_seventy_percent() -> None:
    objective = {
        "id": "O",
        "title": "O",
        "cycle": "2026-Q4",
        "grading": "aspirational",
        "key_results": [work("A")],
    }
    items = [*STEADY, *OPEN[:8]]
    all_of_it, most = foretold(items, work("A")), foretold(items, work("A"), objectives=[objective])
    assert all_of_it is not None
    assert most is not None
    assert (all_of_it.goal, most.goal) == (1.0, 0.7)
    assert (all_of_it.low, all_of_it.high) == (most.low, most.high)
    assert most.chance > all_of_it.chance + 0.1


SILENT: dict[str, tuple[dict[str, Any], datetime]] = {
    "closed": (work("A", closed="2026-11-01"), NOW),
    "by hand": (work("A", override={"percent": 5, "until": "2026-12-01"}), NOW),
    "a guard-rail": ({"id": "A", "title": "A", "measure": {"kind": "keep", "below": 5, "checkins": [
        {"on": "2026-10-05", "value": 3}]}}, NOW),
    "done or not": ({"id": "A", "title": "A", "measure": {"kind": "binary"}}, NOW),
    "no data": (metric("A", 0, 10), NOW),
}  # fmt: skip


@pytest.mark.parametrize("why", SILENT)
def test_nothing_is_foretold_and_nothing_said_of(why: str) -> None:
    result, now = SILENT[why]
    found = outlook([*STEADY, *OPEN], result, now=now)
    assert found is not None
    assert (found.forecast, found.lack) == (None, "")


@pytest.mark.parametrize("now", [datetime(2027, 2, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)])
def test_there_is_no_outlook_but_of_a_running_cycle(now: datetime) -> None:
    assert outlook([*STEADY, *OPEN], work("A"), now=now) is None


def test_the_calendar_is_that_of_where_most_of_the_work_is_left() -> None:
    ours = [item(f"web-{n}", claims=("A",), team="ENG", project=None) for n in range(1, 30)]
    days = {"weekend": ["sat", "sun"], "teams": {"ENG": {"weekend": ["fri", "sat"]}}}
    there = outlook([*OPEN, *ours], work("A"), calendar=days)
    here = outlook([*OPEN, *ours[:5]], work("A"), calendar=days)
    assert there is not None
    assert here is not None
    assert (set(there.days.weekend), set(here.days.weekend)) == ({4, 5}, {5, 6})
    assert here.days_left == 33


def test_a_forecast_is_kept_with_all_that_holds_it_against_what_came() -> None:
    found = outlook([*STEADY, *OPEN], work("A"))
    assert found is not None
    told = found.forecast
    assert told is not None
    kept = to_keep({"A": found, "B": replace(found, forecast=None)}, TODAY)
    assert list(kept) == ["A"]
    assert (kept["A"].day, kept["A"].chance, kept["A"].low, kept["A"].goal) == (
        TODAY,
        told.chance,
        told.low,
        1.0,
    )
