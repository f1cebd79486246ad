"""Investment against the person-days that it is made of; what is hidden is in no value, text or drawing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.model import StatusSpan, WorkItem
from sync.capacity.suppression import TOTAL
from sync.capacity.teams import team_name
from sync.report.html.key_result_page import key_result_page
from sync.report.html.links import Links
from sync.report.html.page import Chart, Choice, Section
from sync.report.html.sections import investment
from sync.report.html.source import ReportSource
from tests.support.builders import NOW, item, metric, work, workspace
from tests.support.report_sources import paragraphs_of, source_of, tables_of, texts_of, values_of, words_of
from tests.support.twenty_key_results import WEEKDAYS

NO_LINKS = Links({})
BEGIN = datetime(2026, 10, 5, 9, tzinfo=UTC)


def objectives(**weights: float | None) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "title": f"Reach {name}",
            "cycle": "2026-Q4",
            "key_results": [work(f"{name}-1"), metric(f"{name}-2", 0, 10, ("2026-11-10", 4))],
            **({} if weight is None else {"weight": weight}),
        }
        for name, weight in weights.items()
    ]


def busy(people: dict[tuple[str, str], int]) -> list[WorkItem]:
    """An item in progress since `BEGIN` of each of so many people, by project and what it serves."""
    return [
        item(
            f"{project}-{at}{nr}",
            claims=(f"{serves}-1",) if serves else (),
            category="doing",
            status="Doing",
            started=BEGIN,
            assignee=f"Ada {project}{serves}{nr}",
        )
        for at, ((project, serves), count) in enumerate(people.items(), 1)
        for nr in range(count)
    ]


def source(
    people: dict[tuple[str, str], int], *, declared: bool = True, **weights: float | None
) -> ReportSource:
    items = busy(people)
    spans = {
        one.ref: (StatusSpan("todo", "To Do", one.created, BEGIN), StatusSpan("doing", "Doing", BEGIN))
        for one in items
    }
    known = workspace(
        objectives=objectives(**weights), calendar=WEEKDAYS, **({"flow": {}} if declared else {})
    )
    return source_of(items, known, histories=spans)


@pytest.fixture(scope="module")
def two() -> ReportSource:
    """Two objectives, of which one gets less than its weight."""
    people = {("WEB", "SPEED"): 3, ("WEB", "TRUST"): 6, ("OPS", "TRUST"): 3, ("OPS", ""): 4}
    return source(people, SPEED=3, TRUST=1)


def section_of(found: ReportSource) -> Section:
    return investment.section(found, NO_LINKS)


def test_shares_stand_against_weights(two: ReportSource) -> None:
    assert two.person_days is not None
    rows = values_of(tables_of(section_of(two))["shares"])
    shares = {one.objective: one.share for one in two.person_days.shares}
    assert shares == {"SPEED": pytest.approx(0.25), "TRUST": pytest.approx(0.75)}
    assert rows == [
        {"what": "SPEED", "goal": "Reach SPEED", "share": 25, "declared": 75, "points": -50},
        {"what": "TRUST", "goal": "Reach TRUST", "share": 75, "declared": 25, "points": 50},
    ]


def test_without_declared_weights_nobody_is_said_to_get_too_little() -> None:
    section = section_of(source({("WEB", "SPEED"): 3, ("WEB", "TRUST"): 6}, SPEED=None, TRUST=None))
    table = tables_of(section)["shares"]
    assert [one["points"] for one in values_of(table)] == [None, None]
    assert table.note == "Nobody declared a weight among its siblings; all count alike."


def test_days_are_those_of_the_run_in_all_and_for_each_choice(two: ReportSource) -> None:
    days = two.person_days
    assert days is not None
    tables = tables_of(section_of(two))
    whole = {one["what"]: one["days"] for one in values_of(tables["days"])}
    names = {(part.name or "no key result"): part for part in days.parts}
    assert whole.keys() == {*names, None}
    for name, part in names.items():
        assert whole[name] == pytest.approx(days.of(part), abs=1e-3)
    assert whole[None] == pytest.approx(days.cells[TOTAL, TOTAL], abs=1e-3)
    for team in days.teams:
        shown = {one["what"]: one["days"] for one in values_of(tables[f"days {team_name(team)}"])}
        assert shown.pop(None) == pytest.approx(days.cells[team, TOTAL], abs=1e-3)
        assert shown == {
            name: pytest.approx(days.cells[team, part], abs=1e-3)
            for name, part in names.items()
            if (team, part) in days.cells
        }
    shown = {one["what"]: one["days"] for one in values_of(tables["days TRUST"])}
    assert shown == {
        "jira/OPS": pytest.approx(whole["TRUST"] / 3, abs=1e-3),
        "jira/WEB": pytest.approx(2 * whole["TRUST"] / 3, abs=1e-3),
        None: pytest.approx(whole["TRUST"], abs=1e-3),
    }


def test_rows_of_teams_are_chosen_by_team_and_objective(two: ReportSource) -> None:
    rows = tables_of(section_of(two))["teams"].rows
    chosen = {(one.cells[0].text, one.cells[1].text): one.choices for one in rows}
    assert chosen["jira/WEB", "SPEED"] == {Choice("team", "jira/WEB"), Choice("objective", "SPEED")}
    assert chosen["jira/OPS", "no key result"] == {Choice("team", "jira/OPS")}
    assert sum(float(str(one.cells[3].value or 0)) for one in rows if one.cells[0].text == "jira/WEB") == 100


def test_what_is_hidden_is_said_and_shown_nowhere() -> None:
    """TRUST is of two people in OPS: neither that nor what would give it away is drawn."""
    found = source({("WEB", "SPEED"): 3, ("OPS", "SPEED"): 3, ("OPS", "TRUST"): 2}, SPEED=1, TRUST=1)
    days = found.person_days
    assert days is not None
    section = section_of(found)
    assert "Hidden: fewer than three people" in " ".join(paragraphs_of(section))
    tables = tables_of(section)
    of_ops = {one["what"]: one for one in texts_of(tables["teams"]) if one["team"] == "jira/OPS"}
    assert (of_ops["TRUST"]["days"], of_ops["TRUST"]["of_team"]) == ("hidden", "hidden")
    assert [one["share"] for one in values_of(tables["shares"])] == [None, None]
    hidden = {cell for cell, value in days.cells.items() if value is None}
    for part in days.parts:
        shown = {one["what"]: one for one in texts_of(tables["days"])}[part.name]
        assert (shown["days"] == "hidden") == ((TOTAL, part) in hidden)
    drawn = next(one for one in section.blocks if isinstance(one, Chart) and one.id == "shares").drawings[0]
    assert "SPEED" not in drawn.svg


def test_nothing_is_about_a_person(two: ReportSource) -> None:
    assert not any("Ada" in words for words in words_of(section_of(two)))


def test_returns_stand_beside_their_effort(two: ReportSource) -> None:
    rows = texts_of(tables_of(section_of(two))["returns"])
    assert [one["initiative"] for one in rows] == ["SPEED · Reach SPEED", "TRUST · Reach TRUST"]
    assert rows[0]["gained"].startswith("SPEED-2: 4, 0.")


def test_without_histories_it_says_what_to_declare() -> None:
    section = section_of(source({("WEB", "SPEED"): 3}, declared=False, SPEED=1))
    assert section.blocks == ()
    assert "Add `flow: {}`" in str(section.lead[0])


def test_before_two_weeks_of_a_cycle_no_share_is_shown() -> None:
    young = {"start": (NOW - timedelta(days=7)).date().isoformat(), "end": "2026-12-31"}
    items = busy({("WEB", "SPEED"): 3, ("WEB", "TRUST"): 3})
    spans = {one.ref: (StatusSpan("doing", "Doing", BEGIN),) for one in items}
    known = workspace(
        objectives=objectives(SPEED=1, TRUST=1), cycles={"2026-Q4": young}, calendar=WEEKDAYS, flow={}
    )
    section = section_of(source_of(items, known, histories=spans))
    assert "shares" not in tables_of(section)
    assert "Shares are shown from two weeks into a cycle on" in " ".join(paragraphs_of(section))


def test_a_starved_objective_is_told_on_the_pages_of_its_key_results(two: ReportSource) -> None:
    def told(name: str) -> list[str]:
        (section,) = [one for one in key_result_page(two, NO_LINKS, name).sections if one.id == "signals"]
        tables = tables_of(section)
        return [str(one["signal"]) for one in values_of(tables["list"])] if tables else []

    assert "starved_objective" in told("SPEED-1")
    assert "starved_objective" not in told("TRUST-1")


def test_of_many_teams_those_with_the_most_days_are_shown(
    monkeypatch: pytest.MonkeyPatch, two: ReportSource
) -> None:
    """WEB has nine people and four rows with its sum, OPS has seven."""
    monkeypatch.setattr(investment, "MOST_ROWS", 5)
    table = tables_of(section_of(two))["teams"]
    assert {one.cells[0].text for one in table.rows} == {"jira/WEB"}
    assert table.note == "The team with the most days, of 2; `truenorth signals` has all."
    monkeypatch.setattr(investment, "MOST_ROWS", 200)
    whole = tables_of(section_of(two))["teams"]
    assert [one.cells[0].text for one in whole.rows] == sorted(one.cells[0].text for one in whole.rows)
    assert whole.note == ""
