"""Scope that came late, with a verdict, and a word that the numbers do not bear out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.text.phrases import say
from config.text.texts import ENGLISH_TEXTS
from connectors.model import GivenHealth
from sync.signals.expectations.scope_creep import SCOPE_CREEP
from sync.signals.expectations.word_against_numbers import WORD_AGAINST_NUMBERS
from sync.signals.mechanism import signals
from tests.support.builders import item, work, workspace
from tests.support.signalling import seen, told

LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)
"""In the second half of 2026-Q4, whose first half ends on 15 November; two thirds of it are over."""

KR1 = workspace(work("KR1", {"label": "a"}, measure={"weigh": "points"}))


def piece(key: str, points: float, *, late: bool = False, done: bool = False) -> Any:
    created = LATER - timedelta(days=5 if late else 80)
    ended = LATER - timedelta(days=3) if done else None
    given: dict[str, Any] = {"category": "done", "status": "Done", "completed": ended} if done else {}
    return item(key, labels=("a",), estimate=points, created=created, updated=LATER, **given)


@pytest.mark.parametrize(
    ("items", "severity", "verdict"),
    [
        pytest.param([piece("WEB-1", 80, done=True), piece("OPS-1", 40, late=True)], "high", "on pace", id="it decides") ,
        pytest.param([piece("WEB-1", 10, done=True), piece("WEB-2", 70), piece("OPS-1", 20, late=True)], "medium", "still behind", id="behind without it"),
        pytest.param([piece("WEB-1", 80, done=True), piece("OPS-1", 12, late=True)], "low", "on pace all the same", id="no harm"),
        pytest.param([piece("WEB-1", 80, done=True), piece("OPS-1", 8, late=True)], None, "", id="little"),
        pytest.param([piece("WEB-1", 80, done=True), piece("OPS-1", 40, late=True, done=True)], None, "", id="done already"),
        pytest.param([piece("WEB-1", 80, done=True), piece("OPS-1", 40)], None, "", id="there from the first"),
    ],
)  # fmt: skip
def test_scope_creeps(items: list[Any], severity: str | None, verdict: str) -> None:
    found = signals(seen(KR1, *items, now=LATER), [SCOPE_CREEP])
    assert told(found) == ([] if severity is None else [("scope_creep", severity, "KR1", ["OPS-1"])])
    assert all(verdict in say(one.message, ENGLISH_TEXTS) for one in found)


def test_scope_creep_names_projects_and_the_share() -> None:
    items = [piece("WEB-1", 60, done=True), piece("OPS-1", 10, late=True), piece("OPS-2", 5, late=True), piece("WEB-2", 5, late=True)]  # fmt: skip
    (one,) = signals(seen(KR1, *items, now=LATER), [SCOPE_CREEP])
    assert say(one.message, ENGLISH_TEXTS) == (
        "25 % of the scope of KR1 (Result KR1) was added after 15 Nov and is still open (by project: OPS 15, WEB 5); "
        "with 75 % done, the key result is on pace all the same"
    )
    # Of the two weeks of the second half the work was there in none: it came five days ago.
    assert (one.threshold, one.base_rate and one.base_rate.fired) == ("creep_percent: 10", 0)


SPACE = workspace(work("KR1", {"label": "a"}))


def epic(health: str, day: str | None = "2026-11-10", **changes: Any) -> Any:
    on = None if day is None else datetime.fromisoformat(f"{day}T10:00+00:00")
    given = {"labels": ("a",), "level": "epic", "kind": "Epic", "given_health": GivenHealth(health, on)}  # type: ignore[arg-type]
    return item("WEB-1", **{**given, **changes})


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(epic("on_track"), [("high", "WEB-1 was called on track on 10 Nov, but KR1 (Result KR1) is off track by its numbers")], id="two steps better"),
        pytest.param(epic("at_risk"), [("medium", "WEB-1 was called at risk on 10 Nov, but KR1 (Result KR1) is off track by its numbers")], id="one step better"),
        pytest.param(epic("on_track", None), [("high", "WEB-1 is called on track, but KR1 (Result KR1) is off track by its numbers")], id="undated"),
        pytest.param(epic("off_track"), [], id="the same"),
        pytest.param(epic("on_track", "2026-09-20"), [], id="of before the cycle"),
        pytest.param(epic("on_track", category="done", status="Done"), [], id="closed"),
        pytest.param(epic("on_track", labels=()), [], id="serves nothing"),
    ],
)  # fmt: skip
def test_a_word_stands_against_the_numbers(one: Any, expected: list[tuple[str, str]]) -> None:
    found = signals(seen(SPACE, one, item("WEB-2", "WEB-1")), [WORD_AGAINST_NUMBERS])
    assert [(one.severity, say(one.message, ENGLISH_TEXTS)) for one in found] == expected
    assert all((one.kind, one.subject, one.base_rate) == ("key_result", "KR1", None) for one in found)
