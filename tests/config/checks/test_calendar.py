"""Calendars: what is declared of days off, and every fault of it at its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.load import load
from tests.support.declarations import GOOD, problems_of, written

BAD = [
    ("{closed: [2026-12-24/2026-12-01]}", "21:21", "the last day (2026-12-01) is before the first (2026-12-24)"),
    ("{closed: [tomorrow]}", "21:21", 'expected a day such as 2026-12-24, or a first and a last day such as 2026-12-24/2027-01-01, got "tomorrow"'),
    ("{closed: [2026-11-11, 2026-12-24/]}", "21:33", 'expected a day such as 2026-12-24, or a first and a last day such as 2026-12-24/2027-01-01, got "2026-12-24/"'),
    ("{closed: [20261224]}", "21:21", "expected a day such as 2026-12-24, or a first and a last day such as 2026-12-24/2027-01-01, got the number 20261224"),
    ("{closed: [2226-12-24]}", "21:21", "expected days between 1970 and 2199"),
    ("{closed: 2026-12-24}", "21:20", 'expected a list, got "2026-12-24"; put it in square brackets'),
    ("{weekend: [sat, sunday]}", "21:27", 'invalid value "sunday"; did you mean "sun"?'),
    ("{weekend: [mon, tue, wed, thu, fri, sat, sun]}", "21:21", "all seven weekdays are off, so no working day is left; leave one out"),
    ("{weekends: [sat]}", "21:12", 'unknown key "weekends"; did you mean "weekend"?'),
    ("{trackers: {jiira: {weekend: [sat]}}}", "21:23", 'unknown tracker "jiira"; did you mean "jira"?'),
    ("{teams: {ENGG: {closed: []}}}", "21:20", 'no tracker has a team or project "ENGG" in scope; did you mean "ENG"?'),
    ("{teams: {OPS: {closed: []}, ops: {closed: []}}}", "21:39", '"OPS" and "ops" differ only in case; first declared at F:21:20; keep one'),
]  # fmt: skip


@pytest.mark.parametrize(("calendar", "place", "text"), BAD)
def test_a_fault_is_told_at_its_place(tmp_path: Path, calendar: str, place: str, text: str) -> None:
    file = written(tmp_path, f"{GOOD}calendar: {calendar}\n")
    (problem,) = problems_of(file)
    said = f"{problem.message}; {problem.hint}" if problem.hint else problem.message
    assert f"{problem.line}:{problem.column}" == place
    assert said.replace(str(file), "F") == text


def test_days_are_read_as_people_write_them(tmp_path: Path) -> None:
    text = """\
calendar:
  closed:
    - 2026-12-24/2027-01-01
    - "2026-11-11"
    - 2026-12-07 / 2026-12-08
  weekend: []
  trackers:
    jira: {weekend: [fri, sat]}
  teams:
    eng: {closed: []}
"""
    calendar = load(written(tmp_path, GOOD + text)).calendar
    assert calendar.spans == (
        (date(2026, 12, 24), date(2027, 1, 1)),
        (date(2026, 11, 11), date(2026, 11, 11)),
        (date(2026, 12, 7), date(2026, 12, 8)),
    )
    assert calendar.weekend == ()
    assert (calendar.trackers["jira"].spans, calendar.trackers["jira"].weekend) == (None, ("fri", "sat"))
    assert calendar.teams["eng"].spans == ()
