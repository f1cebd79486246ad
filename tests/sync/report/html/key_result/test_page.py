"""The page of a key result against the run that it is made of, and against a recount of its work."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from config.text.texts import Texts
from connectors.model import WorkItem
from sync.forecast.attribution import Attribution
from sync.history.days import HistoryRow, weekly
from sync.history.movement import Movement
from sync.measure import to_percent
from sync.report.html.key_result_page import key_result_page
from sync.report.html.links import Links
from sync.report.html.page import Page, Section
from tests.support.builders import NOW, epic, item, metric, query, ref, work, workspace
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

NO_LINKS = Links({})
TODAY = NOW.date()
LABEL = {"label": "a"}


def done(number: int, days_ago: float, **changes: Any) -> WorkItem:
    at = NOW - timedelta(days=days_ago)
    return item(f"WEB-{number}", **{"labels": ("a",), "category": "done", "completed": at, **changes})


STEADY = [done(n, 3 * n) for n in range(1, 13)]
OPEN = [item(f"WEB-{n}", labels=("a",)) for n in range(20, 29)]


def page(
    items: list[WorkItem], *results: dict[str, Any], name: str = "A", **sections: Any
) -> dict[str, Section]:
    known = workspace(*(results or (work("A", LABEL),)), calendar=WEEKDAYS)
    return by_id(key_result_page(source_of(items, known, **sections), NO_LINKS, name))


def by_id(found: Page) -> dict[str, Section]:
    return {one.id: one for one in found.sections}


def test_at_a_glance_says_what_the_run_says() -> None:
    source = source_of([*STEADY, *OPEN], workspace(work("A", LABEL, owner="Platform"), calendar=WEEKDAYS))
    found = key_result_page(source, NO_LINKS, "A")
    assert found.title == "A · Result A"
    section = by_id(found)["summary"]
    shown, reading = facts_of(section), source.run.scorecard.readings["A"]
    forecast = source.run.outlooks["A"].forecast
    assert forecast is not None
    assert shown["reached"].value == reading.percent
    assert shown["health"].value == reading.health
    assert shown["end"].value == to_percent(forecast.middle)
    assert shown["chance"].value == round(forecast.chance, 4)
    assert shown["due"].value == "2026-12-31"
    assert shown["left"].value == len(OPEN)
    assert paragraphs_of(section)[0] == "Key result of O · Objective · owner: Platform"


def test_it_leads_back_to_its_objective_and_to_no_outside() -> None:
    lead = page(OPEN)["summary"].lead
    assert [one.href for one in lead if not isinstance(one, str)] == ["../../index.html#overview-objective-O"]


def test_nobody_of_that_name() -> None:
    with pytest.raises(KeyError):
        page(OPEN, name="B")


# --- Where the number comes from


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (work("A", LABEL), "12 ÷ 21 = 57.14 %."),
        (work("A", LABEL, measure={"target": 40}), "12 ÷ 40 = 30 %."),
        (work("A", LABEL, measure={"weigh": "points", "default_estimate": 2}), "24 ÷ 42 = 57.14 %."),
        (metric("A", 22, 35, ("2026-11-10", 29.1)), "(29.1 − 22) ÷ (35 − 22) = 54.61 %."),
        (
            metric("A", 22, 35, ("2026-11-10", 40)),
            "(40 − 22) ÷ (35 − 22) is beyond the ends, so it counts as 100 %.",
        ),
        (
            metric("A", 30, 10, ("2026-11-10", 40)),
            "(40 − 30) ÷ (10 − 30) is beyond the ends, so it counts as 0 %.",
        ),
        (metric("A", 22, 35), "There are no data yet, so it has no percent."),
        (
            metric(
                "A",
                22,
                35,
                ("2026-11-10", 29),
                override={"percent": 40, "until": "2026-12-01", "note": "audit"},
            ),
            "Set by hand to 40 % until 1 Dec: audit",
        ),
        ({"id": "A", "title": "A", "measure": {"kind": "binary"}}, "Done or not done."),
        (
            work("A", LABEL, measure={"weigh": "points", "started": 0.5}),
            "Work in progress counts 50 % of its weight.",
        ),
    ],
    ids=lambda one: re.sub(r"\W+", "-", one)[:24] if isinstance(one, str) else "",
)
def test_the_sum_stands_there_with_its_numbers(result: dict[str, Any], said: str) -> None:
    assert said in paragraphs_of(page([*STEADY, *OPEN], result)["measure"])


def test_a_query_is_measured_in_its_unit() -> None:
    result = query("A", 40, 5)
    result["measure"]["unit"] = "bugs"
    section = page([], result, counts={"A": 12})["measure"]
    assert paragraphs_of(section)[1:3] == [
        "What a query on a tracker finds: 40 bugs is 0 %, 5 bugs is 100 %.",
        "(12 − 40) ÷ (5 − 40) = 80 %.",
    ]


def test_parts_of_a_composite_lead_to_their_pages() -> None:
    whole = {"id": "C", "title": "Both", "measure": {"kind": "composite", "of": {"A": 2, "B": 1}}}
    section = page([*STEADY, *OPEN], work("A", LABEL), work("B", LABEL), whole, name="C")["measure"]
    rows = tables_of(section)["parts"].rows
    assert [(one.cells[0].value, one.cells[0].href, one.cells[1].value) for one in rows] == [
        ("A", "../A/index.html", 2),
        ("B", "../B/index.html", 1),
    ]


def test_check_ins_stand_latest_first() -> None:
    result = metric("A", 22, 35, ("2026-10-14", 24.5), ("2026-11-10", 29.1))
    result["measure"]["checkins"][0]["note"] = "<b>first</b>"
    rows = values_of(tables_of(page([], result)["measure"])["checkins"])
    assert rows == [
        {"day": "2026-11-10", "value": 29.1, "note": None},
        {"day": "2026-10-14", "value": 24.5, "note": "<b>first</b>"},
    ]


def test_what_does_not_count_is_counted_by_reason() -> None:
    early = [done(n, 100) for n in (50, 51)]
    dropped = [item("WEB-60", labels=("a",), category="dropped")]
    section = page([*STEADY, *early, *dropped])["measure"]
    assert texts_of(tables_of(section)["left_out"]) == [
        {"reason": "finished before 1 Oct", "tickets": "2", "weight": "2"},
        {"reason": "dropped", "tickets": "1", "weight": "1"},
    ]


# --- Its work


def test_tickets_stand_in_the_order_in_which_they_matter() -> None:
    doing = item("WEB-9", labels=("a",), category="doing", status="In Review")
    heavy = item("WEB-40", labels=("a",), estimate=8.0)
    gone = item("WEB-60", labels=("a",), category="dropped")
    items = [done(1, 3), gone, item("WEB-20", labels=("a",)), item("WEB-3", labels=("a",)), heavy, doing]
    section = page(items, work("A", LABEL, measure={"weigh": "points"}))["work"]
    rows = texts_of(tables_of(section)["items"])
    assert [one["ticket"] for one in rows] == ["WEB-9", "WEB-40", "WEB-3", "WEB-20", "WEB-1", "WEB-60"]
    assert [one["state"] for one in rows[:2]] == ["in progress (In Review)", "open (To Do)"]
    assert [one["counts"] for one in rows] == [*["counts"] * 5, "dropped"]
    assert rows[1]["weight"] == "8"
    assert rows[0]["linked_by"] == "rule label a"
    assert section.lead == ("5 tickets count, 1 of them done.",)


def test_what_an_open_ticket_waits_for_is_named() -> None:
    blocker = item("OPS-1")
    waits = item("WEB-1", labels=("a",), blocked_by=(blocker.ref, ref("WEB-2")))
    over = done(2, 3, labels=())
    rows = texts_of(tables_of(page([waits, blocker, over])["work"])["items"])
    assert [(one["ticket"], one["waits"]) for one in rows] == [("WEB-1", "OPS-1")]


def test_more_than_200_tickets_are_cut_and_said() -> None:
    items = [item(f"WEB-{n}", labels=("a",)) for n in range(1, 1207)]
    table = tables_of(page(items)["work"])["items"]
    assert len(table.rows) == 200
    assert table.note.endswith("The first 200 of 1,206; all are in items.csv.")


def test_epics_have_what_hangs_below_them() -> None:
    """Against a recount by walking each ticket's parents."""
    top, low, other = (
        epic("WEB-100", labels=("a",)),
        epic("WEB-101", parent="WEB-100"),
        epic("WEB-102", labels=("a",)),
    )
    below = [item(f"WEB-{n}", "WEB-101", estimate=2.0) for n in range(1, 4)]
    below += [
        item("WEB-4", "WEB-100", estimate=5.0),
        done(5, 3, labels=(), parent="WEB-102", estimate=1.0),
    ]
    items = [top, low, other, *below]
    section = page(items, work("A", LABEL, measure={"weigh": "points"}))["work"]
    shown = {one["ticket"]: one for one in values_of(tables_of(section)["containers"])}
    parents = {one.ref: one.parent for one in items}
    counts: Counter[str] = Counter()
    for one in below:
        above = one.parent
        while above is not None:
            counts[above.id] += 1
            above = parents[above]
    assert {name: one["of"] for name, one in shown.items()} == counts
    assert {name: one["left"] for name, one in shown.items()} == {"WEB-100": 11, "WEB-101": 6, "WEB-102": 0}
    assert {name: one["share"] for name, one in shown.items()} == {
        "WEB-100": 100,
        "WEB-101": 55,
        "WEB-102": 0,
    }
    assert list(shown) == ["WEB-100", "WEB-101", "WEB-102"]


def test_teams_are_sums_of_tickets_and_name_nobody() -> None:
    mine = [item(f"WEB-{n}", labels=("a",), assignee="Ada Person") for n in range(1, 4)]
    theirs = [item("eng-1", labels=("a",), team="ENG", project=None, assignee="Ben Person", category="done")]
    sections = page([*mine, *theirs])
    rows = values_of(tables_of(sections["work"])["teams"])
    assert [(one["team"], one["done"], one["of"], one["share"]) for one in rows] == [
        ("jira/WEB", 0, 3, 100),
        ("linear/ENG", 1, 1, 0),
    ]
    assert not any("Person" in words for section in sections.values() for words in words_of(section))


def test_of_restricted_work_only_the_key_is_shown() -> None:
    above = epic("WEB-100", labels=("a",), private=True, title="Secret plan")
    inside = item("WEB-1", "WEB-100", private=True, title="Secret part", status="Hush", due=TODAY)
    beside = item("WEB-2", "WEB-100", title="Public part")
    section = page([above, inside, beside])["work"]
    said = " ".join(words_of(section))
    assert not {"Secret", "Hush"} & set(said.split())
    rows = {one["ticket"]: one for one in texts_of(tables_of(section)["items"])}
    assert (rows["WEB-1"]["title"], rows["WEB-1"]["linked_by"]) == ("restricted", "–")
    assert rows["WEB-2"]["linked_by"] == "the key result of an item above that not everybody may see"


def test_an_address_that_is_none_of_the_web_leads_nowhere() -> None:
    bad = item("WEB-1", labels=("a",), url="javascript:alert(1)")
    (cells,) = [one.cells for one in tables_of(page([bad])["work"])["items"].rows]
    assert (cells[0].text, cells[0].href) == ("WEB-1", "")


# --- How it went and will go


def history(*days_ago: int) -> list[HistoryRow]:
    return [
        HistoryRow(
            TODAY - timedelta(days=ago),
            None,
            (100 - ago) / 200,
            0.4,
            "at_risk",
            Movement(TODAY - timedelta(days=ago + 1), done=2, by_work=0.6, by_scope=-0.1),
        )
        for ago in sorted(days_ago, reverse=True)
    ]


def test_weeks_are_thirteen_with_all_that_moved_between() -> None:
    kept = {"A": history(*range(1, 100))}
    source = source_of([*STEADY, *OPEN], workspace(work("A", LABEL), calendar=WEEKDAYS), kept)
    rows = values_of(tables_of(by_id(key_result_page(source, NO_LINKS, "A"))["forecast"])["course"])
    expected = weekly(source.histories["A"])[::-1]
    assert len(rows) == len(expected) == 14
    assert [one["day"] for one in rows] == [one.day.isoformat() for one in expected]
    assert [one["reached"] for one in rows] == [to_percent(one.progress) for one in expected]
    # Of a whole week seven days add up: 14 done, 4.2 points by work, -0.7 by scope.
    assert (rows[1]["changed"], rows[1]["by_work"], rows[1]["by_scope"]) == (14, 4, -1)


def test_the_forecast_says_from_what_and_for_when() -> None:
    section = page([*STEADY, *OPEN])["forecast"]
    (lead,) = section.lead
    assert isinstance(lead, str)
    assert re.fullmatch(
        r"From the last \d working weeks: \d+–\d+ % by 31 Dec in four of five simulated futures, \d+ % in the middle; "
        r"chance of reaching 100 %: (> )?\d+ %\.",
        lead,
    )


@pytest.mark.parametrize(
    ("items", "result", "said"),
    [
        (OPEN, work("A", LABEL), "No forecast, since nothing has moved lately."),
        ([], metric("A", 22, 35, ("2026-11-10", 29.1)), "Not enough history for a forecast yet."),
        (STEADY, work("A", LABEL), "It is done, so nothing is forecast."),
        (
            [],
            {"id": "A", "title": "A", "measure": {"kind": "binary"}},
            "No forecast is made of this key result",
        ),
    ],
    ids=["movement", "history", "done", "none"],
)
def test_why_there_is_no_forecast(items: list[WorkItem], result: dict[str, Any], said: str) -> None:
    (lead,) = page(items, result)["forecast"].lead
    assert isinstance(lead, str)
    assert lead.startswith(said)


def test_what_moved_the_chance_adds_up() -> None:
    new = [item(f"WEB-{n}", labels=("a",), created=NOW - timedelta(days=3)) for n in (40, 41)]
    source = source_of([*STEADY, *OPEN, *new], workspace(work("A", LABEL), calendar=WEEKDAYS))
    found = source.attributions["A"]
    assert isinstance(found, Attribution)
    (row,) = values_of(tables_of(by_id(key_result_page(source, NO_LINKS, "A"))["forecast"])["chance"])
    assert row["points"] == row["by_work"] + row["by_scope"] + row["by_time"]
    assert row["by_scope"] == found.points("scope") != 0


# --- Signals and languages


def test_its_signals_are_those_about_it_and_its_objective() -> None:
    known = workspace(work("A", LABEL), work("B", {"label": "b"}), calendar=WEEKDAYS)
    source = source_of(OPEN, known)
    for name in ("A", "B"):
        section = by_id(key_result_page(source, NO_LINKS, name))["signals"]
        shown = tables_of(section)
        # Both are landmarks, which a screen reader tells apart by their names.
        assert all(table.title != section.title for table in shown.values())
        rows = values_of(shown["list"]) if shown else []
        about = [one.id for one in source.run.warnings if one.subject in (name, "O")]
        assert sorted(one["signal"] for one in rows) == sorted(about)
    assert any(one.subject == "B" for one in source.run.warnings)


def test_no_word_is_in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    add_marked_language(monkeypatch)
    results = [
        work("A", LABEL, measure={"weigh": "points", "baseline": "2026-11-01", "started": 0.5}),
        metric("M", 22, 35, ("2026-10-14", 24), ("2026-11-10", 29.1), pace="back_loaded"),
        {
            "id": "K",
            "title": "K",
            "measure": {"kind": "keep", "below": 250, "checkins": [{"on": "2026-11-10", "value": 9}]},
        },
        {"id": "S", "title": "S", "measure": {"kind": "milestones"}, "links": [LABEL]},
        {"id": "C", "title": "C", "measure": {"kind": "composite", "of": {"A": 1}}},
        work("E", {"label": "none"}),
    ]
    late = item("WEB-70", labels=("a",), created=NOW - timedelta(days=2))
    items = [*STEADY, *OPEN, done(80, 100), late, epic("WEB-90", labels=("a",)), item("WEB-91", "WEB-90")]
    source = source_of(items, workspace(*results, calendar=WEEKDAYS), texts=Texts(MARKED))
    data = {"Title", "of", "To", "Do", "Result", "WEB", "jira", "Objective", "Epic", "policy", "health"}
    found: set[str] = set()
    for name in ("A", "M", "K", "S", "C", "E"):
        for section in by_id(key_result_page(source, NO_LINKS, name)).values():
            for text in words_of(section):
                found |= set(re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>|⟦[^⟧]*⟧", " ", text)))
    assert found - data == set()


def test_without_work_it_says_so() -> None:
    assert page([], work("A", {"label": "none"}))["work"].lead == ("No work is linked to it.",)
