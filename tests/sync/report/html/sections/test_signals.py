"""The section of signals: the same as `truenorth signals`, each shown for whom it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.text.texts import ENGLISH_TEXTS, Texts
from sync.report.html.links import Links
from sync.report.html.page import Choice, Row, Section, Text
from sync.report.html.sections import signals
from sync.report.html.source import ReportSource
from sync.report.signals.data import absent_data, signals_data, waiting_data
from sync.report.signals.selection import SignalFilter
from sync.signals.conflicts.waits import edges, waits
from sync.signals.mechanism import SEVERITIES, not_computed
from sync.signals.rules import RULES
from sync.signals.signal import Signal
from tests.support.builders import item, ref
from tests.support.flowing_company import SECRET, company_items, flowing_source
from tests.support.report_sections import ListedItems, chart, facts, names, rows, table, words

NO_LINKS = Links({})
BLOCKED: dict[str, Any] = {
    "labels": ("growth",),
    "category": "doing",
    "status": "In Progress",
    "blocked_by": (ref("OPS-90"),),
}
"""Work of WEB that waits for work of OPS which serves another objective; nobody tells the days of it."""


@pytest.fixture(scope="module")
def source() -> ReportSource:
    waiting = (item("WEB-90", **BLOCKED), ())
    blocker = (item("OPS-90", labels=("trust",), category="doing", status="In Progress"), ())
    lost = [(item(f"WEB-{number}", labels=("kr:NOPE",), claims=("NOPE",)), ()) for number in range(200, 203)]
    return flowing_source(items=[*company_items(), waiting, blocker, *lost])


@pytest.fixture(scope="module")
def shown(source: ReportSource) -> Section:
    return signals.section(source, NO_LINKS)


def tabled(section: Section) -> list[Row]:
    """The rows of all severities, in order."""
    return [row for name in names(section) if name in SEVERITIES for row in table(section, name).rows]


def test_each_signal_is_told_as_truenorth_signals_tells_it(source: ReportSource, shown: Section) -> None:
    items = source.run.alignment.items
    told = signals_data(source.run.warnings, items, ENGLISH_TEXTS)
    assert {one["id"] for one in told} >= {
        "aging_work",
        "stalled_key_result",
        "orphaned_work",
        "dangling_claim",
    }
    found = [
        {
            "id": row.cells[0].value,
            "subject": row.cells[1].value,
            "message": row.cells[2].value,
            "remedy": row.cells[3].value,
            "items": row.cells[4].value,
            "rate": row.cells[5].value,
            "threshold": row.cells[6].value,
        }
        for row in tabled(shown)
    ]
    assert found == [
        {
            "id": one["id"],
            "subject": one["subject"]["id"],
            "message": one["message"]["text"],
            "remedy": one["remedy"]["text"],
            "items": ", ".join(each["key"] for each in one["items"]) or None,
            "rate": rate_of(one["base_rate"]),
            "threshold": one["threshold"],
        }
        for one in told
    ]
    assert facts(shown) == {
        f"count_{severity}": sum(one["severity"] == severity for one in told) for severity in SEVERITIES
    }


def rate_of(told: dict[str, int] | None) -> float | None:
    return None if told is None else round(told["fired"] / told["weeks"], 4)


def test_base_rates_are_drawn_of_those_that_have_one(source: ReportSource, shown: Section) -> None:
    told = signals_data(source.run.warnings, source.run.alignment.items, ENGLISH_TEXTS)
    expected = [
        (one["id"], one["subject"]["id"], one["base_rate"]["fired"], one["base_rate"]["weeks"])
        for one in told
        if one["base_rate"] is not None
    ]
    assert expected
    assert [tuple(one.values()) for one in rows(table(shown, "rates"))] == expected
    (drawn,) = chart(shown, "base_rates").drawings
    assert drawn.choice is None
    assert f"{expected[0][2]} of {expected[0][3]} weeks" in drawn.svg


@pytest.mark.parametrize(
    ("choice", "asked"),
    [
        (Choice("team", "jira/OPS"), SignalFilter(teams=("OPS",))),
        (Choice("team", "linear/ENG"), SignalFilter(teams=("ENG",))),
        (Choice("objective", "TRUST"), SignalFilter(objectives=("TRUST",))),
        (Choice("objective", "GROWTH"), SignalFilter(objectives=("GROWTH",))),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_a_choice_shows_what_the_same_option_of_the_command_shows(
    choice: Choice, asked: SignalFilter, source: ReportSource, shown: Section
) -> None:
    run = source.run
    left = asked.part_of(run.warnings, run.alignment, source.workspace)
    expected = [(one.id, one.subject or None) for one in left]
    assert expected
    assert [
        (row.cells[0].value, row.cells[1].value) for row in tabled(shown) if choice in row.choices
    ] == expected


def test_who_waits_for_whom_is_told_as_truenorth_signals_tells_it(
    source: ReportSource, shown: Section
) -> None:
    context = source.run.signal_context
    (told,) = waiting_data(edges(context.shared(waits)), context.now)
    (found,) = rows(table(shown, "waiting"))
    assert (found["team"], found["of"], found["count"], found["days"], found["oldest"]) == (
        told["team"],
        told["for"],
        len(told["waits"]),
        told["waits"][0]["days"],
        "WEB-90",
    )
    (row,) = table(shown, "waiting").rows
    assert row.choices == {
        Choice("team", "jira/WEB"),
        Choice("team", "jira/OPS"),
        Choice("objective", "GROWTH"),
    }
    assert row.cells[3].text.startswith("≤ ")


def test_what_is_not_computed_says_why() -> None:
    off = flowing_source(items=list(company_items(3)), signals={"off": ["aging_work"]})
    told = absent_data(not_computed(off.run.signal_context, RULES), ENGLISH_TEXTS)
    assert {"id": "aging_work", "reason": "off", "text": "switched off in `signals.off`"} in told
    found = table(signals.section(off, NO_LINKS), "not_computed")
    assert [(one["signal"], one["reason"]) for one in rows(found)] == [
        (one["id"], one["reason"]) for one in told
    ]
    assert [row.cells[1].text for row in found.rows] == [one["text"] for one in told]


def test_each_signal_that_fires_says_how_it_is_computed(source: ReportSource, shown: Section) -> None:
    told = signals_data(source.run.warnings, source.run.alignment.items, ENGLISH_TEXTS)
    found = rows(table(shown, "formulas"))
    assert {one["signal"] for one in found} == {one["id"] for one in told}
    assert sum(int(one["count"] or 0) for one in found) == len(told)
    formulas = {one["id"]: one["formula"]["text"] for one in told}
    assert all(
        one["formula"] == formulas[str(one["signal"])] for one in found if one["signal"] == "aging_work"
    )


def test_what_is_alike_is_cut_and_the_note_says_of_what(
    source: ReportSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "ALIKE", 1)
    found = signals.section(source, NO_LINKS)
    claims = [row for row in tabled(found) if row.cells[0].value == "dangling_claim"]
    assert len(claims) == 1
    notes = [table(found, name).note for name in names(found) if name in SEVERITIES]
    assert "2 more are left out: Dangling claim (2). `truenorth signals --all` lists them." in notes
    counts: dict[str, Any] = facts(found)
    assert sum(counts.values()) == len(source.run.warnings)


def test_evidence_leads_to_a_page_that_lists_just_it(source: ReportSource) -> None:
    links = Links(source.run.alignment.items, {"jira": ListedItems(), "linear": ListedItems()}, source.texts)
    led = 0
    for row in tabled(signals.section(source, links)):
        evidence = row.cells[4]
        if "search?" in evidence.href:
            led += 1
            keys = evidence.href.partition("?")[2].split("&")
            assert sorted(keys) == sorted(str(evidence.value).split(", "))
        elif evidence.href:
            assert evidence.href.endswith(str(evidence.value))
    assert led


def test_a_key_result_leads_to_its_page_and_restricted_work_shows_its_key_only(shown: Section) -> None:
    stalled = next(row for row in tabled(shown) if row.cells[0].value == "stalled_key_result")
    assert stalled.cells[1].href == f"kr/{stalled.cells[1].value}/index.html"
    assert SECRET not in words(shown)


def test_a_signal_without_tickets_is_shown_for_whom_it_is_about(source: ReportSource) -> None:
    bare = tuple(replace(one, items=()) for one in source.run.warnings)
    told = replace(source, run=replace(source.run, later=_Told(source.run.later, bare)))
    shown_for = {
        (row.cells[0].value, row.cells[1].value): row.choices
        for row in tabled(signals.section(told, NO_LINKS))
    }
    assert shown_for["stalled_key_result", "TRUST-1"] == {Choice("objective", "TRUST")}
    assert shown_for["aging_work", "jira/OPS"] == {Choice("team", "jira/OPS")}


def test_where_nothing_fires_that_is_said(source: ReportSource) -> None:
    calm = replace(source, run=replace(source.run, later=_Told(source.run.later, ())))
    (said, *_) = signals.section(calm, NO_LINKS).blocks
    assert isinstance(said, Text)
    assert said.paragraphs == (("No signals.",),)


class _Told:
    """What a run decides, with other signals."""

    def __init__(self, later: Any, warnings: tuple[Signal, ...]) -> None:
        self._later = later
        self.warnings = warnings

    def __getattr__(self, name: str) -> Any:
        return getattr(self._later, name)


def test_it_is_told_in_french() -> None:
    found = signals.section(flowing_source(Texts("fr"), items=list(company_items(9))), NO_LINKS)
    assert found.title == "Signaux"
    assert [one.title for one in table(found, "formulas").columns] == [
        "signal",
        "signaux",
        "se déclenche selon",
    ]
