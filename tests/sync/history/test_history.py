"""How key results went: days made into weeks, what moved between, and where a lead reads it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from sync.align.alignment import align
from sync.history.days import HistoryRow, moved_between, until_now, week_before, weekly
from sync.history.movement import Movement
from sync.jobs.sandbox import examples
from sync.measure import measure
from sync.report.movement import bar, movement, movement_data, weeks
from tests.support import loopback
from tests.support.builders import NOW, metric, observed, workspace
from tests.support.cli import Cli
from tests.support.user_actions import ANN, TOKEN, JiraTicket

TODAY = date(2026, 11, 16)


def row(back: int, progress: float | None, moved: Movement | None = None) -> HistoryRow:
    return HistoryRow(TODAY - timedelta(days=back), progress, progress, 0.5, "on_track", moved)


def step(back: int, since: int, by_work: float | None, by_scope: float | None, **counts: int) -> HistoryRow:
    day = TODAY - timedelta(days=since)
    return row(back, 0.5, Movement(day, by_work=by_work, by_scope=by_scope, **counts))


DAYS = (
    row(30, 0.1),
    step(16, 30, 10.0, -5.0, done=2, added=1),
    step(9, 16, 4.0, 0.0, done=1),
    step(3, 9, 0.0, -2.0, added=1),
    step(0, 3, 6.0, 1.0, done=1, dropped=1),
)


def test_weeks_are_the_last_day_known_by_then() -> None:
    assert [(TODAY - one.day).days for one in weekly(DAYS)] == [30, 16, 9, 0]
    assert [(TODAY - one.day).days for one in weekly(DAYS, 2)] == [16, 9, 0]
    assert weekly(DAYS[-1:]) == (replace(DAYS[-1], moved=None),)


def test_a_week_holds_all_that_moved_in_it() -> None:
    first, *_, before, last = weekly(DAYS)
    assert first.moved is None
    assert before.moved == DAYS[2].moved
    assert last.moved == Movement(
        TODAY - timedelta(days=9), done=1, added=1, dropped=1, by_work=6.0, by_scope=-1.0
    )


@pytest.mark.parametrize(
    ("rows", "since", "known"),
    [
        (DAYS, 9, True),
        (DAYS, 30, True),
        (DAYS[1:], 30, True),
        (DAYS[1:], 20, False),  # what moved between the 30th and the 16th day back cannot be cut in two
        ((row(9, 0.1), row(3, 0.2), DAYS[-1]), 9, False),  # what moved on one day is not known
        (DAYS[:1], 30, False),
    ],
)
def test_what_moved_is_told_only_where_every_day_is_known(
    rows: tuple[HistoryRow, ...], since: int, known: bool
) -> None:
    found = moved_between(rows, TODAY - timedelta(days=since), TODAY)
    assert (found is not None) is known


def test_effects_that_are_not_known_of_one_day_are_not_known_of_all() -> None:
    rows = (row(9, None), step(3, 9, None, None, added=2), step(0, 3, 5.0, 0.0, done=1))
    found = moved_between(rows, rows[0].day, TODAY)
    assert found == Movement(rows[0].day, added=2, done=1)


@pytest.mark.parametrize(
    ("days", "since"),
    [((0,), None), ((3, 0), 3), ((9, 7, 3, 0), 7), ((9, 6, 0), 9), ((30, 0), 30)],
)
def test_since_last_week(days: tuple[int, ...], since: int | None) -> None:
    found = week_before({"A": tuple(row(back, 0.1) for back in days)})
    assert found == (None if since is None else TODAY - timedelta(days=since))


def test_today_is_as_the_scorecard_has_it() -> None:
    declared = workspace(metric("A", 0, 10, ("2026-11-10", 4.0)))
    card = measure(align([], declared), observed(), declared, NOW)
    earlier, later = (Movement(TODAY - timedelta(days=1), done=number) for number in (1, 2))
    kept = {"A": (row(1, 0.3), row(0, 0.9, earlier), row(-1, 1.0)), "OLD": (row(1, 0.5),)}
    found = until_now(kept, card, {}, TODAY)
    assert found["A"][-1].moved == earlier  # of which nothing newer is known
    assert until_now(kept, card, {"A": later}, TODAY)["A"][-1].moved == later
    assert [(one.day, one.progress) for one in found["A"]] == [(TODAY - timedelta(days=1), 0.3), (TODAY, 0.4)]
    assert list(found) == ["A"]


def test_the_table_tells_work_and_scope_apart() -> None:
    sheet = movement({"A": DAYS, "B": (row(30, None), row(0, 0.25))})
    assert sheet.title == "Movement since 2026-11-07"
    first, second = ([cell.text for cell in one] for one in sheet.rows)
    assert first == ["A", "50 %", "50 %", "+0", "+6", "-1", "1 done, 1 added, 1 dropped", "▂▅▅▅"]
    assert second == ["B", "–", "25 %", "–", "", "", "", " ▃"]
    assert movement({"A": DAYS[-1:]}).lead == ("No earlier day to compare with yet.",)
    assert movement_data({"A": DAYS[-1:]}) is None
    assert weeks(DAYS[-1:]) is None


@pytest.mark.parametrize(
    ("progress", "expected", "shown"),
    [
        (0.0, 0.0, "│" + "░" * 19),
        (0.5, 0.25, "█" * 5 + "│" + "█" * 4 + "░" * 10),
        (0.5, 1.0, "█" * 10 + "░" * 9 + "│"),
        (1.0, 0.5, "█" * 10 + "│" + "█" * 9),
        (None, 0.5, "░" * 10 + "│" + "░" * 9),
    ],
)
def test_a_bar(progress: float | None, expected: float, shown: str) -> None:
    assert bar(progress, expected) == shown


# --- Over HTTP -----------------------------------------------------------------------------------


def told(run: Cli) -> dict[str, Any]:
    """What `status` tells of GROWTH-KR2, which is measured by points."""
    movement = json.loads(run("status", "--format", "json").out)["movement"]
    found: dict[str, Any] = next(one for one in movement["key_results"] if one["key_result"] == "GROWTH-KR2")
    return found | {"since": movement["since"]}


def explained(run: Cli) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("explain", "GROWTH-KR2", "--format", "json").out)
    return found


def create(sandbox: Sandbox) -> None:
    fields = {
        "project": {"key": "WEB"},
        "issuetype": {"name": "Story"},
        "summary": "A late idea",
        "parent": {"key": "WEB-1"},
    }
    url = f"{sandbox.url}/jira/rest/api/3/issue"
    loopback.post(url, auth=(ANN, TOKEN), json={"fields": fields}).raise_for_status()


@pytest.mark.usefixtures("pointed")
def test_what_is_set_by_hand_tells_no_movement(
    run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    assert run("sync", "--as-of", "2026-11-02T09:00Z", "--first-run").code == 0
    file = folder / "growth.yaml"
    declared = file.read_text(encoding="utf-8")
    by_hand = "- id: GROWTH-KR2\n{0}  override: {{percent: 80, until: 2026-11-05}}\n"
    changed = re.sub(r"( *)- id: GROWTH-KR2\n", lambda found: found[1] + by_hand.format(found[1]), declared)
    assert changed != declared
    file.write_text(changed, encoding="utf-8")
    assert run("sync", "--as-of", "2026-11-05T09:00Z").code == 0
    found = told(run)
    assert (found["now"], found["moved"]) == (80, None)
    assert run("sync", "--as-of", "2026-11-06T09:00Z").code == 0
    assert told(run)["moved"] is None  # since 2 November: one of these days is not known


def test_a_lead_reads_what_moved_by_work_and_by_scope(run: Cli, pointed: Sandbox) -> None:
    assert run("sync", "--as-of", "2026-11-02T09:00Z", "--first-run").code == 0
    assert json.loads(run("status", "--format", "json").out)["movement"] is None
    assert "No earlier day to compare with" in run("status").out
    began = explained(run)
    first, second = [one for one in began["items"] if one["state"] == "doing" and one["tracker"] == "jira"][
        :2
    ]
    scope = sum(one["weight"] for one in began["items"] if one["left_out"] is None)

    JiraTicket(pointed, first["key"]).close()
    create(pointed)
    assert run("sync", "--as-of", "2026-11-05T09:00Z").code == 0
    midway = told(run)
    assert midway["since"] == midway["moved"]["since"] == "2026-11-02"
    assert (midway["moved"]["done"], midway["moved"]["added"]) == (1, 1)
    assert midway["moved"]["by_scope"] < 0 < midway["moved"]["by_work"]
    # The new one has no estimate, so it weighs 1; scope comes first, then the work in it.
    assert midway["moved"]["by_work"] == pytest.approx(100 * first["weight"] / (scope + 1), abs=0.01)

    JiraTicket(pointed, second["key"]).close()
    for _ in range(2):  # the same day again gives the same rows
        assert run("sync", "--as-of", "2026-11-09T09:00Z").code == 0
        ended, days = told(run), explained(run)["history"]
        assert ended["since"] == "2026-11-02"
        assert (ended["moved"]["done"], ended["moved"]["added"]) == (2, 1)
        assert [one["day"] for one in days] == ["2026-11-02", "2026-11-05", "2026-11-09"]
        assert [one["moved"] and one["moved"]["done"] for one in days] == [None, 1, 1]
        both = ended["moved"]["by_work"] + ended["moved"]["by_scope"]
        assert both == pytest.approx(
            100 * (days[2]["value"] / (scope + 1) - days[0]["value"] / scope), abs=0.02
        )
    text = run("status").out
    assert "Movement since 2026-11-02" in text
    assert "2 done, 1 added" in text
    assert "Week by week" in run("explain", "GROWTH-KR2").out
