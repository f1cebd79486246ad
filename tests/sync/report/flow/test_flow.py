"""How work flows, as people and programs are told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.model import AssigneeSpan
from sync.align.alignment import align
from sync.flow.figures import FlowFigures, flow_figures
from sync.report.flow import data, sections
from sync.report.table import Section
from tests.support.builders import NOW, observed, workspace
from tests.support.walks import walked

FRENCH = Texts("fr")
WAITING = {"stages": [{"name": "Review", "statuses": ["In Review"], "waiting": True}]}
WALKS = [
    walked("WEB-1", ("To Do", 30), ("In Progress", 20), ("In Review", 14), ("Done", 10), assignee="Ada Lovelace"),
    walked("WEB-2", ("To Do", 30), ("In Progress", 12), ("In Review", 9), ("In Progress", 8), assignee="Ada Lovelace"),
    walked("WEB-3", ("To Do", 30), ("Done", 10)),
]  # fmt: skip


def figures(flow: dict[str, Any] | None) -> FlowFigures:
    space = workspace(flow=flow)
    histories = {one.ref: spans for one, spans in WALKS}
    unread = walked("WEB-4", ("In Progress", 2))[0]
    people = {one.ref: (AssigneeSpan("ada-1815", NOW - timedelta(days=20)),) for one, _ in WALKS}
    seen = observed(*(one for one, _ in WALKS), unread, histories=histories, assigned=people)
    return flow_figures(seen, align(seen.items, space, today=NOW.date()), space, NOW)


def told(some: list[Section]) -> list[str]:
    lines: list[str] = []
    for one in some:
        lines += [one.title, *one.lead, " | ".join(one.columns)]
        lines += [" | ".join(cell.text for cell in row) for row in one.rows]
        lines += one.tail
    return [line for line in lines if line]


def test_where_nothing_is_declared_one_sentence_says_what_to_do() -> None:
    found = figures(None)
    (english,), (french,) = sections(found, ENGLISH_TEXTS), sections(found, FRENCH)
    assert english.lead[0].startswith("Not known:")
    assert french.lead[0].startswith("Inconnu")
    assert all("`flow: {}`" in one.lead[0] for one in (english, french))
    said = data(found)
    assert (said["declared"], said["streams"], said["places"]) == (False, [], [])


def test_without_a_waiting_stage_efficiency_is_not_known_in_words_and_in_data() -> None:
    found = figures({})
    lines = told(sections(found, ENGLISH_TEXTS))
    assert any(line.startswith("jira/WEB | 0.12 | 0.08 | 1 | 10 / 10 | not known |") for line in lines)
    assert any(
        line.startswith("Flow efficiency is not known: no stage is declared as waiting.") for line in lines
    )
    said = data(found)["places"][0]["flow_efficiency"]
    assert (said["state"], said["percent"], said["active_days"]) == ("no_waiting_stage", None, None)


def test_figures_are_said_in_the_language() -> None:
    found = figures(WAITING)
    english, french = told(sections(found, ENGLISH_TEXTS)), told(sections(found, FRENCH))
    assert english == [
        "Flow",
        "25 whole weeks, 25 May 2026 to 15 Nov 2026; work in progress is as of now.",
        "where | begun a week | finished a week | in progress | cycle time, P50 / P85 days | flow efficiency | blocked, days | bottleneck",
        "all work | 0.12 | 0.08 | 1 | 10 / 10 | 60 % | – | not known",
        "A bottleneck is known from eight weeks with work in progress.",
        "1 item is left out: its history was not read.",
        "1 finished item was never in progress; it has no cycle time.",
        "1 move went backwards; cumulative flow counts work at its furthest stage.",
        "Stages: all work",
        "stage | kind | now | usually | came | item-days | per item, P50 / P85 days | age on leaving, P85",
        "To Do | not begun | 0 |  | 3 |  | 10 / 20 | –",
        "In Progress | not declared | 1 | 0 | 3 | 16.6 | 6 / 6 | 6",
        "Review | waits | 0 | 0 | 3 | 5 | 4 / 4 | 10",
        "Done | done | 2 |  | 2 |  | – | –",
        "Oldest work in progress",
        "item | title | stage | age, days | whole days | days in stage",
        "WEB-2 | Title of WEB-2 | In Progress | 12 | 13 | 8",
    ]
    assert french[1] == (
        "25 semaines entières, du 25 mai 2026 au 15 nov. 2026\u202f; le travail en cours est celui d’à présent."
    )
    assert french[3] == "tout le travail | 0,12 | 0,08 | 1 | 10 / 10 | 60\u00a0% | – | inconnu"
    assert len(french) == len(english)


def test_a_bottleneck_is_named_with_its_queue() -> None:
    found = figures(WAITING)
    stage = found.places[0].stages[1].stage
    one = replace(found.places[0].bottleneck, stage=stage, known=True, queue=9, usual=3, limit=5)
    found = replace(found, places=(replace(found.places[0], bottleneck=one),))
    assert "In Progress (9, usually 3)" in told(sections(found, ENGLISH_TEXTS))[3]
    assert "In Progress (9, 3 d’habitude)" in told(sections(found, FRENCH))[3]
    said = data(found)["places"][0]["bottleneck"]
    assert said == {"state": "found", "stage": "In Progress", "queue": 9, "median": 3, "p85": 5}


@pytest.mark.parametrize("flow", [{}, WAITING], ids=["derived", "declared"])
def test_nobody_is_in_it(flow: dict[str, Any]) -> None:
    found = figures(flow)
    everything = json.dumps(data(found)) + "\n".join(told(sections(found, ENGLISH_TEXTS)))
    assert "Ada" not in everything
    assert "ada-1815" not in everything
    assert "WEB-2" in everything


def test_complete_efficiency_alone_reads_100_percent() -> None:
    found = figures(WAITING)
    place = found.places[0]
    almost = replace(place.efficiency, active=place.efficiency.whole - timedelta(seconds=1))
    for efficiency, shown in ((almost, "99 %"), (replace(almost, active=almost.whole), "100 %")):
        one = replace(found, places=(replace(place, efficiency=efficiency),))
        assert shown in told(sections(one, ENGLISH_TEXTS))[3]
