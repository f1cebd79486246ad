"""A key result that did not move while time ran, and work that is old for its stage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync.flow.aging import Aging
from sync.signals.mechanism import signals
from sync.signals.stagnation.aging_work import AGING_WORK, LEAST, bands_by_week
from sync.signals.stagnation.stalled_key_result import STALLED_KEY_RESULT
from tests.support.builders import NOW, item, metric, query, work, workspace
from tests.support.signalling import Walked, seen, told
from tests.support.walks import walked

OPEN = item("WEB-2", labels=("a",), category="doing", status="In Progress")


def done(key: str, days: float) -> Any:
    ended = NOW - timedelta(days=days)
    return item(key, labels=("a",), category="done", status="Done", completed=ended, updated=ended)


WORK = work("KR1", {"label": "a"})


@pytest.mark.parametrize(
    ("key_result", "items", "kept", "days"),
    [
        pytest.param(WORK, [done("WEB-1", 30), OPEN], {}, 30, id="no work done for four weeks"),
        pytest.param(WORK, [done("WEB-1", 10), OPEN], {}, None, id="work done last week"),
        pytest.param(WORK, [done("WEB-1", 30)], {}, None, id="no work open"),
        pytest.param(WORK, [OPEN], {}, 46, id="nothing done since the cycle began"),
        pytest.param({**WORK, "closed": "2026-11-10"}, [OPEN], {}, None, id="closed"),
        pytest.param({**WORK, "pace": "step"}, [OPEN], {}, None, id="nothing expected before the end"),
        pytest.param({**WORK, "override": {"percent": 10, "until": "2026-12-01"}}, [OPEN], {}, None, id="set by hand"),
        pytest.param(metric("KR1", 0, 10, ("2026-10-10", 3.0), ("2026-11-10", 3.0)), [], {}, 37, id="checked in, unmoved"),
        pytest.param(metric("KR1", 0, 10, ("2026-10-10", 3.0), ("2026-11-10", 4.0)), [], {}, None, id="checked in, moved"),
        pytest.param(metric("KR1", 0, 10, ("2026-10-10", 3.0)), [], {}, None, id="not checked in: overdue, not stalled"),
    ],
)  # fmt: skip
def test_a_key_result_stalls(
    key_result: dict[str, Any], items: list[Any], kept: dict[str, Any], days: int | None
) -> None:
    found = signals(seen(workspace(key_result), *items, kept=kept), [STALLED_KEY_RESULT])
    assert [(one.subject, one.days) for one in found] == ([] if days is None else [("KR1", days)])


@pytest.mark.parametrize(
    ("kept", "days"),
    [
        ([("2026-10-05", 30.0), ("2026-10-20", 30.0), ("2026-11-10", 30.0)], 42),
        ([("2026-10-05", 31.0), ("2026-10-20", 30.0)], 27),
        ([("2026-10-05", 30.0), ("2026-11-01", 31.0), ("2026-11-10", 30.0)], None),
        ([("2026-11-01", 30.0)], None),
        ([], None),
    ],
)
def test_what_trackers_answer_stalls_by_the_days_that_were_kept(
    kept: list[tuple[str, float]], days: int | None
) -> None:
    found = signals(
        seen(workspace(query("KR1", 40, 5)), kept={"KR1": kept}, counts={"KR1": 30}), [STALLED_KEY_RESULT]
    )
    assert [one.days for one in found] == ([] if days is None else [days])


def test_a_stalled_key_result_has_a_base_rate_over_its_cycle() -> None:
    # Done on the 14th day of the cycle: in the weeks that ended before nothing could be said, or it had moved.
    found = signals(seen(workspace(WORK), done("WEB-1", 32), OPEN), [STALLED_KEY_RESULT])
    assert [(one.base_rate.fired, one.base_rate.weeks) for one in found if one.base_rate] == [(1, 6)]


# --- Age -------------------------------------------------------------------------------------------

FLOW = workspace(work("KR1"), flow={})


def finished(count: int, days: float = 5) -> list[Walked]:
    """Work that was in progress for 1 to `days` days, evenly."""
    return [
        walked(
            f"WEB-{100 + nr}",
            ("To Do", 90),
            ("In Progress", 60),
            ("Done", 60 - 1 - nr % days),
        )
        for nr in range(count)
    ]


def started(key: str, days: float) -> Walked:
    return walked(key, ("To Do", 90), ("In Progress", days))


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        pytest.param([*finished(40), started("WEB-1", 3)], [], id="young"),
        pytest.param([*finished(40), started("WEB-1", 30)], [("high", ["WEB-1"])], id="far older than any ever was"),
        pytest.param([*finished(40, 8), started("WEB-1", 7.5), *(started(f"WEB-{n}", 1) for n in range(2, 6))], [], id="one of five is old, as chance has it"),
        pytest.param(
            [*finished(40), *(started(f"WEB-{n}", 6 + n / 10) for n in range(4))],
            [("medium", ["WEB-3", "WEB-2", "WEB-1", "WEB-0"])],
            id="more than chance leaves, the oldest first",
        ),
        pytest.param([*finished(LEAST - 1), started("WEB-1", 30)], [], id="too little ever left the stage"),
    ],
)  # fmt: skip
def test_work_ages(work: list[Walked], expected: list[tuple[str, list[str]]]) -> None:
    found = signals(seen(FLOW, *work), [AGING_WORK])
    assert [(severity, keys) for _, severity, _, keys in told(found)] == expected


def test_aging_work_was_not_old_before_it_was() -> None:
    found = signals(seen(FLOW, *finished(40), started("WEB-1", 30)), [AGING_WORK])
    # It is old since it is older than 5 days: now, and in three weeks behind.
    assert [(one.days, one.base_rate.fired) for one in found if one.base_rate] == [(30, 3)]


def test_the_limit_is_that_of_the_flow_figures() -> None:
    context = seen(FLOW, *finished(43, 13))
    assert context.journeys is not None
    (stream,) = {one.stream.name for one in context.journeys.values()}
    for week in (0, 7):
        bands = Aging(context.journeys).bands(stream, context.before(week).now)
        (band,) = bands_by_week(context)[week].values()
        assert band.limit == bands["In Progress"].p85
