"""A small chance makes what is on track at risk, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from sync.align.alignment import align
from sync.forecast.health import with_chances
from sync.forecast.outlook import Outlook, chance_percent, chance_words
from sync.forecast.simulation import Forecast
from sync.forecast.working_days import EVERY_DAY
from sync.measure import Scorecard, measure
from tests.support.builders import NOW, item, observed, work, workspace


def outlook(chance: float, *, told: bool = True) -> Outlook:
    forecast = Forecast(0.6, 0.7, 0.8, chance, 6, 1.0) if told else None
    return Outlook(1.0, forecast, "", date(2026, 11, 16), date(2026, 12, 31), 33, EVERY_DAY)


def card_of(done: int, now: datetime = NOW, **declared: Any) -> tuple[Scorecard, Any]:
    known = workspace(work("A"), **declared)
    items = [item(f"WEB-{n}", claims=("A",), category="done" if n <= done else "todo") for n in range(1, 11)]
    return measure(align(items, known), observed(), known, now), known


@pytest.mark.parametrize(
    ("done", "chance", "health"),
    [
        (6, 0.199, "at_risk"),
        (6, 0.2, "on_track"),
        (6, 0.0, "at_risk"),
        (3, 0.0, "at_risk"),  # behind by 20 points anyway
        (2, 0.0, "off_track"),
        (10, 0.0, "done"),
    ],
)
def test_the_raw_chance_below_the_threshold_makes_on_track_at_risk(
    done: int, chance: float, health: str
) -> None:
    card, known = card_of(done)
    reading = with_chances(card, {"A": outlook(chance)}, known).readings["A"]
    assert reading.health == health
    assert reading.is_unlikely == (done == 6 and chance < 0.2)


def test_without_a_forecast_nothing_changes() -> None:
    card, known = card_of(6)
    assert with_chances(card, {}, known) == with_chances(card, {"A": outlook(0, told=False)}, known) == card


@pytest.mark.parametrize(
    ("least", "chance", "health"), [(0, 0.0, "on_track"), (0.5, 0.4, "at_risk"), (1, 1, "on_track")]
)
def test_the_threshold_is_declared_and_0_switches_it_off(least: float, chance: float, health: str) -> None:
    card, known = card_of(6, policy={"health": {"chance": least}})
    assert with_chances(card, {"A": outlook(chance)}, known).readings["A"].health == health


@pytest.mark.parametrize(
    ("now", "health"),
    [
        (datetime(2026, 10, 14, 23, 59, tzinfo=UTC), "on_track"),
        (datetime(2026, 10, 15, tzinfo=UTC), "at_risk"),
    ],
)
def test_not_in_the_first_two_weeks(now: datetime, health: str) -> None:
    card, known = card_of(6, now)
    assert with_chances(card, {"A": outlook(0.0)}, known).readings["A"].health == health


def test_not_where_no_working_day_is_left() -> None:
    card, known = card_of(6)
    over = replace(outlook(0.0), days_left=0)
    assert with_chances(card, {"A": over}, known) == card


def test_the_objective_stays_as_its_own_progress_has_it() -> None:
    card, known = card_of(6)
    (whole,) = with_chances(card, {"A": outlook(0.0)}, known).objectives
    assert whole.health == "on_track"
    assert whole.readings[0].health == "at_risk"


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0, "< 5 %"),
        (0.0475, "< 5 %"),
        (0.05, "5 %"),
        (0.196, "20 %"),
        (0.5, "50 %"),
        (0.95, "95 %"),
        (0.9525, "> 95 %"),
        (1.0, "> 95 %"),
    ],
)
def test_people_read_no_chance_that_a_simulation_cannot_tell(chance: float, words: str) -> None:
    assert chance_words(chance_percent(chance)) == words
