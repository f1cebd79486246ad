"""What a key result is declared to reach, in signs and in both languages; all kinds of measure, none left out."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from config.measures import Measure
from config.okrs import KeyResult, Objective
from config.workspace import Workspace
from sync.marks.details import Goal, GoalKind
from sync.marks.goals import MOST_SHORT, goal_line, goal_of, owner_of, short_goal
from sync.marks.messages import figure
from tests.support.builders import epic, ref, workspace
from tests.support.deciding import decide
from tests.support.plain_text import to_plain

DUE = "2026-12-31"


def key_result(**measure: Any) -> KeyResult:
    return KeyResult.model_validate({"id": "KR1", "title": "Result", "measure": measure})


CASES: list[tuple[dict[str, Any], str, Goal, str]] = [
    ({"kind": "metric", "start": 22, "target": 35}, "%", Goal("metric", DUE, 22, 35, unit="%"), "22 → 35 %"),
    ({"kind": "query", "start": 14, "target": 2, "jql": "x"}, "", Goal("query", DUE, 14, 2), "14 → 2"),
    ({"kind": "flow", "of": "lead_time", "start": 9.5, "target": 4}, "days",
     Goal("flow", DUE, 9.5, 4, unit="days"), "9.5 → 4 days"),
    ({"kind": "keep", "below": 250}, "ms", Goal("keep", DUE, high=250, unit="ms"), "≤ 250 ms"),
    ({"kind": "keep", "above": 99.9}, "%", Goal("keep", DUE, low=99.9, unit="%"), "≥ 99.9 %"),
    ({"kind": "keep", "above": 10, "below": 20}, "%", Goal("keep", DUE, low=10, high=20, unit="%"), "10 – 20 %"),
    ({"kind": "work", "weigh": "points"}, "points", Goal("work", DUE, unit="points"), ""),
    ({"kind": "work", "weigh": "points", "target": 40}, "points", Goal("work", DUE, target=40, unit="points"), "40 points"),
    ({"kind": "binary"}, "", Goal("binary", DUE), ""),
    ({"kind": "milestones"}, "milestones", Goal("milestones", DUE), ""),
    ({"kind": "project", "project": "P"}, "%", Goal("project", DUE), ""),
    ({"kind": "composite", "of": {"KR2": 1}}, "%", Goal("composite", DUE), ""),
    ({"kind": "metric", "start": 0, "target": 1234567}, "", Goal("metric", DUE, 0, 1234567), "0 → 1,234,567"),
    ({"kind": "metric", "start": 0, "target": 1}, "a\n  b", Goal("metric", DUE, 0, 1, unit="a b"), "0 → 1 a b"),
    ({"kind": "metric", "start": 0, "target": 1}, "x" * 50, Goal("metric", DUE, 0, 1, unit="x" * 50), ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "unit", "goal", "short"),
    CASES,
    ids=[f"{nr} {one[0]['kind']}" for nr, one in enumerate(CASES)],
)
def test_the_goal_of_every_measure(measure: dict[str, Any], unit: str, goal: Goal, short: str) -> None:
    found = goal_of(key_result(**measure), unit, DUE)
    assert (found, short_goal(found)) == (goal, short)
    assert len(short) <= MOST_SHORT


def test_no_kind_of_measure_is_without_a_goal() -> None:
    declared = {get_args(one.model_fields["kind"].annotation)[0] for one in get_args(get_args(Measure)[0])}
    assert declared == set(get_args(GoalKind)) == {one[0]["kind"] for one in CASES}


def test_all_of_a_goal_is_in_its_line() -> None:
    lines = [goal_line(goal_of(key_result(**measure), unit, DUE)) for measure, unit, *_ in CASES]
    assert len(set(lines)) == len(lines)
    assert "22 → 35 % by 2026-12-31 (metric)" in lines
    assert "by 2026-12-31 (binary)" in lines


@pytest.mark.parametrize(
    ("own", "objective", "owner"),
    [("ines", "growth", "ines"), (None, "growth", "growth"), (None, None, ""), ("a\n b", None, "a b")],
)
def test_who_owns_it(own: str | None, objective: str | None, owner: str) -> None:
    mine = key_result(kind="binary").model_copy(update={"owner": own})
    above = Objective(id="O", title="O", cycle="C", owner=objective, key_results=(mine,))
    assert owner_of(mine, above) == owner


@pytest.mark.parametrize(
    ("value", "digits"), [(22.0, "22"), (0.5, "0.5"), (1 / 3, "0.333333"), (99999.5, "99999.5"), (1234567.8, "1234568"), (-250000.0, "-250000")],
)  # fmt: skip
def test_figures_have_no_powers_of_ten(value: float, digits: str) -> None:
    assert figure(value) == digits


def text_of(declared: Workspace) -> str:
    """The comment on the epic that carries all that is declared."""
    comment = decide([epic("WEB-1")], declared)[0][ref("WEB-1")].comment
    assert comment is not None
    assert comment.doc is not None
    return to_plain(comment.doc)


IN_WORDS: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "metric", "start": 22, "target": 35.5, "unit": "%"},
     "No data yet, from 22 to 35.5 % · due 31 Dec", "Pas encore de données, de 22 à 35,5 % · échéance 31 déc."),
    ({"kind": "metric", "start": 22, "target": 35.5, "checkins": [{"on": "2026-11-02", "value": 29}]},
     "51 % · 29 on 2 Nov, from 22 to 35.5 · due 31 Dec", "51 % · 29 le 2 nov., de 22 à 35,5 · échéance 31 déc."),
    ({"kind": "keep", "below": 250, "unit": "ms"}, "No data yet, at most 250 ms", "Pas encore de données, au plus 250 ms"),
    ({"kind": "keep", "above": 99, "unit": "%", "checkins": [{"on": "2025-11-02", "value": 99.5}]},
     "99.5 on 2 Nov 2025, at least 99 %", "99,5 le 2 nov. 2025, au moins 99 %"),
    ({"kind": "keep", "above": 1, "below": 2}, "No data yet, between 1 and 2", "Pas encore de données, entre 1 et 2"),
    ({"kind": "work"}, "0 % · due 31 Dec", "0 % · échéance 31 déc."),
    ({"kind": "work", "target": 40}, "0 % · 0 of 40 tickets · due 31 Dec", "0 % · 0 sur 40 tickets · échéance 31 déc."),
    ({"kind": "work", "weigh": "time", "default_estimate": 8}, "0 % · 0 of 8 hours", "0 % · 0 sur 8 heures"),
    ({"kind": "work", "weigh": "type", "weights": {"Epic": 3}}, "0 % · 0 of 3 by weight", "0 % · 0 sur 3 en poids"),
    ({"kind": "binary"}, "0 % · due 31 Dec", "0 % · échéance 31 déc."),
    ({"kind": "binary", "done": "2026-11-03"}, "100 % · reached on 3 Nov", "100 % · atteint le 3 nov."),
    ({"kind": "milestones"}, "0 % · 0 of 1 milestone", "0 % · 0 sur 1 jalon"),
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("measure", "english", "french"),
    IN_WORDS,
    ids=[f"{nr} {one[0]['kind']}" for nr, one in enumerate(IN_WORDS)],
)
def test_a_comment_says_the_value_its_target_its_day_and_the_owner(
    measure: dict[str, Any], english: str, french: str, language: str
) -> None:
    goal = {"id": "KR1", "title": "R", "owner": "ines", "links": [{"key": "WEB-1"}], "measure": measure}
    text = (
        text_of(workspace(goal, policy={"language": language})).replace("\u00a0", " ").replace("\u202f", " ")
    )
    assert {"en": english, "fr": french}[language] in text
    assert {"en": "owner: ines", "fr": "responsable : ines"}[language] in text


def test_a_value_within_limits_is_not_so_many_of_them() -> None:
    keep = {"kind": "keep", "above": 99, "unit": "%", "checkins": [{"on": "2026-11-02", "value": 99.5}]}
    goal = {"id": "KR1", "title": "R", "links": [{"key": "WEB-1"}], "measure": keep}
    text = text_of(workspace(goal))
    assert "99.5 on 2 Nov, at least 99 %" in text
    assert "of 99" not in text
