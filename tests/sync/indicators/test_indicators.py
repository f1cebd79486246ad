"""Indicators: attainment, velocity, customers and return, by tables; and that few people or initiatives are not told of."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from config.text.texts import Texts
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import align
from sync.capacity.person_days import person_days, window
from sync.flow.figures import flow_figures
from sync.flow.journeys import Journey, Stage, ValueStream, Visit
from sync.indicators.indicators import Indicators, indicators_of
from sync.indicators.velocity import Pace
from sync.measure import measure
from sync.report import indicators as report
from tests.support.builders import NOW, item, metric, observed, work, workspace

TODO, DOING = Stage("To Do", 0, "todo"), Stage("Doing", 1, "doing")
STREAM = ValueStream("", (TODO, DOING), declared=False)
DAY = timedelta(days=1)
MONDAY = date(2026, 11, 9)
WEEKDAYS = {"weekend": ["sat", "sun"]}


def found(items: list[WorkItem], declared: Workspace, *, busy: bool = False) -> Indicators:
    """The indicators; where `busy`, all items were in progress from 9 November to today."""
    alignment = align(items, declared, today=NOW.date())
    seen = observed(*items)
    card = measure(alignment, seen, declared, NOW)
    begin = datetime.combine(MONDAY, time(9), UTC)
    ways = {
        one.ref: Journey(one, STREAM, (Visit(TODO, "", one.created, begin), Visit(DOING, "", begin)))
        for one in items
        if busy
    }
    since = window(declared, NOW)
    days = None if since is None else person_days(ways, {}, alignment, declared, since, NOW)
    return indicators_of(alignment, card, declared, flow_figures(seen, alignment, declared, NOW), days, NOW)


def goals(*objectives: dict[str, Any], **changes: Any) -> Workspace:
    each = [{"title": one["id"], "cycle": "2026-Q4", **one} for one in objectives]
    return workspace(objectives=each, calendar=WEEKDAYS, flow={}, **changes)


def people(count: int, claim: str, project: str = "WEB", **changes: Any) -> list[WorkItem]:
    """An item in progress of each of so many people."""
    return [
        item(f"{claim}-{project}-{nr}", project=project, claims=(claim,), **{"category": "doing", "assignee": f"P{nr}", **changes})
        for nr in range(count)
    ]  # fmt: skip


# --- attainment


@pytest.mark.parametrize(
    ("value", "attained"),
    [(69.999, 0), (70, 1), (100, 1), (None, None)],
    ids=["under", "at", "whole", "none"],
)
def test_a_key_result_is_attained_from_seven_tenths(value: float | None, attained: int | None) -> None:
    checkins = [] if value is None else [("2026-11-10", value)]
    (one, *_) = found([], workspace(metric("KR1", 0, 100, *checkins))).attainments
    assert (one.attained, one.graded) == ((0, 0) if attained is None else (attained, 1))
    assert one.rate == attained


def test_seven_tenths_up_to_the_last_digit_of_floats_are_attained() -> None:
    declared = workspace(metric("KR1", 0.1, 24.1, ("2026-11-10", 16.9)))
    assert (16.9 - 0.1) / (24.1 - 0.1) < 0.7
    assert found([], declared).attainments[0].attained == 1


def test_attainment_by_cycle_objective_and_team() -> None:
    declared = goals(
        {"id": "A", "key_results": [work("A-1"), metric("A-2", 0, 10, ("2026-11-10", 9))]},
        {"id": "B", "key_results": [work("B-1"), {"id": "B-2", "title": "x", "measure": {"kind": "keep", "below": 5, "checkins": [{"on": "2026-11-10", "value": 1}]}}]},
        {"id": "C", "key_results": [work("C-1")], "cycle": "2027-Q1"},
        cycles={"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}, "2027-Q1": {"start": "2027-01-01", "end": "2027-03-31"}},
    )  # fmt: skip
    items = [*people(3, "A-1"), *people(2, "B-1", "OPS")]
    assert [(one.kind, one.name, one.attained, one.graded) for one in found(items, declared).attainments] == [
        ("cycle", "", 1, 3),
        ("objective", "A", 1, 2),
        ("objective", "B", 0, 1),
        ("team", "jira/WEB", 0, 1),
    ]


# --- velocity


def test_velocity_is_the_median_of_whole_weeks_with_its_range() -> None:
    counts = [3, 0, 2, 4, 2, 2, 2, 2, 2, 2, 2, 2, 5]
    done = []
    for back, count in enumerate(counts):
        for nr in range(count):
            when = datetime.combine(MONDAY - 7 * back * DAY, time(12), UTC)
            done.append(item(f"WEB-{back}{nr}", category="done", completed=when, assignee=f"P{nr}", estimate=2 if nr else None))  # fmt: skip
    today = item("WEB-900", category="done", completed=NOW, assignee="P9")
    older = item("WEB-901", category="done", completed=NOW - 100 * DAY, assignee="P9")
    (one,) = found([*done, today, older], workspace(calendar=WEEKDAYS)).velocities
    assert (one.team, one.weeks, one.items, one.estimated) == ("jira/WEB", 13, 30, 18)
    assert one.a_week == Pace(0, 2, 5)
    assert one.points == Pace(0, 2, 8)


def test_a_team_of_two_has_no_velocity() -> None:
    done = [item(f"WEB-{nr}", category="done", completed=NOW - 9 * DAY, assignee=f"P{nr % 2}") for nr in range(9)]  # fmt: skip
    assert found(done, workspace(calendar=WEEKDAYS)).velocities == ()


# --- customers


def test_metrics_that_say_what_they_tell_are_listed() -> None:
    one, other = metric("KR1", 30, 50, ("2026-11-10", 41)), metric("KR2", 0, 1)
    one["measure"] |= {"indicator": "satisfaction", "unit": "%"}
    keep = {"id": "KR3", "title": "Churn", "measure": {"kind": "keep", "below": 5, "indicator": "Retention", "checkins": [{"on": "2026-11-11", "value": 4}]}}  # fmt: skip
    rows = found([], workspace(one, other, keep)).customers
    assert [(row.indicator, row.key_result, row.value, row.target, row.high, row.on) for row in rows] == [
        ("Retention", "KR3", 4, None, 5, date(2026, 11, 11)),
        ("satisfaction", "KR1", 41, 50, None, date(2026, 11, 10)),
    ]


# --- return


def initiatives(count: int, value: float | None = 100) -> Workspace:
    return goals(
        *(
            {"id": f"O{nr}", "key_results": [metric(f"O{nr}-1", 40, 10, ("2026-11-10", 40 - 6 * nr))], **({} if value is None else {"value": value})}
            for nr in range(1, count + 1)
        )
    )  # fmt: skip


def test_gain_and_value_stand_beside_the_person_days() -> None:
    (one, other) = found(people(3, "O1-1"), initiatives(2), busy=True).returns
    # Three people from Monday to the next Monday, six working days.
    assert one.effort == pytest.approx(18)
    assert [gain.amount for gain in one.gains] == [6]
    assert one.per_day(one.gains[0]) == pytest.approx(6 / 18)
    assert one.attainment == pytest.approx(0.2)
    assert one.proxy == pytest.approx(100 * 0.2 / 18)
    # Nobody worked on the other: no figure is divided by nothing.
    assert (other.effort, other.proxy, other.per_day(other.gains[0])) == (0, None, None)


@pytest.mark.parametrize(("count", "ranks"), [(4, [None] * 4), (5, [5, 4, 3, 2, 1])])
def test_fewer_than_five_are_not_ranked(count: int, ranks: list[int | None]) -> None:
    items = [one for nr in range(1, count + 1) for one in people(3, f"O{nr}-1")]
    assert [one.rank for one in found(items, initiatives(count), busy=True).returns] == ranks


def test_the_effort_of_two_people_is_hidden_and_nothing_is_made_with_it() -> None:
    some = found([*people(2, "O1-1"), *people(4, "O2-1", "OPS")], initiatives(2), busy=True)
    one = some.returns[0]
    assert (one.effort, one.proxy, one.rank) == (None, None, None)
    assert report.data(some)["returns"][0]["hidden"] is True


def test_without_a_value_there_is_no_proxy() -> None:
    (one,) = found(people(3, "O1-1"), initiatives(1, None), busy=True).returns
    assert (one.proxy, one.value) == (None, None)
    assert one.effort


# --- how they are told


def test_without_flow_times_and_person_days_are_not_known() -> None:
    some = found(people(3, "KR1"), workspace(work("KR1")))
    assert (some.times, some.days, some.returns) == (None, None, ())
    told = [section for section in report.sections(some, workspace(), Texts("en")) if "flow: {}" in section.lead[0]]  # fmt: skip
    assert len(told) == 1
    assert report.data(some)["person_days"] is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_sections_and_data_say_the_same(language: str) -> None:
    declared = initiatives(5)
    items = [one for nr in range(1, 6) for one in people(3 if nr > 1 else 2, f"O{nr}-1")]
    some = found(items, declared, busy=True)
    told, data = list(report.sections(some, declared, Texts(language))), report.data(some)
    titles = [section.title for section in told]
    assert len(titles) == len(set(titles))
    days = next(section for section in told if len(section.columns) == 6 and section.prose)
    cells = [one for one in data["person_days"]["cells"] if one["team"] is None]
    hidden = Texts(language).text("indicators.hidden")
    assert [row[2].text == hidden for row in days.rows] == [one["hidden"] for one in cells]
    assert any(one["hidden"] for one in cells)
    for section in told:
        for text in (
            section.title,
            *section.lead,
            *section.tail,
            *(cell.text for row in section.rows for cell in row),
        ):
            assert "{" not in text or "flow" in text
