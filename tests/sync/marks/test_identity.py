"""What records on trackers hold in place of words: equal for equal meaning, and the same for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.link_rules import LinkRule
from connectors.meaning import same_meaning
from connectors.model import KeyResultMark
from sync.align.alignment import LinkReason
from sync.marks.details import Goal
from sync.marks.identity import basis_id, reason_id

MARK = KeyResultMark(
    "KR1", "T", 40, "at_risk", "https://x.example/kr/KR1", because="rule label a", goal="1 → 2", reason_id="r", basis_id="b"
)  # fmt: skip


def rule(**given: Any) -> LinkRule:
    return LinkRule.model_validate(given)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"label": "Onboarding", "project": "WEB"}, {"project": "web", "label": "onboarding"}, id="case and order"),
        pytest.param({"any": [{"label": "a"}, {"label": "b"}]}, {"any": [{"label": "b"}, {"label": "a"}]}, id="any"),
        pytest.param({"label": "a", "share": 0.5}, {"label": "a", "inherit": False}, id="how it counts"),
        pytest.param({"label": "a"}, {"label": "a", "effective": {"since": "2026-11-01"}}, id="when it holds"),
        pytest.param({"field": {"Squad": "Growth", "Area": "x"}}, {"field": {"area": "X", "squad": "growth"}}, id="fields"),
    ],
)  # fmt: skip
def test_conditions_of_one_meaning(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert rule(**one).identity == rule(**other).identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"label": "a"}, {"label": "b"}, id="value"),
        pytest.param({"label": "a"}, {"type": "a"}, id="condition"),
        pytest.param({"label": "a"}, {"label": "a", "project": "WEB"}, id="one more"),
        pytest.param({"label": "a", "not": {"type": "Bug"}}, {"label": "a", "any": [{"type": "Bug"}]}, id="not"),
        pytest.param({"jql": "labels = a"}, {"jql": "labels = A"}, id="a query's case"),
        pytest.param({"label": "a", "due": {"since": "2026-11-01"}}, {"label": "a", "due": {"until": "2026-11-01"}}, id="days"),
    ],
)  # fmt: skip
def test_conditions_of_other_meaning(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert rule(**one).identity != rule(**other).identity


def test_identities_stay_as_they_stand_on_trackers() -> None:
    """Where one of these changes, an upgrade writes to every marked item: a release must not."""
    asked = rule(
        label="Onboarding", title="[x]*", field={"Squad": "Growth"}, created={"since": "2026-10-01"},
        any=[{"team": "GRW"}, {"filter": {"b": 1, "a": [2]}}], **{"not": {"type": "Bug"}},
    )  # fmt: skip
    assert asked.identity == (
        '{"any": [{"filter": {"a": [2], "b": 1}}, {"team": "grw"}], "created": "2026-10-01/", '
        '"field": {"squad": "growth"}, "label": "onboarding", "not": {"type": "bug"}, "title": "[x]*"}'
    )
    assert reason_id(LinkReason("matched", "", identity='{"label": "a"}', place="10001")) == "36bda24c4859"
    assert reason_id(LinkReason("claim", "claim KR1")) == "b89fa0cb2c58"
    goal = Goal("metric", "2026-12-31", start=22, target=35.5, unit="%")
    assert basis_id(goal, is_shown=True, page="https://okrs.example") == "ac1f3543de1e"


def test_a_reason_is_a_rule_and_a_place() -> None:
    one = LinkReason("matched", "rule label a", ("WEB-2", "WEB-1"), identity="a", place="10001")
    assert reason_id(one) == reason_id(replace(one, rank="named", rule="by label a", path=("OPS-1",)))
    others = (replace(one, identity="b"), replace(one, place="10002"), replace(one, rank="claim"))
    assert all(reason_id(one) != reason_id(other) for other in others)


@pytest.mark.parametrize(
    ("shown", "is_same"),
    [
        pytest.param({}, True, id="equal"),
        pytest.param({"because": "due to the label a", "goal": "1–2", "url": "https://y.example/KR1"}, True, id="words"),
        pytest.param({"reason_id": "", "basis_id": "", "goal": None}, True, id="an older record"),
        pytest.param({"reason_id": "q", "basis_id": "c"}, True, id="equal words"),
        pytest.param({"because": "rule label b", "reason_id": "q"}, False, id="another rule"),
        pytest.param({"because": "rule label b", "reason_id": ""}, False, id="another rule in an older record"),
        pytest.param({"goal": "1 → 3", "basis_id": "c"}, False, id="another goal"),
        pytest.param({"url": "https://y.example/KR1", "basis_id": "c"}, False, id="another page"),
        pytest.param({"url": ""}, False, id="no page at all"),
        pytest.param({"percent": 41}, False, id="percent"),
        pytest.param({"health": "on_track"}, False, id="health"),
        pytest.param({"share": 50}, False, id="share"),
    ],
)  # fmt: skip
def test_marks_mean_the_same_by_words_or_by_identity(shown: dict[str, Any], is_same: bool) -> None:
    assert same_meaning(replace(MARK, **shown), MARK) is is_same
