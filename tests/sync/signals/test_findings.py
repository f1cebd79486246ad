"""What contradicts itself is found, with its items and a remedy; and what is in order is not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from config.text.phrases import phrase, say
from config.text.texts import ENGLISH_TEXTS
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import align
from sync.measure import measure
from sync.signals.budgets import slices, usages
from sync.signals.findings.find import find
from sync.signals.findings.finding import Finding, finding
from sync.signals.findings.joined import signal_of
from tests.support.builders import NOW, epic, item, metric, observed, work, workspace
from tests.support.product import ROOT, modules

CYCLES = {
    "2026-Q3": {"start": "2026-07-01", "end": "2026-09-30"},
    "2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"},
}


def declared(*objectives: tuple[str, list[dict[str, Any]]], **changes: Any) -> Workspace:
    """Objectives by id; OLD is of the cycle before."""
    rows = [
        {"id": id_, "title": id_, "cycle": "2026-Q3" if id_ == "OLD" else "2026-Q4", "key_results": results}
        for id_, results in objectives
    ]
    return workspace(**{"cycles": CYCLES, "objectives": rows, **changes})


TWO = declared(
    ("O", [work("A", {"label": "a"}), work("A2", {"label": "a2"})]),
    ("P", [work("B", {"label": "b"}), work("B2", {"label": "shared", "share": 0.5})]),
    ("OLD", [work("Z"), work("Y", {"label": "y"})]),
)


def found(items: list[WorkItem], goals: Workspace = TWO, kind: str | None = None) -> list[Finding]:
    """All findings but those on key results that nothing serves."""
    alignment = align(items, goals)
    every = find(alignment, measure(alignment, observed(), goals, NOW), goals, NOW)
    return [one for one in every if one.kind == kind or (kind is None and one.kind != "unserved_key_result")]


def told(items: list[WorkItem], goals: Workspace = TWO) -> list[tuple[str, list[str], str]]:
    return [(one.kind, [ref.id for ref in one.items], one.message) for one in found(items, goals)]


SHARED = declared(
    ("O", [work("A", {"label": "Growth"}), work("A2", {"label": "Theme/Core"}), work("A3", {"project": "v2"})]),
    ("P", [work("B", {"project": "v3", "team": "ENG"}, {"label": "ui"})]),
)  # fmt: skip
DONE = {"category": "done", "status": "Done"}
DROPPED = {"category": "dropped", "status": "Won't Do"}

CASES: list[tuple[str, list[WorkItem], list[tuple[str, list[str], str]]]] = [
    ("nothing", [epic("WEB-1", claims=("A",)), item("WEB-2", "WEB-1")], []),
    (
        "a done parent over open work",
        [epic("WEB-1", **DONE), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-1", **DONE)],
        [("done_over_open", ["WEB-1", "WEB-2"], "WEB-1 is Done but has open child items: WEB-2")],
    ),
    (
        "a dropped parent over open work",
        [epic("WEB-1", **DROPPED), item("WEB-2", "WEB-1")],
        [("dropped_over_open", ["WEB-1", "WEB-2"], "WEB-1 is dropped (Won't Do) but has open child items: WEB-2")],
    ),
    ("a parent out of scope is nobody's to reopen",
     [epic("WEB-1", in_scope=False, **DONE), item("WEB-2", "WEB-1")], []),
    (
        "claims on a key result of a cycle that ended",
        [item("WEB-1", claims=("Z",)), item("WEB-2", claims=("Z",)), item("WEB-3", claims=("Z",), **DONE)],
        [("closed_key_result", ["WEB-1", "WEB-2"],
          "WEB-1, WEB-2 claim Z, whose cycle 2026-Q3 ended on 2026-09-30")],
    ),
    ("a rule of an ended cycle is no claim", [item("WEB-1", labels=("y",))], []),
    (
        "an inherited claim is told once",
        [epic("WEB-1", claims=("Z",)), item("WEB-2", "WEB-1")],
        [("closed_key_result", ["WEB-1"], "WEB-1 claims Z, whose cycle 2026-Q3 ended on 2026-09-30")],
    ),
    (
        "two objectives at once",
        [item("WEB-1", labels=("a", "b")), item("WEB-2", claims=("B", "A"))],
        [("two_objectives", ["WEB-1", "WEB-2"], "WEB-1, WEB-2 serve O and P at the same time")],
    ),
    ("two key results of one objective", [item("WEB-1", labels=("a", "a2"))], []),
    ("two objectives with declared shares", [item("WEB-1", labels=("a", "shared"))], []),
    ("two objectives, but done", [item("WEB-1", labels=("a", "b"), **DONE)], []),
    (
        "a child that serves another objective than its parent",
        [epic("WEB-1", labels=("a",)), item("WEB-2", "WEB-1", labels=("b",)), item("WEB-3", "WEB-1")],
        [("against_parent", ["WEB-1", "WEB-2"], "WEB-1 serves O, but its child item WEB-2 serves P")],
    ),
    ("a child that serves another key result of the same objective",
     [epic("WEB-1", labels=("a",)), item("WEB-2", "WEB-1", labels=("a2",))], []),
    ("a done child", [epic("WEB-1", labels=("a",)), item("WEB-2", "WEB-1", labels=("b",), **DONE)], []),
    ("a child of a parent that serves nothing", [epic("WEB-1"), item("WEB-2", "WEB-1", labels=("b",))], []),
    ("many items are counted",
     [item(f"WEB-{n}", labels=("a", "b")) for n in range(1, 8)],
     [("two_objectives", [f"WEB-{n}" for n in range(1, 8)],
       "WEB-1, WEB-2, WEB-3, WEB-4, WEB-5 and 2 more serve O and P at the same time")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "items", "expected"), CASES, ids=[case[0] for case in CASES])
def test_findings(name: str, items: list[WorkItem], expected: list[tuple[str, list[str], str]]) -> None:
    assert told(items) == expected, name
    assert all(one.remedy for one in found(items))


def test_a_claim_that_a_rule_naming_the_item_contradicts() -> None:
    goals = declared(("O", [work("A", {"key": "WEB-1"}), work("A2", {"label": "x"})]))
    claimed = item("WEB-1", claims=("A2",))
    (one,) = found([claimed], goals)
    assert (one.kind, one.message) == (
        "claim_against_rule",
        "WEB-1 claims A2, but a rule links it by key to A",
    )
    assert found([item("WEB-1", claims=("A", "A2"))], goals) == []
    assert found([item("WEB-1", claims=("A2",), **DONE)], goals) == []
    assert found([item("WEB-2", claims=("A",), labels=("x",))], goals) == []


def test_too_many_key_results() -> None:
    results = [work(f"K{n}") for n in range(4)]
    claims = tuple(f"K{n}" for n in range(4))
    items = [epic("WEB-1", claims=claims), item("WEB-2", "WEB-1"), item("WEB-3", claims=claims[:3])]
    (one,) = found(items, workspace(*results))
    assert one.message == "WEB-1 serves 4 key results, more than 3: K0, K1, K2, K3"
    assert found(items, workspace(*results, policy={"most_key_results": 4})) == []


# --- Budgets -------------------------------------------------------------------------------------

IN_CYCLE = datetime(2026, 10, 1, 12, tzinfo=UTC)
BEFORE = datetime(2026, 9, 30, 12, tzinfo=UTC)
MIX = [
    item("WEB-1", kind="Bug", category="doing", estimate=5),
    item("WEB-2", kind="Bug", category="done", completed=IN_CYCLE, estimate=2),
    item("WEB-3", kind="Bug", category="done", completed=BEFORE),
    item("WEB-4", kind="Bug", category="todo"),
    item("WEB-5", kind="Bug", category="dropped"),
    item("WEB-6", kind="Bug", category="doing", in_scope=False),
    epic("WEB-10", category="doing"),
    *(item(f"WEB-{n}", "WEB-10", category="doing", estimate=1) for n in (11, 12)),
    item("WEB-13", category="done", updated=IN_CYCLE),
]


def exempting(**changes: Any) -> Workspace:
    goals = [{"name": "ktlo", "types": ["Bug"], **changes}]
    return workspace(work("A"), exempt=goals)


@pytest.mark.parametrize(
    ("changes", "percent"),
    [({"budget": 30}, 40), ({"budget": 30, "weigh": "points"}, 70)],
)
def test_a_category_takes_its_part_of_the_running_work(changes: dict[str, Any], percent: int) -> None:
    goals = exempting(**changes)
    (usage,) = usages(align(MIX, goals), goals, NOW)
    assert ([ref.id for ref in usage.items], usage.pieces) == (["WEB-1", "WEB-2"], 5)
    assert usage.share * 100 == percent
    (one,) = found(MIX, goals, "over_budget")
    assert (
        f"ktlo takes {percent} % of the work in progress or done this cycle, more than its budget of 30 % (2 of 5 items)"
        == one.message
    )


def test_in_points_a_category_takes_what_is_spread_over_its_work() -> None:
    story = item("WEB-20", kind="Bug", category="doing", estimate=12)
    tasks = [
        item("WEB-21", "WEB-20", kind="Bug", category="doing"),
        item("WEB-22", "WEB-20", kind="Bug", category="done", completed=IN_CYCLE),
        item("WEB-23", "WEB-20", kind="Bug", category="todo"),
    ]
    other = item("WEB-30", category="doing", estimate=8)
    by_points, by_count = exempting(budget=30, weigh="points"), exempting(budget=30)

    def used(story: WorkItem, goals: Workspace) -> tuple[list[str], int, float]:
        (usage,) = usages(align([story, *tasks, other], goals), goals, NOW)
        return [ref.id for ref in usage.items], usage.pieces, float(usage.share)

    assert used(story, by_points) == (["WEB-21", "WEB-22"], 3, 0.5)  # 8 of 16
    assert used(story, by_count) == (["WEB-21", "WEB-22"], 3, float(Fraction(2, 3)))
    done = replace(story, category="done", completed=IN_CYCLE)
    assert used(done, by_points) == (["WEB-20"], 2, 0.6)  # 12 of 20
    assert used(replace(done, completed=BEFORE), by_points) == ([], 1, 0)


def test_a_category_within_its_budget_or_without_one_is_no_finding() -> None:
    assert found(MIX, exempting(budget=40), "over_budget") == []
    assert found(MIX, exempting(), "over_budget") == []
    assert found([], exempting(budget=0), "over_budget") == []
    assert len(found(MIX, exempting(budget=0), "over_budget")) == 1


def test_outside_every_cycle_there_is_no_budget() -> None:
    goals = exempting(budget=0)
    late = datetime(2027, 2, 1, tzinfo=UTC)
    assert usages(align(MIX, goals), goals, late) == ()


def test_a_claim_on_a_closed_key_result_and_output_without_outcome() -> None:
    items = [
        item("WEB-1", claims=("A",)),
        *(item(f"WEB-{n}", claims=("B",), category="done") for n in (2, 3)),
    ]
    goals = workspace(work("A", closed="2026-11-01"), metric("B", 0, 10, ("2026-11-01", 1.0)))
    messages = {one.kind: one.message for one in found(items, goals)}
    assert messages["closed_key_result"] == "WEB-1 claims A, closed on 2026-11-01"
    assert messages["output_without_outcome"] == "B: 2 of 2 items done, but the value has hardly moved"


def test_where_the_running_work_goes() -> None:
    goals = declared(
        ("O", [work("A", {"label": "a"})]),
        ("P", [work("B", {"label": "b"})]),
        exempt=[{"name": "ktlo", "types": ["Bug"]}],
    )
    more = [
        item("WEB-20", labels=("a",), category="doing"),
        item("WEB-21", labels=("a", "b"), category="doing"),
        item("WEB-22", labels=("b",), category="todo"),
    ]
    found = slices(align([*MIX, *more], goals), goals, NOW)
    assert [(one.kind, one.name, float(one.pieces)) for one in found] == [
        ("objective", "O", 1.5),
        ("objective", "P", 0.5),
        ("category", "ktlo", 2.0),
        ("unaligned", "", 3.0),
    ]
    assert sum(one.share for one in found) == 1
    assert slices(align(more, goals), goals, datetime(2027, 2, 1, tzinfo=UTC)) == ()
    assert slices(align([], goals), goals, NOW) == ()


def labelled(key: str, *labels: str) -> WorkItem:
    """An item with these labels, those in a group written with it."""
    names = tuple(one.rpartition("/")[2] for one in labels)
    return item(key, labels=names, grouped_labels=tuple(one for one in labels if "/" in one))


def project(key: str, title: str) -> WorkItem:
    return item(key, level="project", kind="Project", title=title, project=title)


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([labelled("eng-1", "Squad/Growth"), labelled("eng-2", "Squad/Growth")], []),
        ([labelled("eng-1", "Squad/Growth"), labelled("eng-2", "Theme/growth")],
         [(["eng-1", "eng-2"], "the label Growth is in several groups (Squad/Growth, Theme/growth), and rules match all")]),
        ([labelled("eng-1", "Growth"), labelled("eng-2", "Theme/Growth")],
         [(["eng-1", "eng-2"], "the label Growth is in several groups (Growth, Theme/Growth), and rules match all")]),
        # Two trackers, names that no rule uses, and a rule that names the group.
        ([labelled("WEB-1", "growth"), labelled("eng-2", "Theme/Growth")], []),
        ([labelled("eng-1", "Squad/Other"), labelled("eng-2", "Theme/Other")], []),
        ([labelled("eng-1", "Squad/Core"), labelled("eng-2", "Theme/Core")], []),
        ([labelled("eng-1", "ui"), labelled("eng-2", "ui")], []),
        ([project("p1", "v2"), project("p2", "V2")],
         [(["p1", "p2"], "2 projects are named v2 (https://tracker.example/p1, https://tracker.example/p2), and rules match all")]),
        ([project("p1", "v3"), project("p2", "v3")], []),
        ([project("p1", "v2"), project("p2", "v3")], []),
    ],
)  # fmt: skip
def test_a_name_in_a_rule_that_means_several_things(items: list[WorkItem], told: list[Any]) -> None:
    shared = found(items, SHARED, "shared_name")
    assert [([ref.id for ref in one.items], one.message) for one in shared] == told
    assert all(one.remedy for one in shared)


@pytest.mark.parametrize(
    ("measure", "rule", "said"),
    [
        ({}, {"key": "WEB-12"}, "WEB-12 is OPS-7 now; a rule of A still names WEB-12"),
        ({}, {"under": "jira:web-12"}, "jira:web-12 is OPS-7 now; a rule of A still names jira:web-12"),
        ({}, {"any": [{"parent": "WEB-12"}]}, "WEB-12 is OPS-7 now; a rule of A still names WEB-12"),
        ({}, {"project": "WEB"}, "WEB is OPS now; a rule of A still names WEB"),
        ({"weigh": "key", "weights": {"WEB-12": 2}}, {"key": "OPS-7"}, "WEB-12 is OPS-7 now; the measure of A still names WEB-12"),
        ({}, {"key": "OPS-7"}, None),
        ({}, {"key": "WEB-12", "tracker": "linear"}, None),
        ({}, {"key": "WEB-12", "effective": {"until": "2026-10-31"}}, None),
    ],
)  # fmt: skip
def test_a_key_that_is_another_now(measure: dict[str, Any], rule: dict[str, Any], said: str | None) -> None:
    items = [epic("OPS-7", former_keys=("WEB-12",), former_projects=("web",)), item("OPS-8", "OPS-7")]
    told = found(items, declared(("O", [work("A", rule, measure=measure)])), "moved_key")
    assert [one.message for one in told] == ([said] if said else [])


def test_work_below_a_parent_that_cannot_be_seen_is_named_together() -> None:
    items = [item("WEB-1", parent_key="TOP-1"), item("WEB-2", parent_key="TOP-1"), item("WEB-3", "WEB-2")]
    (one,) = found(items, kind="unseen_parent")
    assert one.message == (
        "WEB-1, WEB-2, WEB-3 may serve a key result: TOP-1, which is above it, could not be read"
    )


OLD: dict[str, Any] = {"category": "done", "completed": datetime(2026, 9, 30, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("name", "measure", "items", "expected"),
    [
        ("all was finished before", {}, [item("WEB-1", claims=("A",), **OLD), item("WEB-2", claims=("A",), **OLD)],
         ["all work linked to A (Result A) was finished before 2026-10-01, so it has no data: WEB-1, WEB-2"]),
        ("beside what was dropped", {}, [item("WEB-1", claims=("A",), **OLD), item("WEB-2", claims=("A",), category="dropped")],
         ["all work linked to A (Result A) was finished before 2026-10-01, so it has no data: WEB-1"]),
        ("not beside open work", {}, [item("WEB-1", claims=("A",), **OLD), item("WEB-2", claims=("A",))], []),
        ("not since ever", {"since": "ever"}, [item("WEB-1", claims=("A",), **OLD)], []),
        ("since a date it says that one", {"since": "2026-11-01"}, [item("WEB-1", claims=("A",), category="done")],
         ["all work linked to A (Result A) was finished before 2026-11-01, so it has no data: WEB-1"]),
        ("milestones", {"kind": "milestones"}, [epic("WEB-1", claims=("A",), **OLD)],
         ["all milestones linked to A (Result A) were finished before 2026-10-01, so it has no data: WEB-1"]),
        ("not of a number from outside", {"kind": "binary"}, [item("WEB-1", claims=("A",), **OLD)], []),
    ],
)  # fmt: skip
def test_work_that_was_all_finished_before_is_told(
    name: str, measure: dict[str, Any], items: list[WorkItem], expected: list[str]
) -> None:
    goals = declared(("O", [{**work("A"), "measure": {"kind": "work", **measure}}]))
    every = found(items, goals)
    assert [one.message for one in every if one.kind == "finished_before"] == expected, name
    assert found(items, goals, "unserved_key_result") == [] or measure.get("kind") == "binary"
    for one in every:
        assert "since: ever" in one.remedy


def test_a_cycle_that_has_not_begun_or_is_over_accuses_nobody() -> None:
    items = [item("WEB-1", claims=("A",), **OLD)]
    goals = declared(("O", [work("A")]))
    for moment in (datetime(2026, 9, 30, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)):
        card = measure(align(items, goals), observed(), goals, moment)
        assert not [
            one for one in find(align(items, goals), card, goals, moment) if one.kind == "finished_before"
        ]


# --- What nobody can act on any more ----------------------------------------------------------------

LATER = datetime(2027, 2, 1, 9, tzinfo=UTC)
EFFICIENCY = {"kind": "flow", "of": "efficiency", "start": 10, "target": 40}


def kinds(items: list[WorkItem], goals: Workspace = TWO, now: datetime = NOW) -> set[str]:
    alignment = align(items, goals, today=now.date())
    return {one.kind for one in find(alignment, measure(alignment, observed(), goals, now), goals, now)}


@pytest.mark.parametrize("closed", [DONE, DROPPED], ids=["done", "dropped"])
@pytest.mark.parametrize(
    ("kind", "items"),
    [
        ("dangling_claim", [item("WEB-1", claims=("NONE",))]),
        ("parent_cycle", [item("WEB-1", "WEB-2"), item("WEB-2", "WEB-1")]),
        ("two_objectives", [item("WEB-1", claims=("A", "B"))]),
        ("too_many_key_results", [item("WEB-1", claims=("A", "A2", "B", "B2"))]),
        ("against_parent", [epic("WEB-1", claims=("A",)), item("WEB-2", "WEB-1", claims=("B",))]),
        ("closed_key_result", [item("WEB-1", claims=("Z",))]),
    ],
)
def test_what_is_wrong_with_closed_work_is_no_finding(
    kind: str, items: list[WorkItem], closed: dict[str, Any]
) -> None:
    assert kind in kinds(items)
    assert kind not in kinds([replace(one, **closed) for one in items])


def test_parents_in_a_circle_matter_as_long_as_open_work_hangs_below_them() -> None:
    circle = [item("WEB-1", "WEB-2", **DONE), item("WEB-2", "WEB-1", **DONE)]
    assert "parent_cycle" not in kinds([*circle, item("WEB-3", "WEB-1", **DONE)])
    assert "parent_cycle" in kinds([*circle, item("WEB-3", "WEB-1")])


def test_open_work_below_closed_work_stays_a_finding() -> None:
    for closed, kind in ((DONE, "done_over_open"), (DROPPED, "dropped_over_open")):
        assert kind in kinds([epic("WEB-1", **closed), item("WEB-2", "WEB-1")])


def test_key_results_whose_cycle_is_over_or_to_come_are_no_findings() -> None:
    goals = declared(
        ("O", [work("A"), metric("M", 0, 10, ("2026-11-10", 1)), {**work("E"), "measure": EFFICIENCY}])
    )
    items = [item(f"WEB-{n}", claims=("M",), **DONE) for n in range(5)]
    wanted = {"unserved_key_result", "output_without_outcome", "unset_waiting"}
    assert wanted <= kinds(items, goals)
    assert not wanted & kinds(items, goals, LATER)
    assert not wanted & kinds(items, goals, datetime(2026, 9, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("more", "is_found"),
    [
        ({}, True),
        ({"waiting": ["In Review"]}, False),
        ({"waiting": []}, False),
        ({"of": "lead_time"}, False),
    ],
    ids=["undeclared", "declared", "none waits", "a time"],
)
def test_an_efficiency_without_waiting_statuses_is_not_configured(
    more: dict[str, Any], is_found: bool
) -> None:
    goals = declared(("O", [{**work("E"), "measure": {**EFFICIENCY, **more}}]))
    told = found([item("WEB-1", claims=("E",))], goals, "unset_waiting")
    assert bool(told) is is_found
    if told:
        assert "the flow efficiency of E has no waiting statuses declared" in told[0].message
        assert "such as In Review" in told[0].remedy


def test_each_finding_is_said_in_phrases_that_every_language_has() -> None:
    """Whoever makes one by its words says it in English alone."""
    makers = {
        str(file.relative_to(ROOT))
        for name, file in modules()
        if name.startswith("sync.signals") and re.search(r"\bFinding\(", file.read_text(encoding="utf-8"))
    }
    # Names that a tracker does not know are told by `truenorth check`, which is English, and are no signal.
    assert makers == {"sync/signals/findings/finding.py", "sync/signals/declared/unknown_names.py"}


def test_a_signal_about_a_declaration_says_where_it_stands() -> None:
    one = finding("unset_waiting", (), phrase("signals.unset_waiting.message", key_result="KR1"), phrase("signals.unset_waiting.remedy"), "okrs.yaml:3")  # fmt: skip
    said = say(signal_of(one).message, ENGLISH_TEXTS)
    assert said == one.message
    assert said.startswith("okrs.yaml:3: the flow efficiency of KR1")
