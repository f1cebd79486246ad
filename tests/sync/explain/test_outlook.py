"""What explain says of the end of a cycle, and which days it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.model import WorkItem
from sync.decide import Decision, decide
from sync.explain.key_result import Derivation, derive
from sync.memory import Memory
from sync.report import data
from sync.report.forecasts import sections
from tests.support.builders import NOW, item, metric, observed, work, workspace


def run_of(items: list[WorkItem], *results: dict[str, Any], **declared: Any) -> tuple[Decision, Any]:
    known = workspace(*results, **declared)
    return decide(observed(*items), Memory(), known, NOW), known


def derived(items: list[WorkItem], *results: dict[str, Any], **declared: Any) -> Derivation:
    run, known = run_of(items, *results, **declared)
    told = derive("a", run, known)
    assert told is not None
    return told


def done(number: int, days_ago: int) -> WorkItem:
    at = NOW - timedelta(days=days_ago)
    return item(f"WEB-{number}", claims=("A",), category="done", completed=at)


WORKDAYS = [number for number in range(1, 100) if (NOW - timedelta(days=number)).weekday() < 5]
SLOW = [
    *(done(number, number) for number in WORKDAYS[:30]),
    *(item(f"WEB-{n}", claims=("A",)) for n in range(200, 230)),
]
FINISHED = [
    item(f"OPS-{n}", category="done", completed=NOW - timedelta(days=days), claims=("B",))
    for n, days in enumerate(WORKDAYS[:60])
]


def test_it_says_range_chance_and_the_days_left() -> None:
    told = derived([*SLOW, *FINISHED], work("A"), work("B"))
    assert told.outlook_words[0].startswith("Forecast from the last 6 working weeks: ")
    assert "by 2026-12-31 in four of five cases" in told.outlook_words[0]
    assert told.outlook_words[-1] == (
        "33 working days left after today, until 2026-12-31. Days off by the 90 finishings in jira of the last 26 weeks, of "
        "which 0 were on them: Saturday and Sunday."
    )


def test_it_says_what_is_declared() -> None:
    calendar = {"closed": ["2026-12-24/2027-01-01", "2026-11-01", "2027-05-01"], "weekend": ["sat", "sun"]}
    told = derived(SLOW, work("A"), calendar=calendar)
    assert told.outlook_words[-2:] == (
        "27 working days left after today, until 2026-12-31. Days off as declared: Saturday and Sunday.",
        "Closed as declared: 2026-12-24 to 2027-01-01.",
    )
    none = derived(SLOW, work("A"), calendar={"weekend": []})
    assert none.outlook_words[-1].endswith("Days off as declared: none.")


def test_it_says_where_too_few_finishings_tell() -> None:
    told = derived([*SLOW[:20], *SLOW[30:]], work("A"))
    assert told.outlook_words[-1] == (
        "45 working days left after today, until 2026-12-31. No weekend is declared, and fewer than 50 finishings in 26 weeks "
        "tell none: every day of the week counts as worked."
    )


def test_it_says_why_it_is_at_risk_that_is_not_behind() -> None:
    told = derived(SLOW, work("A"), policy={"health": {"chance": 0.99}})
    assert told.reading.health == "at_risk"
    reason = next(words for words in told.outlook_words if "at risk" in words)
    assert reason.startswith(
        "By progress it would be on track; it is at risk because the chance of reaching 100 % ("
    )
    assert reason.endswith(") is below policy.health.chance.")
    usual = derived(SLOW, work("A"), policy={"health": {"chance": 0}})
    assert usual.reading.health == "on_track"
    assert not any("at risk" in words for words in usual.outlook_words)


def test_it_says_where_there_is_too_little_history() -> None:
    told = derived([], metric("A", 0, 10, ("2026-11-02", 6)))
    assert told.outlook_words[0] == "Not enough history for a forecast yet."


def test_nothing_is_said_of_what_is_done() -> None:
    assert derived([done(1, 3)], work("A")).outlook_words == ()


def test_status_shows_each_cycle_with_its_working_days_and_no_chance_that_nobody_can_tell() -> None:
    run, known = run_of(
        SLOW, work("A"), metric("M", 0, 10, ("2026-11-02", 6)), calendar={"weekend": ["sat", "sun"]}
    )
    (section,) = sections(run.outlooks, run.scorecard, known)
    assert section.lead[0].startswith("33 working days left after today, until 2026-12-31.")
    first, second = ([cell.text for cell in row] for row in section.rows)
    assert first[0] == "A"
    assert second[3:] == ["not enough history for a forecast yet", "100 %", "–"]
    hopeless = {"A": replace(run.outlooks["A"], forecast=replace(run.outlooks["A"].forecast, chance=0.04))}  # type: ignore[type-var]
    (bleak,) = sections(hopeless, run.scorecard, known)
    assert bleak.rows[0][-1].text == "< 5 %"


def test_json_has_the_raw_figures_and_no_straight_line() -> None:
    run, _ = run_of(
        SLOW, work("A"), metric("M", 0, 10, ("2026-11-02", 6)), policy={"health": {"chance": 0.99}}
    )
    (objective,) = data.of_scorecard(run.scorecard, run.outlooks)
    first, second = objective["key_results"]
    told = run.outlooks["A"].forecast
    assert told is not None
    assert "forecast" not in first
    assert first["chance"] == pytest.approx(told.chance, abs=1e-4)
    assert set(first["range"]) == {"low", "middle", "high"}
    assert (first["goal"], first["no_forecast"]) == (1.0, None)
    assert first["health_reason"].startswith("chance of reaching 100 %")
    assert (second["chance"], second["range"], second["health_reason"]) == (None, None, None)
    assert second["no_forecast"] == "not enough history for a forecast yet"
    assert second["working_days_left"] == 45


def test_the_day_of_the_end_has_none_left() -> None:
    run, _ = run_of(SLOW, work("A"), cycles={"2026-Q4": {"start": "2026-10-01", "end": "2026-11-16"}})
    assert run.outlooks["A"].end == date(2026, 11, 16)
    assert run.outlooks["A"].days_left == 0
