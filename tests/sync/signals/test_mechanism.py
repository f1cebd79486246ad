"""One mechanism: signals in order, each with how often it would have fired, and what is not computed, with why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from config.analysis.signals import SIGNAL_IDS
from config.messages import SHIPPED
from config.text.phrases import phrase
from sync.signals.mechanism import LOOK_BACK, SignalContext, SignalRule, not_computed, signals
from sync.signals.rules import RULES
from sync.signals.signal import BaseRate, Severity, Signal, SubjectKind
from tests.support.builders import NOW, metric, work, workspace
from tests.support.product import ROOT
from tests.support.signalling import seen
from tests.support.walks import walked


def signal(id_: str, severity: Severity, kind: SubjectKind, subject: str) -> Signal:
    words = phrase("signals.none")
    return Signal(id_, severity, kind, subject, (), words, words, "", words)


def every(weeks: int, id_: str = "aging_work", severity: Severity = "low") -> SignalRule:
    """A rule that fires for a team now and each so many weeks behind; for another one only in the past."""

    def fire(context: SignalContext) -> Iterator[Signal]:
        if context.week % weeks == 0:
            yield signal(id_, severity, "team", "jira/WEB")
        if context.week == 1:
            yield signal(id_, severity, "team", "jira/OPS")

    return SignalRule(id_, fire, replays=True)


SPACE = workspace(work("KR1"))


@pytest.mark.parametrize(
    ("weeks", "fired"),
    [(1, LOOK_BACK), (2, 13), (26, 1), (27, 0)],
)
def test_a_base_rate_counts_the_weeks_behind_and_not_this_one(weeks: int, fired: int) -> None:
    found = signals(seen(SPACE), [every(weeks)])
    assert [(one.subject, one.base_rate) for one in found] == [("jira/WEB", BaseRate(fired, LOOK_BACK))]


def test_what_cannot_be_replayed_has_no_base_rate() -> None:
    rules = [replace(every(1), replays=False), replace(every(1), replay_needs=frozenset({"journeys"}))]
    assert [one.base_rate for one in signals(seen(SPACE), rules)] == [None, None]
    assert [one.base_rate for one in signals(seen(SPACE), [every(1)], with_rates=False)] == [None]


def test_no_week_is_counted_before_the_histories_begin() -> None:
    flow = workspace(work("KR1"), flow={"window_weeks": 8})
    rule = replace(every(1), needs=frozenset({"journeys"}))
    context = seen(flow, walked("WEB-1", ("To Do", 30), ("In Progress", 20)))
    assert [one.base_rate for one in signals(context, [rule])] == [BaseRate(8, 8)]


def test_a_key_result_is_not_judged_by_weeks_before_its_cycle() -> None:
    def fire(_: SignalContext) -> Iterator[Signal]:
        yield signal("scope_creep", "low", "key_result", "KR1")

    # 2026-Q4 is in its seventh week.
    found = signals(seen(SPACE), [SignalRule("scope_creep", fire, replays=True)])
    assert [one.base_rate for one in found] == [BaseRate(6, 6)]


def test_the_most_severe_come_first_then_subjects_in_order() -> None:
    def fire(_: SignalContext) -> Iterator[Signal]:
        for severity, subject in (("low", "A"), ("high", "B"), ("medium", "A"), ("high", "A")):
            yield signal("drift", severity, "items", subject)  # type: ignore[arg-type]

    found = signals(seen(SPACE), [SignalRule("drift", fire), every(1, severity="high")])
    shown = [(one.severity, one.subject, one.id) for one in found]
    assert shown == [
        ("high", "A", "drift"),
        ("high", "B", "drift"),
        ("high", "jira/WEB", "aging_work"),
        ("medium", "A", "drift"),
        ("low", "A", "drift"),
    ]


def test_what_is_shared_is_computed_once_a_week_and_what_is_common_once() -> None:
    calls: list[str] = []

    def week(context: SignalContext) -> int:
        calls.append("week")
        return context.week

    def all_weeks(_: SignalContext) -> int:
        calls.append("all")
        return 1

    def fire(context: SignalContext) -> Iterator[Signal]:
        assert context.shared(week) == context.week
        context.common(all_weeks)
        yield signal("drift", "low", "team", "jira/WEB")

    rules = [SignalRule(id_, fire, replays=True) for id_ in ("drift", "aging_work")]
    signals(seen(SPACE), rules)
    assert (calls.count("week"), calls.count("all")) == (LOOK_BACK + 1, 1)


def test_an_earlier_week_sees_the_same_at_its_own_moment() -> None:
    context = seen(SPACE)
    assert context.before(3).now == NOW - timedelta(weeks=3)
    assert context.before(3).before(2).week == 5


FLOW: dict[str, object] = {"flow": {}}


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({}, {"aging_work": ("flow_not_declared",)}),
        (FLOW, {"aging_work": ("no_histories",)}),
        ({"signals": {"off": ["aging_work", "drift"]}}, {"aging_work": ("off",), "drift": ("off",)}),
    ],
)
def test_what_is_not_computed_says_why(
    declared: dict[str, object], expected: dict[str, tuple[str, ...]]
) -> None:
    own = [rule for rule in RULES if rule.id in ("aging_work", "drift", "stalled_key_result")]
    assert not_computed(seen(workspace(work("KR1"), **declared)), own) == expected


def test_a_signal_that_is_off_does_not_fire() -> None:
    off = workspace(work("KR1"), signals={"off": ["aging_work"]})
    assert signals(seen(off), [every(1)]) == ()


def test_every_signal_has_a_rule_and_words_in_every_language() -> None:
    assert sorted(rule.id for rule in RULES) == sorted(SIGNAL_IDS)
    for texts in SHIPPED.values():
        missing = [
            f"{id_}.{part}"
            for id_ in SIGNAL_IDS
            for part in ("name", "formula")
            if f"signals.{id_}.{part}" not in texts
        ]
        assert missing == []


def test_every_signal_is_on_the_page_for_leads() -> None:
    page = (ROOT / "docs" / "signals.md").read_text(encoding="utf-8")
    assert [id_ for id_ in SIGNAL_IDS if f"`{id_}`" not in page] == []


def test_nothing_fires_where_all_is_well() -> None:
    on_pace = workspace(metric("M", 0, 10, ("2026-10-05", 1.0), ("2026-11-14", 6.0)))
    assert signals(seen(on_pace), RULES) == ()
