"""The overview against the run that it is made of: each value, in order, in every language."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from config.text.texts import Texts
from connectors.model import WorkItem
from sync.forecast.attribution import Attribution
from sync.forecast.outlook import chance_percent
from sync.history.days import HistoryRow
from sync.history.movement import Movement
from sync.measure import to_percent
from sync.report.html.key_result.one_things import best_of
from sync.report.html.links import Links
from sync.report.html.page import Choice, Section
from sync.report.html.sections import overview
from sync.report.html.source import ReportSource
from tests.support.builders import NOW, item, metric, work, workspace
from tests.support.languages import MARKED, add_marked_language
from tests.support.report_sources import (
    facts_of,
    paragraphs_of,
    source_of,
    tables_of,
    texts_of,
    values_of,
    words_of,
)
from tests.support.twenty_key_results import WEEKDAYS

TODAY = NOW.date()
NO_LINKS = Links({})


def done(number: int, days_ago: float, **changes: Any) -> WorkItem:
    at = NOW - timedelta(days=days_ago)
    return item(f"WEB-{number}", **{"labels": ("a",), "category": "done", "completed": at, **changes})


STEADY = [done(n, 3 * n) for n in range(1, 13)]
OPEN = [item(f"WEB-{n}", labels=("a",)) for n in range(20, 29)]
NEW = [item(f"WEB-{n}", labels=("a",), created=NOW - timedelta(days=3)) for n in (40, 41)]
LINEAR = [
    item("eng-1", labels=("b",), team="ENG", project=None, category="doing", started=NOW - timedelta(days=20))
]
WEB = Choice("team", "jira/WEB")


def row(days_ago: int, progress: float, moved: Movement | None = None) -> HistoryRow:
    return HistoryRow(TODAY - timedelta(days=days_ago), None, progress, 0.3, "on_track", moved)


def moved(days_ago: int, work_: float, scope: float, **counts: int) -> Movement:
    return Movement(TODAY - timedelta(days=days_ago), **counts, by_work=work_, by_scope=scope)


@pytest.fixture(scope="module")
def source() -> ReportSource:
    known = workspace(
        work("A", {"label": "a"}),
        work("B", {"label": "b"}),
        metric("M", 22, 35, ("2026-11-10", 29.1)),
        calendar=WEEKDAYS,
    )
    kept = {
        "A": [
            row(14, 0.2),
            row(7, 0.4, moved(14, 22, -2, done=3)),
            row(1, 0.45, moved(7, 6, -1, done=1, added=2)),
        ]
    }
    return source_of([*STEADY, *OPEN, *NEW, *LINEAR], known, kept)


@pytest.fixture(scope="module")
def section(source: ReportSource) -> Section:
    return overview.section(source, NO_LINKS)


def test_a_key_result_stands_as_the_run_says(source: ReportSource, section: Section) -> None:
    shown = {one["key_result"]: one for one in values_of(tables_of(section)["objective-O"])}
    for name, reading in source.run.scorecard.readings.items():
        found = source.run.outlooks[name].forecast
        assert shown[name]["health"] == reading.health
        assert shown[name]["reached"] == reading.percent
        assert shown[name]["expected"] == to_percent(reading.expected)
        assert shown[name]["value"] == (None if reading.value is None else round(reading.value, 4))
        assert shown[name]["end"] == (to_percent(found.middle) if found else None)
        assert shown[name]["chance"] == (round(found.chance, 4) if found else None)
    assert source.run.outlooks["A"].forecast is not None


def test_the_bar_says_in_words_what_it_shows(section: Section) -> None:
    (cell,) = [one.cells[2] for one in tables_of(section)["objective-O"].rows if one.cells[0].value == "A"]
    told = texts_of(tables_of(section)["objective-O"])[0]
    title = f"A: {told['reached']} reached, {told['expected']} expected by now, {told['end']} at the end, chance {told['chance']}"
    assert title.replace("<", "&lt;").replace(">", "&gt;") in cell.svg


def test_a_key_result_leads_to_its_page_and_is_chosen_by_objective_and_team(section: Section) -> None:
    rows = {one.cells[0].value: one for one in tables_of(section)["objective-O"].rows}
    assert rows["A"].cells[0].href == "kr/A/index.html"
    assert rows["A"].choices == {Choice("objective", "O"), WEB}
    assert rows["B"].choices == {Choice("objective", "O"), Choice("team", "linear/ENG")}
    assert rows["M"].choices == {Choice("objective", "O")}


def test_a_thing_to_do_is_chosen_by_the_team_whose_it_is(section: Section) -> None:
    rows = tables_of(section)["one_things"].rows
    assert rows
    assert {one.choices for one in rows} == {frozenset({Choice("objective", "O"), WEB})}


def test_points_since_monday_are_the_difference_of_what_was_shown(section: Section) -> None:
    shown = {one["key_result"]: one for one in values_of(tables_of(section)["movement"])}
    a = shown["A"]
    assert (a["before"], a["now"], a["points"]) == (40, 52, 12)
    # Of the days after Monday: what was kept yesterday; of today nothing is known, so neither is the sum.
    assert not {"by_work", "by_scope", "changed"} & a.keys()
    assert shown["B"]["before"] is None
    assert values_of(tables_of(section)["objective-O"])[0]["moved"] == 12


def test_movement_by_work_and_scope_is_that_of_all_days_since() -> None:
    known = workspace(work("A", {"label": "a"}))
    kept = {
        "A": [
            row(14, 0.2),
            row(7, 0.4, moved(14, 22, -2, done=3)),
            row(0, 0.5, moved(7, 14.4, -2.4, done=4, added=2)),
        ]
    }
    found = source_of([*STEADY, *OPEN], known, kept)
    (shown,) = texts_of(tables_of(overview.section(found, NO_LINKS))["movement"])
    assert (shown["by_work"], shown["by_scope"], shown["changed"]) == ("+14", "−2", "4 done, 2 added")


def test_without_an_earlier_day_no_movement_is_made_up() -> None:
    known = workspace(work("A", {"label": "a"}), calendar=WEEKDAYS)
    section = overview.section(source_of([*STEADY, *OPEN], known), NO_LINKS)
    assert "movement" not in tables_of(section)
    assert any(
        "is not known: no reading of 9 Nov or before was kept." in words for words in words_of(section)
    )


def test_causes_add_up_to_how_the_chance_moved(source: ReportSource, section: Section) -> None:
    rows = values_of(tables_of(section)["chances"])
    assert [one["key_result"] for one in rows] == ["A"]
    for one in rows:
        found = source.attributions[one["key_result"]]
        assert isinstance(found, Attribution)
        change = chance_percent(float(found.after)) - chance_percent(float(found.before))
        assert one["points"] == change == one["by_work"] + one["by_scope"] + one["by_time"]
        assert (one["chance_before"], one["chance_now"]) == (float(found.before), float(found.after))
        assert one["by_scope"] == found.points("scope") < 0


def test_what_cannot_be_told_of_chances_is_named(section: Section) -> None:
    note = tables_of(section)["chances"].note
    assert "Not computed: what moved B, M (no forecast yet)" in note


def test_the_one_thing_is_the_largest_gain_that_everybody_may_see(source: ReportSource) -> None:
    found, items = source.run.one_things, source.run.alignment.items
    best = best_of(found, items)
    assert best is not None
    gains = [
        thing.after.chance - thing.before.chance
        for some in found.values()
        for thing in some.things
        if thing.by == "chance"
    ]
    assert best.thing.after.chance - best.thing.before.chance == max(gains)


def test_restricted_work_is_not_put_first_and_shows_no_title() -> None:
    known = workspace(work("A", {"label": "a"}, measure={"weigh": "points"}), calendar=WEEKDAYS)
    secret = item("WEB-30", labels=("a",), estimate=5.0, private=True, title="Secret plan")
    items = [*STEADY, *OPEN, secret, item("WEB-31", labels=("a",), estimate=4.0)]
    section = overview.section(source_of(items, known), NO_LINKS)
    named = [one for one in tables_of(section)["one_things"].rows if one.cells[1].value == "WEB-30"]
    assert [row.cells[2].text for row in named] == ["restricted"]
    assert all("Secret plan" not in words for words in words_of(section))
    first = next(words for words in words_of(section) if "finishing it today" in words)
    assert "WEB-30" not in first
    assert "WEB-31" in first


def test_counts_of_health_are_of_running_cycles(source: ReportSource, section: Section) -> None:
    shown, readings = facts_of(section), source.run.scorecard.readings.values()
    for health in ("on_track", "at_risk", "off_track"):
        assert shown[health].value == sum(one.health == health for one in readings)
    assert sum(shown[one].value or 0 for one in shown if one != "orphans") == len(readings)  # type: ignore[misc]


def test_orphans_are_counted_as_everywhere() -> None:
    known = workspace(work("A", {"label": "a"}))
    lost = item("OPS-1", category="doing", started=NOW - timedelta(days=30))
    source = source_of([*OPEN, lost], known)
    fact = facts_of(overview.section(source, NO_LINKS))["orphans"]
    assert (fact.value, fact.href) == (1, "#unaligned")
    assert len(source.run.signals.orphans) == 1


def test_cycles_that_ended_come_after_those_that_run_and_before_those_to_come() -> None:
    cycles = {
        "LAST": {"start": "2026-07-01", "end": "2026-09-30"},
        "NOW": {"start": "2026-10-01", "end": "2026-12-31"},
        "NEXT": {"start": "2027-01-01", "end": "2027-03-31"},
    }
    objectives = [
        {
            "id": cycle.title(),
            "title": cycle,
            "cycle": cycle,
            "key_results": [work(f"{cycle}-1", {"label": "a"})],
        }
        for cycle in ("NEXT", "LAST", "NOW")
    ]
    section = overview.section(source_of(OPEN, workspace(cycles=cycles, objectives=objectives)), NO_LINKS)
    rows = values_of(tables_of(section)["objectives"])
    assert [one["objective"] for one in rows] == ["Now", "Last", "Next"]
    assert rows[2]["health"] == "not_begun"
    assert [one for one in tables_of(section) if one.startswith("objective-")] == [
        "objective-Now",
        "objective-Last",
        "objective-Next",
    ]


def test_a_day_with_a_stop_of_its_own_ends_a_sentence_once(source: ReportSource) -> None:
    french = ReportSource(
        source.run, source.workspace, source.histories, source.brief, source.since, Texts("fr")
    )
    lead = paragraphs_of(overview.section(french, NO_LINKS))[0]
    assert (
        lead == "3\u00a0résultats clés dans 1\u00a0objectif, au 16 nov. 2026. 2026-Q4 se termine le 31 déc."
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_row_says_everything(source: ReportSource, language: str) -> None:
    french = ReportSource(
        source.run, source.workspace, source.histories, source.brief, source.since, Texts(language)
    )
    for table in tables_of(overview.section(french, NO_LINKS)).values():
        assert {len(one.cells) for one in table.rows} == {len(table.columns)}
        assert len({one.id for one in table.columns}) == len(table.columns)


def test_no_word_is_in_another_language(source: ReportSource, monkeypatch: pytest.MonkeyPatch) -> None:
    add_marked_language(monkeypatch)
    marked = ReportSource(
        source.run, source.workspace, source.histories, source.brief, source.since, Texts(MARKED)
    )
    assert foreign(overview.section(marked, NO_LINKS), source) == set()


def foreign(section: Section, source: ReportSource) -> set[str]:
    """Words that stand in no template and come from nobody's data."""
    items = source.run.alignment.items.values()
    data = {text for one in items for text in (one.title, one.key, one.status, one.ref.tracker)}
    data |= {
        text
        for one in source.run.scorecard.readings.values()
        for text in (one.title, one.key_result, one.unit)
    }
    data |= {text for one in source.workspace.objectives for text in (one.title, one.id, one.cycle)}
    known = {word for text in data for word in re.findall(r"[^\W\d_]+", text)}
    found: set[str] = set()
    for text in words_of(section):
        plain = re.sub(r"<[^>]*>|⟦[^⟧]*⟧", " ", text)
        found |= set(re.findall(r"[^\W\d_]{2,}", plain))
    return {one for one in found if one.isascii()} - known
