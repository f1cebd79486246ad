"""Conflicts between teams: who waits for whom, and whose work several objectives claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.text.phrases import say
from config.text.texts import ENGLISH_TEXTS, Texts
from sync.signals.conflicts.blocked_by_other_team import BLOCKED_BY_OTHER_TEAM
from sync.signals.conflicts.claimed_by_several import CLAIMED_BY_SEVERAL
from sync.signals.conflicts.waits import edges, waits
from sync.signals.mechanism import signals
from tests.support.builders import NOW, item, ref, work, workspace
from tests.support.signalling import seen, told
from tests.support.walks import walked

TWO = workspace(work("A", {"label": "a"}), work("B", {"label": "b"}))


def waiting(key: str, blocker: str, days: float, **changes: Any) -> Any:
    made = NOW - timedelta(days=days)
    given = {"labels": ("a",), "blocked_by": (ref(blocker),), "blocked_since": ((ref(blocker), made),)}
    return item(key, **{**given, **changes})


DOING = {"category": "doing", "status": "In Progress"}


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([waiting("WEB-1", "OPS-1", 9), item("OPS-1")], [("medium", "jira/WEB", ["WEB-1", "OPS-1"])], id="serves none"),
        pytest.param([waiting("WEB-1", "OPS-1", 40), item("OPS-1", labels=("b",))], [("high", "jira/WEB", ["WEB-1", "OPS-1"])], id="serves another"),
        pytest.param([waiting("WEB-1", "OPS-1", 9), item("OPS-1", labels=("a",))], [], id="serves the same"),
        pytest.param([waiting("WEB-1", "OPS-1", 3), item("OPS-1")], [], id="not for long"),
        pytest.param([waiting("WEB-1", "WEB-2", 9), item("WEB-2")], [], id="of the same team"),
        pytest.param([waiting("WEB-1", "OPS-1", 9, labels=()), item("OPS-1")], [], id="serves no key result itself"),
        pytest.param([waiting("WEB-1", "OPS-1", 9), item("OPS-1", category="done")], [], id="the blocker is done"),
        pytest.param([waiting("WEB-1", "OPS-1", 9, category="done"), item("OPS-1")], [], id="it is done itself"),
        pytest.param([waiting("WEB-1", "OPS-1", 9), item("OPS-1", private=True)], [], id="the blocker is restricted"),
        pytest.param([waiting("WEB-1", "OPS-1", 9, blocked_since=()), item("OPS-1", created=NOW - timedelta(days=8))], [("medium", "jira/WEB", ["WEB-1", "OPS-1"])], id="since the blocker was created, at most"),
    ],
)  # fmt: skip
def test_a_team_waits_for_another(items: list[Any], expected: list[tuple[str, str, list[str]]]) -> None:
    found = told(signals(seen(TWO, *items), [BLOCKED_BY_OTHER_TEAM]))
    assert [(severity, subject, keys) for _, severity, subject, keys in found] == expected


def test_the_graph_begins_with_the_oldest_wait() -> None:
    items = [
        waiting("WEB-1", "OPS-1", 9), waiting("WEB-2", "OPS-1", 30),
        waiting("OPS-2", "WEB-3", 12), item("OPS-1"), item("WEB-3"),
    ]  # fmt: skip
    graph = edges(waits(seen(TWO, *items)))
    assert [(one.team, one.of, [w.item.key for w in one.waits]) for one in graph] == [
        ("jira/WEB", "jira/OPS", ["WEB-2", "WEB-1"]),
        ("jira/OPS", "jira/WEB", ["OPS-2"]),
    ]


def test_a_wait_names_its_tickets_in_both_languages() -> None:
    (one,) = signals(seen(TWO, waiting("WEB-1", "OPS-1", 9), item("OPS-1")), [BLOCKED_BY_OTHER_TEAM])
    assert say(one.message, ENGLISH_TEXTS) == (
        "WEB waits for OPS: WEB-1 (A) is blocked by OPS-1, which serves no key result"
    )
    assert say(one.message, Texts("fr")) == (
        "WEB attend OPS\u00a0: WEB-1 (A) est bloqué par OPS-1, qui ne sert aucun résultat clé"
    )
    assert (one.threshold, one.days, one.base_rate) == ("blocked_days: 5", 9, None)


def test_a_wait_was_none_before_both_were_there() -> None:
    flow = workspace(work("A", {"label": "a"}), flow={})
    blocked, spans = walked("WEB-1", ("To Do", 60), ("In Progress", 40), labels=("a",))
    since = ((ref("OPS-1"), NOW - timedelta(days=50)),)
    blocked = replace(blocked, blocked_by=(ref("OPS-1"),), blocked_since=since)
    # Blocked for 5 days and more in the weeks 0 to 6 behind.
    found = signals(seen(flow, (blocked, spans), walked("OPS-1", ("To Do", 70))), [BLOCKED_BY_OTHER_TEAM])
    assert [(one.base_rate.fired, one.base_rate.weeks) for one in found if one.base_rate] == [(6, 26)]


BOTH = workspace(
    objectives=[
        {"id": "O", "title": "O", "cycle": "2026-Q4", "key_results": [work("A", {"label": "a"})]},
        {"id": "P", "title": "P", "cycle": "2026-Q4", "key_results": [work("B", {"label": "b"}), work("C", {"label": "c"})]},
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fires"),
    [
        ({"labels": ("a", "b"), **DOING}, True),
        ({"labels": ("b", "c"), **DOING}, False),
        ({"labels": ("a",), **DOING}, False),
        ({"labels": ("a", "b")}, False),
    ],
)
def test_work_in_progress_is_claimed_by_several_objectives(changes: dict[str, Any], fires: bool) -> None:
    found = signals(seen(BOTH, item("WEB-1", **changes)), [CLAIMED_BY_SEVERAL])
    assert told(found) == ([("claimed_by_several", "medium", "jira/WEB", ["WEB-1"])] if fires else [])
