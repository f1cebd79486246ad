"""The section of flow: its figures are those of `truenorth signals`, also where they are told of a part of the work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from config.text.texts import Texts
from sync.align.alignment import align
from sync.flow.figures import flow_figures
from sync.report.flow import data
from sync.report.html.charts import Dot
from sync.report.html.links import Links
from sync.report.html.page import Chart, Choice, Facts, Raw, Section, Text
from sync.report.html.sections import flow
from sync.report.html.sections.flow import drawing, tables, times
from sync.report.html.source import ReportSource
from tests.support.builders import NOW, observed
from tests.support.flowing_company import HOSTILE, SECRET, STAGES, company, company_items, flowing_source
from tests.support.report_sections import ListedItems, chart, facts, rows, table, words
from tests.support.walks import walked

ENG = Choice("team", "linear/ENG")
GROWTH = Choice("objective", "GROWTH")
NO_LINKS = Links({})


@pytest.fixture(scope="module")
def source() -> ReportSource:
    return flowing_source()


@pytest.fixture(scope="module")
def shown(source: ReportSource) -> Section:
    return flow.section(source, NO_LINKS)


@pytest.fixture(scope="module")
def told(source: ReportSource) -> dict[str, Any]:
    """What `truenorth signals --format json` says of flow."""
    return data(source.flow)


def test_where_flow_is_not_declared_one_sentence_says_what_to_declare() -> None:
    source = flowing_source()
    undeclared = replace(source, workspace=company().model_copy(update={"flow": None}))
    found = flow.section(undeclared, NO_LINKS)
    assert found.blocks == ()
    assert "`flow: {}`" in str(found.lead[0])


def test_where_no_history_is_known_nothing_is_drawn() -> None:
    found = flow.section(flowing_source(items=[]), NO_LINKS)
    assert [type(one) for one in found.blocks] == [Text]


# --- Equal to the signals ------------------------------------------------------------------------


def place_values(one: Mapping[str, Any]) -> dict[str, Raw]:
    """A place of the JSON as a row of the table."""

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    def days(name: str, percent: str) -> float | None:
        return rounded(one[name]["days"][percent]) if one[name] is not None else None

    return {
        "stream": one["stream"],
        "begun": rounded(sum(one["begun"]) / len(one["begun"])),
        "finished": rounded(sum(one["finished"]) / len(one["finished"])),
        "in_progress": len(one["in_progress"]),
        "cycle_p50": days("cycle_time", "p50"),
        "cycle_p85": days("cycle_time", "p85"),
        "lead_p85": days("lead_time", "p85"),
        "efficiency": rounded(one["flow_efficiency"]["percent"]),
        "blocked": rounded(one["blocked"]["days"]) if one["blocked"]["items"] else None,
        "bottleneck": one["bottleneck"]["stage"],
    }


def test_streams_and_teams_have_the_figures_of_the_signals(shown: Section, told: dict[str, Any]) -> None:
    found = [one for one in rows(table(shown, "places")) if one["kind"] != "objective"]
    kinds = [(one.pop("kind"), one.pop("where")) for one in found]
    assert kinds == [("stream", ""), ("team", "jira/OPS"), ("team", "jira/WEB"), ("team", "linear/ENG")]
    assert found == [place_values(one) for one in told["places"]]
    assert found[0]["bottleneck"] == "Review"


@pytest.mark.parametrize("choice", [None, ENG], ids=["all", "a team"])
def test_the_tables_of_charts_have_the_figures_of_the_signals(
    choice: Choice | None, shown: Section, told: dict[str, Any]
) -> None:
    (place,) = [one for one in told["places"] if one["team"] == (choice.name if choice else None)]
    stages = rows(table(shown, "stages", choice))
    assert [(one["stage"], one["now"], one["came"]) for one in stages] == [
        (one["stage"], one["now"], one["reached"][-1] - one["reached"][0]) for one in place["stages"]
    ]
    reached = rows(table(shown, "reached", choice))
    # Of a team the last 13 weeks are told, each with what stood at its beginning, and the end of the last.
    since = -13 if choice else 0
    assert [list(one.values())[2:] for one in reached] == [
        one["reached"][since - 1 if choice else 0 :] for one in place["stages"]
    ]
    assert list(reached[0])[2:-1] == told["weeks"][since:]
    doing = [one for one in place["stages"] if one["stage"] in ("Build", "Review", "Test")]
    assert [(one["days_p50"], one["days_p85"]) for one in stages if one["stage"] in ages_of(place)] == [
        (round(one["days_per_item"]["p50"], 4), round(one["days_per_item"]["p85"], 4)) for one in doing
    ]
    aging = rows(table(shown, "aging_bands", choice))
    ages = ages_of(place)
    assert [
        (one["stage"], one["in_progress"], one["older"], one["left_p95"], one["left"]) for one in aging
    ] == [
        (
            one["stage"],
            one["now"],
            sum(age > one["age_when_left"]["p85"] for age in ages[one["stage"]]),
            round(one["age_when_left"]["p95"], 4),
            one["age_when_left"]["of"],
        )
        for one in doing
    ]
    percents = place["cycle_time"]["days"]
    finished = table(shown, "finished", choice)
    assert finished.note.startswith(
        f"{percents['of']} finished items: 50 % within {percents['p50']:g} d, 70 % within {percents['p70']:g} d,"
    )


def ages_of(place: Mapping[str, Any]) -> dict[str, list[float]]:
    """The ages of what is in progress of a place of the JSON, by stage."""
    return {
        name: [one["age_days"] for one in place["in_progress"] if one["stage"] == name]
        for name in ("Build", "Review", "Test")
    }


def test_weeks_and_times_in_stages_are_those_of_the_signals(shown: Section, told: dict[str, Any]) -> None:
    place = told["places"][0]
    weeks = rows(table(shown, "weeks"))
    assert [one["week"] for one in weeks] == told["weeks"]
    for name, its in (
        ("begun", "begun"),
        ("finished", "finished"),
        ("dropped", "dropped"),
        ("backwards", "moves_backwards"),
    ):
        assert [one[name] for one in weeks] == place[its]
    doing = [one for one in place["stages"] if one["stage"] in ages_of(place)]
    assert [
        (one["stage"], one["item_days"], one["p50"], one["p95"], one["left_p85"])
        for one in rows(table(shown, "stage_days"))
    ] == [
        (
            one["stage"],
            round(one["item_days"], 4),
            round(one["days_per_item"]["p50"], 4),
            round(one["days_per_item"]["p95"], 4),
            round(one["age_when_left"]["p85"], 4),
        )
        for one in doing
    ]


def test_work_in_progress_is_that_of_the_signals_the_oldest_first(
    shown: Section, told: dict[str, Any]
) -> None:
    found = rows(table(shown, "in_progress"))
    expected = sorted(told["places"][0]["in_progress"], key=lambda one: -one["age_days"])
    assert [(one["item"], one["stage"], one["age"], one["whole_days"]) for one in found] == [
        (one["item"], one["stage"], round(one["age_days"], 4), one["age_whole_days"]) for one in expected
    ]


def test_a_dot_of_finished_work_says_what_it_is(shown: Section, told: dict[str, Any]) -> None:
    whole, *apart = chart(shown, "cycle_time").drawings
    assert whole.svg.count("finished on") == told["places"][0]["cycle_time"]["days"]["of"]
    for one in apart:
        assert one.svg.count("finished on") == times.FEWER_NAMED["cycle_time"]
        slowest = [str(row.cells[0].value) for row in one.table.rows]
        assert all(f"{key}: " in one.svg for key in slowest[:3])


def test_facts_are_those_of_all_work(shown: Section, told: dict[str, Any]) -> None:
    whole = place_values(told["places"][0])
    assert facts(shown) == {
        "in_progress_now": whole["in_progress"],
        "finished_a_week": whole["finished"],
        "cycle_time_p85": whole["cycle_p85"],
        "flow_efficiency": whole["efficiency"],
        "blocked_now": 1,
    }
    (said,) = [one for one in shown.blocks if isinstance(one, Text) and one.title == "Bottleneck"]
    place = told["places"][0]["bottleneck"]
    sentence = (
        "Review (all work): {} items now, usually {}. At the end of 85 % of the weeks it was {} at most."
    )
    assert said.paragraphs == ((sentence.format(place["queue"], place["median"], place["p85"]),),)


def test_an_objective_has_the_figures_that_its_work_alone_would_have(shown: Section) -> None:
    """Counted again over a world that has no other work; only ages on leaving a stage are those of all."""
    some = [(one, spans) for one, spans in company_items() if "growth" in one.labels]
    alone = observed(*(one for one, _ in some), histories={one.ref: spans for one, spans in some})
    known = company()
    figures = flow_figures(alone, align(alone.items, known, today=NOW.date()), known, NOW)
    expected = place_values(data(figures)["places"][0])
    (found,) = [one for one in rows(table(shown, "places")) if one["where"] == "GROWTH"]
    assert {name: value for name, value in found.items() if name in expected} | {"blocked": None} == expected
    assert [one["now"] for one in rows(table(shown, "stages", GROWTH))] == [
        one["now"] for one in data(figures)["places"][0]["stages"]
    ]
    assert len(rows(table(shown, "finished", GROWTH))) == 5


# --- Several value streams -----------------------------------------------------------------------


def test_of_several_streams_the_largest_are_drawn_and_the_table_of_places_has_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drawing, "PICTURES", 2)
    source = flowing_source(flow={})
    found = flow.section(source, NO_LINKS)
    told = data(source.flow)["places"]
    assert [
        (one["stream"], one["begun"]) for one in rows(table(found, "places")) if one["kind"] == "stream"
    ] == [(one["stream"], round(sum(one["begun"]) / len(one["begun"]), 4)) for one in told]
    (said,) = [one for one in found.blocks if isinstance(one, Text) and one.title == "Bottleneck"]
    queues = [
        (one["bottleneck"]["queue"], max(1, one["bottleneck"]["median"]), one["stream"]) for one in told
    ]
    worst = sorted(queues, key=lambda one: (-one[0] / one[1], -one[0]))
    assert worst != queues
    for (sentence,), (queue, _, stream) in zip(said.paragraphs, worst, strict=True):
        assert str(sentence).startswith(f"In Review ({stream}): {queue} items now")
    for name in ("value_stream", "cumulative"):
        whole, *apart = chart(found, name).drawings
        assert whole.choice is None
        assert whole.svg.count('class="caption"') == 2
        assert {one["stream"] for one in rows(whole.table)} == {"jira/OPS", "jira/WEB"}
        assert whole.table.note == (
            "Of 3 value streams the 2 with the most work are drawn. Choose a team to see its own."
        )
        streams = {one.choice: {each["stream"] for each in rows(one.table)} for one in apart}
        assert streams[ENG] == {"linear/ENG"}
        assert len(streams[GROWTH]) == 1
    assert sum(int(one["begun"] or 0) for one in rows(table(found, "weeks"))) == sum(
        sum(one["begun"]) for one in told
    )


# --- What leads where ----------------------------------------------------------------------------


def test_a_number_leads_to_a_page_that_lists_as_many_items_or_nowhere(source: ReportSource) -> None:
    items = source.run.alignment.items
    links = Links(items, {"linear": ListedItems(), "jira": ListedItems()}, source.texts)
    found = flow.section(source, links)
    led = 0
    for name in ("places", "stages", "aging_bands"):
        for row in table(found, name).rows:
            for cell in row.cells:
                if cell.href:
                    led += 1
                    assert cell.href.count("&") + 1 == cell.value
    assert led >= 3
    (fact,) = [
        one
        for each in found.blocks
        if isinstance(each, Facts)
        for one in each.facts
        if one.id == "in_progress_now"
    ]
    assert sum(one.href.count("&") + 1 for one in fact.links) == fact.cell.value


def test_no_address_is_so_long_that_it_fills_the_page(
    source: ReportSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "LONGEST", 60)
    links = Links(source.run.alignment.items, {"linear": ListedItems(), "jira": ListedItems()}, source.texts)
    found = flow.section(source, links)
    assert not any(cell.href for row in table(found, "places").rows for cell in row.cells)


# --- Who sees what -------------------------------------------------------------------------------


def test_rows_are_shown_for_their_team_and_objective(shown: Section) -> None:
    oldest = {row.cells[0].value: row.choices for row in table(shown, "in_progress").rows}
    assert {ENG, GROWTH} <= oldest["eng-3"]
    named = {(row.cells[0].value, row.cells[1].value): row.choices for row in table(shown, "places").rows}
    assert named["team", "linear/ENG"] == {ENG}
    assert named["objective", "GROWTH"] == {GROWTH}
    assert ENG in named["stream", ""]


def test_work_with_restricted_access_shows_its_key_only_and_text_of_people_is_inert() -> None:
    hostile = [{"name": HOSTILE, "statuses": ["In Progress"]}, *STAGES[1:]]
    found = flow.section(flowing_source(flow={"stages": hostile}), NO_LINKS)
    assert SECRET not in words(found)
    assert "WEB-9" in words(found)
    for name in ("value_stream", "aging", "stage_times", "cumulative"):
        for one in chart(found, name).drawings:
            assert "<script" not in one.svg
            assert 'onload="' not in one.svg


def test_nobody_who_works_is_named() -> None:
    items = [(replace(one, assignee="Ada Lovelace"), spans) for one, spans in company_items(9)]
    assert "Ada" not in words(flow.section(flowing_source(items=items), NO_LINKS))


# --- How much ------------------------------------------------------------------------------------


def test_long_tables_are_cut_and_say_so(source: ReportSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST", 5)
    monkeypatch.setattr(tables, "OLDEST", 5)
    found = flow.section(source, NO_LINKS)
    places, oldest = table(found, "places"), table(found, "in_progress")
    assert (len(places.rows), len(oldest.rows)) == (5, 5)
    assert places.note == "1 more are left out; `truenorth signals --format json` has all."
    assert oldest.note.endswith("19 younger items are left out; items.csv has them.")


def test_the_order_in_which_items_were_read_changes_nothing() -> None:
    some = list(company_items(9))
    backwards = flow.section(flowing_source(items=some[::-1]), NO_LINKS)
    assert words(backwards) == words(flow.section(flowing_source(items=some), NO_LINKS))


def test_a_stage_that_work_has_just_come_to_has_no_percentiles() -> None:
    items = [walked("WEB-1", ("To Do", 20), ("In Progress", 3))]
    found = flow.section(flowing_source(items=items), NO_LINKS)
    (build,) = [one for one in rows(table(found, "aging_bands")) if one["stage"] == "Build"]
    assert (build["in_progress"], build["older"], build["left_p85"], build["left"]) == (1, 0, None, 0)
    assert facts(found)["cycle_time_p85"] is None
    assert [one.id for one in found.blocks if isinstance(one, Chart)] == [
        "value_stream",
        "aging",
        "cumulative",
        "weekly",
    ]


def test_it_is_told_in_french() -> None:
    found = flow.section(flowing_source(Texts("fr")), NO_LINKS)
    assert found.title == "Flux"
    assert chart(found, "aging").title == "Âge du travail en cours"
    assert "85\u00a0%" in words(found).replace("\\xa0", "\u00a0")


def test_dots_of_a_part_that_would_lie_over_another_are_drawn_once(
    source: ReportSource, shown: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(times, "THIN", 3)
    monkeypatch.setattr(times, "FEWER_NAMED", {"cycle_time": 2, "aging": 1})
    thinned, whole = (chart(one, "cycle_time") for one in (flow.section(source, NO_LINKS), shown))
    assert [one.table.note for one in thinned.drawings] == [one.table.note for one in whole.drawings]
    assert thinned.drawings[0].svg == whole.drawings[0].svg
    dots = [Dot(NOW.date(), value, str(value)) for value in (9.0, 8.0, 1.01, 1.02, 3.0)]
    assert [one.value for one in times.thinned(dots, 2, 0.5)] == [9.0, 8.0, 3.0, 1.02]
    assert len(times.thinned(dots, 2, 0)) == 3
