"""Values, ranges and what to do first, by tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from config.text.texts import ENGLISH_TEXTS, Texts
from config.workspace import Workspace
from sync.forecast.one_thing import OneThing, OneThings
from sync.forecast.outlook import Lack, Outlook
from sync.forecast.simulation import Forecast
from sync.forecast.working_days import EVERY_DAY
from sync.report.html.cells import day_words
from sync.report.html.key_result.one_things import best_of, sentence
from sync.report.html.key_result.values import end_cell, value_cell
from sync.report.html.page import Link
from tests.support.builders import item, metric, query, ref, work, workspace
from tests.support.report_sources import source_of

FRENCH = Texts("fr")
ITEMS = {one.ref: one for one in (item("WEB-1"), item("WEB-2"), item("WEB-3", private=True), item("WEB-4"))}


def foretold(chance: float, middle: float = 0.5, low: float = 0.36, high: float = 0.85) -> Forecast:
    return Forecast(low, middle, high, chance, 8, 1)


def outlook(found: Forecast | None, lack: Lack = "") -> Outlook:
    return Outlook(1, found, lack, date(2026, 11, 16), date(2026, 12, 31), 33, EVERY_DAY)


@pytest.mark.parametrize(
    ("given", "texts", "text", "value"),
    [
        (outlook(foretold(0.02, 0.52)), ENGLISH_TEXTS, "36–85 %", 52),
        (outlook(foretold(0.02, 0.52)), FRENCH, "36–85\u00a0%", 52),
        (outlook(foretold(0.99, 1, 1, 1)), ENGLISH_TEXTS, "100 %", 100),
        (outlook(None, "history"), ENGLISH_TEXTS, "not enough history for a forecast yet", None),
        (outlook(None), ENGLISH_TEXTS, "–", None),
        (None, ENGLISH_TEXTS, "–", None),
    ],
    ids=["range", "french", "one", "history", "none", "no cycle"],
)
def test_the_range_of_the_end(given: Outlook | None, texts: Texts, text: str, value: int | None) -> None:
    cell = end_cell(given, texts)
    assert (cell.text, cell.value) == (text, value)


def keep(**limits: float) -> dict[str, Any]:
    values = [{"on": "2026-11-10", "value": 3}]
    return {"id": "A", "title": "A", "measure": {"kind": "keep", "unit": "ms", "checkins": values, **limits}}


@pytest.mark.parametrize(
    ("result", "english", "french"),
    [
        (metric("A", 22, 35, ("2026-11-10", 29.1)), "29.1, from 22 to 35", "29,1, de 22 à 35"),
        (work("A", {"label": "a"}), "1 of 3 tickets", "1 sur 3 tickets"),
        (
            work("A", {"label": "a"}, measure={"weigh": "points", "default_estimate": 2}),
            "2 of 6 points",
            "2 sur 6 points",
        ),
        (query("A", 40, 5), "12, from 40 to 5", "12, de 40 à 5"),
        (keep(below=5), "3, at most 5 ms", "3, au plus 5 ms"),
        (keep(above=2), "3, at least 2 ms", "3, au moins 2 ms"),
        (keep(above=2, below=5), "3, between 2 and 5 ms", "3, entre 2 et 5 ms"),
        ({"id": "A", "title": "A", "measure": {"kind": "binary"}}, "–", "–"),
    ],
    ids=["metric", "work", "points", "query", "below", "above", "band", "binary"],
)
def test_a_value_beside_what_it_is_to_reach(result: dict[str, Any], english: str, french: str) -> None:
    items = [item(f"WEB-{n}", labels=("a",), category="done" if n == 1 else "todo") for n in range(1, 4)]
    known: Workspace = workspace(result)
    source = source_of(items, known, counts={"A": 12})
    reading, key_result = source.run.scorecard.readings["A"], known.objectives[0].key_results[0]
    assert value_cell(reading, key_result, ENGLISH_TEXTS).text == english
    assert value_cell(reading, key_result, FRENCH).text == french


def thing(key: str, after: Forecast, by: Any = "chance", *frees: str) -> OneThing:
    return OneThing(ref(key), foretold(0.2), after, by, tuple(map(ref, frees)))


def best(**found: OneThing) -> str | None:
    named = best_of({name: OneThings((one,)) for name, one in found.items()}, ITEMS)
    return named.key_result if named is not None else None


def test_what_raises_a_chance_most_comes_first() -> None:
    assert (
        best(
            A=thing("WEB-1", foretold(0.3)), B=thing("WEB-2", foretold(0.5)), C=thing("WEB-4", foretold(0.4))
        )
        == "B"
    )


def test_a_chance_goes_before_a_median_and_that_before_nothing() -> None:
    middle = thing("WEB-1", foretold(0.2, 0.9), "middle")
    assert best(A=middle, B=thing("WEB-2", foretold(0.21))) == "B"
    assert best(A=middle, B=thing("WEB-2", foretold(0.2, 0.6), "middle")) == "A"
    assert best(A=thing("WEB-3", foretold(0.9))) is None
    assert best_of({"A": OneThings(why="metric")}, ITEMS) is None


def test_what_to_do_is_said_with_what_waits_for_it() -> None:
    said = sentence(thing("WEB-1", foretold(0.5), "chance", "WEB-2", "WEB-3"), ITEMS, ENGLISH_TEXTS)
    words = "".join(part.text if isinstance(part, Link) else part for part in said)
    assert words == (
        "WEB-1 Title of WEB-1: finishing it today raises the chance from 20 % to 50 %, with what waits for it alone: WEB-2."
    )
    assert [one.href for one in said if isinstance(one, Link)] == [
        "https://tracker.example/WEB-1",
        "https://tracker.example/WEB-2",
    ]


def test_a_day_of_another_year_has_its_year() -> None:
    assert day_words(date(2025, 12, 31), ENGLISH_TEXTS, near=date(2026, 11, 16)) == "31 Dec 2025"
