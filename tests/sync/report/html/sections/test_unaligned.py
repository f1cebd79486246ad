"""The section of unaligned work: as many as `truenorth orphans` says, why, and what each may serve; and work in progress."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from config.text.texts import Texts
from sync.align.suggestions import suggest
from sync.report.data import of_orphans
from sync.report.html.links import Links
from sync.report.html.page import Choice, Section, Text
from sync.report.html.sections import unaligned
from sync.report.html.sections.unaligned import table as table_module
from sync.report.html.source import ReportSource
from tests.support.builders import work
from tests.support.flowing_company import HOSTILE, Walked, company, flowing_source
from tests.support.report_sections import ListedItems, chart, facts, rows, table, words
from tests.support.walks import walked

ENG = Choice("team", "linear/ENG")
NO_LINKS = Links({})
SECRET = "Buy the competitor"


def started(key: str, days: float, *labels: str, **changes: Any) -> Walked:
    """Work in progress for so many days."""
    return walked(key, ("To Do", days + 1), ("In Progress", days), labels=labels, **changes)


ORPHANS: tuple[Walked, ...] = (
    started("WEB-1", 100, estimate=5.0),
    started("WEB-2", 40, "kr:GROWTH-9", claims=("GROWTH-9",), parent="WEB-1"),
    started("OPS-1", 20, title=SECRET, private=True),
    started("eng-1", 200, team="ENG", project=None, title=HOSTILE, assignee="Ada Lovelace"),
    started("eng-2", 1, team="ENG", project=None),
    walked("eng-3", ("To Do", 90), team="ENG", project=None),
    started("WEB-3", 30, "growth"),
    started("WEB-4", 30, "growth", "trust"),
)


def one_source(**changes: Any) -> ReportSource:
    return flowing_source(items=ORPHANS, **changes)


@pytest.fixture(scope="module")
def source() -> ReportSource:
    return one_source()


@pytest.fixture(scope="module")
def shown(source: ReportSource) -> Section:
    return unaligned.section(source, NO_LINKS)


def test_it_has_the_numbers_of_the_orphans(source: ReportSource, shown: Section) -> None:
    told = of_orphans(source.run)
    assert facts(shown) == {
        "warned": len(told),
        "effort": sum(one["effort"] for one in told if one["top"]),
        "in_grace": 1,
        "not_started": 1,
    }
    found = rows(table(shown, "items"))
    assert [one["key"] for one in found] == [*(one["key"] for one in told), "eng-2", "eng-3"]
    assert [(one["age_days"], one["effort"], one["state"]) for one in found[:4]] == [
        (one["age_days"], one["effort"], "warned") for one in told
    ]
    assert [one["state"] for one in found[4:]] == ["in grace", "not started"]


def test_teams_and_ages_add_up_to_all_that_is_warned_about(shown: Section) -> None:
    found = rows(table(shown, "teams"))
    assert [(one["team"], one["items"]) for one in found] == [
        ("jira/WEB", 2),
        ("jira/OPS", 1),
        ("linear/ENG", 1),
    ]
    ages = [[one[f"age_{band}"] for band in range(4)] for one in found]
    assert ages == [[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    assert [one["items"] for one in rows(table(shown, "ages"))] == [1, 1, 1, 1]
    assert [one["items"] for one in rows(table(shown, "ages", ENG))] == [0, 0, 0, 1]
    assert chart(shown, "by_team").lead == "Most of it is in WEB: 2 items, 50 % of all that is warned about."


def test_each_says_why_and_what_it_may_serve(shown: Section) -> None:
    found = {one["key"]: one for one in rows(table(shown, "items"))}
    assert (
        found["WEB-2"]["why"]
        == "claims GROWTH-9, which is not declared (nearest: GROWTH-1); no rule links it or WEB-1"
    )
    assert found["eng-1"]["why"] == "no kr: label; no rule links it"


def test_each_names_what_it_may_serve() -> None:
    alike = [started(f"WEB-{at}", 30, "growth", title=f"Shorten the form, part {at}") for at in range(10, 16)]
    others = [
        started(f"OPS-{at}", 30, "trust", title=f"Cache the ranking, part {at}") for at in range(10, 16)
    ]
    asked = started("WEB-1", 100, title="Shorten the form again")
    source = flowing_source(items=[*alike, *others, asked])
    (row,) = table(unaligned.section(source, NO_LINKS), "items").rows
    (best,) = suggest(source.run.alignment, source.workspace)[asked[0].ref]
    values = dict(
        zip(("candidate", "score", "words"), (cell.value for cell in row.cells[-4:-1]), strict=True)
    )
    assert values == {"candidate": "GROWTH-1", "score": round(best.score, 4), "words": "form, shorten"}
    assert row.cells[-4].href == "kr/GROWTH-1/index.html"
    assert row.choices == {Choice("team", "jira/WEB")}


def test_numbers_lead_to_as_many_items(source: ReportSource) -> None:
    links = Links(source.run.alignment.items, {"linear": ListedItems(), "jira": ListedItems()}, source.texts)
    found = unaligned.section(source, links)
    cells = [
        cell for name in ("teams", "ages", "days") for row in table(found, name).rows for cell in row.cells
    ]
    led = [cell for cell in cells if cell.href]
    assert len(led) > 6
    assert all(cell.href.count("&") + 1 == cell.value for cell in led)
    today = rows(table(found, "days"))[0]
    assert today["GROWTH-1"] == 1.5, "work that serves two counts half for each, and leads nowhere"
    assert [cell.value for cell in table(found, "days").rows[0].cells if cell.href] == []


def test_what_is_in_progress_is_drawn_for_all_teams_and_objectives(shown: Section) -> None:
    found = chart(shown, "wip")
    assert (
        found.lead == "4 of 6 items in progress serve no key result (66 %). On 1 Oct it was 1 of 1 (100 %)."
    )
    names = [one.choice.name if one.choice else "" for one in found.drawings]
    assert names == ["", "jira/WEB", "linear/ENG", "GROWTH", "TRUST"]
    today = {name: rows(one.table)[0] for name, one in zip(names, found.drawings, strict=True)}
    assert {one.pop("day") for one in today.values()} == {"2026-11-16"}
    assert today == {
        "": {"none": 4, "GROWTH-1": 1.5, "TRUST-1": 0.5, "total": 6},
        "jira/WEB": {"none": 1, "GROWTH-1": 1.5, "TRUST-1": 0.5, "total": 3},
        "linear/ENG": {"none": 2, "total": 2},
        "GROWTH": {"GROWTH-1": 1.5, "total": 1.5},
        "TRUST": {"TRUST-1": 0.5, "total": 0.5},
    }
    assert [len(one.table.rows) for one in found.drawings] == [47, *[7] * 4]


def test_key_results_beyond_seven_are_one_band_of_others() -> None:
    goals = [work(f"K{at}", {"label": f"k{at}"}) for at in range(9)]
    many = [{"id": "O", "title": "Many", "cycle": "2026-Q4", "key_results": goals}]
    some = [started(f"WEB-{at + 1}", 9 + at, f"k{at}") for at in range(9)]
    found = unaligned.section(flowing_source(items=some, objectives=many), NO_LINKS)
    drawn = chart(found, "wip").drawings[0]
    assert list(rows(drawn.table)[0]) == ["day", *(f"K{at}" for at in range(3, 9)), "others", "total"]
    assert rows(drawn.table)[0]["others"] == 3
    assert "3 other key results" in drawn.svg


def test_without_histories_it_says_what_to_declare() -> None:
    source = one_source()
    undeclared = replace(source, workspace=company().model_copy(update={"flow": None}))
    found = unaligned.section(undeclared, NO_LINKS)
    (said,) = [one for one in found.blocks if isinstance(one, Text)]
    assert str(said.paragraphs[0][0]).startswith("Declare flow: {} in the OKR files.")


def test_work_with_restricted_access_shows_its_key_alone(shown: Section) -> None:
    assert SECRET not in words(shown)
    (row,) = [one for one in rows(table(shown, "items")) if one["key"] == "OPS-1"]
    assert [one for one in row.values() if one is not None] == ["OPS-1", "(restricted)", "warned", 21, 1.0, 0]
    assert "Ada" not in words(shown), "nobody who works is named"


def test_a_restricted_project_shows_not_even_its_name() -> None:
    project, spans = started("eng-9", 60, level="project", team="ENG", title=SECRET, private=True)
    project = replace(project, key=SECRET)
    child = started("eng-8", 50, team="ENG", project=None, parent="eng-9")
    found = unaligned.section(flowing_source(items=[(project, spans), child]), NO_LINKS)
    assert SECRET not in words(found)
    assert "no rule links it or (restricted)" in words(found)


def test_a_long_table_is_cut_and_says_so(source: ReportSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "MOST", 2)
    found = table(unaligned.section(source, NO_LINKS), "items")
    assert [row.cells[0].value for row in found.rows] == [one["key"] for one in of_orphans(source.run)[:2]]
    assert found.note.startswith("4 more are in items.csv.")


def test_all_is_well_where_everything_is_aligned() -> None:
    found = unaligned.section(flowing_source(items=[started("WEB-3", 30, "growth")]), NO_LINKS)
    assert facts(found) == {"warned": 0, "effort": 0, "in_grace": 0, "not_started": 0}
    assert chart(found, "wip").lead == "0 of 1 items in progress serve no key result (0 %)."
    assert not [one for one in found.blocks if getattr(one, "id", "") in ("by_team", "by_age", "items")]


def test_it_is_told_in_french() -> None:
    found = unaligned.section(one_source(texts=Texts("fr")), NO_LINKS)
    assert found.title == "Travail non aligné"
    assert "4\u00a0éléments en cours sur 6 ne servent aucun résultat clé" in chart(found, "wip").lead
    assert Counter(one["state"] for one in rows(table(found, "items")))["warned"] == 4
