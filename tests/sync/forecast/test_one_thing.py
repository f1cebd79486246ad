"""If you do one thing: the same three as by trying every open item through the whole pipeline, and what is said where there are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from connectors.model import Ref, WorkItem
from sync.decide import Decision, look
from sync.forecast import simulation
from sync.forecast.one_thing import CAP, OneThings, one_things
from sync.forecast.simulation import Forecast
from sync.memory import Memory
from tests.support.builders import NOW, item, metric, observed, query, ref, work, workspace
from tests.support.twenty_key_results import KEPT, WEEKDAYS, declared, world

SEED = 7


@cache
def decided(seed: int, done: frozenset[Ref] = frozenset()) -> Decision:
    """The whole pipeline, with these items done today."""
    items = [
        replace(one, category="done", completed=NOW, dropped=None) if one.ref in done else one
        for one in world(seed)
    ]
    return look(observed(*items), Memory(recent=KEPT), declared(), NOW)


def brute_force(seed: int, name: str) -> list[tuple[Ref, Forecast]]:
    """Every open item tried, with the work that waits for it alone."""
    run = decided(seed)
    before = run.outlooks[name].forecast
    assert before is not None
    counted = {
        piece.item.ref
        for piece in (run.scorecard.readings[name].pieces if name[0] == "W" else ())
        if piece.left_out is None and piece.category in ("todo", "doing")
    }
    if name[0] == "M":
        counted = {
            link.item
            for link in run.alignment.carried.get(name, ())
            if run.alignment.items[link.item].is_open
        }
    rows = []
    for tried in (one.ref for one in world(seed) if one.is_open):
        frees = {
            one
            for one in counted
            if {
                run.alignment.counted(at)
                for at in run.alignment.items[one].blocked_by
                if run.alignment.items[at].is_open
            }
            == {tried}
        }
        then = decided(seed, frozenset({tried, *frees}))
        after = then.outlooks[name].forecast
        if after is None or not (after.chance > before.chance or after.middle > before.middle):
            continue
        first = (-after.chance, -after.middle) if before.chance <= CAP else (-after.middle, -after.chance)
        progress = then.scorecard.readings[name].progress
        rows.append(((*first, -(progress or 0.0)), tried, after))
    return [(tried, after) for _, tried, after in sorted(rows, key=lambda row: row[:2])[:3]]


def found_by(run: Decision) -> dict[str, OneThings]:
    known = declared()
    return one_things(run.alignment, run.scorecard, known, run.outlooks, KEPT)


def test_the_three_are_those_that_trying_every_open_item_finds_on_twenty_key_results() -> None:
    run = decided(SEED)
    found = found_by(run)
    assert len(found) == 20
    told = {name: [(one.item, one.after) for one in found[name].things] for name in found}
    foretold = [name for name, outlook in run.outlooks.items() if outlook.forecast is not None]
    assert len(foretold) >= 18
    assert told == {name: brute_force(SEED, name) if name in foretold else [] for name in found}
    things = [one for some in found.values() for one in some.things]
    assert {one.by for one in things} == {"chance", "middle"}
    assert any(one.frees for one in things)
    assert any(run.alignment.items[one.item].level == "epic" for one in things)
    assert run.alignment.mirrored


def the_only(items: Iterable[WorkItem], result: dict[str, Any], **objective: Any) -> OneThings:
    """What is named for the one key result A."""
    above = {"id": "O", "title": "Objective", "cycle": "2026-Q4", "key_results": [result], **objective}
    known = workspace(objectives=[above], calendar=WEEKDAYS)
    run = look(observed(*items, counts={"A": 40}), Memory(), known, NOW)
    return one_things(run.alignment, run.scorecard, known, run.outlooks, {})["A"]


def done(number: int, days_ago: int, **changes: Any) -> WorkItem:
    at = NOW - timedelta(days=days_ago)
    return item(f"WEB-{number}", claims=("A",), category="done", completed=at, **changes)


STEADY = [done(n, 4 * n) for n in range(1, 9)]
OPEN = [item(f"WEB-{n}", claims=("A",)) for n in range(11, 31)]


def test_work_that_weighs_the_same_is_simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    def counted(*given: Any, **more: Any) -> Any:
        runs.append(given)
        return simulation.forecast(*given, **more)

    known = workspace(work("A", measure={"weigh": "points"}), calendar=WEEKDAYS)
    heavy = [replace(one, estimate=float(1 + at % 2)) for at, one in enumerate(OPEN)]
    run = look(observed(*STEADY, *heavy), Memory(), known, NOW)
    monkeypatch.setattr("sync.forecast.key_results.forecast", counted)
    found = one_things(run.alignment, run.scorecard, known, run.outlooks, {})["A"]
    assert [one.item.id for one in found.things] == ["WEB-12", "WEB-14", "WEB-16"]
    assert len(runs) == 2, "twenty items of two weights"


def test_a_blocker_counts_with_what_waits_for_it_alone_and_says_what_it_does_by_itself() -> None:
    waiting = [replace(one, blocked_by=(ref("OPS-1"),)) for one in OPEN[:5]]
    waiting[4] = replace(waiting[4], blocked_by=(ref("OPS-1"), ref("OPS-2")))
    blockers = [item("OPS-1"), item("OPS-2"), item("OPS-3", category="done")]
    found = the_only([*STEADY, *waiting, *OPEN[5:], *blockers], work("A"))
    best = found.things[0]
    assert (best.item.id, [one.id for one in best.frees]) == ("OPS-1", [one.key for one in OPEN[:4]])
    assert best.after.middle > best.before.middle
    assert best.alone == best.before, "it serves nothing itself"
    assert "OPS-2" not in {one.item.id for one in found.things}, "one more blocks the same work"


def test_at_its_cap_the_middle_tells() -> None:
    many = [item(f"WEB-{n}", claims=("A",)) for n in range(40, 50)]
    run_of = [done(n, 2 * n) for n in range(1, 20)]
    found = the_only([*run_of, *many], work("A", measure={"target": 20}))
    assert (found.things, found.why) == ((), "no_effect"), "all of them end at the target anyhow"
    slow = [*(done(n, 70) for n in range(1, 30)), done(30, 20), done(31, 6), *many[:8]]
    aspiring = the_only(slow, work("A", measure={"since": "ever"}), grading="aspirational")
    assert aspiring.things[0].before.chance > CAP
    assert {one.by for one in aspiring.things} == {"middle"}
    assert aspiring.things[0].after.middle > aspiring.things[0].before.middle


@pytest.mark.parametrize(
    ("items", "result", "why"),
    [
        ([], metric("A", 0, 100, ("2026-10-05", 5), ("2026-10-20", 20), ("2026-11-09", 40)), "metric"),
        ([], query("A", 50, 0), "query"),
        ([*OPEN], work("A"), "forecast"),
        ([*STEADY, item("WEB-40", claims=("A",), category="dropped")], work("A", measure={"target": 20}), "nothing_open"),
        ([*STEADY, *OPEN, *[item("WEB-90")]], work("A", measure={"target": 1}), "no_effect"),
    ],
    ids=["metric", "query", "forecast", "nothing_open", "no_effect"],
)  # fmt: skip
def test_where_there_is_none_it_says_why(items: list[WorkItem], result: dict[str, Any], why: str) -> None:
    assert the_only(items, result) == OneThings(why=why)  # type: ignore[arg-type]


def test_no_hypothetical_finishing_changes_which_days_are_worked() -> None:
    """With the fiftieth finishing the days off would be known by them, and every forecast another one."""
    many = [done(100 + n, [3, 4, 5, 6, 7][n % 5] + 7 * (n % 4)) for n in range(49)]
    known = workspace(work("A"))
    run = look(observed(*many, *OPEN), Memory(), known, NOW)
    assert run.outlooks["A"].days.basis == "unknown"
    best = one_things(run.alignment, run.scorecard, known, run.outlooks, {})["A"].things[0]
    then = [replace(one, category="done", completed=NOW) if one.ref == best.item else one for one in OPEN]
    after = look(observed(*many, *then), Memory(), known, NOW)
    assert after.outlooks["A"].days.basis == "finishings"
    same_days = look(observed(*many, *then), Memory(), workspace(work("A"), calendar={"weekend": []}), NOW)
    assert best.after == same_days.outlooks["A"].forecast
